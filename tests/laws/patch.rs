//! How applying and making patches undo each other.

use kubernel::api::Kind;
use kubernel::patch::{self, Conflicts};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use serde_json::{Value, json};

fn scalars() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::from),
        (-2i64..3).prop_map(Value::from),
        Just(json!(1.5)),
        "[ab/~]{0,2}".prop_map(Value::from),
    ]
}

/// JSON without null members.
fn values() -> impl Strategy<Value = Value> {
    scalars().prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map("[abc]|~|/", inner, 0..4).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

fn documents() -> impl Strategy<Value = Value> {
    btree_map("[abcd]", values(), 0..5).prop_map(|map| map.into_iter().collect())
}

/// JSON merge patches: nulls in objects, not below lists.
fn changes() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![2 => values(), 1 => Just(Value::Null)];
    let inner = leaf.prop_recursive(3, 16, 4, |inner| {
        btree_map("[abcd]", inner, 0..4).prop_map(|map| map.into_iter().collect::<Value>())
    });
    btree_map("[abcd]", inner, 0..5).prop_map(|map| map.into_iter().collect())
}

/// Lists that merge by `key`, each key once, in any order.
fn keyed(key: &'static str, fields: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    btree_map("[a-e]", fields, 0..5)
        .prop_map(move |items| -> Vec<Value> {
            let with = |(name, mut item): (String, Value)| {
                item.as_object_mut().map(|members| members.insert(key.to_owned(), name.into()));
                item
            };
            items.into_iter().map(with).collect()
        })
        .prop_shuffle()
        .prop_map(Value::from)
        .boxed()
}

/// Some members of an object, each there or not.
fn some(members: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let one = |(name, value): (&'static str, BoxedStrategy<Value>)| {
        proptest::option::of(value)
            .prop_map(move |value| value.map(|value| (name.to_owned(), value)))
    };
    let members: Vec<_> = members.into_iter().map(one).collect();
    members.prop_map(|found| Value::Object(found.into_iter().flatten().collect())).boxed()
}

/// What upstream's diff can express: sets are sorted, see `PATCH-17`.
fn pods() -> impl Strategy<Value = Value> {
    let text = || "[xyz]".prop_map(Value::from).boxed();
    let texts = || vec("[xyz]", 0..3).prop_map(Value::from).boxed();
    let set = btree_set("[p-t]", 0..4).prop_map(|set| set.into_iter().collect::<Value>()).boxed();
    let labels = btree_map("[abc]", "[xyz]", 0..3).prop_map(|map| json!(map)).boxed();
    let env = keyed("name", some(vec![("value", text())]));
    let resources = some(vec![("limits", labels.clone())]);
    let container =
        some(vec![("image", text()), ("args", texts()), ("env", env), ("resources", resources)]);
    let path = some(vec![("path", text())]);
    let volume = prop_oneof![
        path.prop_map(|path| json!({"hostPath": path})),
        Just(json!({"emptyDir": {}})),
        text().prop_map(|name| json!({"secret": {"secretName": name}})),
    ];
    let tolerations = vec(text().prop_map(|key| json!({"key": key})), 0..3);
    let spec = some(vec![
        ("containers", keyed("name", container.clone())),
        ("initContainers", keyed("name", container)),
        ("volumes", keyed("name", volume.boxed())),
        ("tolerations", tolerations.prop_map(Value::from).boxed()),
        ("nodeSelector", labels.clone()),
        ("nodeName", text()),
    ]);
    let metadata = some(vec![("labels", labels), ("finalizers", set)]);
    some(vec![("metadata", metadata), ("spec", spec)])
}

