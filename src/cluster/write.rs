//! Requests: the user's and the actors'. The only place that writes to the store.

use std::sync::Arc;

use rand_core::Rng;
use rand_pcg::Pcg64Mcg;

use crate::admission::{Admitted, Answer, ApiError, Gate, Patch, Request, scale_of};
use crate::api::{Binding, DeleteOptions, Key, Name, Object, ObjectMeta, ObjectReference, Scale};
use crate::cluster::trace::Event;
use crate::cluster::{Cluster, SeatId};
use crate::control::Intent;
use crate::control::queue::Work;
use crate::store::Revision;

/// What became of a request.
struct Written {
    key: Key,
    revision: Option<Revision>,
    object: Object,
}

impl Cluster {
    /// Adds an object; one of a namespaced kind without a namespace goes to `default`. Answers what it is called,
    /// also if its name was generated.
    ///
    /// # Errors
    /// As [`Gate::admit`].
    pub fn create(&mut self, object: impl Into<Object>) -> Result<Key, ApiError> {
        self.request(Request::Create(object.into())).map(|object| object.key())
    }

    /// Replaces an object, except its status. Answers it as it is stored then.
    ///
    /// # Errors
    /// As [`Gate::admit`].
    pub fn update(&mut self, object: impl Into<Object>) -> Result<Object, ApiError> {
        self.request(Request::Update(object.into()))
    }

    /// Replaces the status of an object. Answers it as it is stored then.
    ///
    /// # Errors
    /// As [`Gate::admit`].
    pub fn update_status(&mut self, object: impl Into<Object>) -> Result<Object, ApiError> {
        self.request(Request::UpdateStatus(object.into()))
    }

    /// Says how many replicas there are to be of a Deployment, ReplicaSet, StatefulSet or
    /// ReplicationController. A resource version or a uid in `scale` is a precondition. Answers the scale as
    /// it is then.
    ///
    /// # Errors
    /// [`ApiError::MethodNotAllowed`] if the kind has no scale, and as [`Gate::admit`].
    ///
    /// ```
    /// use kubernel::Cluster;
    /// use kubernel::api::{Deployment, Strictness, decode};
    ///
    /// let text = r#"{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
    ///   "spec": {"selector": {"matchLabels": {"app": "web"}}, "template": {
    ///     "metadata": {"labels": {"app": "web"}},
    ///     "spec": {"containers": [{"name": "web", "image": "web:1"}]}}}}"#;
    /// let mut cluster = Cluster::default();
    /// let key = cluster.create(decode(text, Strictness::Strict)?.object)?;
    /// let mut scale = cluster.scale(&key)?;
    /// assert_eq!((scale.spec.replicas, scale.status.selector.as_str()), (1, "app=web"));
    /// scale.spec.replicas = 3;
    /// cluster.update_scale(&key, scale)?;
    /// assert_eq!(cluster.get::<Deployment>("default", "web").unwrap().spec.replicas, Some(3));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn update_scale(&mut self, key: &Key, scale: Scale) -> Result<Scale, ApiError> {
        self.request(Request::UpdateScale(key.clone(), Box::new(scale)))?;
        self.scale(key)
    }

    /// Changes an object, or a part of it, by a patch. Answers it as it is stored then.
    ///
    /// # Errors
    /// As [`Gate::admit`].
    pub fn patch(&mut self, patch: Patch) -> Result<Object, ApiError> {
        self.request(Request::Patch(Box::new(patch)))
    }

    /// Adds an object, or replaces the one of its name whatever its version.
    ///
    /// # Errors
    /// As [`Gate::admit`].
    pub fn put(&mut self, object: impl Into<Object>) -> Result<Object, ApiError> {
        let mut object = object.into();
        if object.kind().is_namespaced() && object.meta().namespace.is_empty() {
            object.meta_mut().namespace = "default".into();
        }
        match self.store.object(&object.key()) {
            Some(stored) => {
                let version = stored.meta().resource_version.clone();
                object.meta_mut().resource_version = version;
                self.request(Request::Update(object))
            }
            None => self.request(Request::Create(object)),
        }
    }

    /// Deletes an object. Answers its last state; it may go on to exist for a while.
    ///
    /// # Errors
    /// As [`Gate::admit`].
    pub fn delete(&mut self, key: &Key, options: DeleteOptions) -> Result<Object, ApiError> {
        self.request(Request::Delete(key.clone(), options))
    }

    /// Makes a request of the user's. Answers the object as an API server would.
    ///
    /// # Errors
    /// As [`Gate::admit`].
    pub fn request(&mut self, request: Request) -> Result<Object, ApiError> {
        let (verb, key) = (request.verb(), request.key());
        let before = self.store.revision();
        let written = self.admit(request);
        let (key, answer) = match &written {
            Ok(written) => (written.key.clone(), Ok(written.revision)),
            Err(error) => (key, Err(Arc::new(error.clone()))),
        };
        let event = Event::Call { verb, key, answer };
        self.trace.push(self.now, None, event, (before, self.store.revision()));
        written.map(|written| written.object)
    }

    fn admit(&mut self, request: Request) -> Result<Written, ApiError> {
        let mut bits = self.bits.clone();
        let admitted = self.judge(request, &mut bits);
        self.bits = bits;
        self.write(admitted?)
    }

    /// Judges a request and writes nothing.
    pub(super) fn judge(
        &self,
        request: Request,
        bits: &mut Pcg64Mcg,
    ) -> Result<Admitted, ApiError> {
        let (store, rules, ranges) = (&self.store, &*self.rules, &*self.ranges);
        let mut draw = || bits.next_u64();
        Gate { store, now: self.time(), draw: &mut draw, rules, ranges }.admit(request)
    }

    /// ARCH-5: nothing else commits to the store.
    fn write(&mut self, admitted: Admitted) -> Result<Written, ApiError> {
        let (writes, answer) = admitted.into_parts();
        let mut revision = None;
        for write in writes {
            let done = self.store.commit(write.key, write.expect, write.after);
            let done = done.map_err(|why| ApiError::Internal { text: why.to_string().into() })?;
            revision = Some(done);
        }
        let (key, object) = match answer {
            Answer::Stored(key) => {
                let stored = self.store.object(&key).cloned();
                let object = stored.ok_or_else(|| ApiError::NotFound { key: key.clone() })?;
                (key, object)
            }
            Answer::Scale(key) => {
                let scale = scale_of(self.store.object(&key), key.clone())?;
                (key, scale.into())
            }
            Answer::Removed(mut object) => {
                if let Some(revision) = revision {
                    object.meta_mut().resource_version = revision.to_string();
                }
                (object.key(), object)
            }
            Answer::Unstored(object) => (object.key(), object),
        };
        Ok(Written { key, revision, object })
    }

    /// Tries the next write of a plan.
    pub(super) fn apply_next(&mut self, id: SeatId, work: &Work, intent: usize) -> Option<()> {
        let seat = self.seats.get(id.0)?;
        let pending = seat.plans.get(work).filter(|pending| pending.next == intent)?.clone();
        let wanted = pending.intents.get(intent)?.clone();
        let actor = work.node.clone().unwrap_or_else(|| seat.name.clone());
        let (verb, forgiving) = (wanted.verb(), Forgiving::of(&wanted));
        let (before, key) = (self.store.revision(), wanted.key());
        let written = self.admit(request_of(wanted));
        let failed = written.as_ref().is_err_and(|error| !forgiving.forgives(error));
        let (key, answer) = match written {
            Ok(written) => (written.key, Ok(written.revision)),
            Err(error) => (key, Err(Arc::new(error))),
        };
        let revision = answer.as_ref().ok().copied().flatten();
        let event = Event::Write { actor, about: work.key.clone(), verb, key, answer };
        let cause = super::some(pending.entry);
        let entry = self.trace.push(self.now, cause, event, (before, self.store.revision()));
        let now = self.now;
        let seat = self.seats.get_mut(id.0)?;
        if let Some(revision) = revision {
            seat.wrote(work.clone(), before, revision);
        }
        if !failed && intent + 1 < pending.intents.len() {
            seat.plans.get_mut(work)?.next = intent + 1;
            return Some(());
        }
        seat.plans.remove(work);
        seat.planned.remove(work);
        if failed {
            seat.queue.retry(work.clone(), now, entry.0);
            if let Some(cause) = pending.dirty {
                seat.add(work.clone(), cause);
            }
        } else {
            self.finish(id, work, pending);
        }
        Some(())
    }
}

