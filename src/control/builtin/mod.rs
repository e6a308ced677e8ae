//! The controllers of upstream's controller manager and scheduler, as thin adapters: they gather
//! inputs from indices, call the decision, and turn it into intents.

mod endpoint_slice;

use std::sync::Arc;

use crate::control::Controller;

pub use endpoint_slice::EndpointSlices;

/// All built-in controllers, in a fixed order.
#[must_use]
pub fn all() -> Vec<Arc<dyn Controller>> {
    vec![
        // One line a controller.
        Arc::new(EndpointSlices),
    ]
}
