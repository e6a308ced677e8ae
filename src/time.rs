//! Types only, for now.
/// To be filled.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Time(u32);
impl Time {
    /// Whether it is the zero time.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0 == 0
    }
}
/// To be filled.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct MicroTime(u32);
impl MicroTime {
    /// Whether it is the zero time.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0 == 0
    }
}

/// Logical time: microseconds since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);
