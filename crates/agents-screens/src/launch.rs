//! How is a program of this family started, spoken to and resumed?

use std::collections::BTreeMap;
use std::time::Duration;

use serde::de::Error as _;

/// The launch part of a preset: plain data for whoever starts the program.
///
/// Words in braces are slots: `{model}`, `{prompt}`, `{session}`, `{port}`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Launch {
    /// The program to run, found on `PATH`.
    pub command: String,
    /// Arguments of every start.
    #[serde(default)]
    pub args: Vec<String>,
    /// Arguments that let the program work without asking; only for machines that are the sandbox.
    #[serde(default)]
    pub unattended: Vec<String>,
    /// Arguments that choose the model, with `{model}`.
    #[serde(default)]
    pub model: Vec<String>,
    pub prompt: Prompt,
    pub session: SessionId,
    pub resume: Resume,
    pub submit: Submit,
    pub ready: Ready,
    /// Variables for the program's environment.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    pub hooks: Hooks,
    /// Where exact facts about a limit stand, best first.
    pub limits: Vec<LimitSource>,
}

/// How the first prompt reaches the program.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Prompt {
    pub delivery: PromptDelivery,
    /// With [`PromptDelivery::Argument`]: the words that carry it, with `{prompt}`.
    #[serde(default)]
    pub args: Vec<String>,
}

/// The ways of handing over a first prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PromptDelivery {
    /// As an argument of the command.
    Argument,
    /// Typed once the program is ready.
    Typed,
}

/// How a conversation gets its id, and how it becomes known.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct SessionId {
    /// Arguments that choose the id at the start, with `{session}`; empty when the program chooses.
    #[serde(default)]
    pub choose: Vec<String>,
    /// The places where the id can be read, best first.
    pub from: Vec<SessionIdFrom>,
}

/// A place where the id of a conversation can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionIdFrom {
    /// It was chosen at the start; any UUID.
    ChosenUuid,
    /// It was chosen at the start; any word.
    ChosenWord,
    /// A hook's JSON.
    Hook,
    /// The name or first line of the conversation's file.
    Transcript,
    /// The program's own HTTP server.
    Http,
    /// The command line that the program prints when it ends.
    ExitBanner,
}

/// How a conversation is taken up again.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Resume {
    /// The arguments, with `{session}`; they replace those that choose an id.
    pub args: Vec<String>,
    /// Whether a prompt given as an argument arrives in a resumed conversation.
    pub takes_prompt: bool,
    /// What the program prints when it does not know the conversation, with `{session}`. Without that slot a text would also fit a
    /// conversation that only speaks of it.
    #[serde(default)]
    pub refused: Vec<String>,
}

/// How typed text is sent.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Submit {
    /// The tmux keys, in order.
    pub keys: Vec<String>,
    /// The wait between the paste and the first key.
    #[serde(
        rename = "pause_ms",
        deserialize_with = "milliseconds",
        serialize_with = "as_milliseconds"
    )]
    pub pause: Duration,
    /// Whether text must be pasted in brackets (`paste-buffer -p`): without, rows are sent one by one or lost.
    pub bracketed: bool,
}

/// When the program takes its first text.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Ready {
    /// The usual time from the start to a drawn composer.
    #[serde(
        rename = "usual_ms",
        deserialize_with = "milliseconds",
        serialize_with = "as_milliseconds"
    )]
    pub usual: Duration,
    /// The time after which a start without a composer is worth a look.
    #[serde(
        rename = "limit_ms",
        deserialize_with = "milliseconds",
        serialize_with = "as_milliseconds"
    )]
    pub limit: Duration,
}

/// How the program reports its own state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Hooks {
    /// Commands named in a JSON settings file.
    Settings,
    /// Commands named in the program's `config.toml`, and files of its conversations.
    ConfigAndRollout,
    /// The program's own HTTP server.
    Http,
    /// An extension file that the program loads.
    Extension,
    /// Nothing known.
    None,
}

/// A place where an exact reset time or limit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitSource {
    /// The conversation's file.
    Transcript,
    /// A hook.
    Hook,
    /// The program's own HTTP server.
    Http,
    /// The rows of the screen.
    Screen,
}

/// More than a day is a slip of the pen.
const LONGEST_MS: u64 = 24 * 60 * 60 * 1000;

fn milliseconds<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let count = <u64 as serde::Deserialize>::deserialize(from)?;
    if count > LONGEST_MS {
        return Err(D::Error::custom("more than a day; the unit is milliseconds"));
    }
    Ok(Duration::from_millis(count))
}

fn as_milliseconds<S: serde::Serializer>(value: &Duration, into: S) -> Result<S::Ok, S::Error> {
    into.serialize_u64(u64::try_from(value.as_millis()).unwrap_or(u64::MAX))
}
