//! Reading manifests and handing them to the cluster.

use std::fs;
use std::path::PathBuf;

use kubernel::Cluster;
use kubernel::admission::ApiError;
use kubernel::api::{Decoded, Kind, Strictness, decode_all};
use kubernel::workload::{self, Running};

use crate::out::say;

/// What an API server takes in one request.
const LIMIT: u64 = 3 * 1024 * 1024;

/// A text and where it comes from.
pub(crate) struct Source {
    name: String,
    text: Vec<u8>,
}

/// Reads the files; without any, the small shop.
pub(crate) fn read(files: &[PathBuf]) -> Result<Vec<Source>, String> {
    if files.is_empty() {
        let text = include_bytes!("../manifests/quickstart.yaml").to_vec();
        return Ok(vec![Source { name: "the small shop".to_owned(), text }]);
    }
    let mut sources = Vec::new();
    for file in files {
        let name = file.display().to_string();
        let size = fs::metadata(file).map_err(|error| format!("{name}: {error}"))?.len();
        if size > LIMIT {
            return Err(format!(
                "{name}: has {size} bytes; an API server takes at most {LIMIT} in one request"
            ));
        }
        let text = fs::read(file).map_err(|error| format!("{name}: {error}"))?;
        sources.push(Source { name, text });
    }
    Ok(sources)
}

/// What became of the manifests.
pub(crate) struct Taken {
    /// How many objects the cluster took.
    pub(crate) accepted: usize,
    /// Whether all could be read and were taken.
    pub(crate) is_clean: bool,
}

/// Hands every object to the cluster.
pub(crate) fn apply(cluster: &mut Cluster, sources: &[Source]) -> Taken {
    let mut taken = Taken { accepted: 0, is_clean: true };
    for source in sources {
        say!("Manifests of {}:", source.name);
        let decoded = decode_all(&source.text, Strictness::Warn);
        if decoded.is_empty() {
            say!("  ✗ there is no object in it");
            taken.is_clean = false;
        }
        for one in decoded {
            let is_taken = match one {
                Ok(decoded) => hand_in(cluster, decoded),
                Err(error) => {
                    say!("  ✗ document {}: {}", error.document + 1, show_error(&error));
                    false
                }
            };
            taken.accepted += usize::from(is_taken);
            taken.is_clean &= is_taken;
        }
    }
    taken
}

/// The error without the number of its document, which is shown before it.
fn show_error(error: &kubernel::api::DecodeError) -> String {
    let mut error = error.clone();
    error.document = 0;
    error.to_string()
}

fn hand_in(cluster: &mut Cluster, decoded: Decoded) -> bool {
    let kind = decoded.object.kind();
    let name = decoded.object.meta().name.clone();
    let stored = cluster.put(decoded.object);
    match &stored {
        Ok(object) => say!("  ✓ {}{}", object.key(), remark(&kind)),
        Err(ApiError::Invalid { errors, .. }) => {
            say!("  ✗ {kind} {name} is invalid:");
            for error in errors {
                say!("      {error}");
            }
        }
        Err(error) => say!("  ✗ {kind} {name}: {error}"),
    }
    for path in &decoded.unknown {
        say!("      warning: unknown field `{path}`");
    }
    for path in &decoded.duplicate {
        say!("      warning: field `{path}` stands more than once; the last one counts");
    }
    stored.is_ok()
}

/// What has to be said of kinds that are stored and nothing more.
fn remark(kind: &Kind) -> &'static str {
    if matches!(kind, Kind::Custom(_)) {
        return "  (custom: stored as it is)";
    }
    match workload::runs(kind) {
        Some(Running::StoredOnly) => "  (stored, but not run yet: there is no controller for it)",
        Some(Running::Runs) | None => "",
    }
}
