//! The suite about object metadata and the options of requests.

use kubernel::api::{DeleteOptions, ObjectMeta};
use kubernel::field::{Errors, Path};
use kubernel::meta::{self, NameRule, PatchKind, PatchOptions, Rules};
use serde_json::{Value, json};

use super::super::support::{decode, errors, text};

pub(crate) fn object_meta(input: &Value) -> Value {
    let mut out = Errors::new();
    let at = Path::root("metadata");
    let options = &input["options"];
    match text(input, "op") {
        "create" => {
            let mut found: ObjectMeta = decode(&input["meta"]);
            if let Some(bytes) = input["annotationBytes"].as_u64() {
                let value = "x".repeat(usize::try_from(bytes).unwrap() - "big".len());
                found.annotations.insert("big".into(), value);
            }
            let namespaced = input["namespaced"].as_bool().unwrap_or_default();
            let rules = Rules { name: rule(text(input, "nameRule")), namespaced };
            meta::validate(&mut out, &at, &found, &rules);
        }
        "update" => {
            let (new, old) = (decode(&input["new"]), decode(&input["old"]));
            meta::update(&mut out, &at, &new, &old);
        }
        "deleteOptions" => {
            meta::validate_delete_options(&mut out, &decode::<DeleteOptions>(options));
        }
        "patchOptions" => {
            let kind = PatchKind::of(text(input, "patchType"));
            meta::validate_patch_options(&mut out, &patch_options(options), kind);
        }
        other => panic!("unknown op {other}"),
    }
    json!({ "errors": errors(&out) })
}

fn rule(name: &str) -> NameRule {
    match name {
        "dns1123Subdomain" => NameRule::Subdomain,
        "dns1123Label" => NameRule::Label,
        "dns1035Label" => NameRule::LetterLabel,
        "pathSegment" => NameRule::PathSegment,
        other => panic!("unknown rule {other}"),
    }
}

fn patch_options(options: &Value) -> PatchOptions {
    let dry_run = options["dryRun"].as_array().into_iter().flatten();
    PatchOptions {
        dry_run: dry_run.map(|word| word.as_str().unwrap().to_owned()).collect(),
        force: options["force"].as_bool(),
        field_manager: text(options, "fieldManager").to_owned(),
        field_validation: text(options, "fieldValidation").to_owned(),
    }
}
