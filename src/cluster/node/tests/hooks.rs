//! Lifecycle hooks that take time and fail.

use serde_json::{Value, json};

use super::{Story, check, scripted};

fn hooked(name: &str, hooks: &Value) -> Value {
    json!({"name": name, "lifecycle": hooks})
}

fn exec() -> Value {
    json!({"exec": {"command": ["x"]}})
}

/// The times at which the log has something to tell, with it.
fn shown(story: &Story) -> Vec<&str> {
    story.log.iter().map(String::as_str).collect()
}

// POD-HOOK-1
#[test]
fn a_post_start_hook_holds_back_the_next_start() {
    let containers = json!([hooked("a", &json!({"postStart": exec()})), {"name": "b"}]);
    let mut story = Story::new(scripted(&containers, &[("a", "postStart takes 5s")]));
    story.run(60);
    check(
        &story,
        &[
            "0.000s Pending a:ContainerCreating/0 b:ContainerCreating/0",
            "5.000s Running a:ready/0 b:ready/0",
        ],
    );
}

// POD-HOOK-1, POD-INIT-2
#[test]
fn a_sidecar_with_a_slow_hook_holds_back_the_others() {
    let mut pod = scripted(&json!([{"name": "a"}]), &[("s", "postStart takes 2s")]);
    let hooks = json!({"postStart": {"httpGet": {"port": 80}}});
    pod["spec"]["initContainers"] =
        json!([{"name": "s", "restartPolicy": "Always", "lifecycle": hooks}]);
    let mut story = Story::new(pod);
    story.run(60);
    check(
        &story,
        &[
            "0.000s Pending s:PodInitializing/0 a:PodInitializing/0",
            "2.000s Pending s:ready/0 a:PodInitializing/0",
            "2.000s Running s:ready/0 a:ready/0",
        ],
    );
}

// POD-HOOK-1, POD-HOOK-3: the kill has the normal grace period and runs the preStop hook.
#[test]
fn a_failing_post_start_hook_kills_the_container_and_the_start_has_failed() {
    let hooks = json!({"postStart": exec(), "preStop": exec()});
    let containers = json!([hooked("a", &hooks), {"name": "b"}]);
    let script = "postStart takes 1s; postStart fails; preStop takes 2s; stop after 1s";
    let script = [("a", format!("{script} | {script} | run 1h"))];
    let script = script.each_ref().map(|(name, text)| (*name, text.as_str()));
    let mut story = Story::new(scripted(&containers, &script));
    story.run(60);
    check(
        &story,
        &[
            "0.000s Pending a:ContainerCreating/0 b:ContainerCreating/0",
            "4.000s Running a:PostStartHookError/0 b:ready/0",
            "8.000s Running a:PostStartHookError/1 b:ready/0",
            "8.000s Running a:CrashLoopBackOff/1 b:ready/0",
            "18.000s Running a:ready/2 b:ready/0",
        ],
    );
}

// POD-HOOK-1: the restart policy applies.
#[test]
fn a_failing_post_start_hook_ends_a_pod_that_never_restarts() {
    let containers = json!([hooked("a", &json!({"postStart": exec()}))]);
    let mut pod = scripted(&containers, &[("a", "postStart fails")]);
    pod["spec"]["restartPolicy"] = "Never".into();
    let mut story = Story::new(pod);
    story.run(60);
    assert_eq!(story.log.last().unwrap(), "0.000s Failed a:exit143/0");
}

// POD-HOOK-1: a command cannot end well in a container that has ended.
#[test]
fn a_container_that_ends_during_its_post_start_hook_has_not_started() {
    let containers = json!([hooked("a", &json!({"postStart": exec()}))]);
    let script = [("a", "run 2s; postStart takes 5s | run 1h")];
    let mut story = Story::new(scripted(&containers, &script));
    story.run(60);
    check(
        &story,
        &[
            "0.000s Pending a:ContainerCreating/0",
            "2.000s Running a:PostStartHookError/0",
            "2.000s Running a:ready/1",
        ],
    );
}

// POD-HOOK-4
#[test]
fn a_pause_takes_its_seconds_and_a_socket_cannot_be_run() {
    let pause = hooked("a", &json!({"postStart": {"sleep": {"seconds": 3}}}));
    let socket = hooked("b", &json!({"postStart": {"tcpSocket": {"port": 80}}}));
    let mut pod = scripted(&json!([pause, socket]), &[("a", "postStart fails")]);
    pod["spec"]["restartPolicy"] = "Never".into();
    let mut story = Story::new(pod);
    story.run(60);
    check(
        &story,
        &[
            "0.000s Pending a:ContainerCreating/0 b:ContainerCreating/0",
            "3.000s Running a:ready/0 b:exit143/0",
        ],
    );
}

