//! The struct form of selectors, as workloads and policies carry it.

use std::collections::BTreeMap;

use super::requirement::Test;
use super::{Operator, Requirement, Selector};
use crate::api::{LabelSelector, LabelSelectorOperator, LabelSelectorRequirement};
use crate::field::{Errors, Path};
use crate::meta::validate_labels;
use crate::name;

/// What [`validate`] lets pass.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rules {
    /// Values of expressions need not be label values. Upstream allows it on an update of an object
    /// that already has such a value: see [`has_invalid_value`].
    pub invalid_values: bool,
    /// Operators may be unknown. Upstream allows it in access reviews.
    pub unknown_operators: bool,
}

/// Checks the struct form (`SEL-25`).
///
/// At `matchLabels` every wrong key and value is `Invalid`. At `matchExpressions[i]`: `values` is
/// `Required` for `In` and `NotIn` and `Forbidden` for `Exists` and `DoesNotExist`; an unknown
/// `operator`, a wrong `key` and a wrong `values[j]` are `Invalid`.
/// Source: `apimachinery/pkg/apis/meta/v1/validation/validation.go ValidateLabelSelector`.
pub fn validate(out: &mut Errors, at: &Path<'_>, selector: &LabelSelector, rules: &Rules) {
    // SEL-25
    validate_labels(out, &at.field("matchLabels"), &selector.match_labels);
    let expressions = at.field("matchExpressions");
    for (index, requirement) in selector.match_expressions.iter().enumerate() {
        validate_requirement(out, &expressions.index(index), requirement, rules);
    }
}

/// Checks one expression of the struct form; see [`validate`].
pub fn validate_requirement(
    out: &mut Errors,
    at: &Path<'_>,
    requirement: &LabelSelectorRequirement,
    rules: &Rules,
) {
    // SEL-25
    let values = at.field("values");
    match operator(&requirement.operator) {
        Some(Operator::In | Operator::NotIn) => {
            if requirement.values.is_empty() {
                out.required(&values, "must be given when the operator is `In` or `NotIn`");
            }
        }
        Some(_) => {
            if !requirement.values.is_empty() {
                let detail = "may not be given when the operator is `Exists` or `DoesNotExist`";
                out.forbidden(&values, detail);
            }
        }
        None if rules.unknown_operators => {}
        None => {
            let word = requirement.operator.as_str();
            out.invalid(&at.field("operator"), word, "not an operator of selectors");
        }
    }
    name::validate(out, &at.field("key"), &requirement.key, name::label_key);
    if !rules.invalid_values {
        for (index, value) in requirement.values.iter().enumerate() {
            name::validate(out, &values.index(index), value, name::label_value);
        }
    }
}

/// Whether an expression has a value that is no label value.
#[must_use]
pub fn has_invalid_value(selector: &LabelSelector) -> bool {
    let mut values = selector.match_expressions.iter().flat_map(|expression| &expression.values);
    values.any(|value| !name::label_value(value).is_empty())
}

impl Selector {
    /// The selector that the struct form means (`SEL-23`): nothing when it is absent, everything
    /// when it is empty, else all of its labels and expressions together.
    ///
    /// Source: `apimachinery/pkg/apis/meta/v1/helpers.go LabelSelectorAsSelector`.
    ///
    /// # Errors
    /// Everything that [`validate`] has against it, with paths that begin at the selector.
    ///
    /// ```
    /// use kubernel::api::LabelSelector;
    /// use kubernel::labels::Selector;
    ///
    /// let web = LabelSelector {
    ///     match_labels: [("app".to_owned(), "web".to_owned())].into(),
    ///     ..LabelSelector::default()
    /// };
    /// assert_eq!(Selector::compile(Some(&web))?.to_string(), "app=web");
    /// assert!(Selector::compile(None)?.is_nothing());
    /// assert!(Selector::compile(Some(&LabelSelector::default()))?.is_everything());
    /// # Ok::<(), kubernel::field::Errors>(())
    /// ```
    pub fn compile(selector: Option<&LabelSelector>) -> Result<Self, Errors> {
        // SEL-23
        let Some(selector) = selector else { return Ok(Self::nothing()) };
        let mut out = Errors::new();
        validate(&mut out, &Path::EMPTY, selector, &Rules::default());
        let expressions = selector.match_expressions.iter().filter_map(compile_requirement);
        let compiled = Self::from_map(&selector.match_labels).and(expressions);
        out.into_result(compiled)
    }

