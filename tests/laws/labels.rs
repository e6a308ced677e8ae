//! The algebra of selectors.

use std::borrow::Cow;
use std::collections::BTreeMap;

use kubernel::labels::{FieldSelector, Mismatch, Operator, Requirement, Selector, as_map, format};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;

const KEYS: &[&str] = &["a", "b", "in", "notin", "x.io/a", "A_b.c-d"];
const VALUES: &[&str] = &["", "a", "in", "notin", "007", "7", "10", "A_b.c-d"];
const NUMBERS: &[&str] = &["0", "007", "7", "10", "9223372036854775807"];

fn requirements() -> impl Strategy<Value = Requirement> {
    let set = |operator| {
        (select(KEYS), vec(select(VALUES), 1..4))
            .prop_map(move |(key, values)| Requirement::new(key, operator, &values))
    };
    let one = |operator, values: &'static [&'static str]| {
        (select(KEYS), select(values))
            .prop_map(move |(key, value)| Requirement::new(key, operator, &[value]))
    };
    let none = |operator| select(KEYS).prop_map(move |key| Requirement::new(key, operator, &[]));
    prop_oneof![
        set(Operator::In),
        set(Operator::NotIn),
        one(Operator::Equals, VALUES),
        one(Operator::DoubleEquals, VALUES),
        one(Operator::NotEquals, VALUES),
        one(Operator::GreaterThan, NUMBERS),
        one(Operator::LessThan, NUMBERS),
        none(Operator::Exists),
        none(Operator::DoesNotExist),
    ]
    .prop_filter_map("a requirement of good parts", Result::ok)
}

fn selectors() -> impl Strategy<Value = Selector> {
    vec(requirements(), 0..5).prop_map(Selector::from_iter)
}

fn label_sets() -> impl Strategy<Value = BTreeMap<String, String>> {
    let value = prop_oneof![3 => select(VALUES), 1 => select(&["-5", "+7", "x"][..])];
    btree_map(select(KEYS).prop_map(str::to_owned), value.prop_map(str::to_owned), 0..5)
}

/// Texts made of the pieces of the grammar, most of them wrong.
fn texts() -> impl Strategy<Value = String> {
    let piece = select(
        &[
            "a", "b", "in", "notin", " ", "\t", "(", ")", ",", "=", "!", "<", ">", "7", "\0", "é",
            "\\", "/",
        ][..],
    );
    prop_oneof![4 => vec(piece, 0..12).prop_map(|pieces| pieces.concat()), 1 => any::<String>()]
}

fn requirement(
    key: &str,
    operator: Operator,
    values: &[&str],
) -> Result<Requirement, TestCaseError> {
    Requirement::new(key, operator, values)
        .map_err(|errors| TestCaseError::fail(errors.to_string()))
}

