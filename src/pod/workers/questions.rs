//! The questions that other parts of a node ask.

use crate::pod::ending::Ending;
use crate::pod::workers::PodWorkers;

// POD-WORK-9
impl PodWorkers {
    fn ending(&self, uid: &str) -> Option<&Ending> {
        self.pods.get(uid).map(|entry| &entry.ending)
    }

    /// Whether the pod is known, and none of its containers can be running.
    #[must_use]
    pub fn is_known_terminated(&self, uid: &str) -> bool {
        self.ending(uid).is_some_and(Ending::has_stopped)
    }

    /// Whether containers of it may be running; of an unknown pod until the first housekeeping.
    #[must_use]
    pub fn could_have_running_containers(&self, uid: &str) -> bool {
        self.ending(uid).map_or(!self.is_synced, |ending| !ending.has_stopped())
    }

    /// Whether nothing is left to do for it; for an unknown pod from the first housekeeping on.
    #[must_use]
    pub fn should_be_finished(&self, uid: &str) -> bool {
        self.ending(uid).map_or(self.is_synced, Ending::is_finished)
    }

    /// Whether its end was asked for. It may still be starting containers.
    #[must_use]
    pub fn is_termination_requested(&self, uid: &str) -> bool {
        self.ending(uid).is_some_and(Ending::is_requested)
    }

    /// Whether no container of it will be started any more; for an unknown pod from the first housekeeping on.
    #[must_use]
    pub fn should_containers_be_terminating(&self, uid: &str) -> bool {
        self.ending(uid).map_or(self.is_synced, Ending::is_taken_up)
    }

    /// Whether what the runtime has of it can go; for an unknown pod from the first housekeeping on.
    #[must_use]
    pub fn should_runtime_be_removed(&self, uid: &str) -> bool {
        self.ending(uid).map_or(self.is_synced, Ending::has_stopped)
    }

    /// Whether what it wrote can go; for an unknown pod from the first housekeeping on.
    #[must_use]
    pub fn should_content_be_removed(&self, uid: &str) -> bool {
        self.ending(uid).map_or(self.is_synced, Ending::drops_content)
    }
}
