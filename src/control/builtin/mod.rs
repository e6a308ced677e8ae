//! The controllers of upstream's controller manager and scheduler, as thin adapters: they gather
//! inputs from indices, call the decision, and turn it into intents.

use std::sync::Arc;

use crate::control::Controller;

/// All built-in controllers, in a fixed order.
#[must_use]
pub fn all() -> Vec<Arc<dyn Controller>> {
    vec![
        // One line a controller.
    ]
}
