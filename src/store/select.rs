//! Looking things up by labels.

use super::postings::Places;
use super::{Store, place};
use crate::api::{Kind, Name, Object, Pod, Resource, Service};
use crate::labels::{Operator, Requirement, Selector};
use crate::pmap::Slot;

/// How many objects can be walked over in the time it takes to look one up.
const LOOKUP_COST: usize = 4;

impl Store {
    /// The objects of type `R` whose labels meet `selector`, in the order of [`list`](Self::list): those of
    /// `namespace`, or of all namespaces if it is empty.
    ///
    /// Pods of one namespace are found by the rarest label that the selector asks for, if that is rare.
    ///
    /// ```
    /// use kubernel::api::{Object, ObjectMeta, Pod};
    /// use kubernel::labels::Selector;
    /// use kubernel::store::{Expect, Store};
    ///
    /// let mut store = Store::new();
    /// for (name, app) in [("a", "web"), ("b", "db")] {
    ///     let labels = [("app".to_owned(), app.to_owned())].into();
    ///     let metadata = ObjectMeta { namespace: "prod".into(), name: name.into(), labels, ..Default::default() };
    ///     let pod = Object::from(Pod { metadata, ..Default::default() });
    ///     store.commit(pod.key(), Expect::Absent, Some(pod))?;
    /// }
    /// let selector: Selector = "app in (web, cache)".parse()?;
    /// let names = store.select::<Pod>("prod", &selector).map(|pod| pod.metadata.name.as_str());
    /// assert_eq!(names.collect::<Vec<_>>(), ["a"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn select<'a, 's, R: Resource>(
        &'a self,
        namespace: &str,
        selector: &'s Selector,
    ) -> impl Iterator<Item = &'a R> + use<'a, 's, R> {
        self.select_objects(&R::KIND, namespace, selector).filter_map(R::peek)
    }

    /// As [`select`](Self::select), of a kind.
    pub(crate) fn select_objects<'a, 's>(
        &'a self,
        kind: &Kind,
        namespace: &str,
        selector: &'s Selector,
    ) -> impl Iterator<Item = &'a Object> + use<'a, 's> {
        let (posted, scanned) = match self.rarest(kind, namespace, selector) {
            Some(postings) => (Some(self.gather(postings)), None),
            None if selector.is_nothing() => (None, None),
            None => {
                let namespace = Some(namespace).filter(|namespace| !namespace.is_empty());
                (None, Some(self.state.under(place::all(kind, namespace))))
            }
        };
        let objects = posted.into_iter().flatten().chain(scanned.into_iter().flatten());
        objects.filter(|object| selector.matches(&object.meta().labels))
    }

    /// The postings of the requirement that leaves the fewest pods to look at, if looking them up is
    /// faster than walking over the namespace.
    fn rarest(&self, kind: &Kind, namespace: &str, selector: &Selector) -> Option<Vec<&Places>> {
        if *kind != Kind::Pod || namespace.is_empty() {
            return None;
        }
        let positive = selector.requirements().iter().filter(|it| names_values(it));
        let postings = positive.map(|requirement| {
            let places =
                |value| self.state.postings().labelled(namespace, requirement.key(), value);
            requirement.values().filter_map(places).collect::<Vec<_>>()
        });
        let size = |postings: &Vec<&Places>| -> usize { postings.iter().map(|it| it.len()).sum() };
        let rarest = postings.min_by_key(size)?;
        let rare = size(&rarest) <= self.state.count(kind, namespace) / LOOKUP_COST;
        rare.then_some(rarest)
    }

    /// The objects at these places, in order.
    fn gather<'a>(
        &'a self,
        postings: Vec<&'a Places>,
    ) -> impl Iterator<Item = &'a Object> + use<'a> {
        // A label has one value, so the postings of its values are disjoint; one of them is in order.
        let mut several: Vec<(&Name, &Slot)> = Vec::new();
        let mut one = None;
        match postings.as_slice() {
            [places] => one = Some(places.iter()),
            many => several.extend(many.iter().flat_map(|places| places.iter())),
        }
        several.sort_unstable_by_key(|(place, _)| *place);
        let slots = one.into_iter().flatten().chain(several);
        slots.filter_map(|(_, slot)| self.state.at(*slot))
    }

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
        let meta = &pod.metadata;
        let candidates = self.state.postings().anchors().of(&meta.namespace, &meta.labels);
        let mut found: Vec<(&Name, &Service)> =
            candidates.filter(|(_, service)| selects(service, pod)).collect();
        found.sort_unstable_by_key(|(name, _)| *name);
        found.into_iter().map(|(_, service)| service)
    }
}

fn selects(service: &Service, pod: &Pod) -> bool {
    let labels = &pod.metadata.labels;
    service.spec.selector.iter().all(|(key, value)| labels.get(key) == Some(value))
}

fn names_values(requirement: &Requirement) -> bool {
    match requirement.operator() {
        Operator::Equals | Operator::DoubleEquals | Operator::In => true,
        Operator::NotIn
        | Operator::NotEquals
        | Operator::Exists
        | Operator::DoesNotExist
        | Operator::GreaterThan
        | Operator::LessThan => false,
    }
}