fn deleted(hooks: &Value, script: &str, grace: i64) -> Story {
    let containers = json!([hooked("a", hooks)]);
    let mut story = Story::new(scripted(&containers, &[("a", script)]));
    story.run(10);
    story.delete(grace);
    story.run(60);
    story
}

// POD-HOOK-2: 2.5 s of the hook count as 2 of the 30.
#[test]
fn whole_seconds_of_a_pre_stop_hook_are_taken_off_the_grace_period() {
    let story = deleted(&json!({"preStop": exec()}), "preStop takes 2500ms; ignore stop", 30);
    assert_eq!(shown(&story)[2..], ["40.500s Failed a:exit137/0", "40.500s gone"]);
}

// POD-HOOK-2, POD-TERM-6
#[test]
fn a_pre_stop_hook_runs_for_at_most_the_grace_period() {
    let story = deleted(&json!({"preStop": exec()}), "preStop takes 1m; ignore stop", 10);
    assert_eq!(shown(&story)[2..], ["22.000s Failed a:exit137/0", "22.000s gone"]);
}

// POD-HOOK-2: a failing hook changes nothing but the time.
#[test]
fn a_failing_pre_stop_hook_is_followed_by_the_signal() {
    let story = deleted(&json!({"preStop": exec()}), "preStop takes 3s; preStop fails", 30);
    assert_eq!(shown(&story)[2..], ["13.000s Failed a:exit143/0", "13.000s gone"]);
    let story = deleted(&json!({"preStop": {"tcpSocket": {"port": 1}}}), "preStop takes 3s", 30);
    assert_eq!(shown(&story)[2..], ["10.000s Failed a:exit143/0", "10.000s gone"]);
}

// POD-HOOK-2, POD-HOOK-3: a liveness kill runs the hook, but not without a grace period.
#[test]
fn a_probe_that_kills_runs_the_pre_stop_hook_if_there_is_a_grace_period() {
    for (grace, restart) in [(30, "9.000s"), (0, "5.000s")] {
        let probe = json!({"exec": {"command": ["x"]}, "periodSeconds": 5, "failureThreshold": 1});
        let container = json!({
            "name": "a", "livenessProbe": probe, "lifecycle": {"preStop": exec()},
        });
        let script = "live until 5s; preStop takes 4s | run 1h";
        let mut pod = scripted(&json!([container]), &[("a", script)]);
        pod["spec"]["terminationGracePeriodSeconds"] = grace.into();
        let mut story = Story::new(pod);
        story.run(60);
        assert_eq!(story.log[2], format!("{restart} Running a:ready/1"), "{:#?}", story.log);
    }
}

// POD-HOOK-3
#[test]
fn a_container_that_ends_by_itself_runs_no_hook() {
    let containers = json!([hooked("a", &json!({"preStop": exec()}))]);
    let script = [("a", "run 3s; preStop takes 9s | run 1h")];
    let mut story = Story::new(scripted(&containers, &script));
    story.run(60);
    assert_eq!(story.log[2], "3.000s Running a:exit0/0");
    assert_eq!(story.log[3], "3.000s Running a:ready/1");
}

// POD-HOOK-1, POD-PROBE-2: what waits for its hook is not probed, and does not spin.
#[test]
fn a_container_is_probed_once_its_hook_is_over() {
    let probe = json!({"exec": {"command": ["x"]}, "periodSeconds": 1, "failureThreshold": 1});
    let container = json!({
        "name": "a", "readinessProbe": probe, "livenessProbe": probe, "startupProbe": probe,
        "lifecycle": {"postStart": exec()},
    });
    let script = [("a", "postStart takes 7500ms")];
    let mut story = Story::new(scripted(&json!([container]), &script));
    story.run(60);
    assert_eq!(story.log.last().unwrap(), "8.000s Running a:ready/0", "{:#?}", story.log);
}

// POD-WORK-3: the end does not wait for the hook.
#[test]
fn a_pod_that_is_deleted_during_a_post_start_hook_ends() {
    let containers = json!([hooked("a", &json!({"postStart": exec()})), {"name": "b"}]);
    let mut story = Story::new(scripted(&containers, &[("a", "postStart takes 1h")]));
    story.run(10);
    story.delete(30);
    story.run(60);
    let log = shown(&story);
    assert_eq!(log[1], "10.000s Pending a:exit143/0 b:ContainerCreating/0");
    assert_eq!(log[2..], ["10.000s Failed a:exit143/0 b:exit137/0", "10.000s gone"], "{log:#?}");
}
