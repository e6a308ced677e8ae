//! Nothing that is handed in makes the crate panic, hang or answer what is no answer.
//!
//! Cases are decoded from a tape of random bytes, so a failing one shrinks by shortening the tape.
//! `PROPTEST_CASES` sets how many there are.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

mod bases;
mod http;
mod tape;
mod user;

use std::fmt;

use kubernel::api::{Object, Strictness, decode_all};
use kubernel::field::Path;
use kubernel::int_or_string::IntOrString;
use kubernel::labels::{FieldSelector, Selector};
use kubernel::name;
use kubernel::quantity::Quantity;
use kubernel::time::{MicroTime, Time};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use bases::{MANIFESTS, bases};
use http::talk;
use tape::Tape;
use user::play;

/// Changes some places of a text.
fn damaged(text: &str, tape: &[u8]) -> Vec<u8> {
    const BITS: &[&str] = &[
        "",
        "\n",
        "\n---\n",
        ": ",
        "- ",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "'",
        "&a ",
        "*a",
        "!!binary ",
        "<<: ",
        "\t",
        "#",
        "%",
        "null",
        "~",
        "1e999",
        "-",
        "|\n",
        ">",
        "\u{feff}",
        "\0",
        "\u{2028}",
        "? ",
        ",",
        "items:",
        "kind: List",
        "0o17",
        "!!float",
        "@",
        "`",
    ];
    let mut tape = Tape::new(tape);
    let mut text = text.as_bytes().to_vec();
    while !tape.is_over() {
        let at = tape.below(text.len().min(65_000));
        let upto = (at + tape.below(30)).min(text.len());
        let bit = if tape.one_in(10) {
            vec![tape.byte() as u8]
        } else {
            tape.of(BITS).as_bytes().to_vec()
        };
        text.splice(at..upto, bit);
        if text.is_empty() {
            break;
        }
    }
    text
}

fn decode_any_way(text: &[u8]) {
    for strictness in [Strictness::Ignore, Strictness::Warn, Strictness::Strict] {
        for one in decode_all(text, strictness) {
            match one {
                Ok(decoded) => assert!(decoded.object.to_value().is_ok()),
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
    }
}

/// Bytes on one line of a report.
#[derive(Clone)]
struct Bytes(Vec<u8>);

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

fn tape(most: usize) -> impl Strategy<Value = Bytes> {
    proptest::collection::vec(any::<u8>(), 0..most).prop_map(Bytes)
}

/// The same cases each time; others, and as many as are asked for, if `PROPTEST_CASES` says how many.
fn cases(share: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    let cases = (usual.cases / share).max(1);
    let rng_seed = match std::env::var_os("PROPTEST_CASES") {
        Some(_) => RngSeed::Random,
        None => RngSeed::Fixed(1),
    };
    ProptestConfig { cases, rng_seed, failure_persistence: None, max_shrink_iters: 3_000, ..usual }
}

proptest! {
    #![proptest_config(cases(1))]

    #[test]
    fn any_bytes_decode_or_err(bytes in tape(200)) {
        decode_any_way(&bytes.0);
    }

    #[test]
    fn any_text_parses_or_errs(text in ".{0,40}", odd in r"[-+0-9.eEkKmMGTPin:TZ/!=,()% ]{0,30}") {
        for text in [&text, &odd] {
            let quantity = text.parse::<Quantity>();
            if let Ok(quantity) = &quantity {
                let again: Quantity = quantity.to_string().parse().unwrap();
                prop_assert_eq!(&again, quantity);
                let _ = (quantity.value(), quantity.milli_value());
            }
            if let Ok(selector) = text.parse::<Selector>() {
                let again: Selector = selector.to_string().parse().unwrap();
                prop_assert_eq!(again.to_string(), selector.to_string());
            }
            let _ = text.parse::<FieldSelector>().map(|it| it.to_string());
            let _ = text.parse::<Time>().map(|it| it.to_string());
            let _ = text.parse::<MicroTime>().map(|it| it.to_string());
            let _ = IntOrString::from(text.as_str()).scaled(i32::MAX, true);
            let _ = (name::generate_name(text, name::dns1123_label), name::fully_qualified_name(text));
            let _ = (name::label_key(text), name::percent(text), name::http_header_name(text));
            let _ = Path::root(text).key(text).to_string();
        }
    }
}

proptest! {
    #![proptest_config(cases(2))]

    #[test]
    fn a_damaged_manifest_decodes_or_errs(which in 0..MANIFESTS.len(), tape in tape(60)) {
        decode_any_way(&damaged(MANIFESTS[which], &tape.0));
    }
}

proptest! {
    #![proptest_config(cases(1))]

    #[test]
    fn a_cluster_takes_anything(tape in tape(1500), seed in proptest::option::of(0..9_u64)) {
        thread_local!(static BASES: Vec<Object> = bases());
        BASES.with(|bases| play(&tape.0, bases, seed));
    }

    #[test]
    fn every_request_of_http_has_an_answer(tape in tape(1200)) {
        thread_local!(static BASES: Vec<Object> = bases());
        BASES.with(|bases| talk(&tape.0, bases));
    }
}
