//! What somebody tries who meets the crate for the first time.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that panics has failed")]

use std::time::Duration;

use kubernel::Cluster;
use kubernel::api::{
    ConditionStatus, ConfigMap, DeleteOptions, Deployment, EndpointSlice, Key, Kind, Namespace,
    Object, PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimPhase,
    PersistentVolumePhase, Pod, PodConditionType, PodPhase, ReplicaSet, Service, StatefulSet,
    Strictness, decode_all,
};
use kubernel::cluster::Seeded;
use kubernel::cluster::node::Capacity;
use kubernel::store::Revision;
use kubernel::time::Instant;
use kubernel::volume::TreeError;

const WORDPRESS: &str = include_str!("../examples/manifests/wordpress.yaml");
const GUESTBOOK: &str = include_str!("../examples/manifests/guestbook.yaml");
const STATEFUL_SET: &str = include_str!("../examples/manifests/statefulset.yaml");
const SHOP: &str = include_str!("../examples/manifests/quickstart.yaml");

fn cluster() -> Cluster {
    seeded(1)
}

fn seeded(seed: u64) -> Cluster {
    let builder = Cluster::builder().seed(seed).builtin();
    builder.node("n1", Capacity::default()).node("n2", Capacity::default()).build()
}

fn apply(cluster: &mut Cluster, text: &str) {
    for one in decode_all(text, Strictness::Strict) {
        cluster.put(one.unwrap().object).unwrap_or_else(|error| panic!("{error}"));
    }
}

fn advance(cluster: &mut Cluster, seconds: u64) {
    cluster.advance(Duration::from_secs(seconds));
}

fn pods(cluster: &Cluster) -> Vec<Pod> {
    cluster.list::<Pod>(None).cloned().collect()
}

fn pod<'a>(cluster: &'a Cluster, name: &str) -> &'a Pod {
    cluster.get::<Pod>("default", name).unwrap()
}

fn key(kind: Kind, name: &str) -> Key {
    Key::new(kind, "default", name)
}

fn pod_key(pod: &Pod) -> Key {
    Object::from(pod.clone()).key()
}

fn condition<'a>(
    pod: &'a Pod,
    type_: &PodConditionType,
) -> Option<&'a kubernel::api::PodCondition> {
    pod.status.conditions.iter().find(|condition| condition.type_ == *type_)
}

fn is_ready(pod: &Pod) -> bool {
    pod.status.phase == PodPhase::Running
        && condition(pod, &PodConditionType::Ready)
            .is_some_and(|it| it.status == ConditionStatus::True)
}

/// Reason and message of the first container that waits.
fn waiting(pod: &Pod) -> (String, String) {
    let states = pod.status.container_statuses.iter().map(|status| &status.state);
    let waiting = states.filter_map(|state| state.waiting.as_deref()).next();
    waiting.map(|waiting| (waiting.reason.clone(), waiting.message.clone())).unwrap_or_default()
}

fn ready_addresses(cluster: &Cluster) -> usize {
    let slices = cluster.list::<EndpointSlice>(Some("default"));
    let endpoints = slices.flat_map(|slice| &slice.endpoints);
    endpoints.filter(|endpoint| endpoint.conditions.ready == Some(true)).count()
}

fn container_restarts(pod: &Pod) -> i32 {
    pod.status.container_statuses.iter().map(|status| status.restart_count).sum()
}

/// A pod of one container; `more` are further lines of its spec.
fn simple(name: &str, annotations: &str, more: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, labels: {{app: {name}}}, annotations: {{{annotations}}}}}\n\
         spec:\n  containers: [{{name: c, image: 'i:1', ports: [{{containerPort: 80, name: http}}]}}]\n{more}\n---\n"
    )
}

fn web(replicas: i32, image: &str, strategy: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec:\n  replicas: {replicas}\n  \
         strategy: {strategy}\n  selector: {{matchLabels: {{app: web}}}}\n  template:\n    \
         metadata: {{labels: {{app: web}}}}\n    spec:\n      containers:\n        \
         - {{name: c, image: '{image}', ports: [{{containerPort: 80}}]}}\n"
    )
}

