//! Pods with exactly one mistake.

mod container;
mod life;
mod spec;

use proptest::prelude::*;
use proptest::sample::select;

use crate::api::{Container, Pod};
use crate::testing::pod::full_pods;

/// A mistake that was made on purpose, and what a server must say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Defect {
    /// What is wrong, in words.
    pub name: &'static str,
    /// The path of the field that must be reported.
    pub field: String,
    /// The sort of cause, as [`Cause::kind`](crate::field::Cause::kind) names it.
    pub cause: &'static str,
}

/// Makes a mistake: a free number picks where. Answers the path to be reported.
type Spoil = fn(&mut Pod, usize) -> String;

/// A mistake that can be made: its name, its cause, how to make it.
#[derive(Clone, Copy)]
pub(in crate::testing::defect) struct Mistake(&'static str, &'static str, Spoil);

impl std::fmt::Debug for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

fn mistakes() -> impl Iterator<Item = Mistake> {
    let tables = [container::MISTAKES, life::MISTAKES, spec::MISTAKES];
    tables.into_iter().flatten().copied()
}

/// The names of all mistakes that [`broken_pods`] makes, each once.
///
/// ```
/// let names: Vec<&str> = kubernel::testing::defects().collect();
/// assert!(names.contains(&"a pod without containers"));
/// ```
pub fn defects() -> impl Iterator<Item = &'static str> {
    mistakes().map(|mistake| mistake.0)
}

/// Pods of [`full_pods`] with exactly one mistake, and what it is. With its defaults filled in, such a
/// pod has one error: at that path, of that cause.
///
/// ```
/// # use proptest::prelude::*;
/// use kubernel::field::{Errors, Path};
/// use kubernel::pod::{defaults, validate::{Rules, validate}};
/// use kubernel::testing::broken_pods;
///
/// # proptest!(ProptestConfig::with_cases(16), |((mut pod, defect) in broken_pods())| {
/// defaults::default(&mut pod);
/// let mut errors = Errors::new();
/// validate(&mut errors, &Path::EMPTY, &pod, &Rules::default());
/// let found: Vec<_> = errors.iter().map(|error| (&*error.field, error.cause.kind())).collect();
/// assert_eq!(found, [(&*defect.field, defect.cause)], "{}", defect.name);
/// # });
/// ```
pub fn broken_pods() -> impl Strategy<Value = (Pod, Defect)> {
    let mistake = select(mistakes().collect::<Vec<_>>());
    (full_pods(), mistake, any::<u16>()).prop_map(|(mut pod, mistake, pick)| {
        let Mistake(name, cause, spoil) = mistake;
        let field = spoil(&mut pod, usize::from(pick));
        (pod, Defect { name, field, cause })
    })
}

/// Changes some regular or init container; `change` answers the path below it.
fn any_one(pod: &mut Pod, pick: usize, change: impl FnOnce(&mut Container) -> String) -> String {
    let spec = &mut pod.spec;
    let init = spec.init_containers.len();
    let n = pick.checked_rem(init + spec.containers.len()).unwrap_or(0);
    let (list, n, place) = match n.checked_sub(init) {
        None => ("initContainers", n, spec.init_containers.get_mut(n)),
        Some(n) => ("containers", n, spec.containers.get_mut(n)),
    };
    let below = place.map(change).unwrap_or_default();
    format!("spec.{list}[{n}].{below}")
}

/// As [`any_one`], of the regular containers.
fn regular(pod: &mut Pod, pick: usize, change: impl FnOnce(&mut Container) -> String) -> String {
    let all =
        pod.spec.init_containers.len() + pick.checked_rem(pod.spec.containers.len()).unwrap_or(0);
    any_one(pod, all, change)
}

/// As [`any_one`], of a new init container at the end that is no sidecar.
fn plain(pod: &mut Pod, change: impl FnOnce(&mut Container) -> String) -> String {
    let list = &mut pod.spec.init_containers;
    let (name, image) = ("plain-at-the-end".to_owned(), "task:1".to_owned());
    let n = list.len();
    list.push(Container { name, image, ..Container::default() });
    any_one(pod, n, change)
}

/// Adds to a list and answers the path below, as `ports[2].name`.
fn push<T>(list: &mut Vec<T>, name: &str, item: T, below: &str) -> String {
    list.push(item);
    format!("{name}[{}]{below}", list.len() - 1)
}
