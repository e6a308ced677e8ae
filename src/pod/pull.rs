//! Whether the image of a container can be used, and how long a failed pull is left alone.
//!
//! Source: `pkg/kubelet/images/image_manager.go` (`EnsureImageExists`).

use std::collections::BTreeMap;

use crate::api::PullPolicy;
use crate::pod::backoff::{Backoff, Limits};
use crate::pod::image;
use crate::time::Instant;

/// What a node and its registries know of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Availability {
    /// The node has it.
    pub present: bool,
    /// A pull would succeed.
    pub pullable: bool,
}

/// What came of the wish to have an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pull {
    /// The node had it.
    Present,
    /// It was pulled.
    Pulled,
    /// The name does not parse.
    InvalidName,
    /// It may not be pulled and is not there.
    NeverPull,
    /// The pull failed.
    Failed,
    /// A failed pull is too recent.
    BackOff {
        /// When the next pull may be tried.
        until: Instant,
    },
}

impl Pull {
    /// The reason shown for a container that waits for its image; `None` if the image is usable.
    #[must_use]
    pub const fn reason(self) -> Option<&'static str> {
        match self {
            Self::Present | Self::Pulled => None,
            Self::InvalidName => Some("InvalidImageName"),
            Self::NeverPull => Some("ErrImageNeverPull"),
            Self::Failed => Some("ErrImagePull"),
            Self::BackOff { .. } => Some("ImagePullBackOff"),
        }
    }

    /// Whether a registry was asked.
    #[must_use]
    pub const fn asked(self) -> bool {
        match self {
            Self::Pulled | Self::Failed => true,
            Self::Present | Self::InvalidName | Self::NeverPull | Self::BackOff { .. } => false,
        }
    }
}

/// The failed pulls of one pod, by image as written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pulls(BTreeMap<String, Backoff>);

impl Pulls {
    /// No failed pulls.
    pub const EMPTY: Self = Self(BTreeMap::new());

    /// Tries to have `name` on the node.
    // POD-PULL-1, POD-PULL-2, POD-PULL-3
    pub fn ensure(
        &mut self,
        name: &str,
        policy: &PullPolicy,
        image: Availability,
        now: Instant,
    ) -> Pull {
        if image::parse(name).is_none() {
            return Pull::InvalidName;
        }
        let wanted = match policy {
            PullPolicy::Always | PullPolicy::Unset | PullPolicy::Other(_) => true,
            PullPolicy::IfNotPresent => !image.present,
            PullPolicy::Never => {
                return if image.present { Pull::Present } else { Pull::NeverPull };
            }
        };
        if !wanted {
            return Pull::Present;
        }
        let limits = Limits::IMAGE;
        let held = self.0.get(name).and_then(|backoff| backoff.holds_since_update(now, &limits));
        if let Some(until) = held {
            return Pull::BackOff { until };
        }
        if image.pullable {
            self.0.retain(|_, backoff| !backoff.is_stale(now, &limits));
            return Pull::Pulled;
        }
        self.0.entry(name.to_owned()).or_default().next(now, now, &limits);
        Pull::Failed
    }
}
