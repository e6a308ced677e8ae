//! How the rules about names imply each other.

use kubernel::name::{self, Problem};
use proptest::prelude::*;

type Rule = fn(&str) -> Vec<Problem>;

const RULES: &[Rule] = &[
    name::dns1123_label,
    name::dns1123_subdomain,
    name::dns1123_subdomain_with_underscore,
    name::dns1035_label,
    name::wildcard_dns1123_subdomain,
    name::label_key,
    name::label_value,
    name::annotation_key,
    name::env_var_name,
    name::relaxed_env_var_name,
    name::config_map_key,
    name::port_name,
    name::c_identifier,
    name::http_header_name,
    name::percent,
    name::path_segment_name,
    name::path_segment_prefix,
    name::field_manager,
    name::fully_qualified_name,
    name::fully_qualified_domain_name,
    name::domain_prefixed_path,
    name::domain_prefixed_key,
];

/// Whoever passes the left rule passes the right one.
const IMPLIED: &[(Rule, Rule)] =
    &[
        (name::dns1035_label, name::dns1123_label),
        (name::dns1123_label, name::dns1123_subdomain),
        (name::dns1123_label, name::label_value),
        (name::dns1123_label, name::config_map_key),
        (name::dns1123_subdomain, name::dns1123_subdomain_with_underscore),
        (name::dns1123_subdomain, name::path_segment_name),
        (name::label_key, name::annotation_key),
        (name::domain_prefixed_key, name::label_key),
        (name::fully_qualified_name, name::dns1123_subdomain),
        (name::c_identifier, name::env_var_name),
        (name::env_var_name, name::relaxed_env_var_name),
        (name::env_var_name, |value| {
            if value.len() > 253 { Vec::new() } else { name::config_map_key(value) }
        }),
        (name::port_name, name::dns1123_label),
        (name::path_segment_name, name::path_segment_prefix),
    ];

/// Short texts over the characters that matter.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[-._/%=*aA0b9 é\u{130}]{0,8}", 2 => "[-.a0]{0,70}", 1 => any::<String>()]
}

proptest! {
    #[test]
    fn rules_imply_each_other(text in texts()) {
        for (n, (stronger, weaker)) in IMPLIED.iter().enumerate() {
            prop_assert!(!stronger(&text).is_empty() || weaker(&text).is_empty(), "{}", n);
        }
    }

    #[test]
    fn a_problem_can_be_shown(text in texts()) {
        for rule in RULES {
            prop_assert!(rule(&text).iter().all(|problem| !problem.to_string().is_empty()));
        }
    }

    /// NAME-14: a prefix that passes and ends in a letter or digit gives a name that passes.
    #[test]
    fn a_good_prefix_gives_a_good_name(prefix in "[-a-z0-9]{0,40}[a-z0-9]-{0,3}", seed in any::<u64>()) {
        let mut state = seed;
        let mut pick = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            usize::try_from(state >> 33).unwrap_or(0) % below
        };
        let generated = name::generated(&prefix, &mut pick);
        prop_assert!(generated.starts_with(&prefix));
        let good = name::generate_name(&prefix, name::dns1123_label).is_empty();
        prop_assert_eq!(good, name::dns1123_label(&generated).is_empty());
    }
}
