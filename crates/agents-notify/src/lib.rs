//! How do people hear that something needs them?
//!
//! - [`Outbox`]: what one target is still owed, as a pure machine: grouped, rated, tried again, given up.
//! - [`Message`]: what one target is told, and how it reads.
//! - [`send`]: the way out, which blocks: a webhook over TLS, or a command with the message on its standard input.
//!
//! The crate knows neither the store nor the decisions: the watchdog hands notices in and keeps the outboxes.

mod body;
mod command;
mod failure;
mod http;
mod message;
mod outbox;
mod send;

pub use command::Commands;
pub use failure::Failure;
pub use message::{Message, Notice};
pub use outbox::{GivenUp, Next, Outbox, Rules, Trouble};
pub use send::{Place, Sent, send};
