//! Laws of quantities. The model counts billionths in 128 bits.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use kubernel::quantity::{Format, Quantity};
use proptest::prelude::*;

const SUFFIXES: &[&str] = &[
    "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "e0",
    "e3", "e-3", "E6", "e9", "e+12", "e-12", "e30", "e-30", "e100",
];

/// Texts of the grammar: sign, digits with a point, suffix.
fn texts() -> impl Strategy<Value = String> {
    let suffix = prop::sample::select(SUFFIXES);
    ("[+-]?", "[0-9]{1,24}", prop_oneof![Just(String::new()), "\\.[0-9]{0,14}"], suffix)
        .prop_map(|(sign, whole, fraction, suffix)| format!("{sign}{whole}{fraction}{suffix}"))
}

fn quantities() -> impl Strategy<Value = Quantity> {
    let formats = prop::sample::select(
        &[Format::Unset, Format::DecimalExponent, Format::BinarySi, Format::DecimalSi][..],
    );
    prop_oneof![
        4 => texts().prop_map(|text| text.parse().unwrap()),
        1 => (any::<i64>(), formats).prop_map(|(value, format)| Quantity::new(value, format)),
        1 => (any::<i64>(), any::<i8>())
            .prop_map(|(value, scale)| Quantity::from_scaled(value, scale)),
    ]
}

/// A number of billionths, and the quantity of as much.
fn counted() -> impl Strategy<Value = (i128, Quantity)> {
    (any::<i64>(), 0..=16_u32).prop_map(|(value, power)| {
        let scale = i8::try_from(power).unwrap() - 9;
        (i128::from(value) * 10_i128.pow(power), Quantity::from_scaled(value, scale))
    })
}

/// Billionths from 64 bits of them and the rest.
fn billionths(quantity: &Quantity) -> Option<i128> {
    // Toward zero, in units of 10^9, so that the rest is small.
    let mut high = quantity.scaled_value(9)?;
    let mut rest = quantity.clone() - &Quantity::from_scaled(high, 9);
    if rest.signum() * quantity.signum() < 0 {
        high -= i64::from(quantity.signum());
        rest = quantity.clone() - &Quantity::from_scaled(high, 9);
    }
    Some(i128::from(high) * 10_i128.pow(18) + i128::from(rest.scaled_value(-9)?))
}

