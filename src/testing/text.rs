//! Names, labels, selectors and quantities.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;

use crate::api::{LabelSelector, LabelSelectorOperator, LabelSelectorRequirement};
use crate::quantity::Quantity;

/// Keys that [`label_maps`] and the selectors draw from, so that they meet.
const KEYS: [&str; 5] = ["app", "tier", "track", "version", "example.com/part-of"];

/// Their values.
const VALUES: [&str; 6] = ["web", "db", "cache", "v1", "2", ""];

/// DNS labels as in RFC 1123, such as names of containers and volumes: 1 to 12 characters.
pub fn labels() -> impl Strategy<Value = String> {
    "[a-z]([a-z0-9-]{0,10}[a-z0-9])?"
}

/// DNS subdomains as in RFC 1123, such as names of most objects: one to three [`labels`].
pub fn subdomains() -> impl Strategy<Value = String> {
    vec(labels(), 1..=3).prop_map(|parts| parts.join("."))
}

/// Keys of labels, with and without a prefix.
pub fn label_keys() -> impl Strategy<Value = String> {
    let name = || "[A-Za-z0-9]([A-Za-z0-9._-]{0,10}[A-Za-z0-9])?";
    prop_oneof![
        3 => select(&KEYS[..]).prop_map(str::to_owned),
        1 => name(),
        1 => (subdomains(), name()).prop_map(|(prefix, name)| format!("{prefix}/{name}")),
    ]
}

/// Values of labels, also the empty one.
pub fn label_values() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => select(&VALUES[..]).prop_map(str::to_owned),
        1 => "([A-Za-z0-9]([A-Za-z0-9._-]{0,10}[A-Za-z0-9])?)?",
    ]
}

/// Labels of an object: up to four from a pool of five keys and six values.
pub fn label_maps() -> impl Strategy<Value = BTreeMap<String, String>> {
    let (key, value) = (select(&KEYS[..]), select(&VALUES[..]));
    btree_map(key.prop_map(str::to_owned), value.prop_map(str::to_owned), 0..=4)
}

/// Selectors in text form, each one valid, over the pool of [`label_maps`]. Without a requirement it is
/// the empty text.
///
/// ```
/// # use proptest::prelude::*;
/// use kubernel::labels::Selector;
/// use kubernel::testing::{label_maps, selector_texts};
///
/// # proptest!(|(text in selector_texts(), labels in label_maps())| {
/// let selector: Selector = text.parse()?;
/// assert_eq!(selector.matches(&labels), selector.explain(&labels).is_ok());
/// # });
/// ```
pub fn selector_texts() -> impl Strategy<Value = String> {
    let values = || vec(select(&VALUES[..]), 1..=3).prop_map(|values| values.join(","));
    let one = || (select(&KEYS[..]), select(&VALUES[..]));
    let requirement = prop_oneof![
        3 => one().prop_map(|(key, value)| format!("{key}={value}")),
        1 => one().prop_map(|(key, value)| format!("{key}!={value}")),
        1 => (select(&KEYS[..]), values()).prop_map(|(key, values)| format!("{key} in ({values})")),
        1 => (select(&KEYS[..]), values()).prop_map(|(key, values)| format!("{key} notin ({values})")),
        1 => select(&KEYS[..]).prop_map(str::to_owned),
        1 => select(&KEYS[..]).prop_map(|key| format!("!{key}")),
        1 => (select(&KEYS[..]), select(&["<", ">"][..]), 0..10_u32)
            .prop_map(|(key, operator, number)| format!("{key}{operator}{number}")),
    ];
    vec(requirement, 0..=3).prop_map(|requirements| requirements.join(","))
}

/// Selectors in the form that workloads carry, each one valid, over the pool of [`label_maps`].
pub fn label_selectors() -> impl Strategy<Value = LabelSelector> {
    use LabelSelectorOperator::{DoesNotExist, Exists, In, NotIn};
    let values = || vec(select(&VALUES[..]).prop_map(str::to_owned), 1..=3);
    let condition = prop_oneof![
        (Just(In), values()),
        (Just(NotIn), values()),
        Just((Exists, Vec::new())),
        Just((DoesNotExist, Vec::new())),
    ];
    let expression = (select(&KEYS[..]), condition).prop_map(|(key, (operator, values))| {
        LabelSelectorRequirement { key: key.to_owned(), operator, values }
    });
    (label_maps(), vec(expression, 0..=2)).prop_map(|(match_labels, match_expressions)| {
        LabelSelector { match_labels, match_expressions }
    })
}

/// Quantities from 0 up, of every format: `250m`, `1.5`, `512Mi`, `2e3`.
pub fn quantities() -> impl Strategy<Value = Quantity> {
    const SUFFIXES: [&str; 10] = ["", "m", "k", "M", "G", "Ki", "Mi", "Gi", "e3", "E2"];
    (0..10_000_u32, proptest::option::of(0..10_u8), select(&SUFFIXES[..])).prop_filter_map(
        "the text of a quantity",
        |(whole, tenths, suffix)| {
            let fraction = tenths.map(|digit| format!(".{digit}")).unwrap_or_default();
            format!("{whole}{fraction}{suffix}").parse().ok()
        },
    )
}
