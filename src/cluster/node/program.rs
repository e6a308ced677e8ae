//! What images do: programs, and the registry of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::api::{Container, Pod};
use crate::cluster::node::script;
use crate::pod::behaviour::Behaviour;
use crate::pod::env::Environment;
use crate::pod::worker::Waiting;
use crate::time::Instant;

/// What a container finds at its start.
#[derive(Clone, Copy)]
pub struct ContainerCtx<'a> {
    /// The pod.
    pub pod: &'a Pod,
    /// The container.
    pub container: &'a Container,
    /// Its environment.
    pub env: &'a Environment,
    /// How many lives it had before.
    pub restarts: i32,
    /// The addresses of the pod.
    pub ips: &'a [String],
    /// The logical time.
    pub now: Instant,
    pub(super) files: &'a dyn Fn(&str) -> Option<Vec<u8>>,
}

impl ContainerCtx<'_> {
    /// The content of a file in one of the container's mounts.
    #[must_use]
    pub fn read(&self, path: &str) -> Option<Vec<u8>> {
        (self.files)(path)
    }
}

impl fmt::Debug for ContainerCtx<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { container, restarts, ips, now, .. } = self;
        f.debug_struct("ContainerCtx")
            .field("container", &container.name)
            .field("restarts", restarts)
            .field("ips", ips)
            .field("now", now)
            .finish_non_exhaustive()
    }
}

/// What an image does: a pure function of what the container finds.
///
/// A closure `Fn(&ContainerCtx) -> Behaviour` is one, wrapped in [`From`].
pub trait Program: fmt::Debug + Send + Sync {
    /// How the container behaves that starts now.
    fn start(&self, ctx: &ContainerCtx<'_>) -> Behaviour;
}

/// A program that behaves the same at each start.
impl Program for Behaviour {
    fn start(&self, _: &ContainerCtx<'_>) -> Behaviour {
        self.clone()
    }
}

/// The programs by image, and the images that no registry has. A clone costs two counts.
///
/// A pod can override the program of a container by the annotation
/// `kubernel.dev/program.<container>`, whose words are explained at [`Programs::ANNOTATION`].
#[derive(Debug, Clone, Default)]
pub struct Programs {
    by_image: Arc<BTreeMap<String, Arc<dyn Program>>>,
    absent: Arc<BTreeSet<String>>,
}

impl Programs {
    /// The prefix of the annotation that says what a container does.
    ///
    /// The value has one or more lives, separated by `|`; the last one repeats. A life has clauses,
    /// separated by `;`: `run 4s`, `exit 1`, `started after 1s`, `ready after 2s`,
    /// `unready after 9s`, `live until 30s`, `stop after 5s`, `stop exit 0`, `ignore stop`,
    /// `postStart takes 2s`, `postStart fails`, `preStop takes 3s`, `preStop fails`, `write /path text`. Times
    /// are whole numbers with `ms`, `s`, `m` or `h`. What is said of a hook counts if the container has such
    /// a hook, and it is a command or a request.
    pub const ANNOTATION: &str = "kubernel.dev/program.";

    /// No programs: every container runs for ever and all its probes succeed.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the program of an image, named exactly as pods name it.
    pub fn add(&mut self, image: &str, program: impl Program + 'static) {
        Arc::make_mut(&mut self.by_image).insert(image.to_owned(), Arc::new(program));
    }

    /// Marks an image as absent: pulls of it fail.
    pub fn remove(&mut self, image: &str) {
        Arc::make_mut(&mut self.absent).insert(image.to_owned());
    }

    /// Marks an image as present again: pulls of it succeed.
    pub fn restore(&mut self, image: &str) {
        Arc::make_mut(&mut self.absent).remove(image);
    }

    /// Whether a pull of `image` succeeds.
    #[must_use]
    pub fn has(&self, image: &str) -> bool {
        !self.absent.contains(image)
    }

    /// How the container of `ctx` behaves.
    ///
    /// # Errors
    /// When its annotation cannot be read.
    pub fn start(&self, ctx: &ContainerCtx<'_>) -> Result<Behaviour, Waiting> {
        let name = format!("{}{}", Self::ANNOTATION, ctx.container.name);
        if let Some(script) = ctx.pod.metadata.annotations.get(&name) {
            return script::read(script, ctx.restarts).map_err(|error| Waiting {
                reason: "CreateContainerError".to_owned(),
                message: format!("annotation `{name}`: {error}"),
            });
        }
        let program = self.by_image.get(&ctx.container.image);
        Ok(program.map_or_else(Behaviour::default, |program| program.start(ctx)))
    }
}

/// A span as it is written in scripts: `300ms`, `4s`, `2m`, `1h`.
pub(super) fn span(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let number: u64 = number.parse().ok()?;
    match unit {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_secs(number.saturating_mul(60))),
        "h" => Some(Duration::from_secs(number.saturating_mul(3600))),
        _ => None,
    }
}
