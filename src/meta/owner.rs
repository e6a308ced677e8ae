//! Owner references: who controls an object, and who may take or leave it.

use crate::api::{Kind, ObjectMeta, OwnerReference};

/// The reference that a child carries to the object that controls it: with `controller` and
/// `blockOwnerDeletion` set (CL-3).
///
/// ```
/// use kubernel::api::{Kind, ObjectMeta};
/// use kubernel::meta;
///
/// let set = ObjectMeta { name: "web".into(), uid: "u1".into(), ..Default::default() };
/// let reference = meta::controller_ref(&Kind::ReplicaSet, &set);
/// assert_eq!(reference.api_version, "apps/v1");
/// assert_eq!(reference.controller, Some(true));
///
/// let pod = ObjectMeta { owner_references: vec![reference], ..Default::default() };
/// assert_eq!(meta::controller_of(&pod).unwrap().name, "web");
/// ```
#[must_use]
pub fn controller_ref(kind: &Kind, owner: &ObjectMeta) -> OwnerReference {
    OwnerReference {
        api_version: kind.api_version().to_owned(),
        kind: kind.as_str().to_owned(),
        name: owner.name.clone(),
        uid: owner.uid.clone(),
        controller: Some(true),
        block_owner_deletion: Some(true),
    }
}

/// The reference to the controlling owner, if there is one. Owners without `controller: true` do
/// not control (RS-6).
#[must_use]
pub fn controller_of(meta: &ObjectMeta) -> Option<&OwnerReference> {
    meta.owner_references.iter().find(|owner| owner.controller == Some(true))
}

/// Whether the object with the uid `owner` controls `meta`.
#[must_use]
pub fn is_controlled_by(meta: &ObjectMeta, owner: &str) -> bool {
    controller_of(meta).is_some_and(|reference| reference.uid == owner)
}

/// How a controller stands to an object that may be its child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// It controls the object, and the selector matches.
    Ours,
    /// The object has no controller and matches: take it.
    Adopt,
    /// It controls the object, but the labels no longer match: let it go.
    Release,
    /// It has nothing to do with the object, or must leave it as it is for now.
    Ignore,
}

/// How `owner` stands to `child`, where `matches` tells whether its selector selects the child
/// (CL-2, RS-5).
///
/// Source: `pkg/controller/controller_ref_manager.go` `ClaimObject`.
#[must_use]
pub fn claim(owner: &ObjectMeta, matches: bool, child: &ObjectMeta) -> Claim {
    let owner_deleting = owner.deletion_timestamp.is_some();
    match controller_of(child) {
        Some(reference) if reference.uid != owner.uid => Claim::Ignore,
        Some(_) if matches => Claim::Ours,
        Some(_) if owner_deleting => Claim::Ignore,
        Some(_) => Claim::Release,
        None if !matches || owner_deleting => Claim::Ignore,
        None if child.deletion_timestamp.is_some() => Claim::Ignore,
        None if !owner.namespace.is_empty() && owner.namespace != child.namespace => Claim::Ignore,
        None => Claim::Adopt,
    }
}

/// Adds `reference` to `child`; one to the same uid is replaced in place (CL-3).
pub fn adopt(child: &mut ObjectMeta, reference: OwnerReference) {
    match child.owner_references.iter_mut().find(|owner| owner.uid == reference.uid) {
        Some(known) => *known = reference,
        None => child.owner_references.push(reference),
    }
}

/// Removes every reference to the owner with this uid; the others stay (CL-3).
pub fn release(child: &mut ObjectMeta, owner: &str) {
    child.owner_references.retain(|reference| reference.uid != owner);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner() -> ObjectMeta {
        ObjectMeta {
            name: "web".into(),
            namespace: "prod".into(),
            uid: "u1".into(),
            ..ObjectMeta::default()
        }
    }

    fn child(references: &[OwnerReference]) -> ObjectMeta {
        ObjectMeta {
            namespace: "prod".into(),
            owner_references: references.to_vec(),
            ..ObjectMeta::default()
        }
    }

    fn ours() -> OwnerReference {
        controller_ref(&Kind::ReplicaSet, &owner())
    }

    #[test]
    fn a_matching_orphan_is_adopted() {
        let mut pod = child(&[]);
        assert_eq!(claim(&owner(), true, &pod), Claim::Adopt);
        adopt(&mut pod, ours());
        assert_eq!(claim(&owner(), true, &pod), Claim::Ours);
    }

    // RS-6
    #[test]
    fn a_plain_reference_does_not_control() {
        let plain = OwnerReference { controller: None, ..ours() };
        let mut pod = child(&[plain]);
        assert_eq!(claim(&owner(), true, &pod), Claim::Adopt);
        adopt(&mut pod, ours());
        assert_eq!(pod.owner_references, [ours()]);
    }

    #[test]
    fn a_child_whose_labels_left_is_released_and_keeps_other_owners() {
        let other = OwnerReference { uid: "u2".into(), controller: None, ..ours() };
        let mut pod = child(&[other.clone(), ours()]);
        assert_eq!(claim(&owner(), false, &pod), Claim::Release);
        release(&mut pod, "u1");
        assert_eq!(pod.owner_references, [other]);
    }

    #[test]
    fn children_of_others_and_of_other_namespaces_are_left_alone() {
        let foreign = OwnerReference { uid: "u2".into(), ..ours() };
        assert_eq!(claim(&owner(), true, &child(&[foreign])), Claim::Ignore);
        let elsewhere = ObjectMeta { namespace: "test".into(), ..child(&[]) };
        assert_eq!(claim(&owner(), true, &elsewhere), Claim::Ignore);
    }
}
