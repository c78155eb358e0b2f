//! How does a message get out?

use std::path::PathBuf;

use agents_config::{Channel, NotifyTarget, Secret};

use crate::body::body;
use crate::{Commands, Failure, Message, command, http};

/// Whose messages these are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The fleet as people call it: its session prefix.
    pub fleet: String,
    pub config: PathBuf,
    /// Where commands are run.
    pub dir: PathBuf,
}

/// A message that got through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// What the command printed.
    pub output: String,
}

/// Sends the message. Blocks, for at most half a minute.
///
/// # Errors
/// Why it did not get through, in words that hold neither address nor token.
pub fn send(
    target: &NotifyTarget,
    place: &Place,
    message: &Message,
    commands: &Commands,
) -> Result<Sent, Failure> {
    let body = body(target.channel.kind(), place, message);
    let (url, token) = match &target.channel {
        Channel::Command { command } => {
            let limit = command::TIME_LIMIT;
            let output = command::run(command, &place.dir, &body.text, limit, commands)?;
            return Ok(Sent { output });
        }
        Channel::Ntfy { url, token } | Channel::Webhook { url, token } => (url, token.as_ref()),
        Channel::Slack { url } | Channel::Discord { url } => (url, None),
    };
    let url = reveal(url)?;
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(Failure::lasting("the address begins neither with https:// nor with http://"));
    }
    let token = token.map(reveal).transpose()?;
    http::post(&url, token.as_deref(), &body)?;
    Ok(Sent::default())
}

/// It may be set by the time of the next try.
fn reveal(secret: &Secret) -> Result<String, Failure> {
    secret.reveal().map_err(|error| Failure::passing(error.to_string()))
}
