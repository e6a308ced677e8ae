//! What a server tells of itself.

use serde::Serialize;
use serde_json::{Value, json};

use crate::admission::Subresource;
use crate::api::Kind;
use crate::cluster::Cluster;
use crate::wire::names::{GROUPS, in_all, short_name};
use crate::wire::route::kinds;

const OBJECTS: &[&str] =
    &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const NAMESPACES: &[&str] = &["create", "delete", "get", "list", "patch", "update", "watch"];
const PARTS: &[&str] = &["get", "patch", "update"];

/// Source: `component-base/version`.
pub(super) fn version() -> Value {
    json!({
        "major": "1",
        "minor": "36",
        "gitVersion": "v1.36.2",
        "gitCommit": "",
        "gitTreeState": "",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "",
        "compiler": "",
        "platform": "",
    })
}

/// `/api`
pub(super) fn versions() -> Value {
    json!({ "kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [] })
}

/// A group, and which versions of it there are.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Group {
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    itself: Option<Itself>,
    name: String,
    versions: Vec<Version>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_version: Option<Version>,
}

/// What an object says it is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Itself {
    kind: &'static str,
    api_version: &'static str,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    group_version: String,
    version: String,
}

/// `/apis`
#[derive(Debug, Serialize)]
pub(super) struct Groups {
    #[serde(flatten)]
    itself: Itself,
    groups: Vec<Group>,
}

impl Groups {
    pub(super) fn of(cluster: &Cluster) -> Self {
        let mut names: Vec<String> = GROUPS.iter().map(|name| (*name).to_owned()).collect();
        for kind in cluster.custom_kinds() {
            if !names.iter().any(|name| name == kind.group()) {
                names.push(kind.group().to_owned());
            }
        }
        let groups = names.into_iter().map(|name| Group::entry(name, cluster)).collect();
        Self { itself: Itself { kind: "APIGroupList", api_version: "v1" }, groups }
    }
}

impl Group {
    /// `/apis/GROUP`
    pub(super) fn of(name: String, cluster: &Cluster) -> Self {
        let itself = Some(Itself { kind: "APIGroup", api_version: "v1" });
        Self { itself, ..Self::entry(name, cluster) }
    }

    fn entry(name: String, cluster: &Cluster) -> Self {
        let mut versions: Vec<Version> = Vec::new();
        for kind in kinds(cluster).filter(|kind| kind.group() == name) {
            let group_version = kind.api_version().to_owned();
            let version = Version { group_version, version: kind.version().to_owned() };
            if !versions.contains(&version) {
                versions.push(version);
            }
        }
        let preferred_version = versions.first().cloned();
        Self { itself: None, name, versions, preferred_version }
    }
}

/// `/api/v1`, `/apis/GROUP/VERSION`
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Resources {
    #[serde(flatten)]
    itself: Itself,
    group_version: String,
    resources: Vec<Resource>,
}

/// A resource, or a part of one.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    name: String,
    singular_name: String,
    namespaced: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    group: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    version: String,
    kind: String,
    verbs: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    short_names: Option<[&'static str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    categories: Option<[&'static str; 1]>,
}

impl Resources {
    /// Source: `endpoints/installer.go`, `endpoints/discovery`.
    pub(super) fn of(version: String, cluster: &Cluster) -> Self {
        let of_version = kinds(cluster).filter(|kind| kind.api_version() == version);
        let mut resources: Vec<Resource> =
            of_version.flat_map(|kind| Resource::all_of(&kind)).collect();
        resources.sort_by(|a, b| a.name.cmp(&b.name));
        let itself = Itself { kind: "APIResourceList", api_version: "v1" };
        Self { itself, group_version: version, resources }
    }
}

impl Resource {
    fn all_of(kind: &Kind) -> Vec<Self> {
        let mut all = vec![Self::of(kind)];
        all.extend(Subresource::of(kind).iter().map(|part| {
            let body = if *part == Subresource::Scale { &Kind::Scale } else { kind };
            Self::part(kind, part.as_str(), body, PARTS)
        }));
        if *kind == Kind::Pod {
            all.push(Self::part(kind, "binding", &Kind::Binding, &["create"]));
            all.push(Self::part(kind, "eviction", &Kind::Eviction, &["create"]));
        }
        if *kind == Kind::Namespace {
            all.push(Self::part(kind, "finalize", kind, &["update"]));
        }
        all
    }

    fn of(kind: &Kind) -> Self {
        Self {
            name: kind.plural().into(),
            singular_name: kind.as_str().to_lowercase(),
            namespaced: kind.is_namespaced(),
            group: String::new(),
            version: String::new(),
            kind: kind.as_str().into(),
            verbs: if *kind == Kind::Binding {
                &["create"]
            } else if *kind == Kind::Namespace {
                NAMESPACES
            } else {
                OBJECTS
            },
            short_names: short_name(kind).map(|name| [name]),
            categories: in_all(kind).then_some(["all"]),
        }
    }

    /// A part of an object; `body` is the kind that is sent.
    fn part(of: &Kind, part: &str, body: &Kind, verbs: &'static [&'static str]) -> Self {
        let own = body.api_version() == of.api_version();
        let named = |text: &str| if own { String::new() } else { text.to_owned() };
        Self {
            name: format!("{}/{part}", of.plural()),
            singular_name: String::new(),
            namespaced: of.is_namespaced(),
            group: named(body.group()),
            version: named(body.version()),
            kind: body.as_str().into(),
            verbs,
            short_names: None,
            categories: None,
        }
    }
}