proptest! {
    /// SEL-11
    #[test]
    fn the_text_of_a_selector_is_canonical(selector in selectors(), labels in label_sets()) {
        let text = selector.to_string();
        let parsed: Selector = text.parse()?;
        let again = parsed.to_string().parse::<Selector>()?;
        prop_assert_eq!(&again, &parsed);
        prop_assert_eq!(parsed.matches(&labels), selector.matches(&labels));
        let as_sets = |selector: &Selector| -> Vec<(String, Operator, Vec<String>)> {
            let parts = |r: &Requirement| {
                (r.key().to_owned(), r.operator(), r.values().map(str::to_owned).collect())
            };
            selector.requirements().iter().map(parts).collect()
        };
        prop_assert_eq!(as_sets(&parsed), as_sets(&selector));
    }

    /// SEL-1 to SEL-10
    #[test]
    fn any_text_parses_or_fails_at_a_place_in_it(text in texts()) {
        match text.parse::<Selector>() {
            Ok(selector) => {
                let canonical = selector.to_string();
                prop_assert_eq!(canonical.parse::<Selector>()?.to_string(), canonical);
            }
            Err(error) => prop_assert!(text.is_char_boundary(error.at), "{error}"),
        }
    }

    /// SEL-20: the negative operators are the complements of the positive ones.
    #[test]
    fn negative_operators_are_complements(
        key in select(KEYS), values in vec(select(VALUES), 1..4), labels in label_sets()
    ) {
        use Operator::{DoesNotExist, DoubleEquals, Equals, Exists, In, NotEquals, NotIn};
        let holds = |operator, values: &[&str]| {
            requirement(key, operator, values).map(|requirement| requirement.matches(&labels))
        };
        prop_assert_ne!(holds(In, &values)?, holds(NotIn, &values)?);
        prop_assert_ne!(holds(Exists, &[])?, holds(DoesNotExist, &[])?);
        let mut any = false;
        for value in &values {
            prop_assert_ne!(holds(Equals, &[value])?, holds(NotEquals, &[value])?);
            prop_assert_eq!(holds(Equals, &[value])?, holds(DoubleEquals, &[value])?);
            prop_assert_eq!(holds(Equals, &[value])?, holds(In, &[value])?);
            any |= holds(Equals, &[value])?;
        }
        prop_assert_eq!(holds(In, &values)?, any);
    }

    /// SEL-21: an integer is less, greater or equal; anything else is neither less nor greater.
    #[test]
    fn integers_are_ordered(value in prop_oneof![any::<i64>().prop_map(|n| n.to_string()), "[-+0-9a]{0,3}"], bound in 0..i64::MAX) {
        let bound_text = bound.to_string();
        let labels = BTreeMap::from([("a".to_owned(), value.clone())]);
        let greater = requirement("a", Operator::GreaterThan, &[&bound_text])?.matches(&labels);
        let less = requirement("a", Operator::LessThan, &[&bound_text])?.matches(&labels);
        let expected = value.parse::<i64>().ok().map(|value| value.cmp(&bound));
        prop_assert_eq!((greater, less), (
            expected.is_some_and(|order| order.is_gt()),
            expected.is_some_and(|order| order.is_lt()),
        ));
    }

    /// SEL-20: a selector is the conjunction of its requirements, in any order.
    #[test]
    fn selectors_are_conjunctions(a in selectors(), b in selectors(), labels in label_sets()) {
        let both = a.clone().and(b.requirements().iter().cloned());
        let reversed = b.clone().and(a.requirements().iter().cloned());
        prop_assert_eq!(both.matches(&labels), a.matches(&labels) && b.matches(&labels));
        prop_assert_eq!(reversed.matches(&labels), both.matches(&labels));
        let nothing = Selector::nothing().and(a.requirements().iter().cloned());
        prop_assert!(nothing.is_nothing());
    }

    #[test]
    fn an_explanation_is_true(selector in selectors(), labels in label_sets()) {
        match selector.explain(&labels) {
            Ok(()) => prop_assert!(selector.matches(&labels)),
            Err(Mismatch::Requirement { requirement, found }) => {
                prop_assert!(!selector.matches(&labels) && !requirement.matches(&labels));
                prop_assert!(selector.requirements().contains(&requirement));
                prop_assert_eq!(labels.get(requirement.key()).map(String::as_str), found.as_deref());
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
    }

    /// SEL-26: the map form selects the supersets of the map.
    #[test]
    fn the_map_form_selects_supersets(map in label_sets(), labels in label_sets()) {
        let superset = map.iter().all(|(key, value)| labels.get(key) == Some(value));
        prop_assert_eq!(Selector::from_map(&map).matches(&labels), superset);
    }

    /// SEL-14, SEL-23, SEL-27: what has a struct form keeps its meaning in it.
    #[test]
    fn the_struct_form_means_the_same(selector in selectors(), labels in label_sets()) {
        let mut keys: Vec<_> = selector.requirements().iter().map(Requirement::key).collect();
        keys.dedup();
        prop_assume!(keys.len() == selector.requirements().len());
        let Ok(structured) = selector.to_label_selector() else { return Ok(()) };
        let compiled = Selector::compile(structured.as_ref())?;
        prop_assert_eq!(compiled.matches(&labels), selector.matches(&labels));
        let text = compiled.to_string();
        prop_assert_eq!(format(structured.as_ref()), if text.is_empty() { "<none>" } else { &text });
        if let Ok(Some(map)) = as_map(structured.as_ref()) {
            prop_assert_eq!(Selector::from_map(&map).matches(&labels), selector.matches(&labels));
        }
    }

    /// FSEL-2: the text keeps the requirements, though `a==c,a=b` comes back in another order.
    #[test]
    fn the_text_of_a_field_selector_keeps_its_meaning(text in texts()) {
        match text.parse::<FieldSelector>() {
            Ok(selector) => {
                let again: FieldSelector = selector.to_string().parse()?;
                let sorted = |selector: &FieldSelector| {
                    let mut all: Vec<_> =
                        selector.requirements().iter().map(ToString::to_string).collect();
                    all.sort_unstable();
                    all
                };
                prop_assert_eq!(sorted(&again), sorted(&selector));
                let value = |field: &str| (field == "a").then_some(Cow::Borrowed("7"));
                prop_assert_eq!(again.matches(value), selector.matches(value));
            }
            Err(error) => prop_assert!(text.is_char_boundary(error.at), "{error}"),
        }
    }
}