#[test]
fn the_blog_runs_on_its_claims() {
    let mut cluster = cluster();
    apply(&mut cluster, WORDPRESS);
    cluster.settle().unwrap();
    let pods = pods(&cluster);
    assert_eq!(pods.len(), 2);
    assert!(pods.iter().all(is_ready));
    let claims: Vec<_> = cluster.list::<PersistentVolumeClaim>(None).collect();
    assert_eq!(claims.len(), 2);
    assert!(claims.iter().all(|claim| claim.status.phase == PersistentVolumeClaimPhase::Bound));
    let blog = pods.iter().find(|pod| pod.metadata.labels["tier"] == "frontend").unwrap();
    let database =
        cluster.connect(Some(&pod_key(blog)), "blog-mysql", 3306, &"TCP".into()).unwrap();
    assert!(database.pod.unwrap().name.starts_with("blog-mysql-"));
    let outside =
        cluster.connect(None, "blog.default.svc.cluster.local", 80, &"TCP".into()).unwrap();
    assert_eq!(outside.pod, Some(pod_key(blog)));
}

#[test]
fn the_guestbook_runs() {
    let mut cluster = cluster();
    apply(&mut cluster, GUESTBOOK);
    cluster.settle().unwrap();
    let pods = pods(&cluster);
    assert_eq!(pods.len(), 6);
    assert!(pods.iter().all(is_ready));
    let page = pods.iter().find(|pod| pod.metadata.name.starts_with("frontend-")).unwrap();
    let leader =
        cluster.connect(Some(&pod_key(page)), "redis-leader", 6379, &"TCP".into()).unwrap();
    assert!(leader.pod.unwrap().name.starts_with("redis-leader-"));
    let port = cluster.get::<Service>("default", "frontend").unwrap().spec.ports[0].node_port;
    for node in ["192.168.0.10", "192.168.0.11"] {
        let page = cluster.connect(None, node, port, &"TCP".into()).unwrap();
        assert!(page.pod.unwrap().name.starts_with("frontend-"));
    }
}

#[test]
fn a_stateful_set_is_stored() {
    let mut cluster = cluster();
    apply(&mut cluster, STATEFUL_SET);
    cluster.settle().unwrap();
    let set = cluster.get::<StatefulSet>("default", "nodes").unwrap();
    assert_eq!(set.spec.pod_management_policy.as_str(), "OrderedReady");
}

#[test]
fn the_shop_runs_and_its_importer_crashes() {
    let mut cluster = cluster();
    apply(&mut cluster, SHOP);
    advance(&mut cluster, 600);
    let pods = pods(&cluster);
    assert_eq!(pods.iter().filter(|pod| is_ready(pod)).count(), 5);
    let importer = cluster.get::<Pod>("shop", "importer").unwrap();
    assert_eq!(waiting(importer).0, "CrashLoopBackOff");
    let archive = cluster.get::<PersistentVolumeClaim>("shop", "archive").unwrap();
    assert_eq!(archive.spec.volume_name, "archive-large");
    assert_eq!(cluster.connect(None, "192.168.0.10", 30080, &"TCP".into()).unwrap().port, 8080);
}

#[test]
fn a_secret_does_not_leave_its_namespace() {
    let mut cluster = cluster();
    apply(
        &mut cluster,
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: other}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: other}\nstringData: {k: v}\n",
    );
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: thief}\nspec:\n  containers:\n  - {name: c, image: i, env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]}\n";
    apply(&mut cluster, text);
    advance(&mut cluster, 60);
    let thief = pod(&cluster, "thief");
    assert_eq!(thief.status.phase, PodPhase::Pending);
    assert_eq!(
        waiting(thief),
        ("CreateContainerConfigError".into(), "secret \"s\" not found".into())
    );
    apply(&mut cluster, "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {k: v}\n");
    advance(&mut cluster, 60);
    assert!(is_ready(pod(&cluster, "thief")));
}

