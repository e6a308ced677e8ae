//! What a CronJob must look like.
//!
//! Source: `pkg/apis/batch/validation/validation.go ValidateCronJobCreate`; the form of schedules is
//! that of `github.com/robfig/cron/v3`.

use crate::api::{ConcurrencyPolicy, CronJob, CronJobSpec, Kind};
use crate::field::{Errors, Path};
use crate::workload::validate::job::job_spec;
use crate::workload::validate::{metadata, not_negative};

/// Names of jobs have 11 characters more, and 63 at most.
const MAX_NAME: usize = 52;

/// Checks a new CronJob (CRON-1, CRON-3). Whether a time zone exists is not looked up.
pub fn cron_job(out: &mut Errors, object: &CronJob) {
    metadata(out, &object.metadata, &Kind::CronJob);
    cron_job_spec(out, &Path::root("spec"), &object.spec, None);
    if object.metadata.name.len() > MAX_NAME {
        let metadata = Path::root("metadata");
        let detail = "must be no more than 52 characters";
        out.invalid(&metadata.field("name"), &object.metadata.name, detail);
    }
}

/// Checks the spec of a CronJob, new or in place of an `old` one.
pub(in crate::workload) fn cron_job_spec(
    out: &mut Errors,
    at: &Path<'_>,
    spec: &CronJobSpec,
    old: Option<&CronJobSpec>,
) {
    let schedule_at = at.field("schedule");
    if spec.schedule.is_empty() {
        out.required(&schedule_at, "");
    } else {
        schedule(out, &schedule_at, spec, old);
    }
    if let Some(seconds) = spec.starting_deadline_seconds.filter(|seconds| *seconds < 0) {
        let at = at.field("startingDeadlineSeconds");
        out.invalid(&at, seconds, "must be greater than or equal to 0");
    }
    if old.is_none_or(|old| old.time_zone != spec.time_zone)
        && let Some(zone) = &spec.time_zone
        && !is_time_zone(zone)
    {
        out.invalid(&at.field("timeZone"), zone, "must be the name of a time zone");
    }
    let policy = &spec.concurrency_policy;
    let policy_at = at.field("concurrencyPolicy");
    if policy.is_unset() {
        out.required(&policy_at, "");
    } else if !ConcurrencyPolicy::WORDS.contains(&policy.as_str()) {
        out.not_supported(&policy_at, policy.as_str(), ConcurrencyPolicy::WORDS);
    }
    let (template_at, job) = (at.field("jobTemplate"), &spec.job_template.spec);
    let job_at = template_at.field("spec");
    job_spec(out, &job_at, job);
    if job.selector.is_some() {
        out.invalid(&job_at.field("selector"), "", "`selector` will be auto-generated");
    }
    if job.manual_selector == Some(true) {
        out.not_supported(&job_at.field("manualSelector"), "true", &["nil", "false"]);
    }
    let limits = [
        ("successfulJobsHistoryLimit", spec.successful_jobs_history_limit),
        ("failedJobsHistoryLimit", spec.failed_jobs_history_limit),
    ];
    for (field, limit) in limits {
        not_negative(out, &at.field(field), limit.unwrap_or_default());
    }
}

