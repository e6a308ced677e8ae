//! Which resource a path means.

use crate::admission::Subresource;
use crate::api::{Key, Kind};
use crate::cluster::Cluster;
use crate::wire::failure::Failure;
use crate::wire::message::Method;
use crate::wire::names;
use crate::wire::query::decoded;

/// What a path means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// Whether the server is well.
    Health,
    /// Which version it is of.
    Version,
    /// `/api`: the versions of the core group.
    Versions,
    /// `/apis`: the other groups.
    Groups,
    /// `/apis/GROUP`.
    Group(String),
    /// The resources of a group and version.
    Resources(String),
    /// Objects.
    Resource(Target),
}

/// Which objects a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) kind: Kind,
    /// `None` for all namespaces and for kinds of the cluster.
    pub(super) namespace: Option<String>,
    pub(super) name: Option<String>,
    pub(super) part: Part,
    /// The older form of a watch, by its path.
    pub(super) watch: bool,
}

/// Which part of an object a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    Of(Subresource),
    /// The node of a pod.
    Binding,
    /// The end of a pod.
    Eviction,
    /// The finalizers in the spec of a namespace.
    Finalize,
}

impl Route {
    /// Source: `endpoints/request/requestinfo.go NewRequestInfo`, `endpoints/installer.go`.
    pub(super) fn of(path: &str, cluster: &Cluster) -> Result<Self, Failure> {
        let path = decoded(path);
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        let (version, rest) = match segments.as_slice() {
            ["healthz" | "livez" | "readyz"] => return Ok(Self::Health),
            ["version"] => return Ok(Self::Version),
            ["api"] => return Ok(Self::Versions),
            ["apis"] => return Ok(Self::Groups),
            ["apis", group] if has_group(group, cluster) => {
                return Ok(Self::Group((*group).to_owned()));
            }
            ["api", version, rest @ ..] => ((*version).to_owned(), rest),
            ["apis", group, version, rest @ ..] => (format!("{group}/{version}"), rest),
            _ => return Err(Failure::Nowhere),
        };
        if !has_version(&version, cluster) {
            return Err(Failure::Nowhere);
        }
        if rest.is_empty() {
            return Ok(Self::Resources(version));
        }
        Target::of(&version, rest, cluster).map(Self::Resource).ok_or(Failure::NoResource)
    }

    pub(super) fn methods(&self) -> Vec<Method> {
        match self {
            Self::Health
            | Self::Version
            | Self::Versions
            | Self::Groups
            | Self::Group(_)
            | Self::Resources(_) => vec![Method::Get],
            Self::Resource(target) => target.methods(),
        }
    }
}

/// The kinds that have paths: those of the table, and the custom ones that the cluster knows of.
pub(super) fn kinds(cluster: &Cluster) -> impl Iterator<Item = Kind> + '_ {
    let table = Kind::ALL.iter().filter(|kind| names::is_resource(kind)).cloned();
    table.chain(cluster.custom_kinds())
}

fn has_version(version: &str, cluster: &Cluster) -> bool {
    kinds(cluster).any(|kind| kind.api_version() == version)
}

fn has_group(group: &str, cluster: &Cluster) -> bool {
    !group.is_empty() && kinds(cluster).any(|kind| kind.group() == group)
}

impl Target {
    /// `rest` is what stands behind the version.
    fn of(version: &str, rest: &[&str], cluster: &Cluster) -> Option<Self> {
        let (watch, rest) = match rest {
            ["watch", rest @ ..] => (true, rest),
            rest => (false, rest),
        };
        let (namespace, rest) = match rest {
            // What stands behind the name of a namespace is one of its own parts, or a resource in it.
            ["namespaces", _, part, ..]
                if version == "v1" && Part::of(&Kind::Namespace, part).is_some() =>
            {
                (None, rest)
            }
            ["namespaces", name, rest @ ..] if !rest.is_empty() => (Some(*name), rest),
            rest => (None, rest),
        };
        let (plural, name, part) = match rest {
            [plural] => (*plural, None, None),
            [plural, name] => (*plural, Some(*name), None),
            [plural, name, part] => (*plural, Some(*name), Some(*part)),
            _ => return None,
        };
        let mut all = kinds(cluster);
        let kind = all.find(|kind| kind.api_version() == version && kind.plural() == plural)?;
        let part = match part {
            None => Part::Whole,
            Some(part) => Part::of(&kind, part)?,
        };
        let given = |text: &str| !text.is_empty();
        if !namespace.is_none_or(given) || !name.is_none_or(given) {
            return None;
        }
        let (namespace, name) = (namespace.map(String::from), name.map(String::from));
        let target = Self { kind, namespace, name, part, watch };
        (!target.methods().is_empty()).then_some(target)
    }

    pub(super) fn is_item(&self) -> bool {
        self.name.is_some() && !self.watch
    }

    /// What can be done here; nothing, if there is no such path.
    pub(super) fn methods(&self) -> Vec<Method> {
        use Method::{Delete, Get, Patch, Post, Put};
        let placed = self.kind.is_namespaced() == self.namespace.is_some();
        let everywhere = self.kind.is_namespaced() && self.namespace.is_none();
        let sent = self.kind == Kind::Binding;
        if self.watch {
            let whole = self.part == Part::Whole && !sent;
            let read = placed || (everywhere && self.name.is_none());
            return if whole && read { vec![Get] } else { Vec::new() };
        }
        match (self.name.is_some(), self.part) {
            (_, _) if !placed && !everywhere => Vec::new(),
            (false, _) if everywhere && sent => Vec::new(),
            (false, _) if everywhere => vec![Get],
            (false, _) if sent => vec![Post],
            (false, _) if self.kind == Kind::Namespace => vec![Get, Post],
            (false, _) => vec![Get, Post, Delete],
            (true, _) if everywhere || sent => Vec::new(),
            (true, Part::Whole) => vec![Get, Put, Patch, Delete],
            (true, Part::Of(_)) => vec![Get, Put, Patch],
            (true, Part::Binding | Part::Eviction) => vec![Post],
            (true, Part::Finalize) => vec![Put],
        }
    }

    /// The name that the object has, or is to have.
    pub(super) fn key(&self) -> Key {
        let namespace = self.namespace.as_deref().unwrap_or_default();
        Key::new(self.kind.clone(), namespace, self.name.as_deref().unwrap_or_default())
    }

    /// The kind of the body that is sent and answered.
    pub(super) fn body_kind(&self) -> Kind {
        match self.part {
            Part::Of(Subresource::Scale) => Kind::Scale,
            Part::Binding => Kind::Binding,
            Part::Eviction => Kind::Eviction,
            Part::Whole | Part::Finalize | Part::Of(_) => self.kind.clone(),
        }
    }
}

impl Part {
    /// The part of this name, if objects of the kind have it.
    fn of(kind: &Kind, name: &str) -> Option<Self> {
        let sent = [
            (Kind::Pod, "binding", Self::Binding),
            (Kind::Pod, "eviction", Self::Eviction),
            (Kind::Namespace, "finalize", Self::Finalize),
        ];
        let sent = sent.into_iter().find(|(of, part, _)| of == kind && *part == name);
        let own = || Subresource::of(kind).iter().find(|own| own.as_str() == name);
        sent.map(|(_, _, part)| part).or_else(|| own().copied().map(Self::Of))
    }
}