/// Anything at all with directives in it.
fn soup() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        "metadata|spec|containers|finalizers|volumes|labels|name|env|ports|unknown",
        "\\$(setElementOrder|deleteFromPrimitiveList|retainKeys|patch)(/(containers|finalizers|volumes|))?",
    ];
    let leaf = prop_oneof![
        3 => "delete|replace|merge|a|b".prop_map(Value::from),
        1 => Just(Value::Null),
        1 => scalars(),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            1 => vec(inner.clone(), 0..5).prop_map(Value::from),
            3 => btree_map(name.clone(), inner, 0..5).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn merging_nothing_changes_nothing(document in documents()) {
        prop_assert_eq!(patch::merge(document.clone(), &json!({})).unwrap(), document);
    }

    #[test]
    fn merging_twice_is_merging_once(document in documents(), change in changes()) {
        let once = patch::merge(document, &change).unwrap();
        prop_assert_eq!(patch::merge(once.clone(), &change).unwrap(), once);
    }

    /// What is decided does not depend on whether values or texts are patched.
    #[test]
    fn texts_are_merged_as_values_are(document in documents(), change in prop_oneof![changes(), values()]) {
        let texts = patch::merge_text(&document.to_string(), &change.to_string());
        let texts = texts.map(|text| serde_json::from_str(&text).unwrap());
        prop_assert_eq!(texts, patch::merge(document, &change));
    }

    #[test]
    fn texts_are_operated_on_as_values_are(
        document in documents(),
        operations in vec(("add|remove|replace|test|copy|move|no", "(/[abcd01-]){0,2}", "(/[abcd01-]){0,2}", values()), 0..4),
    ) {
        let operations: Vec<Value> = operations
            .into_iter()
            .map(|(op, path, from, value)| json!({"op": op, "path": path, "from": from, "value": value}))
            .collect();
        let operations = Value::from(operations);
        let texts = patch::json_text(&document.to_string(), &operations.to_string());
        let texts = texts.map(|text| serde_json::from_str(&text).unwrap());
        prop_assert_eq!(texts, patch::json(document, &operations));
    }

    #[test]
    fn texts_that_are_no_json_never_panic(document in "[\\[{\\]}:,\"a1.e-]{0,12}", patch in "[\\[{\\]}:,\"a1.e-]{0,12}") {
        let _ = patch::merge_text(&document, &patch);
        let _ = patch::json_text(&document, &patch);
    }

    #[test]
    fn a_merge_diff_leads_there(old in documents(), new in documents()) {
        let change = patch::merge_diff(&old, &new).unwrap();
        prop_assert_eq!(patch::merge(old.clone(), &change).unwrap(), new);
        prop_assert_eq!(patch::merge_diff(&old, &old).unwrap(), json!({}));
    }

    /// PATCH-17
    #[test]
    fn a_strategic_diff_leads_there(old in pods(), new in pods()) {
        let shape = Kind::Pod.shape().unwrap();
        let change = patch::diff(shape, &old, &new).unwrap();
        let reached = patch::strategic(shape, old.clone(), &change).unwrap();
        prop_assert_eq!(reached, new, "{}", change);
        prop_assert_eq!(patch::diff(shape, &old, &old).unwrap(), json!({}));
        prop_assert_eq!(patch::strategic(shape, old.clone(), &json!({})).unwrap(), old);
    }

    #[test]
    fn applying_twice_is_applying_once(modified in pods(), current in pods()) {
        let apply = |current: &Value| {
            patch::apply(Kind::Pod.shape(), &modified, current, Conflicts::Overwrite).unwrap()
        };
        let once = apply(&current).result;
        let twice = apply(&once);
        prop_assert_eq!(&twice.result, &once, "{}", twice.patch);
    }

    #[test]
    fn directives_never_panic(document in soup(), change in soup()) {
        for kind in [Kind::Pod, Kind::Deployment, Kind::Node] {
            let shape = kind.shape().unwrap();
            if let Err(error) = patch::strategic(shape, document.clone(), &change) {
                prop_assert!([400, 422, 500].contains(&error.code()), "{}", error);
            }
            let _ = patch::diff(shape, &document, &change);
            for conflicts in [Conflicts::Fail, Conflicts::Overwrite] {
                let _ = patch::apply(Some(shape), &change, &document, conflicts);
            }
        }
    }

    /// PATCH-2: what is added can be found, and taking it out restores the document.
    #[test]
    fn remove_undoes_add(document in documents(), value in values(), name in "[e-h~/]{1,3}") {
        let path = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        let add = json!([
            {"op": "add", "path": path, "value": value},
            {"op": "test", "path": path, "value": value},
        ]);
        let added = patch::json(document.clone(), &add).unwrap();
        prop_assert_eq!(&added[&name], &value);
        let remove = json!([{"op": "remove", "path": path}]);
        prop_assert_eq!(patch::json(added, &remove).unwrap(), document);
    }

    /// PATCH-3: an index from the end is the same as one from the front.
    #[test]
    fn indices_from_both_ends(items in vec(values(), 1..5), value in values(), at in 0usize..5) {
        let at = at % (items.len() + 1);
        let document = json!({"l": items});
        let from_end = at as i64 - items.len() as i64 - 1;
        let add = |index: String| json!([{"op": "add", "path": format!("/l/{index}"), "value": value}]);
        let front = patch::json(document.clone(), &add(at.to_string())).unwrap();
        let back = patch::json(document.clone(), &add(from_end.to_string())).unwrap();
        prop_assert_eq!(&front, &back);
        let remove = json!([{"op": "remove", "path": format!("/l/{at}")}]);
        prop_assert_eq!(patch::json(front, &remove).unwrap(), document);
    }

    #[test]
    fn moving_is_copying_and_removing(document in documents(), from in "[abcd]", to in "[e-h]") {
        let (from, to) = (format!("/{from}"), format!("/{to}"));
        let moved = patch::json(document.clone(), &json!([{"op": "move", "from": from, "path": to}]));
        let copied = patch::json(document, &json!([
            {"op": "copy", "from": from, "path": to},
            {"op": "remove", "path": from},
        ]));
        prop_assert_eq!(moved.ok(), copied.ok());
    }
}
