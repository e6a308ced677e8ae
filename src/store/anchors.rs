//! Services by one of the labels they ask for, so that a pod finds the few that may select it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::{Name, Object, Resource, Service};
use crate::pmap::PMap;

type ByName = PMap<Name, Arc<Service>>;
type ByValue = PMap<Name, ByName>;
type ByKey = PMap<Name, ByValue>;

/// Services by namespace, key, value and name. Each service with a selector is here exactly once.
#[derive(Clone, Debug, Default)]
pub(super) struct Anchors(PMap<Name, ByKey>);

impl Anchors {
    /// The services that may select something with these labels, by name within one label.
    pub(super) fn of<'a>(
        &'a self,
        namespace: &str,
        labels: &BTreeMap<String, String>,
    ) -> impl Iterator<Item = (&'a Name, &'a Service)> {
        let keys = self.0.get(namespace);
        let found = labels
            .iter()
            .filter_map(move |(key, value)| keys?.get(key.as_str())?.get(value.as_str()));
        found.flat_map(|services| services.iter().map(|(name, service)| (name, &**service)))
    }

    /// Follows a change of one object, of any kind.
    pub(super) fn update(&mut self, before: Option<&Object>, after: Option<&Object>) {
        let (before, after) = (service(before), service(after));
        if let (Some(old), Some(new)) = (before, after)
            && old.spec.selector == new.spec.selector
        {
            self.replace(old, new);
            return;
        }
        if let Some(old) = before {
            self.lift(old);
        }
        if let Some(new) = after {
            self.drop(new);
        }
    }

    fn named(&self, namespace: &str, (key, value): (&String, &String)) -> Option<&ByName> {
        self.0.get(namespace)?.get(key.as_str())?.get(value.as_str())
    }

    /// The label that the service is to be found by.
    fn label<'s>(&self, service: &'s Service) -> Option<(&'s String, &'s String)> {
        let meta = &service.metadata;
        service.spec.selector.iter().find(|pair| {
            let services = self.named(&meta.namespace, *pair);
            services.is_some_and(|services| services.get(meta.name.as_str()).is_some())
        })
    }

    fn replace(&mut self, old: &Service, new: &Arc<Service>) {
        let Some((key, value)) = self.label(old) else { return };
        let services = self.0.get_mut(old.metadata.namespace.as_str());
        let services = services.and_then(|keys| keys.get_mut(key.as_str()));
        let services = services.and_then(|values| values.get_mut(value.as_str()));
        if let Some(slot) = services.and_then(|names| names.get_mut(old.metadata.name.as_str())) {
            slot.clone_from(new);
        }
    }

    fn lift(&mut self, service: &Service) {
        let Some((key, value)) = self.label(service) else { return };
        let meta = &service.metadata;
        shrink(&mut self.0, &meta.namespace, |keys| {
            shrink(keys, key, |values| {
                shrink(values, value, |names| {
                    names.remove(meta.name.as_str());
                    names.len() == 0
                })
            })
        });
    }

    /// Puts a service under the label that fewest services are found by, as things are now. One
    /// without a selector selects nothing.
    fn drop(&mut self, service: &Arc<Service>) {
        let meta = &service.metadata;
        let count =
            |pair: &(&String, &String)| self.named(&meta.namespace, *pair).map_or(0, PMap::len);
        let Some((key, value)) = service.spec.selector.iter().min_by_key(count) else { return };
        let values = grown(&mut self.0, &meta.namespace).and_then(|keys| grown(keys, key));
        if let Some(names) = values.and_then(|values| grown(values, value)) {
            names.insert(meta.name.as_str().into(), service.clone());
        }
    }
}

fn service(object: Option<&Object>) -> Option<&Arc<Service>> {
    object.and_then(Service::peek_arc)
}

/// What is under `key`, if need be put there empty.
fn grown<'a, V: Clone + Default>(map: &'a mut PMap<Name, V>, key: &str) -> Option<&'a mut V> {
    if map.get(key).is_none() {
        map.insert(key.into(), V::default());
    }
    map.get_mut(key)
}

/// Changes what is under `key`, and takes it out if it is empty then; answers whether the map is empty.
fn shrink<V: Clone>(
    map: &mut PMap<Name, V>,
    key: &str,
    empties: impl FnOnce(&mut V) -> bool,
) -> bool {
    if map.get_mut(key).is_some_and(empties) {
        map.remove(key);
    }
    map.len() == 0
}