    /// The struct form that means the same (`SEL-14`); `None` for [`Selector::nothing`].
    ///
    /// `=` and `==` become labels, and a later one replaces an earlier one with the same key; the
    /// other operators become expressions in the order of the requirements.
    /// Source: `apimachinery/pkg/apis/meta/v1/helpers.go ParseToLabelSelector`.
    ///
    /// # Errors
    /// The first requirement with `!=`, `>` or `<`, which the struct form does not have.
    pub fn to_label_selector(&self) -> Result<Option<LabelSelector>, NotExpressible> {
        // SEL-14
        if self.is_nothing() {
            return Ok(None);
        }
        let mut selector = LabelSelector::default();
        for requirement in self.requirements() {
            let operator = match requirement.operator() {
                Operator::Equals | Operator::DoubleEquals => {
                    let value = requirement.exact().unwrap_or_default().to_owned();
                    selector.match_labels.insert(requirement.key().to_owned(), value);
                    continue;
                }
                Operator::In => LabelSelectorOperator::In,
                Operator::NotIn => LabelSelectorOperator::NotIn,
                Operator::Exists => LabelSelectorOperator::Exists,
                Operator::DoesNotExist => LabelSelectorOperator::DoesNotExist,
                Operator::NotEquals | Operator::GreaterThan | Operator::LessThan => {
                    return Err(NotExpressible { requirement: requirement.clone() });
                }
            };
            selector.match_expressions.push(LabelSelectorRequirement {
                key: requirement.key().to_owned(),
                operator,
                values: requirement.values().map(str::to_owned).collect(),
            });
        }
        Ok(Some(selector))
    }
}

/// A requirement that the struct form cannot express.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{requirement}` has no struct form")]
pub struct NotExpressible {
    /// The requirement.
    pub requirement: Requirement,
}

/// A struct form that is not a plain map of labels.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expression {index} is not `In` with one value")]
pub struct NotAMap {
    /// The index of the first expression that does not fit.
    pub index: usize,
}

/// The struct form as a plain map of labels (`SEL-27`): `None` when it is absent.
///
/// An expression `In` with one value becomes an entry and replaces a label with the same key.
/// Nothing is checked.
/// Source: `apimachinery/pkg/apis/meta/v1/helpers.go LabelSelectorAsMap`.
///
/// # Errors
/// The first expression of any other sort.
pub fn as_map(
    selector: Option<&LabelSelector>,
) -> Result<Option<BTreeMap<String, String>>, NotAMap> {
    // SEL-27
    let Some(selector) = selector else { return Ok(None) };
    let mut map = selector.match_labels.clone();
    for (index, expression) in selector.match_expressions.iter().enumerate() {
        match (&expression.operator, expression.values.as_slice()) {
            (LabelSelectorOperator::In, [value]) => {
                map.insert(expression.key.clone(), value.clone());
            }
            (_, _) => return Err(NotAMap { index }),
        }
    }
    Ok(Some(map))
}

/// The struct form as `kubectl` prints it (`SEL-24`): its canonical text, `<none>` for nothing and
/// for everything, `<error>` when it is invalid.
///
/// Source: `apimachinery/pkg/apis/meta/v1/helpers.go FormatLabelSelector`.
#[must_use]
pub fn format(selector: Option<&LabelSelector>) -> String {
    // SEL-24
    match Selector::compile(selector) {
        Err(_) => "<error>".to_owned(),
        Ok(selector) if selector.requirements().is_empty() => "<none>".to_owned(),
        Ok(selector) => selector.to_string(),
    }
}

