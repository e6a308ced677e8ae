//! Looking things up by labels.

use super::Store;
use crate::api::{Object, Pod, Service};

impl Store {
    /// The services whose selector the labels of `pod` meet, by name; one without selector meets none.
    ///
    /// Looks at the services that are found by one of the pod's labels, not at all services. The
    /// pod need not be stored.
    ///
    /// Source: `pkg/controller/util/endpoint GetPodServiceMemberships`.
    ///
    /// ```
    /// use kubernel::api::{Object, ObjectMeta, Pod, Service, ServiceSpec};
    /// use kubernel::store::{Expect, Store};
    ///
    /// let named = |name: &str| ObjectMeta { namespace: "prod".into(), name: name.into(), ..Default::default() };
    /// let label = || [("app".to_owned(), "web".to_owned())].into();
    /// let service = Object::from(Service {
    ///     metadata: named("web"),
    ///     spec: ServiceSpec { selector: label(), ..Default::default() },
    ///     ..Default::default()
    /// });
    /// let mut store = Store::new();
    /// store.commit(service.key(), Expect::Absent, Some(service))?;
    ///
    /// let pod = Pod { metadata: ObjectMeta { labels: label(), ..named("web-0") }, ..Default::default() };
    /// assert_eq!(store.services_of(&pod).count(), 1);
    /// # Ok::<(), kubernel::store::Rejected>(())
    /// ```
    pub fn services_of(&self, pod: &Pod) -> impl Iterator<Item = &Service> + use<'_> {
        let mut found = Vec::new();
        for (key, value) in &pod.metadata.labels {
            let places = self.state.postings().anchored(&pod.metadata.namespace, key, value);
            for (place, ()) in places.into_iter().flat_map(|places| places.iter()) {
                let service = self.state.object(place).and_then(Object::peek::<Service>);
                found.extend(service.filter(|service| selects(service, pod)).map(|it| (place, it)));
            }
        }
        found.sort_unstable_by_key(|(place, _)| *place);
        found.into_iter().map(|(_, service)| service)
    }
}

fn selects(service: &Service, pod: &Pod) -> bool {
    let labels = &pod.metadata.labels;
    service.spec.selector.iter().all(|(key, value)| labels.get(key) == Some(value))
}
