//! Lists, watches and selectors.

use kubernel::api::Kind;
use kubernel::labels::Selector;
use kubernel::read::ListOptions;
use serde_json::json;

use crate::{by_fields, by_labels, key, map, names, server, told};

const MAPS: Kind = Kind::ConfigMap;

#[test]
fn a_watch_tells_of_an_object_that_is_created_later() {
    let mut cluster = server();
    let mut watch = cluster.watch(&MAPS, Some("default"), &ListOptions::default()).unwrap();
    assert!(watch.poll(cluster.store()).is_empty());
    cluster.create(map("a", json!({}))).unwrap();
    assert_eq!(told(&watch.poll(cluster.store())), [("ADDED", "a")]);
}

#[test]
fn who_lists_and_then_watches_from_there_misses_no_later_change() {
    let mut cluster = server();
    cluster.create(map("a", json!({}))).unwrap();
    let list = cluster.page(&MAPS, Some("default"), &ListOptions::default()).unwrap();
    assert_eq!(names(&list), ["a"]);
    let from =
        ListOptions { resource_version: list.metadata.resource_version, ..ListOptions::default() };
    cluster.create(map("b", json!({}))).unwrap();
    cluster.delete(&key(MAPS, "a"), Default::default()).unwrap();
    let mut watch = cluster.watch(&MAPS, Some("default"), &from).unwrap();
    assert_eq!(told(&watch.poll(cluster.store())), [("ADDED", "b"), ("DELETED", "a")]);
}

#[test]
fn the_resource_version_of_a_list_moves_with_writes() {
    let mut cluster = server();
    let version = |cluster: &kubernel::Cluster| -> u64 {
        let page = cluster.page(&MAPS, None, &ListOptions::default()).unwrap();
        page.metadata.resource_version.parse().unwrap()
    };
    let before = version(&cluster);
    cluster.create(map("a", json!({}))).unwrap();
    assert!(version(&cluster) > before);
}

#[test]
fn a_list_is_sorted_and_the_same_every_time() {
    let lists = (0..8).map(|run| {
        let mut names = ["c", "a", "e", "b", "d"];
        names.rotate_left(run % 5);
        let mut cluster = server();
        for name in names {
            cluster.create(map(name, json!({}))).unwrap();
        }
        cluster.page(&MAPS, Some("default"), &ListOptions::default()).unwrap()
    });
    for list in lists {
        assert_eq!(names(&list), ["a", "b", "c", "d", "e"]);
    }
}

#[test]
fn a_limit_gives_a_token_for_the_rest() {
    let mut cluster = server();
    for name in ["a", "b", "c"] {
        cluster.create(map(name, json!({}))).unwrap();
    }
    let two = ListOptions { limit: 2, ..ListOptions::default() };
    let first = cluster.page(&MAPS, Some("default"), &two).unwrap();
    assert_eq!((names(&first), first.metadata.remaining_item_count), (vec!["a", "b"], Some(1)));
    let rest = ListOptions { continue_: first.metadata.continue_, ..two };
    let second = cluster.page(&MAPS, Some("default"), &rest).unwrap();
    assert_eq!((names(&second), second.metadata.continue_.as_str()), (vec!["c"], ""));
}

#[test]
fn a_field_selector_may_ask_for_what_is_not() {
    let mut cluster = server();
    for name in ["a", "b"] {
        cluster.create(map(name, json!({}))).unwrap();
    }
    let page = cluster.page(&MAPS, Some("default"), &by_fields("metadata.name!=a")).unwrap();
    assert_eq!(names(&page), ["b"]);
}

#[test]
fn every_kind_can_be_selected_by_name() {
    let mut cluster = server();
    for name in ["a", "b"] {
        cluster.create(map(name, json!({}))).unwrap();
    }
    let page = cluster.page(&MAPS, Some("default"), &by_fields("metadata.name=b")).unwrap();
    assert_eq!(names(&page), ["b"]);
}

#[test]
fn a_field_that_is_not_offered_is_a_bad_request() {
    let refused = server().page(&MAPS, None, &by_fields("spec.colour=red")).unwrap_err();
    assert_eq!(refused.code(), 400);
    assert!(refused.to_string().contains("spec.colour"), "{refused}");
}

#[test]
fn a_malformed_label_selector_is_a_bad_request() {
    for selector in ["app in", "a=b=c", "!", "app=-"] {
        let refused = server().page(&MAPS, None, &by_labels(selector)).unwrap_err();
        assert_eq!(refused.code(), 400, "{selector}");
    }
}

#[test]
fn a_set_needs_no_blank_before_it() {
    let mut cluster = server();
    for (name, app) in [("x", "a"), ("y", "b"), ("z", "c")] {
        cluster.create(map(name, json!({"labels": {"app": app}}))).unwrap();
    }
    let page = cluster.page(&MAPS, Some("default"), &by_labels("app in(a,b)")).unwrap();
    assert_eq!(names(&page), ["x", "y"]);
}

#[test]
fn labels_can_be_compared_as_numbers() {
    let mut cluster = server();
    for (name, generation) in [("x", "3"), ("y", "10"), ("z", "many")] {
        cluster.create(map(name, json!({"labels": {"gen": generation}}))).unwrap();
    }
    let page = cluster.page(&MAPS, Some("default"), &by_labels("gen>3")).unwrap();
    assert_eq!(names(&page), ["y"]);
    let selector: Selector = "gen<4".parse().unwrap();
    assert!(selector.matches(&map("x", json!({"labels": {"gen": "3"}})).meta().labels));
}
