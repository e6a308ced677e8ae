//! Mistakes in what a container is.

use crate::api::{
    Container, ContainerPort, ContainerResizePolicy, EnvFromSource, EnvVar, EnvVarSource,
    ObjectFieldSelector, Pod, ResourceRequirements, ResourceResizeRestartPolicy, SecurityContext,
    Volume, VolumeMount,
};
use crate::quantity::Quantity;
use crate::testing::defect::{Mistake, any_one, push, regular};

/// A port that nothing is wrong with.
fn port(name: &str, number: i32) -> ContainerPort {
    ContainerPort { name: name.into(), container_port: number, ..ContainerPort::default() }
}

/// Adds a port to some container of a pod without the network of its node.
fn with_port(pod: &mut Pod, pick: usize, port: ContainerPort, below: &str) -> String {
    pod.spec.host_network = false;
    any_one(pod, pick, |one| push(&mut one.ports, "ports", port, below))
}

fn with_env(pod: &mut Pod, pick: usize, var: EnvVar, below: &str) -> String {
    any_one(pod, pick, |one| push(&mut one.env, "env", var, below))
}

fn from(field_path: &str) -> Option<Box<EnvVarSource>> {
    let field = ObjectFieldSelector { field_path: field_path.into(), ..Default::default() };
    Some(Box::new(EnvVarSource { field_ref: Some(Box::new(field)), ..Default::default() }))
}

/// Adds a mount of a new volume to some container.
fn with_mount(pod: &mut Pod, pick: usize, mount: VolumeMount, at: fn(usize) -> String) -> String {
    let name = "volume-at-the-end".to_owned();
    pod.spec.volumes.push(Volume { name: name.clone(), ..Volume::default() });
    any_one(pod, pick, |one| {
        one.volume_mounts.push(VolumeMount { name, ..mount });
        at(one.volume_mounts.len() - 1)
    })
}

/// Gives some container these resources and no others.
fn with_resources(
    pod: &mut Pod,
    pick: usize,
    [requests, limits]: [&[(&str, i64)]; 2],
    below: &str,
) -> String {
    let list = |amounts: &[(&str, i64)]| {
        amounts.iter().map(|(name, amount)| ((*name).to_owned(), Quantity::from(*amount))).collect()
    };
    any_one(pod, pick, |one| {
        one.resources = ResourceRequirements {
            requests: list(requests),
            limits: list(limits),
            ..ResourceRequirements::default()
        };
        format!("resources{below}")
    })
}

fn named(name: &str) -> Container {
    Container { name: name.into(), image: "web:1".into(), ..Container::default() }
}