/// Which refusals do not stop a plan.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Forgiving {
    Nothing,
    Gone,
    Everything,
}

impl Forgiving {
    fn of(intent: &Intent) -> Self {
        match intent {
            Intent::Delete(..) | Intent::Evict(_) => Self::Gone,
            Intent::Record(_) => Self::Everything,
            Intent::Create(_)
            | Intent::Update(_)
            | Intent::UpdateStatus(_)
            | Intent::Finalize(_)
            | Intent::Bind { .. } => Self::Nothing,
        }
    }

    fn forgives(self, error: &ApiError) -> bool {
        match self {
            Self::Nothing => false,
            Self::Gone => matches!(error, ApiError::NotFound { .. }),
            Self::Everything => true,
        }
    }
}

fn request_of(intent: Intent) -> Request {
    match intent {
        Intent::Create(object) => Request::Create(object),
        Intent::Update(object) => Request::Update(object),
        Intent::UpdateStatus(object) => Request::UpdateStatus(object),
        Intent::Finalize(object) => Request::Finalize(object),
        Intent::Delete(key, options) => Request::Delete(key, options),
        Intent::Bind { pod, node } => Request::Bind(Box::new(binding(&pod, &node))),
        Intent::Evict(key) => Request::Evict(key, DeleteOptions::default()),
        Intent::Record(event) => Request::Create((*event).into()),
    }
}

fn binding(pod: &Key, node: &Name) -> Binding {
    let metadata = ObjectMeta {
        name: pod.name.to_string(),
        namespace: pod.namespace.to_string(),
        ..ObjectMeta::default()
    };
    let target = ObjectReference {
        kind: "Node".into(),
        name: node.to_string(),
        ..ObjectReference::default()
    };
    Binding { metadata, target }
}
