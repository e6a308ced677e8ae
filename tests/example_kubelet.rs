//! What the example of the pod machine prints.

#[expect(dead_code, reason = "the example is a program of its own")]
#[path = "../examples/kubelet.rs"]
mod kubelet;

use expect_test::expect;

// POD-BACKOFF-1, POD-HOOK-2, POD-TERM-4, POD-TERM-5
#[test]
fn the_timeline_is_always_the_same() {
    let timeline = kubelet::timeline().unwrap();
    expect![[r#"
        0.000s    is Pending
        0.000s    container migrate started
        2.000s    container migrate ended with exit code 0 (Completed)
        2.000s    container proxy started
        2.000s    is Running
        2.000s    container web started
        4.000s    is ready
        6.000s    container web ended with exit code 1 (Error)
        6.000s    is not ready any more
        6.000s    container web started again (restart 1)
        8.000s    is ready
        10.000s   container web ended with exit code 1 (Error)
        10.000s   is not ready any more
        10.000s   container web waits: CrashLoopBackOff, back-off 10s restarting failed container=web pod=shop_default(7c9e)
        20.000s   container web started again (restart 2)
        26.000s   is ready
        60.000s   is deleted
        66.000s   is Succeeded
        66.000s   container proxy ended with exit code 0 (Completed)
        66.000s   container web ended with exit code 0 (Completed)
        66.000s   is not ready any more
        66.000s   the object may go
        migrate   ended at 2.000s
        proxy     ended at 66.000s
        web       ended at 65.000s
    "#]].assert_eq(&timeline);
}
