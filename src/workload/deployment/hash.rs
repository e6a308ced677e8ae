//! The name part that tells the sets of one deployment apart.

use crate::api::PodTemplateSpec;

/// The characters of a hash: no vowels, and nothing that is easily confused.
const ALPHABET: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

/// The hash of a pod template: 32 bits in decimal, each digit written as a safe character.
///
/// Equal templates have equal hashes; `collision_count` leads to another one after a collision.
/// Upstream hashes a dump of the Go struct, which changes whenever the type gains a field
/// (DEPLOY-6); this one hashes the wire form. So a hash is to be treated as opaque: it is not the
/// one of a real cluster, nor are those of two versions of Kubernetes the same.
///
/// ```
/// use kubernel::api::PodTemplateSpec;
/// use kubernel::workload::deployment::template_hash;
///
/// let template = PodTemplateSpec::default();
/// assert_eq!(template_hash(&template, None), template_hash(&template, None));
/// assert_ne!(template_hash(&template, None), template_hash(&template, Some(0)));
/// ```
#[must_use]
pub fn template_hash(template: &PodTemplateSpec, collision_count: Option<i32>) -> String {
    // A template has no keys that are not text, so it can always be written.
    let text = serde_json::to_string(template).unwrap_or_default();
    let mut hash = fnv1a(0x811c_9dc5, text.as_bytes());
    if let Some(count) = collision_count {
        hash = fnv1a(fnv1a(hash, &count.to_le_bytes()), &[0; 4]);
    }
    hash.to_string().bytes().map(safe).collect()
}

/// Takes `bytes` into a 32-bit FNV-1a hash.
fn fnv1a(hash: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(hash, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// A character that stands for `byte` in a name.
fn safe(byte: u8) -> char {
    ALPHABET.get(usize::from(byte) % ALPHABET.len()).map_or('b', |&byte| char::from(byte))
}