#[test]
fn a_pod_goes_where_it_can() {
    let mut cluster = cluster();
    let big = "  tolerations: []\n  containers:\n  - {name: c, image: i, resources: {requests: {cpu: '100'}}}";
    let big = format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: big}}\nspec:\n{big}\n---\n");
    let named = simple("named", "", "  nodeName: n2");
    let picky = simple("picky", "", "  nodeSelector: {kubernetes.io/hostname: n1}");
    let lost = simple("lost", "", "  nodeSelector: {disk: fast}");
    let nowhere = simple("nowhere", "", "  nodeName: n9");
    apply(&mut cluster, &(big + &named + &picky + &lost + &nowhere));
    advance(&mut cluster, 30);
    assert!(is_ready(pod(&cluster, "named")) && pod(&cluster, "named").spec.node_name == "n2");
    assert!(is_ready(pod(&cluster, "picky")) && pod(&cluster, "picky").spec.node_name == "n1");
    let why = |name: &str| {
        let pod = pod(&cluster, name);
        assert_eq!(pod.status.phase, PodPhase::Pending);
        condition(pod, &PodConditionType::PodScheduled)
            .map(|it| it.message.clone())
            .unwrap_or_default()
    };
    let starts = |name: &str, start: &str| {
        let why = why(name);
        assert!(why.starts_with(start), "{name}: {why}");
    };
    starts("big", "0/2 nodes are available: 2 Insufficient cpu.");
    starts("lost", "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.");
    assert_eq!(why("nowhere"), "");
    // Its node does not exist, and nobody will ever run it.
    advance(&mut cluster, 30);
    assert!(cluster.get::<Pod>("default", "nowhere").is_none());
}

/// Whether a pod has not ended.
fn is_live(pod: &Pod) -> bool {
    !matches!(pod.status.phase, PodPhase::Succeeded | PodPhase::Failed)
}

/// How many pods the replica sets want, and how many that stay are available, at every revision.
fn bounds(cluster: &Cluster, from: Revision) -> Vec<(i32, usize)> {
    let store = cluster.store();
    let counts = |revision: u64| {
        let then = store.at(Revision(revision)).unwrap();
        let stays = |pod: &&Pod| pod.metadata.deletion_timestamp.is_none() && is_ready(pod);
        let wanted = then.list::<ReplicaSet>(None).map(|set| set.spec.replicas.unwrap_or(1)).sum();
        (wanted, then.list::<Pod>(None).filter(stays).count())
    };
    (from.0..=store.revision().0).map(counts).collect()
}

#[test]
fn a_rolling_update_keeps_its_bounds_at_every_revision() {
    // At most 25 % more, rounded up; at most 25 % fewer, rounded down.
    for seed in 0..12 {
        let mut cluster = seeded(seed);
        let schedule = &mut Seeded::new(seed);
        apply(&mut cluster, &web(5, "web:1", "{type: RollingUpdate}"));
        cluster.settle_by(schedule).unwrap();
        let from = cluster.store().revision();
        apply(&mut cluster, &web(5, "web:2", "{type: RollingUpdate}"));
        cluster.settle_by(schedule).unwrap();
        for (wanted, available) in bounds(&cluster, from) {
            assert!(
                wanted <= 7 && available >= 4,
                "seed {seed}: {wanted} pods, {available} available"
            );
        }
        let mut sets: Vec<(i32, String)> = cluster
            .list::<ReplicaSet>(None)
            .map(|set| (set.status.replicas, set.spec.template.spec.containers[0].image.clone()))
            .collect();
        sets.sort();
        assert_eq!(sets, [(0, "web:1".to_owned()), (5, "web:2".to_owned())], "seed {seed}");
        assert_eq!(
            cluster.get::<Deployment>("default", "web").unwrap().status.available_replicas,
            5
        );
    }
}

