//! The suites about what is wrong with storage objects.

use kubernel::api::{
    Container, PersistentVolume, PersistentVolumeClaim, Pod, SecurityContext, StorageClass,
    VolumeAttachment,
};
use kubernel::field::{Errors, Path};
use kubernel::pod;
use kubernel::storage::{defaults, validate};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::support::{decode, text};
use super::admission::error_set;

fn answer(check: impl FnOnce(&mut Errors)) -> Value {
    let mut out = Errors::new();
    check(&mut out);
    json!({"errs": error_set(&out)})
}

/// Objects are defaulted before they are checked.
fn read<T: DeserializeOwned + Default>(value: &Value, default: impl Fn(&mut T)) -> T {
    let mut object: T = decode(value);
    default(&mut object);
    object
}

pub(crate) fn pv_validation(case: &Value) -> Value {
    let volume: PersistentVolume = read(&case["volume"], defaults::volume);
    answer(|out| validate::volume(out, &volume))
}

pub(crate) fn pv_update_validation(case: &Value) -> Value {
    let new = read(&case["new"], defaults::volume);
    let old = read(&case["old"], defaults::volume);
    answer(|out| match text(case, "subresource") {
        "status" => validate::update_volume_status(out, &new, &old),
        _ => validate::update_volume(out, &new, &old),
    })
}

pub(crate) fn pvc_validation(case: &Value) -> Value {
    let claim = read(&case["claim"], defaults::claim);
    answer(|out| validate::claim(out, &claim))
}

pub(crate) fn pvc_update_validation(case: &Value) -> Value {
    let mut new: PersistentVolumeClaim = read(&case["new"], defaults::claim);
    let old: PersistentVolumeClaim = read(&case["old"], defaults::claim);
    answer(|out| match text(case, "subresource") {
        "status" => validate::update_claim_status(out, &new, &old),
        _ => {
            new.status.clone_from(&old.status);
            validate::update_claim(out, &new, &old);
        }
    })
}

pub(crate) fn storageclass_validation(case: &Value) -> Value {
    let mut class: StorageClass = read(&case["class"], defaults::storage_class);
    for n in 0..case["manyParameters"].as_u64().unwrap_or_default() {
        class.parameters.insert(format!("k{n}"), "v".to_owned());
    }
    if let Some(inflate) = case.get("inflate") {
        let size = usize::try_from(inflate["size"].as_u64().unwrap()).unwrap();
        class.parameters.insert(text(inflate, "key").to_owned(), "v".repeat(size));
    }
    answer(|out| {
        validate::storage_class(out, &class);
        if let Some(old) = case.get("old") {
            validate::update_storage_class(out, &class, &read(old, defaults::storage_class));
        }
    })
}

pub(crate) fn volumeattachment_validation(case: &Value) -> Value {
    let attachment: VolumeAttachment = decode(&case["attachment"]);
    answer(|out| match case.get("old") {
        None => validate::attachment(out, &attachment),
        Some(old) => validate::update_attachment(out, &attachment, &decode(old)),
    })
}

/// The volumes of a pod, and their uses by its one container. What is wrong with the rest of the pod
/// is left out.
pub(crate) fn volume_validation(case: &Value) -> Value {
    let mut pod = Pod { metadata: decode(&case["metadata"]), ..Pod::default() };
    if pod.metadata.namespace.is_empty() {
        pod.metadata.namespace = "ns".to_owned();
    }
    let mut container = Container {
        name: "c".to_owned(),
        image: "i".to_owned(),
        volume_mounts: decode(&case["volumeMounts"]),
        volume_devices: decode(&case["volumeDevices"]),
        ..Container::default()
    };
    if case["privileged"] == json!(true) {
        let context = SecurityContext { privileged: Some(true), ..SecurityContext::default() };
        container.security_context = Some(Box::new(context));
    }
    pod.spec.volumes = decode(&case["volumes"]);
    pod.spec.containers.push(container);
    pod.spec.service_account_name = "default".to_owned();
    pod::defaults::default(&mut pod);
    let mut all = Errors::new();
    pod::validate::validate(&mut all, &Path::EMPTY, &pod, &pod::validate::Rules::default());
    let mut out = Errors::new();
    for error in all.iter() {
        let rest = error.field.strip_prefix("spec.containers[0].volume");
        if error.field.starts_with("spec.volumes") || rest.is_some() {
            out.push(&Path::root(&error.field), error.cause.clone(), error.detail.clone());
        }
    }
    json!({"errs": error_set(&out)})
}
