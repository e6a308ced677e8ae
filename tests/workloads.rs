//! Stories of workloads and namespaces in a whole cluster. The test plays the kubelet.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use kubernel::Cluster;
use kubernel::api::{
    ConditionStatus, ConfigMap, Container, DeleteOptions, Deployment, DeploymentSpec, Key, Kind,
    LabelSelector, Namespace, ObjectMeta, Pod, PodCondition, PodConditionType, PodPhase,
    PodTemplateSpec, ReplicaSet, ReplicationController, ReplicationControllerSpec,
};

fn named(name: &str) -> ObjectMeta {
    ObjectMeta { name: name.into(), namespace: "default".into(), ..ObjectMeta::default() }
}

fn template(image: &str) -> PodTemplateSpec {
    let mut template = PodTemplateSpec::default();
    template.metadata.labels.insert("app".into(), "web".into());
    template.spec.containers.push(Container {
        name: "c".into(),
        image: image.into(),
        ..Container::default()
    });
    template
}

fn web(image: &str, replicas: i32) -> Deployment {
    Deployment {
        metadata: named("web"),
        spec: DeploymentSpec {
            replicas: Some(replicas),
            selector: Some(Box::new(LabelSelector {
                match_labels: [("app".into(), "web".into())].into(),
                ..LabelSelector::default()
            })),
            template: template(image),
            ..DeploymentSpec::default()
        },
        ..Deployment::default()
    }
}

fn cluster() -> Cluster {
    Cluster::builder().builtin().build()
}

/// Settles, and makes every pod run and be ready, until nothing changes any more.
fn go_on(cluster: &mut Cluster) {
    for _ in 0..20 {
        cluster.settle().unwrap();
        let pods: Vec<Pod> = cluster.list::<Pod>(None).cloned().collect();
        let mut moved = false;
        for mut pod in pods {
            if pod.status.phase == PodPhase::Running {
                continue;
            }
            moved = true;
            pod.status.phase = PodPhase::Running;
            pod.status.conditions.push(PodCondition {
                type_: PodConditionType::Ready,
                status: ConditionStatus::True,
                last_transition_time: Some(cluster.time()),
                ..PodCondition::default()
            });
            cluster.update_status(pod).unwrap();
        }
        if !moved {
            return;
        }
    }
    panic!("does not come to rest");
}

fn images(cluster: &Cluster) -> Vec<&str> {
    cluster.list::<Pod>(None).map(|pod| pod.spec.containers[0].image.as_str()).collect()
}

#[test]
fn a_deployment_comes_up_and_rolls() {
    let mut cluster = cluster();
    cluster.create(web("v1", 3)).unwrap();
    go_on(&mut cluster);
    assert_eq!(images(&cluster), ["v1", "v1", "v1"]);
    let found: &Deployment = cluster.get("default", "web").unwrap();
    assert_eq!((found.status.ready_replicas, found.status.observed_generation), (3, 1));
    assert_eq!(found.metadata.annotations["deployment.kubernetes.io/revision"], "1");

    cluster.put(web("v2", 3)).unwrap();
    go_on(&mut cluster);
    assert_eq!(images(&cluster), ["v2", "v2", "v2"]);
    let sets: Vec<i32> =
        cluster.list::<ReplicaSet>(None).map(|set| set.spec.replicas.unwrap()).collect();
    assert_eq!((sets.len(), sets.iter().sum::<i32>()), (2, 3));
    let found: &Deployment = cluster.get("default", "web").unwrap();
    let progressing =
        found.status.conditions.iter().find(|one| one.type_.as_str() == "Progressing");
    assert_eq!(progressing.unwrap().reason, "NewReplicaSetAvailable");

    // Going back finds the first set again.
    cluster.put(web("v1", 3)).unwrap();
    go_on(&mut cluster);
    assert_eq!(cluster.list::<ReplicaSet>(None).count(), 2);
    let found: &Deployment = cluster.get("default", "web").unwrap();
    assert_eq!(found.metadata.annotations["deployment.kubernetes.io/revision"], "3");
}

#[test]
fn a_deployment_is_scaled() {
    let mut cluster = cluster();
    cluster.create(web("v1", 1)).unwrap();
    go_on(&mut cluster);
    for replicas in [4, 0, 2] {
        cluster.put(web("v1", replicas)).unwrap();
        go_on(&mut cluster);
        assert_eq!(images(&cluster).len(), usize::try_from(replicas).unwrap());
    }
    assert_eq!(cluster.list::<ReplicaSet>(None).count(), 1);
}

#[test]
fn a_replication_controller_replaces_a_pod() {
    let mut cluster = cluster();
    cluster
        .create(ReplicationController {
            metadata: named("rc"),
            spec: ReplicationControllerSpec {
                replicas: Some(2),
                template: Some(Box::new(template("v1"))),
                ..ReplicationControllerSpec::default()
            },
            ..ReplicationController::default()
        })
        .unwrap();
    go_on(&mut cluster);
    let first = cluster.list::<Pod>(None).next().unwrap().metadata.name.clone();
    let key = Key::new(Kind::Pod, "default", first.as_str());
    cluster.delete(&key, DeleteOptions::default()).unwrap();
    go_on(&mut cluster);
    let names: Vec<&str> = cluster.list::<Pod>(None).map(|pod| &*pod.metadata.name).collect();
    assert_eq!(names.len(), 2);
    assert!(!names.contains(&first.as_str()));
    let found: &ReplicationController = cluster.get("default", "rc").unwrap();
    assert_eq!(found.status.ready_replicas, 2);
}

// NP-4, NP-7
#[test]
fn a_namespace_is_emptied_and_goes() {
    let mut cluster = cluster();
    let metadata = ObjectMeta { name: "prod".into(), ..ObjectMeta::default() };
    cluster.create(Namespace { metadata, ..Namespace::default() }).unwrap();
    let mut web = web("v1", 2);
    web.metadata.namespace = "prod".into();
    cluster.create(web).unwrap();
    let held = ObjectMeta {
        name: "held".into(),
        namespace: "prod".into(),
        finalizers: vec!["example.com/a".into()],
        ..ObjectMeta::default()
    };
    let held = cluster.create(ConfigMap { metadata: held, ..ConfigMap::default() }).unwrap();
    go_on(&mut cluster);

    let prod = Key::new(Kind::Namespace, "", "prod");
    cluster.delete(&prod, DeleteOptions::default()).unwrap();
    cluster.advance(std::time::Duration::from_secs(60));
    assert_eq!(cluster.list::<Pod>(None).count(), 0);
    let found: &Namespace = cluster.get("", "prod").unwrap();
    let why: Vec<&str> = found
        .status
        .conditions
        .iter()
        .filter(|condition| condition.status == ConditionStatus::True)
        .map(|condition| condition.reason.as_str())
        .collect();
    assert_eq!(why, ["SomeResourcesRemain", "SomeFinalizersRemain"]);

    let mut free: ConfigMap = cluster.get::<ConfigMap>("prod", &held.name).unwrap().clone();
    free.metadata.finalizers.clear();
    cluster.update(free).unwrap();
    cluster.advance(std::time::Duration::from_secs(60));
    assert!(cluster.get::<Namespace>("", "prod").is_none());
}