#[test]
fn recreate_never_runs_old_and_new_together() {
    for seed in 0..12 {
        let mut cluster = seeded(seed);
        let schedule = &mut Seeded::new(seed);
        apply(&mut cluster, &web(3, "web:1", "{type: Recreate}"));
        cluster.settle_by(schedule).unwrap();
        let from = cluster.store().revision();
        apply(&mut cluster, &web(3, "web:2", "{type: Recreate}"));
        cluster.settle_by(schedule).unwrap();
        for revision in from.0..=cluster.store().revision().0 {
            let then = cluster.store().at(Revision(revision)).unwrap();
            let live = then.list::<Pod>(None).filter(|pod| is_live(pod));
            let mut images: Vec<&str> =
                live.map(|pod| pod.spec.containers[0].image.as_str()).collect();
            images.sort_unstable();
            images.dedup();
            assert!(images.len() < 2, "seed {seed}, revision {revision}: {images:?}");
        }
        assert!(
            pods(&cluster)
                .iter()
                .all(|pod| is_ready(pod) && pod.spec.containers[0].image == "web:2")
        );
    }
}

#[test]
fn a_crash_loop_waits_longer_and_longer() {
    // POD-BACKOFF-1
    let mut cluster = cluster();
    apply(&mut cluster, &simple("crash", "kubernel.dev/program.c: 'run 4s; exit 1'", ""));
    let mut ends: Vec<Instant> = Vec::new();
    let mut starts: Vec<Instant> = Vec::new();
    let (mut running, mut restarts) = (false, 0);
    while starts.len() < 9 {
        cluster.advance(Duration::from_millis(500));
        let crash = pod(&cluster, "crash");
        let Some(status) = crash.status.container_statuses.first() else { continue };
        let now_running = status.state.running.is_some();
        if status.restart_count > restarts || (now_running && !running) {
            starts.push(cluster.now());
        }
        // Or it ended and began again within the same half second.
        if running && (!now_running || status.restart_count > restarts) {
            ends.push(cluster.now());
        }
        (running, restarts) = (now_running, status.restart_count);
    }
    let gaps: Vec<u64> =
        starts[1..].iter().zip(&ends).map(|(start, end)| start.since(*end).as_secs()).collect();
    assert_eq!(gaps, [0, 10, 20, 40, 80, 160, 300, 300]);
}

#[test]
fn a_pod_ends_within_its_grace_period() {
    for (program, seconds) in [("stop after 3s", 3), ("ignore stop", 7)] {
        let mut cluster = cluster();
        let program = format!("kubernel.dev/program.c: '{program}'");
        apply(&mut cluster, &simple("web", &program, "  terminationGracePeriodSeconds: 7"));
        cluster.settle().unwrap();
        cluster.delete(&key(Kind::Pod, "web"), DeleteOptions::default()).unwrap();
        advance(&mut cluster, seconds - 1);
        assert!(pod(&cluster, "web").metadata.deletion_timestamp.is_some());
        advance(&mut cluster, 1);
        assert!(cluster.get::<Pod>("default", "web").is_none(), "{program}");
    }
}

