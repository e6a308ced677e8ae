//! Attachments.

use crate::api::{Kind, VolumeAttachment, VolumeAttachmentSource, VolumeError};
use crate::field::{Errors, Path};
use crate::storage::validate::{fixed, volume::inline_spec};
use crate::volume::validate::csi_driver;
use crate::{meta, name};

const MAX_MESSAGE_BYTES: usize = 1024;
const MAX_METADATA_BYTES: usize = 256 * 1024;

/// Checks an attachment (`ATTACH-5`).
pub fn attachment(out: &mut Errors, attachment: &VolumeAttachment) {
    let rules = meta::Rules::of(&Kind::VolumeAttachment);
    meta::validate_builtin(out, &Path::root("metadata"), &attachment.metadata, &rules);
    let at = Path::root("spec");
    csi_driver(out, &at.field("attacher"), &attachment.spec.attacher);
    source(out, &at.field("source"), &attachment.spec.source);
    let node = &attachment.spec.node_name;
    name::validate(out, &at.field("nodeName"), node, name::dns1123_subdomain);
    let at = Path::root("status");
    let bytes: usize = attachment
        .status
        .attachment_metadata
        .iter()
        .map(|(key, value)| key.len() + value.len())
        .sum();
    if bytes > MAX_METADATA_BYTES {
        out.too_long(&at.field("attachmentMetadata"), MAX_METADATA_BYTES);
    }
    let status = &attachment.status;
    error(out, &at.field("attachError"), status.attach_error.as_deref());
    error(out, &at.field("detachError"), status.detach_error.as_deref());
}

fn source(out: &mut Errors, at: &Path<'_>, source: &VolumeAttachmentSource) {
    let detail = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
    match (&source.inline_volume_spec, &source.persistent_volume_name) {
        (None, None) => out.required(at, detail),
        (Some(_), Some(_)) => out.forbidden(at, detail),
        (None, Some(volume)) if volume.is_empty() => {
            out.required(&at.field("persistentVolumeName"), "must not be empty");
        }
        (None, Some(_)) => {}
        (Some(spec), None) => inline_spec(out, &at.field("inlineVolumeSpec"), spec),
    }
    if let Some(volume) = &source.persistent_volume_name {
        let at = at.field("persistentVolumeName");
        name::validate(out, &at, volume, name::dns1123_subdomain);
    }
}

fn error(out: &mut Errors, at: &Path<'_>, error: Option<&VolumeError>) {
    let Some(error) = error else { return };
    if error.message.len() > MAX_MESSAGE_BYTES {
        out.too_long(&at.field("message"), MAX_MESSAGE_BYTES);
    }
    if let Some(code) = error.error_code.filter(|code| *code < 0) {
        out.invalid(&at.field("errorCode"), code, "must not be negative");
    }
}

/// Checks that `new` may replace `old` (`ATTACH-5`).
pub fn update_attachment(out: &mut Errors, new: &VolumeAttachment, old: &VolumeAttachment) {
    attachment(out, new);
    fixed(out, &Path::root("spec"), &new.spec, &old.spec);
}
