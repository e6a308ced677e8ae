//! Requests that read, and those that write more or less than one object.

use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;

use crate::admission::{ApiError, Request, check_delete_options, scale_of};
use crate::api::{DeleteOptions, Key, Kind, Object, Scale, Strictness};
use crate::cluster::Cluster;
use crate::meta::PatchOptions;
use crate::read::{self, ListOptions, Page, Watch};
use crate::store::Revision;

impl Cluster {
    /// The object called `key`, not older than `resource_version`; empty and `0` ask for no version.
    ///
    /// # Errors
    /// As [`read::get`].
    pub fn read(&self, key: &Key, resource_version: &str) -> Result<&Object, ApiError> {
        read::get(&self.store, key, resource_version)
    }

    /// How many replicas of an object there are to be, and how many there are.
    ///
    /// # Errors
    /// - [`ApiError::NotFound`]: there is no such object.
    /// - [`ApiError::MethodNotAllowed`]: the kind has no scale.
    pub fn scale(&self, key: &Key) -> Result<Scale, ApiError> {
        scale_of(self.store.object(key), key.clone())
    }

    /// The objects of a kind that `options` ask for, in one namespace or in all.
    ///
    /// # Errors
    /// As [`read::list`].
    ///
    /// ```
    /// use kubernel::Cluster;
    /// use kubernel::api::Kind;
    /// use kubernel::read::ListOptions;
    ///
    /// let cluster = Cluster::builder().build();
    /// let options = ListOptions { field_selector: "metadata.name!=default".into(), limit: 2, ..Default::default() };
    /// let page = cluster.page(&Kind::Namespace, None, &options)?;
    /// let names: Vec<_> = page.items.iter().map(|object| object.meta().name.as_str()).collect();
    /// assert_eq!(names, ["kube-node-lease", "kube-public"]);
    /// assert!(!page.metadata.continue_.is_empty());
    /// # Ok::<(), kubernel::ApiError>(())
    /// ```
    pub fn page(
        &self,
        kind: &Kind,
        namespace: Option<&str>,
        options: &ListOptions,
    ) -> Result<Page, ApiError> {
        read::list(&self.store, kind, namespace, options)
    }

    /// Starts to watch a kind, in one namespace or in all; poll it against [`store`](Self::store).
    ///
    /// # Errors
    /// As [`Watch::open`].
    pub fn watch(
        &self,
        kind: &Kind,
        namespace: Option<&str>,
        options: &ListOptions,
    ) -> Result<Watch, ApiError> {
        Watch::open(&self.store, kind, namespace, options)
    }

    /// Forgets what was before `upto`, as [`Store::compact`](crate::store::Store::compact).
    pub fn compact(&mut self, upto: Revision) {
        self.store.compact(upto);
    }

    /// Answers a request as if it were made, and changes nothing (STORE-11). A new object has a uid and no
    /// resource version, a changed one the version it had.
    ///
    /// # Errors
    /// As [`Gate::admit`](crate::admission::Gate::admit).
    ///
    /// ```
    /// use kubernel::Cluster;
    /// use kubernel::admission::Request;
    /// use kubernel::api::{ConfigMap, ObjectMeta};
    ///
    /// let cluster = Cluster::builder().build();
    /// let metadata = ObjectMeta { name: "a".into(), ..Default::default() };
    /// let object = ConfigMap { metadata, ..Default::default() };
    /// let answer = cluster.dry_run(Request::Create(object.into()))?;
    /// assert!(!answer.meta().uid.is_empty() && answer.meta().resource_version.is_empty());
    /// assert!(cluster.get::<ConfigMap>("default", "a").is_none());
    /// # Ok::<(), kubernel::ApiError>(())
    /// ```
    pub fn dry_run(&self, request: Request) -> Result<Object, ApiError> {
        // What is drawn must be neither missing later nor met again.
        let mut bits = Pcg64Mcg::seed_from_u64(self.bits.clone().next_u64());
        self.rehearse(request, &mut bits)
    }

    fn rehearse(&self, request: Request, bits: &mut Pcg64Mcg) -> Result<Object, ApiError> {
        let (writes, answer) = self.judge(request, bits)?.into_parts();
        answer.without(&writes, &self.store)
    }

    /// Makes a request with options: for a dry run answers as [`dry_run`](Self::dry_run) and changes nothing but
    /// what is drawn next, else as [`request`](Self::request). `field_validation` is for a patch, whose own it replaces unless it is empty; what
    /// is created and updated is decoded already.
    ///
    /// # Errors
    /// [`ApiError::Invalid`] for options that do not go together, and as
    /// [`Gate::admit`](crate::admission::Gate::admit).
    pub fn request_with(
        &mut self,
        mut request: Request,
        options: &PatchOptions,
    ) -> Result<Object, ApiError> {
        request.check_options(options)?;
        if let Request::Patch(patch) = &mut request {
            match options.field_validation.as_str() {
                "Ignore" => patch.strictness = Strictness::Ignore,
                "Warn" => patch.strictness = Strictness::Warn,
                "Strict" => patch.strictness = Strictness::Strict,
                _ => {}
            }
        }
        if options.dry_run.is_empty() {
            return self.request(request);
        }
        let mut bits = self.bits.clone();
        let answer = self.rehearse(request, &mut bits);
        self.bits = bits;
        answer
    }

    /// Deletes the objects that `list` asks for, one after the other, each with `options`. Answers them as
    /// they were before. Not all or nothing: a refusal ends it, and what is deleted by then stays deleted
    /// (DEL-10).
    ///
    /// # Errors
    /// - [`ApiError::MethodNotAllowed`]: for objects of all namespaces, and for namespaces.
    /// - As [`read::list`], and as [`Gate::admit`](crate::admission::Gate::admit) for a deletion.
    ///
    /// ```
    /// use kubernel::Cluster;
    /// use kubernel::api::{ConfigMap, Kind, ObjectMeta};
    /// use kubernel::read::ListOptions;
    ///
    /// let mut cluster = Cluster::builder().build();
    /// for name in ["a", "b"] {
    ///     let metadata = ObjectMeta { name: name.into(), ..Default::default() };
    ///     cluster.create(ConfigMap { metadata, ..Default::default() })?;
    /// }
    /// let not_a = ListOptions { field_selector: "metadata.name!=a".into(), ..Default::default() };
    /// let gone = cluster.delete_collection(&Kind::ConfigMap, Some("default"), &not_a, &Default::default())?;
    /// assert_eq!(gone.items.len(), 1);
    /// assert!(cluster.get::<ConfigMap>("default", "a").is_some());
    /// # Ok::<(), kubernel::ApiError>(())
    /// ```
    pub fn delete_collection(
        &mut self,
        kind: &Kind,
        namespace: Option<&str>,
        list: &ListOptions,
        options: &DeleteOptions,
    ) -> Result<Page, ApiError> {
        let everywhere = namespace.is_none_or(str::is_empty) && kind.is_namespaced();
        if everywhere || *kind == Kind::Namespace {
            return Err(ApiError::MethodNotAllowed { kind: kind.clone(), verb: "delete all" });
        }
        let page = self.page(kind, namespace, list)?;
        check_delete_options(options)?;
        for object in &page.items {
            let key = Key { kind: kind.clone(), ..object.key() };
            match self.request(Request::Delete(key, options.clone())) {
                Ok(_) | Err(ApiError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(page)
    }
}