#[test]
fn names_and_addresses_lead_to_pods() {
    let mut cluster = cluster();
    let service = |name: &str, spec: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{selector: {{app: web}}, ports: [{{port: 8080, targetPort: http}}], {spec}}}\n---\n"
        )
    };
    let two = "apiVersion: v1\nkind: Pod\nmetadata: {name: two}\nspec:\n  containers:\n  - {name: a, image: i, ports: [{containerPort: 7000}]}\n  - {name: b, image: i}\n---\n";
    let text = simple("web", "", "")
        + two
        + &service("plain", "type: ClusterIP")
        + &service("outside", "type: NodePort")
        + &service("direct", "clusterIP: None");
    apply(&mut cluster, &text);
    cluster.settle().unwrap();
    let (from, tcp) = (key(Kind::Pod, "two"), "TCP".into());
    let target = Some(key(Kind::Pod, "web"));
    for (host, port) in [
        ("plain", 8080),
        ("plain.default", 8080),
        ("plain.default.svc.cluster.local", 8080),
        ("direct", 80),
    ] {
        let reached = cluster.connect(Some(&from), host, port, &tcp).unwrap();
        assert_eq!((reached.pod, reached.port), (target.clone(), 80), "{host}");
    }
    let ip = cluster.get::<Service>("default", "plain").unwrap().spec.cluster_ip.clone();
    assert_eq!(cluster.connect(None, &ip, 8080, &tcp).unwrap().pod, target);
    let direct: Vec<String> = cluster
        .resolve(Some(&from), "direct")
        .unwrap()
        .addresses()
        .map(|ip| ip.to_string())
        .collect();
    assert_eq!(direct, [pod(&cluster, "web").status.pod_ip.clone()]);
    let node_port = cluster.get::<Service>("default", "outside").unwrap().spec.ports[0].node_port;
    assert!((30_000..=32_767).contains(&node_port));
    assert_eq!(cluster.connect(None, "192.168.0.11", node_port, &tcp).unwrap().pod, target);
    // Containers of a pod share their loopback, and nobody else has it.
    let local = cluster.connect(Some(&from), "localhost", 7000, &tcp).unwrap();
    assert_eq!((local.pod, local.container.as_deref()), (Some(from.clone()), Some("a")));
    assert!(cluster.connect(target.as_ref(), "localhost", 7000, &tcp).is_err());
    assert!(cluster.connect(Some(&from), "nobody", 80, &tcp).is_err());
}

#[test]
fn readiness_moves_endpoints() {
    let mut cluster = cluster();
    let program = "kubernel.dev/program.c: 'ready after 20s; unready after 60s'";
    let mut text = simple("web", program, "");
    text = text.replace("name: http}]", "name: http}], readinessProbe: {tcpSocket: {port: 80}, periodSeconds: 5, failureThreshold: 1}");
    apply(&mut cluster, &text);
    apply(
        &mut cluster,
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n",
    );
    let mut ready_at = Vec::new();
    for second in 0..90 {
        advance(&mut cluster, 1);
        assert_eq!(ready_addresses(&cluster) == 1, is_ready(pod(&cluster, "web")));
        let reached = cluster.connect(None, "web.default.svc.cluster.local", 80, &"TCP".into());
        assert_eq!(reached.is_ok(), ready_addresses(&cluster) == 1);
        if reached.is_ok() {
            ready_at.push(second);
        }
    }
    assert!((19..27).contains(&ready_at[0]), "{ready_at:?}");
    assert!((58..67).contains(ready_at.last().unwrap()), "{ready_at:?}");
}

#[test]
fn an_empty_dir_outlives_its_container_and_not_its_pod() {
    // VOL-EMPTYDIR
    let program = "kubernel.dev/program.c: 'write /cache/first yes; run 5s; exit 1 | write /cache/second yes'";
    let spec = "  volumes: [{name: cache, emptyDir: {}}]";
    let text = simple("web", program, spec)
        .replace("name: http}]", "name: http}], volumeMounts: [{name: cache, mountPath: /cache}]");
    let mut cluster = cluster();
    apply(&mut cluster, &text);
    advance(&mut cluster, 120);
    let web = key(Kind::Pod, "web");
    assert_eq!(container_restarts(pod(&cluster, "web")), 1);
    assert_eq!(cluster.files(&web, "c", "/cache").unwrap(), [("first", 3), ("second", 3)]);
    cluster.delete(&web, DeleteOptions::default()).unwrap();
    cluster.settle().unwrap();
    assert_eq!(cluster.files(&web, "c", "/cache"), Err(TreeError::NotMounted));
    let quiet = text.replace(
        "write /cache/first yes; run 5s; exit 1 | write /cache/second yes",
        "ready after 1s",
    );
    apply(&mut cluster, &quiet);
    cluster.settle().unwrap();
    assert_eq!(cluster.files(&web, "c", "/cache").unwrap(), []);
}

