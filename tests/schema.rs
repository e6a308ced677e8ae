//! The wire types are complete: every property of the published schema survives a round trip.
//!
//! Each kind's schema is filled to the last property, decoded, encoded and compared. The filled words
//! are known to no enum, so this also shows that unknown words survive.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

use k8s_openapi::schemars::{JsonSchema, SchemaGenerator};
use kubernel::api::{DecodeCause, Kind, Shape, Strictness, decode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// Fills a schema with one value for each property.
struct Filler {
    defs: Value,
    properties: usize,
}

impl Filler {
    /// A value for a named definition.
    fn named(&mut self, reference: &str) -> Value {
        let name = reference.rsplit('/').next().unwrap();
        let short = name.rsplit('.').next().unwrap();
        match short {
            "Quantity" => return json!("1500m"),
            "IntOrString" => return json!("50%"),
            "Time" => return json!("2020-01-02T03:04:05Z"),
            "MicroTime" => return json!("2020-01-02T03:04:05.000006Z"),
            "RawExtension" | "FieldsV1" | "JSON" => {
                return json!({"f:x": {".": {}, "n": [1, null]}});
            }
            _ => {}
        }
        let schema = self.defs[name].clone();
        let mut value = self.fill(&schema);
        // An object inside an object says what it is.
        if short == "PersistentVolumeClaim" || short == "DeleteOptions" {
            value["apiVersion"] = json!("v1");
            value["kind"] = json!(short);
        }
        value
    }

    fn fill(&mut self, schema: &Value) -> Value {
        if let Some(reference) = reference(schema) {
            return self.named(reference);
        }
        match schema["type"].as_str() {
            Some("object") => match schema.get("additionalProperties") {
                Some(item) => json!({"a.b/key": self.fill(item)}),
                None => self.object(schema),
            },
            Some("array") => json!([self.fill(&schema["items"])]),
            Some("boolean") => json!(true),
            Some("integer") => json!(7),
            Some("string") => match schema["format"].as_str() {
                Some("byte") => json!("aGk="),
                _ => json!("text"),
            },
            other => panic!("cannot fill {other:?}: {schema}"),
        }
    }

    fn object(&mut self, schema: &Value) -> Value {
        let mut fields = Map::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            self.properties += 1;
            fields.insert(name.clone(), self.fill(property));
        }
        Value::Object(fields)
    }
}

/// The definition that a schema stands for.
fn reference(schema: &Value) -> Option<&str> {
    let direct = schema.get("$ref");
    direct.or_else(|| schema.get("allOf")?.get(0)?.get("$ref"))?.as_str()
}

/// The fields that `shape` has and `schema` lacks.
fn surplus(out: &mut Vec<String>, at: &str, shape: &Shape, schema: &Value, defs: &Value) {
    let schema = match reference(schema) {
        Some(reference) => &defs[reference.rsplit('/').next().unwrap()],
        None => schema,
    };
    match shape {
        Shape::List(item) => surplus(out, &format!("{at}[]"), item, &schema["items"], defs),
        Shape::Map(item) => {
            surplus(out, &format!("{at}[*]"), item, &schema["additionalProperties"], defs);
        }
        Shape::Struct(shape) => {
            for field in shape.fields {
                let property = &schema["properties"][field.name];
                let at = format!("{at}.{}", field.name);
                if property.is_null() {
                    out.push(format!("{at}: not in the schema of {}", shape.name));
                } else {
                    surplus(out, &at, field.shape, property, defs);
                }
            }
        }
        _ => {}
    }
}

