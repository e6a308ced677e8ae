//! Claims and volumes in a cluster: bound, provisioned, protected, reclaimed, whatever the schedule.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use kubernel::Cluster;
use kubernel::api::{
    DeleteOptions, HostPathVolumeSource, Key, Kind, ObjectMeta, PersistentVolume,
    PersistentVolumeAccessMode, PersistentVolumeClaim, PersistentVolumeClaimPhase,
    PersistentVolumeClaimSpec, PersistentVolumePhase, PersistentVolumeReclaimPolicy,
    PersistentVolumeSpec, Pod, PodSpec, StorageClass, Volume, VolumeResourceRequirements,
};
use kubernel::cluster::Seeded;

const SEEDS: std::ops::Range<u64> = 0..8;

fn meta(namespace: &str, name: &str) -> ObjectMeta {
    ObjectMeta { namespace: namespace.into(), name: name.into(), ..ObjectMeta::default() }
}

fn class(name: &str, is_default: bool) -> StorageClass {
    let mut metadata = meta("", name);
    if is_default {
        let key = "storageclass.kubernetes.io/is-default-class";
        metadata.annotations.insert(key.into(), "true".into());
    }
    StorageClass { metadata, provisioner: "disks.example.com".into(), ..StorageClass::default() }
}

fn claim(name: &str, class: Option<&str>) -> PersistentVolumeClaim {
    let spec = PersistentVolumeClaimSpec {
        access_modes: vec![PersistentVolumeAccessMode::ReadWriteOnce],
        storage_class_name: class.map(str::to_owned),
        resources: VolumeResourceRequirements {
            requests: [("storage".to_owned(), "1Gi".parse().unwrap())].into(),
            ..VolumeResourceRequirements::default()
        },
        ..PersistentVolumeClaimSpec::default()
    };
    PersistentVolumeClaim { metadata: meta("default", name), spec, ..Default::default() }
}

fn volume(name: &str) -> PersistentVolume {
    let spec = PersistentVolumeSpec {
        access_modes: vec![PersistentVolumeAccessMode::ReadWriteOnce],
        capacity: [("storage".to_owned(), "2Gi".parse().unwrap())].into(),
        host_path: Some(Box::new(HostPathVolumeSource { path: "/data".into(), type_: None })),
        persistent_volume_reclaim_policy: PersistentVolumeReclaimPolicy::Retain,
        ..PersistentVolumeSpec::default()
    };
    PersistentVolume { metadata: meta("", name), spec, ..PersistentVolume::default() }
}

/// Runs `test` under several schedules.
fn everywhere(test: impl Fn(&mut Cluster, &mut Seeded)) {
    for seed in SEEDS {
        let mut cluster = Cluster::builder().seed(seed).builtin().build();
        test(&mut cluster, &mut Seeded::new(seed));
    }
}

fn phase(cluster: &Cluster, name: &str) -> PersistentVolumeClaimPhase {
    cluster.get::<PersistentVolumeClaim>("default", name).unwrap().status.phase.clone()
}

fn claim_key(name: &str) -> Key {
    Key::new(Kind::PersistentVolumeClaim, "default", name)
}

#[test]
fn a_volume_is_made_for_a_claim_and_goes_with_it() {
    // CLASS-3, PROV-1, PROV-2, BIND-2, RECLAIM-2, PROT-3
    everywhere(|cluster, schedule| {
        cluster.create(class("fast", true)).unwrap();
        cluster.create(claim("data", None)).unwrap();
        cluster.settle_by(schedule).unwrap();
        assert_eq!(phase(cluster, "data"), PersistentVolumeClaimPhase::Bound);
        let made = cluster.list::<PersistentVolume>(None).next().unwrap();
        assert!(made.metadata.name.starts_with("pvc-"));
        assert_eq!(made.status.phase, PersistentVolumePhase::Bound);
        assert_eq!(made.spec.csi.as_ref().unwrap().driver, "disks.example.com");

        cluster.delete(&claim_key("data"), DeleteOptions::default()).unwrap();
        cluster.settle_by(schedule).unwrap();
        assert!(cluster.get::<PersistentVolumeClaim>("default", "data").is_none());
        assert_eq!(cluster.list::<PersistentVolume>(None).count(), 0);
    });
}

#[test]
fn two_claims_never_share_a_volume() {
    // BIND-13, RECLAIM-1
    everywhere(|cluster, schedule| {
        cluster.create(claim("a", Some(""))).unwrap();
        cluster.create(claim("b", Some(""))).unwrap();
        cluster.settle_by(schedule).unwrap();
        cluster.create(volume("disk")).unwrap();
        cluster.settle_by(schedule).unwrap();
        let bound: Vec<&str> = ["a", "b"]
            .into_iter()
            .filter(|name| phase(cluster, name) == PersistentVolumeClaimPhase::Bound)
            .collect();
        assert_eq!(bound.len(), 1);

        cluster.delete(&claim_key(bound[0]), DeleteOptions::default()).unwrap();
        cluster.settle_by(schedule).unwrap();
        let disk = cluster.get::<PersistentVolume>("", "disk").unwrap().clone();
        assert_eq!(disk.status.phase, PersistentVolumePhase::Released);

        let mut freed = disk;
        freed.spec.claim_ref = None;
        cluster.update(freed).unwrap();
        cluster.settle_by(schedule).unwrap();
        let other = if bound[0] == "a" { "b" } else { "a" };
        assert_eq!(phase(cluster, other), PersistentVolumeClaimPhase::Bound);
    });
}

#[test]
fn a_default_class_comes_late() {
    // CLASS-3
    everywhere(|cluster, schedule| {
        cluster.create(claim("data", None)).unwrap();
        cluster.settle_by(schedule).unwrap();
        assert_eq!(phase(cluster, "data"), PersistentVolumeClaimPhase::Pending);
        cluster.create(class("late", true)).unwrap();
        cluster.settle_by(schedule).unwrap();
        assert_eq!(phase(cluster, "data"), PersistentVolumeClaimPhase::Bound);
    });
}

#[test]
fn a_claim_stays_while_a_pod_has_it() {
    // PROT-1
    everywhere(|cluster, schedule| {
        cluster.create(volume("disk")).unwrap();
        cluster.create(claim("data", Some(""))).unwrap();
        let source = kubernel::api::PersistentVolumeClaimVolumeSource {
            claim_name: "data".into(),
            ..Default::default()
        };
        let volume = Volume {
            name: "data".into(),
            persistent_volume_claim: Some(Box::new(source)),
            ..Volume::default()
        };
        let container = kubernel::api::Container {
            name: "c".into(),
            image: "app".into(),
            ..Default::default()
        };
        let spec = PodSpec {
            node_name: "n1".into(),
            volumes: vec![volume],
            containers: vec![container],
            ..PodSpec::default()
        };
        let pod = Pod { metadata: meta("default", "web"), spec, ..Pod::default() };
        cluster.create(pod).unwrap();
        cluster.settle_by(schedule).unwrap();
        cluster.delete(&claim_key("data"), DeleteOptions::default()).unwrap();
        cluster.settle_by(schedule).unwrap();
        assert!(cluster.get::<PersistentVolumeClaim>("default", "data").is_some());

        let now = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
        cluster.delete(&Key::new(Kind::Pod, "default", "web"), now).unwrap();
        cluster.settle_by(schedule).unwrap();
        assert!(cluster.get::<PersistentVolumeClaim>("default", "data").is_none());
    });
}
