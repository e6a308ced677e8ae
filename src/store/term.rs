//! What can be asked of an index.

use std::fmt;

use crate::api::Name;

/// A question that an index answers: which objects have this to do with that.
///
/// ```
/// use kubernel::store::Term;
///
/// let term = Term::PodUsesClaim("prod".into(), "data".into());
/// assert_eq!(term.to_string(), "PodUsesClaim(prod, data)");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Term {
    /// Objects of any kind with an owner reference to this uid.
    OwnedBy(Name),
    /// The object with this uid, of any kind, while it is deleted in the foreground: it waits for its
    /// dependents to go.
    WaitsForDependents(Name),
    /// Pods bound to this node; the empty name for those without one.
    PodOnNode(Name),
    /// Pods one of whose addresses is this.
    PodIp(Name),
    /// Pods with this label: namespace, key, value.
    PodLabel(Name, Name, Name),
    /// Pods with a volume from this claim, also one of their own making: namespace, name.
    PodUsesClaim(Name, Name),
    /// Pods that refer to this secret in a volume, a variable or for pulling images: namespace, name.
    PodUsesSecret(Name, Name),
    /// Pods that refer to this config map in a volume or a variable: namespace, name.
    PodUsesConfigMap(Name, Name),
    /// Pods that run as this service account: namespace, name.
    PodUsesServiceAccount(Name, Name),
    /// Services whose selector asks for this label, among others: namespace, key, value.
    ServiceSelects(Name, Name, Name),
    /// Services with this cluster address.
    ClusterIp(Name),
    /// Services with this node port, also as health check.
    NodePort(i32),
    /// Endpoint slices that say they belong to this service: namespace, name.
    SliceOfService(Name, Name),
    /// Claims that name this volume.
    ClaimOfVolume(Name),
    /// Claims that name this storage class; the empty name for those that name none.
    ClassOfClaim(Name),
    /// Volumes whose claim reference names this claim: namespace, name.
    VolumeOfClaim(Name, Name),
    /// Volumes of this storage class; the empty name for those without.
    VolumeOfClass(Name),
}

/// Which question a term asks; the first character of its text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tag {
    OwnedBy,
    WaitsForDependents,
    PodOnNode,
    PodIp,
    PodLabel,
    PodUsesClaim,
    PodUsesSecret,
    PodUsesConfigMap,
    PodUsesServiceAccount,
    ServiceSelects,
    ClusterIp,
    NodePort,
    SliceOfService,
    ClaimOfVolume,
    ClassOfClaim,
    VolumeOfClaim,
    VolumeOfClass,
}

/// Writes a term as it is looked up: no part holds a zero character.
pub(super) fn write(out: &mut String, tag: Tag, parts: &[&str]) {
    out.push(char::from(tag as u8));
    for part in parts {
        out.push_str(part);
        out.push('\0');
    }
}

/// The text of one term.
pub(super) fn text(tag: Tag, parts: &[&str]) -> String {
    let mut out = String::with_capacity(64);
    write(&mut out, tag, parts);
    out
}

impl Term {
    /// The text that is looked up.
    pub(super) fn text(&self) -> String {
        self.with(text)
    }

    fn with<T>(&self, then: impl FnOnce(Tag, &[&str]) -> T) -> T {
        match self {
            Self::OwnedBy(uid) => then(Tag::OwnedBy, &[uid]),
            Self::WaitsForDependents(uid) => then(Tag::WaitsForDependents, &[uid]),
            Self::PodOnNode(node) => then(Tag::PodOnNode, &[node]),
            Self::PodIp(ip) => then(Tag::PodIp, &[ip]),
            Self::PodLabel(namespace, key, value) => then(Tag::PodLabel, &[namespace, key, value]),
            Self::PodUsesClaim(namespace, name) => then(Tag::PodUsesClaim, &[namespace, name]),
            Self::PodUsesSecret(namespace, name) => then(Tag::PodUsesSecret, &[namespace, name]),
            Self::PodUsesConfigMap(namespace, name) => {
                then(Tag::PodUsesConfigMap, &[namespace, name])
            }
            Self::PodUsesServiceAccount(namespace, name) => {
                then(Tag::PodUsesServiceAccount, &[namespace, name])
            }
            Self::ServiceSelects(namespace, key, value) => {
                then(Tag::ServiceSelects, &[namespace, key, value])
            }
            Self::ClusterIp(ip) => then(Tag::ClusterIp, &[ip]),
            Self::NodePort(port) => then(Tag::NodePort, &[&port.to_string()]),
            Self::SliceOfService(namespace, name) => then(Tag::SliceOfService, &[namespace, name]),
            Self::ClaimOfVolume(volume) => then(Tag::ClaimOfVolume, &[volume]),
            Self::ClassOfClaim(class) => then(Tag::ClassOfClaim, &[class]),
            Self::VolumeOfClaim(namespace, name) => then(Tag::VolumeOfClaim, &[namespace, name]),
            Self::VolumeOfClass(class) => then(Tag::VolumeOfClass, &[class]),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with(|tag, parts| write!(f, "{tag:?}({})", parts.join(", ")))
    }
}