/// Paths at which two values differ.
fn differences(out: &mut Vec<String>, at: &str, left: &Value, right: &Value) {
    match (left, right) {
        (Value::Object(one), Value::Object(two)) => {
            for key in one.keys().chain(two.keys().filter(|key| !one.contains_key(*key))) {
                differences(out, &format!("{at}.{key}"), &left[key], &right[key]);
            }
        }
        (Value::Array(one), Value::Array(two)) if one.len() == two.len() => {
            for (index, (one, two)) in one.iter().zip(two).enumerate() {
                differences(out, &format!("{at}[{index}]"), one, two);
            }
        }
        _ if left != right => out.push(format!("{at}: {left} != {right}")),
        _ => {}
    }
}

/// A filled object of `kind`, and the number of its properties.
fn filled<T: JsonSchema>(kind: &Kind) -> (Value, usize, Vec<String>) {
    let schema = SchemaGenerator::default().into_root_schema_for::<T>().to_value();
    let mut filler = Filler { defs: schema["$defs"].clone(), properties: 0 };
    let mut value = filler.fill(&schema);
    value["apiVersion"] = json!(kind.api_version());
    value["kind"] = json!(kind.as_str());
    let mut extra = Vec::new();
    surplus(&mut extra, kind.as_str(), kind.shape().unwrap(), &schema, &schema["$defs"]);
    (value, filler.properties, extra)
}

fn check<T: JsonSchema + Serialize + DeserializeOwned>(
    kind: &Kind,
    wrong: &mut Vec<String>,
) -> usize {
    let (value, properties, extra) = filled::<T>(kind);
    wrong.extend(extra);
    let ours = match decode(value.to_string(), Strictness::Strict) {
        Ok(decoded) => {
            assert_eq!(decoded.object.kind(), *kind);
            decoded.object.to_value().unwrap()
        }
        Err(error) => {
            wrong.push(format!("{kind}: {error}"));
            return properties;
        }
    };
    differences(wrong, kind.as_str(), &value, &ours);
    match serde_json::from_value::<T>(ours.clone()) {
        Ok(theirs) => {
            let theirs = serde_json::to_value(theirs).unwrap();
            differences(wrong, &format!("{kind} (k8s-openapi)"), &ours, &theirs);
        }
        Err(error) => wrong.push(format!("{kind}: k8s-openapi: {error}")),
    }
    properties
}

/// The same structure with every scalar `null`, but for times: an API server writes some zero times
/// as `null`, and k8s-openapi does not read that.
fn blank(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| (key.clone(), blank(value))).collect()
        }
        Value::String(text) if text.starts_with("2020-") => value.clone(),
        Value::Array(items) => items.iter().map(blank).collect(),
        _ => Value::Null,
    }
}

/// An object of nulls is read as zero values, and what is written for those can be read by others.
fn check_blank<T: JsonSchema + DeserializeOwned>(kind: &Kind, wrong: &mut Vec<String>) {
    let (value, _, _) = filled::<T>(kind);
    for mut value in [blank(&value), json!({})] {
        value["apiVersion"] = json!(kind.api_version());
        value["kind"] = json!(kind.as_str());
        let ours =
            decode(value.to_string(), Strictness::Strict).unwrap().object.to_value().unwrap();
        let again =
            decode(ours.to_string(), Strictness::Strict).unwrap().object.to_value().unwrap();
        differences(wrong, &format!("{kind} (again)"), &ours, &again);
        if let Err(error) = serde_json::from_value::<T>(ours.clone()) {
            wrong.push(format!("{kind}: k8s-openapi: {error}: {ours}"));
        }
    }
}

/// Calls `$check::<T>(kind, argument)` with the schema type of a kind; the compiler asks for each kind.
macro_rules! with_types {
    ($kind:expr, $check:ident($argument:expr); $($module:ident: $($name:ident)*;)*) => {
        match $kind {
            $($(Kind::$name => $check::<$module::$name>($kind, $argument),)*)*
            other => panic!("no schema for {other}"),
        }
    };
}

fn check_full_and_blank<T>(kind: &Kind, wrong: &mut Vec<String>) -> usize
where
    T: JsonSchema + Serialize + DeserializeOwned,
{
    check_blank::<T>(kind, wrong);
    check::<T>(kind, wrong)
}

