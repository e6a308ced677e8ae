//! What generated objects keep: they survive the wire, they are admitted, and order does not matter.

use std::collections::BTreeSet;

use kubernel::api::{EndpointSlice, Object, Pod, Service, Strictness, decode};
use kubernel::field::{Errors, Path};
use kubernel::labels::{self, Selector};
use kubernel::testing::{deployments, label_maps, label_selectors, pods, seeds, services, worlds};
use kubernel::{Cluster, admission, service};
use proptest::prelude::*;

fn objects() -> impl Strategy<Value = Object> {
    prop_oneof![
        pods().prop_map(Object::from),
        services().prop_map(Object::from),
        deployments().prop_map(Object::from),
    ]
}

proptest! {
    #[test]
    fn decoding_undoes_encoding(object in objects(), defaulted in any::<bool>()) {
        let mut object = object;
        if defaulted {
            admission::default(&mut object);
        }
        let decoded = decode(serde_json::to_vec(&object)?, Strictness::Strict)?;
        prop_assert_eq!(decoded.object, object);
    }

    #[test]
    fn defaults_are_idempotent(object in objects()) {
        let mut once = object;
        admission::default(&mut once);
        let mut twice = once.clone();
        admission::default(&mut twice);
        prop_assert_eq!(&twice, &once);
    }

    /// What is stored is valid, and has the defaults already.
    #[test]
    fn objects_are_admitted_and_valid_then(object in objects()) {
        let mut cluster = Cluster::default();
        let key = cluster.create(object)?;
        let stored = cluster.store().object(&key).cloned().unwrap();
        let mut errors = Errors::new();
        admission::validate(&mut errors, &stored);
        prop_assert!(errors.is_empty(), "{errors}");
        let mut again = stored.clone();
        admission::default(&mut again);
        prop_assert_eq!(again, stored);
    }

    /// SEL-25, SEL-23
    #[test]
    fn both_forms_of_selectors_say_the_same(struct_ in label_selectors(), map in label_maps()) {
        let mut errors = Errors::new();
        let at = Path::root("selector");
        labels::validate(&mut errors, &at, &struct_, &labels::Rules::default());
        prop_assert!(errors.is_empty(), "{errors}");
        let compiled = Selector::compile(Some(&struct_)).unwrap();
        let text: Selector = compiled.to_string().parse()?;
        prop_assert_eq!(text.matches(&map), compiled.matches(&map));
    }

    /// Whatever the order of steps, a world comes to rest, and then slices list just the pods that
    /// services select.
    #[test]
    fn slices_list_the_pods_that_are_selected(world in worlds()) {
        let start = world.cluster()?;
        seeds(0..3, &start, |cluster, schedule| {
            cluster.settle_by(schedule).map_err(|why| why.to_string())?;
            let (have, want) = (listed(cluster), selected(cluster));
            if have == want { Ok(()) } else { Err(format!("{have:?} is not {want:?}")) }
        })?;
    }
}

type Pairs = BTreeSet<(String, String)>;

/// Services and the pods in their slices.
fn listed(cluster: &Cluster) -> Pairs {
    let slices = cluster.list::<EndpointSlice>(None);
    slices
        .flat_map(|slice| {
            let of = slice.metadata.labels.get(service::SERVICE_NAME).cloned().unwrap_or_default();
            let targets = slice.endpoints.iter().filter_map(|it| it.target_ref.as_ref());
            targets.map(move |target| (of.clone(), target.name.clone()))
        })
        .collect()
}

/// Services and the pods they select.
fn selected(cluster: &Cluster) -> Pairs {
    let pods = cluster.list::<Pod>(None).filter(|pod| service::is_endpoint(pod, true));
    pods.flat_map(|pod| {
        let services = cluster.store().services_of(pod).map(|it: &Service| &it.metadata.name);
        services.map(|service| (service.clone(), pod.metadata.name.clone())).collect::<Vec<_>>()
    })
    .collect()
}
