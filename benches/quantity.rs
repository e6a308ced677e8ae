//! Quantities: ten mixed texts, and a sum of a thousand.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use kubernel::quantity::Quantity;

const TEXTS: [&str; 10] =
    ["100m", "1", "512Mi", "1.5Gi", "250m", "2Gi", "1500m", "10Gi", "64Ki", "0.5"];

const SUMMANDS: [&str; 4] = ["100m", "1", "250m", "2"];

fn read(text: &str) -> Quantity {
    text.parse().unwrap()
}

pub(crate) fn define(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("quantity");
    let mixed: Vec<Quantity> = TEXTS.into_iter().map(read).collect();
    let thousand: Vec<Quantity> = SUMMANDS.into_iter().cycle().take(1_000).map(read).collect();

    group.throughput(Throughput::Elements(10));
    group.bench_function("parse/10", |bench| {
        bench.iter(|| black_box(TEXTS).into_iter().filter(|text| !read(text).is_zero()).count());
    });
    group.bench_function("canonical/10", |bench| {
        bench.iter(|| {
            black_box(&mixed).iter().map(|quantity| quantity.canonical().len()).sum::<usize>()
        });
    });
    group.bench_function("cmp/10", |bench| {
        bench.iter(|| {
            let next = black_box(&mixed).iter().cycle().skip(1);
            mixed.iter().zip(next).filter(|(a, b)| a < b).count()
        });
    });
    group.throughput(Throughput::Elements(1_000));
    group.bench_function("sum/1000", |bench| {
        bench.iter(|| black_box(&thousand).iter().sum::<Quantity>());
    });
    group.bench_function("value/1000", |bench| {
        let values = |quantities: &[Quantity]| {
            quantities.iter().filter_map(Quantity::milli_value).sum::<i64>()
        };
        bench.iter(|| values(black_box(&thousand)));
    });
    group.finish();
}
