//! What may be called what: every name is checked once, where text enters, and is a type from then on.

mod agent;
mod error;
mod phase;
mod session;

pub use agent::{AgentName, BackendName, RoleName};
pub use error::NameError;
pub use phase::PhaseId;
pub use session::{SessionName, SessionPrefix};
