//! Events and leases.

use crate::api::meta::ObjectMeta;
use crate::api::reference::ObjectReference;
use crate::api::wire::{open_enum, wire};
use crate::time::{MicroTime, Time};

wire! {
    /// A report of something that happened to an object, kept for about an hour.
    struct Event = "v1" {
        keep metadata: ObjectMeta = "metadata";
        keep involved_object: ObjectReference = "involvedObject";
        omit reason: String = "reason";
        omit message: String = "message";
        keep source: EventSource = "source";
        null first_timestamp: Option<Time> = "firstTimestamp";
        null last_timestamp: Option<Time> = "lastTimestamp";
        omit count: i32 = "count";
        omit type_: String = "type";
        null event_time: Option<MicroTime> = "eventTime";
        opt series: Option<Box<EventSeries>> = "series";
        omit action: String = "action";
        opt related: Option<Box<ObjectReference>> = "related";
        keep reporting_controller: String = "reportingComponent";
        keep reporting_instance: String = "reportingInstance";
    }
}

wire! {
    /// The component, and the host, that reported an event.
    struct EventSource {
        omit component: String = "component";
        omit host: String = "host";
    }
}

wire! {
    /// How often an event has come again, and when last.
    struct EventSeries {
        omit count: i32 = "count";
        null last_observed_time: Option<MicroTime> = "lastObservedTime";
    }
}

wire! {
    /// A lock with an owner and a time, for the election of leaders and for signs of life.
    struct Lease = "coordination.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: LeaseSpec = "spec";
    }
}

wire! {
    /// Who holds a lease, since when, and for how long without renewal.
    struct LeaseSpec {
        opt holder_identity: Option<String> = "holderIdentity";
        opt lease_duration_seconds: Option<i32> = "leaseDurationSeconds";
        opt acquire_time: Option<MicroTime> = "acquireTime";
        opt renew_time: Option<MicroTime> = "renewTime";
        opt lease_transitions: Option<i32> = "leaseTransitions";
        opt strategy: Option<CoordinatedLeaseStrategy> = "strategy";
        opt preferred_holder: Option<String> = "preferredHolder";
    }
}

open_enum! {
    /// How the leader is chosen among candidates.
    CoordinatedLeaseStrategy { OldestEmulationVersion }
}
