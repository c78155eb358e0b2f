//! What the file says: `agents.toml` from text to a checked fleet, with every problem in one report.
//!
//! The way of a file: [`load`] reads it, `raw` mirrors it key by key, `check` looks for contradictions, `resolve`
//! applies the defaults. Problems are collected all the way, so one load shows all of them.

mod agent;
mod backend;
mod check;
mod command_word;
mod diagnostics;
mod dialog;
mod digest;
mod entry;
mod environment;
mod error;
mod files;
mod fleet;
mod handoff;
mod load;
mod loop_plan;
mod nearby;
mod notify;
mod one_off;
mod origin;
mod paths;
mod patterns;
mod picker;
mod preset;
mod problem;
mod programs;
mod raw;
mod reader;
mod report;
mod resolve;
mod sample;
mod schema;
mod secret;
mod service;
mod stray_override;
mod timing;
mod unused_model;
mod value;

pub use agent::{Agent, Kind, PromptSource, Wake, Watch};
pub use backend::{Backend, PromptDelivery};
pub use diagnostics::Report;
pub use dialog::DialogAnswer;
pub use digest::Digest;
pub use environment::Environment;
pub use error::LoadError;
pub use files::{AgentProblem, Lack};
pub use fleet::{Fleet, TmuxSocket};
pub use handoff::Handoff;
pub use load::{Loaded, load, load_text};
pub use loop_plan::{LoopPlan, OnComplete, Phase};
pub use notify::{Channel, ChannelKind, Notify, NotifyEvent, NotifyTarget};
pub use one_off::{OneOff, OneOffError};
pub use origin::{Origin, Origins, Setting};
pub use patterns::Pattern;
pub use preset::Preset;
pub use problem::{Problem, Severity};
pub use programs::{MissingProgram, Owner};
pub use sample::Sample;
pub use schema::schema;
pub use secret::{Secret, SecretError};
pub use service::Service;
pub use stray_override::StrayOverride;
pub use timing::Timing;
pub use unused_model::UnusedModel;
