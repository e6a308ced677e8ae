//! What a StatefulSet must look like.
//!
//! Source: `pkg/apis/apps/validation/validation.go ValidateStatefulSetSpec`.

use indexmap::IndexMap;

use crate::api::{
    Kind, PersistentVolumeClaimRetentionPolicyType, PersistentVolumeClaimVolumeSource,
    PodManagementPolicyType, PodTemplateSpec, StatefulSet, StatefulSetSpec,
    StatefulSetUpdateStrategy, StatefulSetUpdateStrategyType, Volume,
};
use crate::field::{Errors, Path};
use crate::name;
use crate::volume::validate::{ClaimRules, claim_spec};
use crate::workload::validate::{
    at_most_all, figure, metadata, not_negative, number_or_percent, own_selector, running_template,
};

/// Checks a new StatefulSet (STS-2, STS-3, STS-4).
pub fn stateful_set(out: &mut Errors, object: &StatefulSet) {
    metadata(out, &object.metadata, &Kind::StatefulSet);
    let at = Path::root("spec");
    if !object.spec.service_name.is_empty() {
        let at = at.field("serviceName");
        name::validate(out, &at, &object.spec.service_name, name::dns1123_label);
    }
    // STS-1: checked once; they cannot change.
    let templates = at.field("volumeClaimTemplates");
    for (n, claim) in object.spec.volume_claim_templates.iter().enumerate() {
        claim_spec(out, &templates.index(n).field("spec"), &claim.spec, ClaimRules::default());
    }
    stateful_set_spec(out, &at, &object.spec);
}

/// Checks the spec of a StatefulSet, new or changed, but for what cannot change.
pub fn stateful_set_spec(out: &mut Errors, at: &Path<'_>, spec: &StatefulSetSpec) {
    let management = at.field("podManagementPolicy");
    match &spec.pod_management_policy {
        PodManagementPolicyType::OrderedReady | PodManagementPolicyType::Parallel => {}
        PodManagementPolicyType::Unset => out.required(&management, ""),
        PodManagementPolicyType::Other(word) => {
            out.invalid(&management, &**word, "must be OrderedReady or Parallel");
        }
    }
    update_strategy(out, &at.field("updateStrategy"), &spec.update_strategy);
    retention(out, &at.field("persistentVolumeClaimRetentionPolicy"), spec);
    not_negative(out, &at.field("replicas"), spec.replicas.unwrap_or_default());
    not_negative(out, &at.field("minReadySeconds"), spec.min_ready_seconds);
    if let Some(ordinals) = &spec.ordinals {
        not_negative(out, &at.field("ordinals.start"), ordinals.start);
    }
    if let Some(selector) = own_selector(out, &at.field("selector"), spec.selector.as_deref()) {
        running_template(out, &at.field("template"), &as_run(spec), &selector);
    }
}

/// The template with what the controller puts into it: identity and claimed volumes (STS-1).
fn as_run(spec: &StatefulSetSpec) -> PodTemplateSpec {
    let mut template = spec.template.clone();
    template.spec.subdomain.clear();
    template.spec.hostname.clear();
    let mut claimed: IndexMap<String, Volume> = IndexMap::new();
    for claim in &spec.volume_claim_templates {
        let name = claim.metadata.name.clone();
        let source =
            PersistentVolumeClaimVolumeSource { claim_name: name.clone(), ..Default::default() };
        let persistent_volume_claim = Some(Box::new(source));
        let volume = Volume { name: name.clone(), persistent_volume_claim, ..Volume::default() };
        claimed.insert(name, volume);
    }
    template.spec.volumes.retain(|volume| !claimed.contains_key(&volume.name));
    template.spec.volumes.splice(..0, claimed.into_values());
    template
}

fn update_strategy(out: &mut Errors, at: &Path<'_>, strategy: &StatefulSetUpdateStrategy) {
    let rolling_at = at.field("rollingUpdate");
    let rolling = strategy.rolling_update.as_deref();
    match &strategy.type_ {
        StatefulSetUpdateStrategyType::Unset => out.required(at, ""),
        StatefulSetUpdateStrategyType::Other(word) => {
            out.invalid(at, &**word, "must be RollingUpdate or OnDelete");
        }
        StatefulSetUpdateStrategyType::OnDelete => {
            if rolling.is_some() {
                out.invalid(&rolling_at, "", "only allowed for RollingUpdate");
            }
        }
        StatefulSetUpdateStrategyType::RollingUpdate => {
            let Some(rolling) = rolling else { return };
            let partition = rolling.partition.unwrap_or_default();
            not_negative(out, &rolling_at.field("partition"), partition);
            if let Some(unavailable) = &rolling.max_unavailable {
                let at = rolling_at.field("maxUnavailable");
                number_or_percent(out, &at, unavailable);
                if figure(unavailable) == 0 {
                    out.invalid(&at, unavailable.to_string(), "must not be 0");
                }
                at_most_all(out, &at, unavailable);
            }
        }
    }
}

/// STS-4
fn retention(out: &mut Errors, at: &Path<'_>, spec: &StatefulSetSpec) {
    let Some(policy) = spec.persistent_volume_claim_retention_policy.as_deref() else { return };
    for (field, word) in
        [("whenDeleted", &policy.when_deleted), ("whenScaled", &policy.when_scaled)]
    {
        match word {
            PersistentVolumeClaimRetentionPolicyType::Retain
            | PersistentVolumeClaimRetentionPolicyType::Delete => {}
            PersistentVolumeClaimRetentionPolicyType::Unset
            | PersistentVolumeClaimRetentionPolicyType::Other(_) => {
                let known = PersistentVolumeClaimRetentionPolicyType::WORDS;
                out.not_supported(&at.field(field), word.as_str(), known);
            }
        }
    }
}
