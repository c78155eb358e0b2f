//! What the file says: `agents.toml` from text to a checked fleet, with every problem in one report.

mod agent;
mod backend;
mod fleet;
mod handoff;
mod loop_plan;
mod patterns;
mod service;
mod timing;

pub use agent::{Agent, Kind, PromptSource, Wake, Watch};
pub use backend::{Backend, PromptDelivery};
pub use fleet::{Fleet, TmuxSocket};
pub use handoff::Handoff;
pub use loop_plan::{LoopPlan, OnComplete, Phase};
pub use patterns::Pattern;
pub use service::Service;
pub use timing::Timing;