/// CRON-1
fn schedule(out: &mut Errors, at: &Path<'_>, spec: &CronJobSpec, old: Option<&CronJobSpec>) {
    let text = &spec.schedule;
    if !text.contains("TZ") {
        if !is_schedule(text) {
            out.invalid(at, text, "must be five fields of a cron schedule, or as `@daily`");
        }
        return;
    }
    let kept = old.is_some_and(|old| old.schedule.contains("TZ"));
    if !kept || spec.time_zone.is_some() {
        out.invalid(at, text, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
    } else if !zoned(text).is_some_and(is_schedule) {
        out.invalid(at, text, "must be five fields of a cron schedule after the time zone");
    }
}

/// What follows the time zone in a schedule.
fn zoned(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("TZ=").or_else(|| text.strip_prefix("CRON_TZ="))?;
    rest.split_once(' ').map(|(_, schedule)| schedule.trim())
}

/// The values of a field and their names, which stand for the values from the lowest on.
struct Field {
    low: u32,
    high: u32,
    names: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field { low: 0, high: 59, names: &[] },
    Field { low: 0, high: 23, names: &[] },
    Field { low: 1, high: 31, names: &[] },
    Field {
        low: 1,
        high: 12,
        names: &[
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ],
    },
    Field { low: 0, high: 6, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
];

fn is_schedule(text: &str) -> bool {
    if text.starts_with('@') {
        return match text.strip_prefix("@every ") {
            Some(duration) => is_duration(duration),
            None => {
                ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"]
                    .contains(&text)
            }
        };
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    fields.len() == FIELDS.len()
        && fields.iter().zip(&FIELDS).all(|(text, field)| {
            text.split(',').filter(|range| !range.is_empty()).all(|range| is_range(range, field))
        })
}

/// `*`, `5`, `1-5`, each with a step as `/2` or none.
fn is_range(text: &str, field: &Field) -> bool {
    let (range, step) = match text.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (text, None),
    };
    let number = |text: &str| text.parse::<u32>().ok();
    let value = |text: &str| {
        let lower = text.to_lowercase();
        let named = field.names.iter().position(|name| *name == lower);
        let offset = named.and_then(|offset| u32::try_from(offset).ok());
        offset.map(|offset| field.low.saturating_add(offset)).or_else(|| number(text))
    };
    let (first, last) = match range.split_once('-') {
        Some((first, last)) => (first, Some(last)),
        None => (range, None),
    };
    let (start, end) = if first == "*" || first == "?" {
        (Some(field.low), Some(field.high))
    } else {
        let start = value(first);
        (start, last.map_or(if step.is_some() { Some(field.high) } else { start }, value))
    };
    let (Some(start), Some(end)) = (start, end) else { return false };
    let steps = step.is_none_or(|step| number(step).is_some_and(|step| step > 0));
    steps && start >= field.low && end <= field.high && start <= end
}

/// A duration as `1h30m`.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let mut some = false;
    while !rest.is_empty() {
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let number = rest.strip_suffix(after).unwrap_or_default();
        let digits = number.chars().filter(char::is_ascii_digit).count();
        let dots = number.chars().filter(|c| *c == '.').count();
        let units = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"];
        let Some(left) = units.iter().find_map(|unit| {
            let left = after.strip_prefix(unit)?;
            let ends =
                left.is_empty() || left.starts_with(|c: char| c.is_ascii_digit() || c == '.');
            ends.then_some(left)
        }) else {
            return false;
        };
        if digits == 0 || dots > 1 {
            return false;
        }
        some = true;
        rest = left;
    }
    some
}

fn is_time_zone(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+');
    let parts = text.split('/').all(|part| {
        (1..=14).contains(&part.len())
            && part != "."
            && part != ".."
            && !part.starts_with('-')
            && part.chars().all(plain)
    });
    parts && !text.eq_ignore_ascii_case("local")
}

#[cfg(test)]
mod tests {
    use super::*;

    // CRON-1
    #[test]
    fn schedules() {
        for good in [
            "* * * * *",
            "*/5 0 1-15 jan-MAR Mon",
            "0 22 * * 1-5",
            "@every 1h30m",
            "@daily",
            "5/15 * ? * *",
            "+5 * * * *",
        ] {
            assert!(is_schedule(good), "{good}");
        }
        for bad in [
            "",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * * 7",
            "5-1 * * * *",
            "*/0 * * * *",
            "a * * * *",
            "1-2-3 * * * *",
            "1/2/3 * * * *",
            "@never",
            "@every",
            "@every 1x",
            "@every h",
        ] {
            assert!(!is_schedule(bad), "{bad}");
        }
    }

    #[test]
    fn time_zones() {
        for good in ["Etc/UTC", "Europe/Berlin", "America/Argentina/La_Rioja"] {
            assert!(is_time_zone(good), "{good}");
        }
        for bad in ["", "Local", "a//b", "../UTC", "-x", "Etc/ÜTC"] {
            assert!(!is_time_zone(bad), "{bad}");
        }
    }
}
