//! Reading manifests and handing them to the cluster.

use std::fs;
use std::path::PathBuf;

use kubernel::Cluster;
use kubernel::admission::ApiError;
use kubernel::api::{Decoded, Kind, Strictness, decode_all};
use kubernel::workload::{self, Running};

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

/// Hands every object to the cluster and tells whether all went well.
pub(crate) fn apply(cluster: &mut Cluster, sources: &[Source]) -> bool {
    let mut is_clean = true;
    for source in sources {
        println!("Manifests of {}:", source.name);
        let decoded = decode_all(&source.text, Strictness::Warn);
        if decoded.is_empty() {
            println!("  ✗ there is no object in it");
            is_clean = false;
        }
        for one in decoded {
            match one {
                Ok(decoded) => is_clean &= hand_in(cluster, decoded),
                Err(error) => {
                    println!("  ✗ document {}: {}", error.document + 1, show_error(&error));
                    is_clean = false;
                }
            }
        }
    }
    is_clean
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
        Ok(object) => println!("  ✓ {}{}", object.key(), remark(&kind)),
        Err(ApiError::Invalid { errors, .. }) => {
            println!("  ✗ {kind} {name} is invalid:");
            for error in errors {
                println!("      {error}");
            }
        }
        Err(error) => println!("  ✗ {kind} {name}: {error}"),
    }
    for path in &decoded.unknown {
        println!("      warning: unknown field `{path}`");
    }
    for path in &decoded.duplicate {
        println!("      warning: field `{path}` stands more than once; the last one counts");
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
