//! A model service on the loopback address that answers by script: real agent programs talk to it as if it were their vendor.
//!
//! It speaks the OpenAI Responses protocol (codex) and Chat Completions (opencode, pi), streaming and whole.
//! What a request gets is chosen by words in its prompt, see [`Scenario`], by [`Rule`]s, or by force, see [`Server::force`].
//! Each request is logged, so a test can ask what an agent really sent.

mod chat;
mod control;
mod error;
mod http;
mod lines;
mod plan;
mod record;
mod refusal;
mod reply;
mod request;
mod responses;
mod rule;
mod scenario;
mod script;
mod server;
mod tool;

pub use error::ServerError;
pub use rule::{Answer, Rule};
pub use scenario::Scenario;
pub use server::{Options, Server, serve};
