//! Types only, for now.
/// To be filled.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Quantity(String);
