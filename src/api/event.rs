//! MODDOC event

use crate::api::meta::ObjectMeta;
use crate::api::reference::ObjectReference;
use crate::api::wire::{open_enum, wire};
use crate::time::{MicroTime, Time};

wire! {
    /// DOC core Event
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
    /// DOC core EventSource
    struct EventSource {
        omit component: String = "component";
        omit host: String = "host";
    }
}

wire! {
    /// DOC core EventSeries
    struct EventSeries {
        omit count: i32 = "count";
        null last_observed_time: Option<MicroTime> = "lastObservedTime";
    }
}

wire! {
    /// DOC coordination Lease
    struct Lease = "coordination.k8s.io/v1" {
        keep metadata: ObjectMeta = "metadata";
        keep spec: LeaseSpec = "spec";
    }
}

wire! {
    /// DOC coordination LeaseSpec
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
    /// DOC coordination CoordinatedLeaseStrategy
    CoordinatedLeaseStrategy { OldestEmulationVersion }
}
