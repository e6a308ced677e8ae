use super::*;
use crate::api::{ConfigMap, Pod};

const POD: &str = r#""apiVersion":"v1","kind":"Pod""#;

/// What `decode` answers: the dropped paths or the error.
fn shown(text: &str, strictness: Strictness) -> String {
    match decode(text, strictness) {
        Ok(decoded) => {
            format!("unknown {:?} duplicate {:?}", decoded.unknown, decoded.duplicate)
        }
        Err(error) => error.to_string(),
    }
}

fn check(text: &str, expected: &str) {
    assert_eq!(shown(text, Strictness::Warn), expected, "{text}");
}

fn check_pod(fields: &str, expected: &str) {
    check(&format!("{{{POD},{fields}}}"), expected);
}

#[test]
fn wrong_documents() {
    check("", "no object in the text");
    check(" \n", "no object in the text");
    check("{", "EOF while parsing an object at line 1 column 1");
    check("{}\n x", "trailing characters at line 2 column 2");
    check("[]", "expected an object, found a list");
    check("null", "expected an object, found null");
    check("3", "expected an object, found a number");
    check("{}", "`kind` is missing");
    check(r#"{"kind":""}"#, "`kind` is missing");
    check(r#"{"kind":"Pod"}"#, "`apiVersion` is missing");
    check(r#"{"kind":3}"#, "`kind`: expected a string, found a number");
    check(
        r#"{"kind":"List","apiVersion":"v1","items":[]}"#,
        "expected one object, found a list of objects",
    );
}

#[test]
fn wrong_types() {
    check_pod(r#""spec":[]"#, "`spec`: expected an object, found a list");
    check_pod(r#""metadata":{"name":1}"#, "`metadata.name`: expected a string, found a number");
    check_pod(
        r#""metadata":{"labels":{"a.b/c":true}}"#,
        "`metadata.labels.a.b/c`: expected a string, found true or false",
    );
    check_pod(
        r#""spec":{"containers":[{},{"ports":[{"containerPort":"80"}]}]}"#,
        "`spec.containers[1].ports[0].containerPort`: expected a whole number of 32 bits, found a string",
    );
    check_pod(
        r#""spec":{"priority":3000000000}"#,
        "`spec.priority`: expected a whole number of 32 bits, found a number out of range",
    );
    check_pod(
        r#""spec":{"priority":1.0}"#,
        "`spec.priority`: expected a whole number of 32 bits, found a fraction",
    );
    check_pod(r#""spec":{"volumes":{}}"#, "`spec.volumes`: expected a list, found an object");
    check_pod(r#""metadata":{"labels":[]}"#, "`metadata.labels`: expected a map, found a list");
    check_pod(
        r#""metadata":{"creationTimestamp":5}"#,
        "`metadata.creationTimestamp`: expected a time, found a number",
    );
    check(
        r#"{"apiVersion":"v1","kind":"Secret","data":{"k":"?"}}"#,
        "`data.k`: Invalid symbol 63, offset 0.",
    );
}

#[test]
fn null_is_the_zero_value_anywhere() {
    check_pod(
        r#""metadata":null,"spec":{"containers":[null,{"name":null,"ports":null,"resources":{"limits":null}}],"nodeSelector":{"a":null}}"#,
        "unknown [] duplicate []",
    );
}

#[test]
fn unknown_fields() {
    let text = format!(
        r#"{{{POD},"specs":1,"spec":{{"Containers":[],"containers":[{{"foo":{{"deep":1}}}}]}},"metadata":{{"x":null}}}}"#
    );
    let listed = r#"unknown ["metadata.x", "spec.Containers", "spec.containers[0].foo", "specs"] duplicate []"#;
    let refused = "unknown field `metadata.x`, unknown field `spec.Containers`, unknown field `spec.containers[0].foo`, unknown field `specs`";
    assert_eq!(shown(&text, Strictness::Ignore), "unknown [] duplicate []");
    assert_eq!(shown(&text, Strictness::Warn), listed);
    assert_eq!(shown(&text, Strictness::Strict), refused);
}

#[test]
fn type_words_are_known_only_in_objects() {
    check(
        r#"{"apiVersion":"apps/v1","kind":"StatefulSet","spec":{"volumeClaimTemplates":[{"kind":"PersistentVolumeClaim","apiVersion":"v1"}],"template":{"kind":"Pod"}}}"#,
        r#"unknown ["spec.template.kind"] duplicate []"#,
    );
}

#[test]
fn repeated_fields() {
    let text = format!(
        r#"{{{POD},"spec":{{"hostname":"a","containers":[{{"name":"x","name":"y"}}]}},"spec":{{"hostname":"b"}}}}"#
    );
    assert_eq!(shown(&text, Strictness::Ignore), "unknown [] duplicate []");
    check(&text, r#"unknown [] duplicate ["spec.containers[0].name", "spec"]"#);
    assert_eq!(
        shown(&text, Strictness::Strict),
        "duplicate field `spec.containers[0].name`, duplicate field `spec`"
    );
    let decoded = decode(&text, Strictness::Warn).unwrap();
    let pod = decoded.object.peek::<Pod>().unwrap();
    assert_eq!(pod.spec.hostname, "b");
    assert_eq!(pod.spec.containers[0].name, "y");

    let custom = r#"{"apiVersion":"a/v1","kind":"W","spec":{"a":1},"spec":{"b":2}}"#;
    let decoded = decode(custom, Strictness::Warn).unwrap();
    let value = decoded.object.to_value().unwrap();
    assert_eq!(value["spec"], serde_json::json!({"b": 2}));
}

#[test]
fn custom_kinds_keep_their_fields() {
    check(
        r#"{"apiVersion":"a/v1","kind":"W","anything":1,"metadata":{"name":"w","nam":"w"}}"#,
        r#"unknown ["metadata.nam"] duplicate []"#,
    );
    check(
        r#"{"apiVersion":"a/v1","kind":"W","metadata":{"name":3}}"#,
        "`metadata.name`: expected a string, found a number",
    );
}

#[test]
fn deep_nesting_is_an_error() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        for depth in [100, 129, 200_000] {
            let deep = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let text = format!(r#"{{"apiVersion":"a/v1","kind":"W","spec":{deep}}}"#);
            let decoded = decode(&text, Strictness::Warn);
            assert_eq!(decoded.is_ok(), depth == 100, "{depth}");
            assert_eq!(decode_all(&text, Strictness::Warn).len(), 1);
        }
    }
}

#[test]
fn arbitrary_bytes_never_panic() {
    let mut state = 1_u64;
    for length in 0..300_usize {
        let bytes: Vec<u8> = (0..length)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let byte = (state >> 56) as u8;
                if length % 2 == 0 { byte } else { b"{}[]\":,-\n &*ak1"[usize::from(byte % 15)] }
            })
            .collect();
        let _ = decode(&bytes, Strictness::Strict);
        let _ = decode_all(&bytes, Strictness::Strict);
    }
}

#[test]
fn five_megabytes() {
    let value = "x".repeat(5_000_000);
    let text = format!(r#"{{"apiVersion":"v1","kind":"ConfigMap","data":{{"k":"{value}"}}}}"#);
    let decoded = decode(&text, Strictness::Strict).unwrap();
    assert_eq!(decoded.object.peek::<ConfigMap>().unwrap().data["k"].len(), 5_000_000);
}

fn all(text: &str) -> Vec<String> {
    decode_all(text, Strictness::Warn)
        .into_iter()
        .map(|one| match one {
            Ok(one) => format!("{} {:?} {:?}", one.object.key(), one.unknown, one.duplicate),
            Err(error) => error.to_string(),
        })
        .collect()
}

#[test]
fn lists_are_their_items() {
    let text = format!(
        r#"{{"apiVersion":"v1","kind":"List","items":[
            {{{POD},"metadata":{{"name":"a"}},"x":1}},
            {{{POD},"metadata":{{"name":[]}}}},
            {{"kind":"Pod"}},
            {{{POD},"metadata":{{"name":"b","name":"c"}}}},
            7
        ]}}"#
    );
    assert_eq!(
        all(&text),
        [
            r#"Pod /a ["x"] []"#.replace("Pod /", "Pod "),
            "`items[1].metadata.name`: expected a string, found a list".into(),
            "`items[2]`: `apiVersion` is missing".into(),
            r#"Pod c [] ["metadata.name"]"#.into(),
            "`items[4]`: expected an object, found a number".into(),
        ]
    );
    let typed =
        r#"{"apiVersion":"acme.io/v1","kind":"WidgetList","items":[{"metadata":{"name":"w"}}]}"#;
    assert_eq!(all(typed), ["Widget w [] []"]);
    assert!(all(r#"{"apiVersion":"v1","kind":"PodList","items":null}"#).is_empty());
    assert!(all("").is_empty());
}

#[test]
fn values_after_each_other() {
    let text = format!("{{{POD}}}\n{{{POD},\"a\":1}} {{{POD},\"spec\":1}}\n{{");
    assert_eq!(
        all(&text),
        [
            "Pod  [] []",
            r#"Pod  ["a"] []"#,
            "document 2: `spec`: expected an object, found a number",
            "document 3: EOF while parsing an object at line 3 column 1",
        ]
    );
}

#[cfg(feature = "yaml")]
mod yaml {
    use super::*;
    use crate::api::Secret;

    #[test]
    fn documents_are_split_and_empty_ones_skipped() {
        let text = "# first\n---\n\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n--- # second\n\
                    apiVersion: v1\nkind: Pod\nmetadata: {name: b}\nfoo: 1\n...\n---\n# end\n";
        assert_eq!(all(text), ["Pod a [] []", r#"Pod b ["foo"] []"#]);
        assert!(all("---\n---\n# nothing\n").is_empty());
        assert!(all("---").is_empty());
        assert_eq!(all("--- {apiVersion: v1, kind: Pod}"), ["Pod  [] []"]);
        assert_eq!(all("{apiVersion: v1, kind: Pod}"), ["Pod  [] []"]);
        assert_eq!(all("\u{feff}apiVersion: v1\r\nkind: Pod\r\n---\r\n"), ["Pod  [] []"]);
    }

    #[test]
    fn a_broken_document_leaves_the_others() {
        let text = "apiVersion: v1\nkind: Pod\n---\na: b\n  c: [\n---\napiVersion: v1\nkind: Pod\n";
        let all = decode_all(text, Strictness::Warn);
        assert_eq!(all.len(), 3);
        assert!(all[0].is_ok() && all[2].is_ok());
        let error = all[1].as_ref().unwrap_err();
        assert_eq!(error.document, 1);
        assert!(
            matches!(error.cause, DecodeCause::Syntax { line: 5, .. }),
            "{error} {:?}",
            error.cause
        );
        assert!(!error.to_string().contains("column 4 at"), "{error}");
    }

    #[test]
    fn words_are_typed_as_upstream_does() {
        let pod = |meta: &str| format!("apiVersion: v1\nkind: Pod\nmetadata:\n  {meta}\n");
        let wrong = |found: &str| format!("`metadata.name`: expected a string, found {found}");
        assert_eq!(all(&pod("name: yes")), [wrong("true or false")]);
        assert_eq!(all(&pod("name: off")), [wrong("true or false")]);
        assert_eq!(all(&pod("name: 12")), [wrong("a number")]);
        assert_eq!(all(&pod("name: 1.5")), [wrong("a fraction")]);
        assert_eq!(all(&pod("name: 0x10")), [wrong("a number")]);
        assert_eq!(all(&pod("name: ~")), ["Pod  [] []"]);
        assert_eq!(all(&pod("name: \"12\"")), ["Pod 12 [] []"]);
        assert_eq!(all(&pod("name: !!str 12")), ["Pod 12 [] []"]);
        assert_eq!(all(&pod("labels: {1: a, yes: b}")), ["Pod  [] []"]);
        assert_eq!(all(&pod("name: 2001-01-01")), ["Pod 2001-01-01 [] []"]);
    }

    #[test]
    fn octal_modes() {
        let text = "apiVersion: v1\nkind: Pod\nspec:\n  volumes:\n  - name: a\n    secret: {defaultMode: 0644}\n";
        let decoded = decode_all(text, Strictness::Strict).remove(0).unwrap();
        let pod = decoded.object.peek::<Pod>().unwrap();
        assert_eq!(pod.spec.volumes[0].secret.as_ref().unwrap().default_mode, Some(0o644));
    }

    #[test]
    fn block_text_and_anchors() {
        let text =
            "apiVersion: v1\nkind: Secret\nstringData:\n  a: &x |\n    one\n    --- two\n  b: *x\n";
        let decoded = decode_all(text, Strictness::Strict).remove(0).unwrap();
        let secret = decoded.object.peek::<Secret>().unwrap();
        assert_eq!(secret.string_data["b"], "one\n--- two\n");
        let text = "apiVersion: v1\nkind: Pod\nx: &a {hostname: h, subdomain: s}\nspec:\n  <<: *a\n  hostname: i\n";
        let decoded = decode_all(text, Strictness::Warn).remove(0).unwrap();
        assert_eq!(decoded.duplicate.len(), 0);
        let spec = &decoded.object.peek::<Pod>().unwrap().spec;
        assert_eq!((spec.hostname.as_str(), spec.subdomain.as_str()), ("i", "s"));
    }

    #[test]
    fn repeated_keys() {
        let text =
            "apiVersion: v1\nkind: Pod\nspec: {hostname: a, subdomain: b}\nspec: {hostname: c}\n";
        assert_eq!(all(text), [r#"Pod  [] ["spec"]"#]);
        let decoded = decode_all(text, Strictness::Warn).remove(0).unwrap();
        assert_eq!(decoded.object.peek::<Pod>().unwrap().spec.subdomain, "");
    }

    #[test]
    fn bombs_are_bounded() {
        let mut text = String::from("apiVersion: a/v1\nkind: W\na0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for level in 1..10 {
            let one = format!("*a{}", level - 1);
            let items = vec![one; 10].join(",");
            text += &format!("a{level}: &a{level} [{items}]\n");
        }
        let all = decode_all(&text, Strictness::Warn);
        assert!(matches!(all[0].as_ref().unwrap_err().cause, DecodeCause::Syntax { .. }));
        let deep = format!("a: {}1{}", "[".repeat(5000), "]".repeat(5000));
        assert!(decode_all(&deep, Strictness::Warn)[0].is_err());
        let deep: String = (0..3000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        assert!(decode_all(&deep, Strictness::Warn)[0].is_err());
    }

    #[test]
    fn binary_is_not_text() {
        let all = decode_all(b"a\xff", Strictness::Warn);
        assert_eq!(all[0].as_ref().unwrap_err().to_string(), "not UTF-8 at byte 1");
    }
}
