//! A model service on the loopback address that answers by script: real agent programs talk to it as if it were their vendor.
//!
//! It speaks the OpenAI Responses protocol (codex) and Chat Completions (opencode, pi, qwen), Anthropic Messages
//! (claude) and Gemini (gemini), streaming and whole.
//! What a request gets is chosen by words in its prompt, see [`Scenario`], by [`Rule`]s, or by force, see [`Server::force`].
//! An [`Order`] writes the home of a real CLI so that it finds this server only.
//! Each request is logged, so a test can ask what an agent really sent.

mod control;
mod error;
mod form;
mod home;
mod http;
mod lines;
mod plan;
mod record;
mod refusal;
mod reply;
mod request;
mod rule;
mod scenario;
mod script;
mod server;
mod tool;
mod turn;

pub use error::ServerError;
pub use home::{Account, Cli, Home, Leave, Order};
pub use rule::{Answer, Rule};
pub use scenario::Scenario;
pub use server::{Options, Server, serve};