#[test]
fn a_host_path_is_shared_on_its_node_only() {
    let mut cluster = cluster();
    for (name, node, program) in [("a", "n1", "write /d/f hi"), ("b", "n1", ""), ("c", "n2", "")] {
        let spec = format!(
            "  nodeName: {node}\n  volumes: [{{name: d, hostPath: {{path: /shared, type: DirectoryOrCreate}}}}]"
        );
        let text = simple(name, &format!("kubernel.dev/program.c: '{program}'"), &spec)
            .replace("name: http}]", "name: http}], volumeMounts: [{name: d, mountPath: /d}]");
        apply(&mut cluster, &text);
    }
    cluster.settle().unwrap();
    let read =
        |name: &str| cluster.read_file(&key(Kind::Pod, name), "c", "/d/f").map(<[u8]>::to_vec);
    assert_eq!(read("a").unwrap(), b"hi");
    assert_eq!(read("b").unwrap(), b"hi");
    assert!(read("c").is_err());
}

#[test]
fn a_volume_is_kept_or_goes_as_it_says() {
    // RECLAIM-1, RECLAIM-2
    let volume = "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: kept}\nspec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: manual, persistentVolumeReclaimPolicy: Retain, hostPath: {path: /kept}}\n---\n";
    let class = "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: fast}\nprovisioner: disk.example.com\n---\n";
    let claim = |name: &str, class: &str| {
        format!(
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: {name}}}\nspec: {{accessModes: [ReadWriteOnce], storageClassName: {class}, resources: {{requests: {{storage: 1Gi}}}}}}\n---\n"
        )
    };
    let mut cluster = cluster();
    apply(
        &mut cluster,
        &format!("{volume}{class}{}{}", claim("old", "manual"), claim("new", "fast")),
    );
    cluster.settle().unwrap();
    assert_eq!(cluster.list::<PersistentVolume>(None).count(), 2);
    for name in ["old", "new"] {
        cluster.delete(&key(Kind::PersistentVolumeClaim, name), DeleteOptions::default()).unwrap();
    }
    cluster.settle().unwrap();
    let left: Vec<_> = cluster.list::<PersistentVolume>(None).collect();
    assert_eq!(left.len(), 1);
    assert_eq!(
        (left[0].metadata.name.as_str(), &left[0].status.phase),
        ("kept", &PersistentVolumePhase::Released)
    );
}

#[test]
fn a_deleted_namespace_takes_everything_with_it() {
    // NS-7
    let mut cluster = cluster();
    apply(&mut cluster, SHOP);
    advance(&mut cluster, 60);
    cluster.delete(&Key::new(Kind::Namespace, "", "shop"), DeleteOptions::default()).unwrap();
    let refused = cluster.create(ConfigMap {
        metadata: kubernel::api::ObjectMeta {
            name: "late".into(),
            namespace: "shop".into(),
            ..Default::default()
        },
        ..ConfigMap::default()
    });
    assert_eq!(refused.unwrap_err().code(), 403);
    advance(&mut cluster, 300);
    assert!(cluster.get::<Namespace>("", "shop").is_none());
    let left: Vec<Key> =
        (&cluster).into_iter().map(Object::key).filter(|key| &*key.namespace == "shop").collect();
    assert_eq!(left, []);
}

#[test]
fn a_seed_decides_the_way_and_not_the_end() {
    // ARCH-6, CL-1
    let run = |seed: u64, order: u64| {
        let mut cluster = seeded(seed);
        apply(&mut cluster, GUESTBOOK);
        cluster.settle_by(&mut Seeded::new(order)).unwrap();
        cluster
    };
    let end = |cluster: &Cluster| {
        let ready = pods(cluster).iter().filter(|pod| is_ready(pod)).count();
        let mut images: Vec<String> =
            pods(cluster).iter().map(|pod| pod.spec.containers[0].image.clone()).collect();
        images.sort();
        (ready, images, ready_addresses(cluster), cluster.list::<ReplicaSet>(None).count())
    };
    let (one, again, other) = (run(1, 1), run(1, 1), run(2, 2));
    assert_eq!(one.trace().to_string(), again.trace().to_string());
    assert_ne!(one.trace().to_string(), other.trace().to_string());
    assert_eq!(end(&one), end(&other));
}