fn check_kind(kind: &Kind, wrong: &mut Vec<String>) -> usize {
    use k8s_openapi::api::apps::v1 as apps;
    use k8s_openapi::api::autoscaling::v1 as autoscaling;
    use k8s_openapi::api::batch::v1 as batch;
    use k8s_openapi::api::coordination::v1 as coordination;
    use k8s_openapi::api::core::v1 as core;
    use k8s_openapi::api::discovery::v1 as discovery;
    use k8s_openapi::api::networking::v1 as networking;
    use k8s_openapi::api::policy::v1 as policy;
    use k8s_openapi::api::rbac::v1 as rbac;
    use k8s_openapi::api::scheduling::v1 as scheduling;
    use k8s_openapi::api::storage::v1 as storage;
    with_types! { kind, check_full_and_blank(wrong);
        core: Pod PodTemplate Service Endpoints PersistentVolume PersistentVolumeClaim Secret ConfigMap
            Namespace Node ReplicationController ResourceQuota LimitRange ServiceAccount Event Binding;
        apps: Deployment ReplicaSet StatefulSet DaemonSet ControllerRevision;
        batch: Job CronJob;
        discovery: EndpointSlice;
        networking: NetworkPolicy Ingress IngressClass ServiceCIDR IPAddress;
        storage: StorageClass VolumeAttachment CSIDriver CSINode CSIStorageCapacity
            VolumeAttributesClass;
        rbac: Role ClusterRole RoleBinding ClusterRoleBinding;
        policy: PodDisruptionBudget Eviction;
        scheduling: PriorityClass;
        coordination: Lease;
        autoscaling: Scale;
    }
}

#[test]
fn every_property_survives() {
    let mut wrong = Vec::new();
    let mut total = 0;
    for kind in Kind::ALL {
        let properties = check_kind(kind, &mut wrong);
        println!("{kind}: {properties} properties");
        total += properties;
    }
    println!("{} kinds, {total} properties", Kind::ALL.len());
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Puts an unknown field into every object below `value` and returns how many there are.
fn spoil(value: &mut Value, shape: &Shape) -> usize {
    match (shape, value) {
        (Shape::List(item), Value::Array(items)) => {
            items.iter_mut().map(|value| spoil(value, item)).sum()
        }
        (Shape::Map(item), Value::Object(entries)) => {
            entries.values_mut().map(|value| spoil(value, item)).sum()
        }
        (Shape::Struct(shape), Value::Object(fields)) => {
            let inner: usize = shape
                .fields
                .iter()
                .filter_map(|field| Some(spoil(fields.get_mut(field.name)?, field.shape)))
                .sum();
            fields.insert("noSuchField".into(), json!({"a": [1]}));
            inner + 1
        }
        _ => 0,
    }
}

#[test]
fn unknown_fields_are_found_everywhere() {
    let (clean, _, _) = filled::<k8s_openapi::api::core::v1::Pod>(&Kind::Pod);
    let mut spoiled = clean.clone();
    let number = spoil(&mut spoiled, Kind::Pod.shape().unwrap());
    assert!(number > 300, "{number} objects in a full pod");
    let text = spoiled.to_string();

    let ignored = decode(&text, Strictness::Ignore).unwrap();
    assert!(ignored.unknown.is_empty());
    assert_eq!(ignored.object.to_value().unwrap(), clean);

    let warned = decode(&text, Strictness::Warn).unwrap();
    assert_eq!(warned.unknown.len(), number);
    assert_eq!(warned.object, ignored.object);
    assert!(warned.unknown.contains(&"spec.containers[0].env[0].valueFrom.noSuchField".into()));

    let refused = decode(&text, Strictness::Strict).unwrap_err();
    assert_eq!(
        refused.cause,
        DecodeCause::Strict { unknown: warned.unknown, duplicate: Vec::new() }
    );
}