fn compile_requirement(requirement: &LabelSelectorRequirement) -> Option<Requirement> {
    let values: Vec<&str> = requirement.values.iter().map(String::as_str).collect();
    let test = Test::new(operator(&requirement.operator)?, &values)?;
    Some(Requirement::unchecked(&requirement.key, test))
}

/// The operator that the word of the wire means (`SEL-23`); `None` when it is unknown.
fn operator(word: &LabelSelectorOperator) -> Option<Operator> {
    match word {
        LabelSelectorOperator::In => Some(Operator::In),
        LabelSelectorOperator::NotIn => Some(Operator::NotIn),
        LabelSelectorOperator::Exists => Some(Operator::Exists),
        LabelSelectorOperator::DoesNotExist => Some(Operator::DoesNotExist),
        LabelSelectorOperator::Unset | LabelSelectorOperator::Other(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selector(expressions: &[(&str, &str, &[&str])]) -> LabelSelector {
        let expression =
            |(key, operator, values): &(&str, &str, &[&str])| LabelSelectorRequirement {
                key: (*key).to_owned(),
                operator: (*operator).into(),
                values: values.iter().map(|value| (*value).to_owned()).collect(),
            };
        LabelSelector {
            match_labels: [("app".to_owned(), "web".to_owned())].into(),
            match_expressions: expressions.iter().map(expression).collect(),
        }
    }

    fn check(expressions: &[(&str, &str, &[&str])], errors: &[&str]) {
        let selector = selector(expressions);
        let found = match Selector::compile(Some(&selector)) {
            Ok(_) => Vec::new(),
            Err(errors) => {
                errors.iter().map(|e| format!("{} {}", e.field, e.cause.kind())).collect()
            }
        };
        assert_eq!(found, errors);
    }

    #[test]
    fn sel_25_validation() {
        check(&[("a", "In", &["b"])], &[]);
        check(&[("a", "in", &["b"])], &["matchExpressions[0].operator Invalid"]);
        check(
            &[("/a", "NotIn", &[]), ("a", "Exists", &["-"])],
            &[
                "matchExpressions[0].values Required",
                "matchExpressions[0].key Invalid",
                "matchExpressions[1].values Forbidden",
                "matchExpressions[1].values[0] Invalid",
            ],
        );
        let odd = selector(&[("a", "Gt", &["-"])]);
        let mut out = Errors::new();
        let rules = Rules { invalid_values: true, unknown_operators: true };
        validate(&mut out, &Path::root("selector"), &odd, &rules);
        assert!(out.is_empty() && has_invalid_value(&odd));
    }

    #[test]
    fn sel_14_struct_form_of_a_text() {
        let text: Selector = "b in (2,1),a==1,a=2,!c,d".parse().unwrap();
        let structured = text.to_label_selector().unwrap().unwrap();
        assert_eq!(structured.match_labels["a"], "2");
        assert_eq!(format(Some(&structured)), "a=2,b in (1,2),!c,d");
        let text: Selector = "a!=1".parse().unwrap();
        assert_eq!(text.to_label_selector().unwrap_err().to_string(), "`a!=1` has no struct form");
    }

    #[test]
    fn sel_24_printed_form() {
        assert_eq!(format(None), "<none>");
        assert_eq!(format(Some(&LabelSelector::default())), "<none>");
        assert_eq!(format(Some(&selector(&[("a", "Gt", &["1"])]))), "<error>");
        assert_eq!(
            format(Some(&selector(&[("a", "NotIn", &["1", "1"])]))),
            "a notin (1,1),app=web"
        );
    }

    #[test]
    fn sel_27_map_form() {
        assert_eq!(as_map(None), Ok(None));
        let map = as_map(Some(&selector(&[("app", "In", &["db"])]))).unwrap().unwrap();
        assert_eq!(map, BTreeMap::from([("app".to_owned(), "db".to_owned())]));
        let more = selector(&[("a", "In", &["b"]), ("a", "Exists", &[])]);
        assert_eq!(as_map(Some(&more)), Err(NotAMap { index: 1 }));
    }
}
