//! iSCSI disks.

use crate::field::{Errors, Path};
use crate::volume::validate::required;

/// What is checked of an iSCSI disk, in a pod or in a persistent volume (`VOL-11`).
#[derive(Debug, Clone, Copy)]
pub struct Iscsi<'a> {
    /// The portal.
    pub portal: &'a str,
    /// The qualified name of the target.
    pub iqn: &'a str,
    /// The number of the unit.
    pub lun: i32,
    /// Whether a login needs a secret.
    pub authenticates: bool,
    /// The secret's name, if one is referred to.
    pub secret: Option<&'a str>,
    /// The initiator's name, if it is set.
    pub initiator: Option<&'a str>,
}

impl Iscsi<'_> {
    /// Checks the disk.
    pub fn validate(self, out: &mut Errors, at: &Path<'_>) {
        required(out, &at.field("targetPortal"), self.portal);
        if self.iqn.is_empty() {
            out.required(&at.field("iqn"), "");
        } else if !is_name(self.iqn) {
            out.invalid(&at.field("iqn"), self.iqn, "must be valid format");
        }
        if !(0..=255).contains(&self.lun) {
            out.invalid(&at.field("lun"), self.lun, "must be between 0 and 255, inclusive");
        }
        if self.authenticates && self.secret.is_none() {
            out.required(&at.field("secretRef"), "");
        }
        if let Some(initiator) = self.initiator.filter(|name| !is_name(name)) {
            out.invalid(&at.field("initiatorname"), initiator, "must be valid format");
        }
    }

    /// Whether the name of the volume is too long to stand in the name of an interface.
    #[must_use]
    pub fn is_too_long(self, volume: &str) -> bool {
        self.initiator.is_some() && volume.len() + 1 + self.portal.len() > 64
    }
}

/// Whether a text is an iSCSI name of one of the three kinds.
fn is_name(text: &str) -> bool {
    match text.split_at_checked(3) {
        Some(("eui", rest)) => is_number(rest, 16),
        Some(("naa", rest)) => is_number(rest, 32),
        // Upstream looks for the form anywhere in the text.
        Some(("iqn", _)) => {
            text.match_indices("iqn.").filter_map(|(at, _)| text.get(at + 4..)).any(is_qualified)
        }
        Some(_) | None => false,
    }
}

/// Any character, then `count` letters and digits.
fn is_number(text: &str, count: usize) -> bool {
    let mut all = text.chars();
    all.next().is_some_and(|c| c != '\n')
        && all.as_str().len() == count
        && all.all(|c| c.is_ascii_alphanumeric())
}

/// `YYYY-MM.host:name`
fn is_qualified(text: &str) -> bool {
    let Some((date, rest)) = text.split_at_checked(8) else { return false };
    let is_date = date.bytes().zip("0000-00.".bytes()).all(|(byte, form)| match form {
        b'0' => byte.is_ascii_digit(),
        form => byte == form,
    });
    let Some((host, name)) = rest.split_once(':') else { return false };
    let in_host = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let in_name = |c: char| !",;*&$|\t\n\u{c}\r ".contains(c);
    is_date
        && !host.is_empty()
        && host.chars().all(in_host)
        && !name.is_empty()
        && name.chars().all(in_name)
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn vol_11_names() {
        let check = |text: &str, wanted: bool| assert_eq!(is_name(text), wanted, "{text}");
        check("iqn.2015-02.example.com:test", true);
        check("iqn.2015-2.example.com:test", false);
        check("iqn.2015-02.example.com", false);
        check("iqn.2015-02.example.com:a b", false);
        check("eui.0123456789abcdef", true);
        check("eui.0123456789abcde", false);
        check("naa.62004567BA64678D0123456789ABCDEF", true);
        check("abc", false);
    }
}