fn divide_away(number: i128, by: i128) -> i128 {
    number / by + if number % by == 0 { 0 } else { number.signum() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn reading_never_panics(text in "\\PC{0,24}") {
        let _ = text.parse::<Quantity>();
        let _ = Quantity::from_json(&text);
    }

    #[test]
    fn reading_near_the_grammar_never_panics(text in "[-+.0-9eEinumkKMGTP ]{0,40}") {
        if let Ok(quantity) = text.parse::<Quantity>() {
            let _ = (quantity.canonical(), quantity.milli_value(), -quantity);
        }
    }

    // QTY-7, QTY-13: what has a suffix for its size reads back.
    #[test]
    fn canonical_text_reads_back(quantity in quantities()) {
        let step = Quantity::from_scaled(1, -9);
        let bound = Quantity::from_scaled(1, 21);
        let mut whole_steps = quantity.clone();
        let stepped = whole_steps.round_up(-9);
        let binary_bound = Quantity::new(i64::MAX, Format::BinarySi);
        let magnitude = if quantity.signum() < 0 { -quantity.clone() } else { quantity.clone() };
        let has_suffix = match quantity.format() {
            // Thousands that are no multiple of 1024 are written in full, and read as decimal.
            Format::BinarySi => {
                magnitude <= binary_bound && !quantity.canonical().ends_with("000")
            }
            Format::DecimalSi => magnitude < bound,
            Format::DecimalExponent | Format::Unset => true,
        };
        if stepped && has_suffix {
            prop_assert!(magnitude.is_zero() || magnitude >= step);
            let again: Quantity = quantity.canonical().parse().unwrap();
            prop_assert_eq!(&again, &quantity);
            prop_assert_eq!(again.canonical(), quantity.canonical());
        }
    }

    // QTY-9
    #[test]
    fn printed_text_reads_back_identically(text in texts()) {
        let quantity: Quantity = text.parse().unwrap();
        let printed = quantity.to_string();
        prop_assert!(printed == text || printed == quantity.canonical());
        if printed == text {
            prop_assert!(quantity.is_identical(&text.parse().unwrap()));
        }
    }

    #[test]
    fn json_reads_back(quantity in texts().prop_map(|text| text.parse::<Quantity>().unwrap())) {
        let json = serde_json::to_string(&quantity).unwrap();
        let typed: Quantity = serde_json::from_str(&json).unwrap();
        let exact = Quantity::from_json(&json).unwrap();
        prop_assert!(typed.is_identical(&exact));
    }

    // QTY-15
    #[test]
    fn order_is_total((a, x) in counted(), (b, y) in counted()) {
        prop_assert_eq!(x.cmp(&y), a.cmp(&b));
        prop_assert_eq!(x == y, a == b);
    }

    #[test]
    fn order_is_consistent(x in quantities(), y in quantities(), z in quantities()) {
        prop_assert_eq!(x.cmp(&y), y.cmp(&x).reverse());
        if x <= y && y <= z {
            prop_assert!(x <= z);
        }
        let difference = x.clone() - &y;
        prop_assert_eq!(x.cmp(&y) as i32, difference.signum());
    }

    // QTY-16
    #[test]
    fn sums_are_exact((a, x) in counted(), (b, y) in counted()) {
        if let Some(sum) = billionths(&(x.clone() + &y)) {
            prop_assert_eq!(sum, a + b);
        }
        if let Some(difference) = billionths(&(x - &y)) {
            prop_assert_eq!(difference, a - b);
        }
    }

    #[test]
    fn addition_undoes_subtraction(x in quantities(), y in quantities(), z in quantities()) {
        prop_assert_eq!(&(x.clone() + &y - &y), &x);
        prop_assert_eq!(x.clone() + &y, y.clone() + &x);
        prop_assert_eq!(x.clone() + &y + &z, x.clone() + &(y + &z));
        prop_assert!((x.clone() + &-x).is_zero());
    }

    // QTY-17
    #[test]
    fn products_are_repeated_sums(x in quantities(), by in -5_i64..=5, more in any::<i64>()) {
        let mut product = x.clone();
        product.multiply(by);
        let terms: Vec<Quantity> =
            (0..by.abs()).map(|_| if by < 0 { -x.clone() } else { x.clone() }).collect();
        prop_assert_eq!(&product, &terms.iter().sum::<Quantity>());
        let (mut once, mut twice) = (x.clone(), x);
        once.multiply(more);
        twice.multiply(-1);
        twice.multiply(more);
        prop_assert!((once + &twice).is_zero());
    }

    // QTY-11
    #[test]
    fn values_round_away_from_zero((a, x) in counted(), scale in -9_i8..=18) {
        let units = divide_away(a, 10_i128.pow(u32::try_from(scale + 9).unwrap()));
        prop_assert_eq!(x.scaled_value(scale).map(i128::from), i64::try_from(units).ok().map(i128::from));
        let mut rounded = x.clone();
        let exact = rounded.round_up(scale);
        prop_assert_eq!(exact, rounded == x);
        prop_assert!(rounded.scaled_value(scale) == x.scaled_value(scale));
    }
}

// QTY-14
#[test]
fn huge_exponents_cost_nothing() {
    for text in ["1e-2147483648", "0e2147483647", "1e1023"] {
        let quantity: Quantity = text.parse().unwrap();
        let sum = quantity.clone() + &Quantity::from(1);
        assert!(sum > quantity, "{text}");
    }
    for text in ["1e1024", "1e2147483647", "10e1023"] {
        assert!(text.parse::<Quantity>().is_err(), "{text}");
    }
}