pub(super) const MISTAKES: &[Mistake] = &[
    Mistake("a container without a name", "Required", |pod, pick| {
        any_one(pod, pick, |one| {
            one.name.clear();
            "name".into()
        })
    }),
    Mistake("a name of a container that is no DNS label", "Invalid", |pod, pick| {
        any_one(pod, pick, |one| {
            one.name = "web_1".into();
            "name".into()
        })
    }),
    Mistake("two containers of one name", "Duplicate", |pod, pick| {
        let first = pod.spec.containers.first().map(|one| one.name.clone()).unwrap_or_default();
        let (list, name) = if pick % 2 == 0 {
            (&mut pod.spec.containers, "spec.containers")
        } else {
            (&mut pod.spec.init_containers, "spec.initContainers")
        };
        push(list, name, named(&first), ".name")
    }),
    Mistake("a container without an image", "Required", |pod, pick| {
        any_one(pod, pick, |one| {
            one.image.clear();
            "image".into()
        })
    }),
    Mistake("an image with a blank in front", "Invalid", |pod, pick| {
        any_one(pod, pick, |one| {
            one.image = " web:1".into();
            "image".into()
        })
    }),
    Mistake("an unknown pull policy", "NotSupported", |pod, pick| {
        any_one(pod, pick, |one| {
            one.image_pull_policy = "Sometimes".into();
            "imagePullPolicy".into()
        })
    }),
    Mistake("an unknown policy for last words", "NotSupported", |pod, pick| {
        any_one(pod, pick, |one| {
            one.termination_message_policy = "Log".into();
            "terminationMessagePolicy".into()
        })
    }),
    Mistake("a port without a number", "Required", |pod, pick| {
        with_port(pod, pick, port("", 0), ".containerPort")
    }),
    Mistake("a port beyond the last one", "Invalid", |pod, pick| {
        with_port(pod, pick, port("", 65_536), ".containerPort")
    }),
    Mistake("a port of the node beyond the last one", "Invalid", |pod, pick| {
        let port = ContainerPort { host_port: 65_536, ..port("", 80) };
        with_port(pod, pick, port, ".hostPort")
    }),
    Mistake("a name of a port with two hyphens", "Invalid", |pod, pick| {
        with_port(pod, pick, port("a--b", 80), ".name")
    }),
    Mistake("two ports of one name", "Duplicate", |pod, pick| {
        with_port(pod, pick, port("twice", 80), "");
        with_port(pod, pick, port("twice", 81), ".name")
    }),
    Mistake("two ports with one port of the node", "Duplicate", |pod, pick| {
        pod.spec.host_network = false;
        let port = |number| ContainerPort { host_port: 7_777, ..port("", number) };
        regular(pod, pick, |one| {
            one.ports.push(port(80));
            push(&mut one.ports, "ports", port(81), ".hostPort")
        })
    }),
    Mistake("an unknown protocol", "NotSupported", |pod, pick| {
        let port = ContainerPort { protocol: "ICMP".into(), ..port("", 80) };
        with_port(pod, pick, port, ".protocol")
    }),
    Mistake("a variable without a name", "Required", |pod, pick| {
        with_env(pod, pick, EnvVar::default(), ".name")
    }),
    Mistake("a name of a variable with an equals sign", "Invalid", |pod, pick| {
        with_env(pod, pick, EnvVar { name: "A=B".into(), ..EnvVar::default() }, ".name")
    }),
    Mistake("a variable from nowhere", "Invalid", |pod, pick| {
        let value_from = Some(Box::default());
        with_env(
            pod,
            pick,
            EnvVar { name: "A".into(), value_from, ..EnvVar::default() },
            ".valueFrom",
        )
    }),
    Mistake("a variable with two values", "Invalid", |pod, pick| {
        let (name, value) = ("A".into(), "1".into());
        let var = EnvVar { name, value, value_from: from("metadata.name") };
        with_env(pod, pick, var, ".valueFrom")
    }),
    Mistake("a variable from a field that variables may not tell", "NotSupported", |pod, pick| {
        let value_from = from("status.phase");
        let var = EnvVar { name: "A".into(), value_from, ..EnvVar::default() };
        with_env(pod, pick, var, ".valueFrom.fieldRef.fieldPath")
    }),
    Mistake("a set of variables from nowhere", "Invalid", |pod, pick| {
        any_one(pod, pick, |one| {
            one.env_from.push(EnvFromSource::default());
            "envFrom".into() // POD-SPEC-9: without the index
        })
    }),
    Mistake("a mount of no volume", "NotFound", |pod, pick| {
        let mount = VolumeMount {
            name: "no-such-volume".into(),
            mount_path: "/nowhere".into(),
            ..VolumeMount::default()
        };
        any_one(pod, pick, |one| push(&mut one.volume_mounts, "volumeMounts", mount, ".name"))
    }),
    Mistake("a mount without a path", "Required", |pod, pick| {
        let at = |n| format!("volumeMounts[{n}].mountPath");
        with_mount(pod, pick, VolumeMount::default(), at)
    }),
    Mistake("two mounts at one path", "Invalid", |pod, pick| {
        let mount = VolumeMount { mount_path: "/twice".into(), ..VolumeMount::default() };
        let at = |n: usize| format!("volumeMounts[{}].mountPath", n + 1);
        let mut path = String::new();
        let first = with_mount(pod, pick, mount.clone(), at);
        path.push_str(&first);
        any_one(pod, pick, |one| {
            one.volume_mounts.push(VolumeMount { name: "volume-at-the-end".into(), ..mount });
            String::new()
        });
        path
    }),
    Mistake("a part of a volume outside of it", "Invalid", |pod, pick| {
        let (mount_path, sub_path) = ("/part".into(), "a/../../b".into());
        let mount = VolumeMount { mount_path, sub_path, ..VolumeMount::default() };
        with_mount(pod, pick, mount, |_| "volumeMounts.subPath".into()) // POD-SPEC-11: no index
    }),
    Mistake("a request above its limit", "Invalid", |pod, pick| {
        with_resources(pod, pick, [&[("cpu", 2)], &[("cpu", 1)]], ".requests")
    }),
    Mistake("a negative request", "Invalid", |pod, pick| {
        let request = &[("ephemeral-storage", -1)][..];
        with_resources(pod, pick, [request, &[]], ".requests[ephemeral-storage]")
    }),
    Mistake("a resource that nobody knows", "Invalid", |pod, pick| {
        with_resources(pod, pick, [&[("gpu", 1)], &[]], ".requests[gpu]")
    }),
    Mistake("an extended resource without a limit", "Required", |pod, pick| {
        with_resources(pod, pick, [&[("example.com/gpu", 1)], &[]], ".limits")
    }),
    Mistake("huge pages without memory", "Forbidden", |pod, pick| {
        let pages = &[("hugepages-2Mi", 2 << 20)][..];
        with_resources(pod, pick, [pages, pages], "")
    }),
    Mistake("a resize policy twice", "Duplicate", |pod, pick| {
        let policy = ContainerResizePolicy {
            resource_name: "memory".into(),
            restart_policy: ResourceResizeRestartPolicy::NotRequired,
        };
        any_one(pod, pick, |one| {
            one.resize_policy.push(policy.clone());
            push(&mut one.resize_policy, "resizePolicy", policy, "")
        })
    }),
    Mistake("a negative user", "Invalid", |pod, pick| {
        any_one(pod, pick, |one| {
            let run_as_user = Some(-1);
            let context = SecurityContext { run_as_user, ..SecurityContext::default() };
            one.security_context = Some(Box::new(context));
            "securityContext.runAsUser".into()
        })
    }),
];
