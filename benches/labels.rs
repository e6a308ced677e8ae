//! Selectors: matching one object, and reading their text.

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::Criterion;
use kubernel::labels::Selector;

const LABELS: [(&str, &str); 5] = [
    ("app.kubernetes.io/name", "web"),
    ("key1", "v1"),
    ("key3", "v3"),
    ("pod-template-hash", "7d4b9c6f5"),
    ("tier", "front"),
];

const TEXTS: [(&str, &str); 2] = [
    ("labels/parse/3", "app.kubernetes.io/name=web,key1=v1,key2!=v2"),
    ("labels/parse/4", "app.kubernetes.io/name in (a,b,c),key1 notin (v1,v2),!key9,key2>5"),
];

fn read(text: &str) -> Selector {
    text.parse().unwrap()
}

pub(crate) fn define(criterion: &mut Criterion) {
    let labels: BTreeMap<String, String> =
        LABELS.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
    for (id, text) in [
        ("labels/match/2_of_5", "app.kubernetes.io/name=web,key1=v1"),
        ("labels/mismatch/2_of_5", "app.kubernetes.io/name=web,key1=v2"),
        ("labels/match_sets/4_of_5", "key3 in (v0,v3),key1 notin (v3),tier,!zz"),
    ] {
        let selector = read(text);
        criterion.bench_function(id, |bencher| {
            bencher.iter(|| black_box(&selector).matches(black_box(&labels)));
        });
    }
    for (id, text) in TEXTS {
        criterion.bench_function(id, |bencher| bencher.iter(|| read(black_box(text))));
    }
}
