//! What the server sets in the metadata, whatever the client sent.

use uuid::Builder;

use crate::api::{ObjectMeta, OwnerReference};
use crate::time::Time;

/// The letters of generated names: no vowels, and nothing that is easily mistaken (NAME-15).
const ALPHABET: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

const SUFFIX_BYTES: usize = 5;
const PREFIX_MAX_BYTES: usize = 58;

/// Sets uid and creation time of a new object and clears what only the server sets (META-1).
pub(super) fn fill(meta: &mut ObjectMeta, now: Time, draw: &mut dyn FnMut() -> u64) {
    meta.uid = uid(draw);
    meta.creation_timestamp = Some(now);
    meta.deletion_timestamp = None;
    meta.deletion_grace_period_seconds = None;
    meta.self_link = String::new();
    meta.resource_version = String::new();
}

/// A uid of the fourth sort, from two draws.
pub(super) fn uid(draw: &mut dyn FnMut() -> u64) -> String {
    let bits = (u128::from(draw()) << 64) | u128::from(draw());
    Builder::from_random_bytes(bits.to_be_bytes()).into_uuid().to_string()
}

/// `generateName`, cut to 58 bytes, and five drawn letters (NAME-15).
pub(super) fn generated(prefix: &str, draw: &mut dyn FnMut() -> u64) -> String {
    let mut end = prefix.len().min(PREFIX_MAX_BYTES);
    while !prefix.is_char_boundary(end) {
        end -= 1;
    }
    let mut name: String = prefix.get(..end).unwrap_or_default().into();
    name.extend((0..SUFFIX_BYTES).map(|_| letter(draw())));
    name
}

fn letter(bits: u64) -> char {
    let scaled = (u128::from(bits) * ALPHABET.len() as u128) >> 64;
    let at = usize::try_from(scaled).unwrap_or_default();
    ALPHABET.get(at).copied().map_or('b', char::from)
}

/// Drops owner references that are equal in all fields to an earlier one (META-6).
pub(super) fn distinct_owners(owners: &mut Vec<OwnerReference>) {
    let mut kept: Vec<OwnerReference> = Vec::new();
    for owner in owners.drain(..) {
        if !kept.contains(&owner) {
            kept.push(owner);
        }
    }
    *owners = kept;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counter() -> impl FnMut() -> u64 {
        let mut state = 0_u64;
        move || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            state
        }
    }

    #[test]
    fn names_are_cut_and_drawn_from_the_alphabet() {
        // NAME-15
        let mut draw = counter();
        let name = generated(&"x".repeat(70), &mut draw);
        assert_eq!(name.len(), 63);
        assert!(name.bytes().skip(58).all(|letter| ALPHABET.contains(&letter)));
        assert_eq!(letter(0), 'b');
        assert_eq!(letter(u64::MAX), '9');
    }

    #[test]
    fn a_uid_is_of_the_fourth_sort() {
        let uid = uid(&mut counter());
        assert_eq!((uid.len(), uid.as_bytes()[14]), (36, b'4'));
        assert!(b"89ab".contains(&uid.as_bytes()[19]));
    }

    #[test]
    fn only_equal_owners_are_dropped() {
        // META-6
        let a = OwnerReference { uid: "1".into(), ..Default::default() };
        let b = OwnerReference { controller: Some(true), ..a.clone() };
        let mut owners = vec![a.clone(), b.clone(), a.clone()];
        distinct_owners(&mut owners);
        assert_eq!(owners, [a, b]);
    }
}
