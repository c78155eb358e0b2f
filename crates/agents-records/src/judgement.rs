//! What does a program answer that was asked whether an agent is to go on?
//!
//! It was shown what an agent printed, so its answer is as little to be trusted as that: what would be typed is one short row that
//! no agent program takes for a command, and whatever is not exactly an answer is none. The formats were measured with codex 0.169.0
//! (`exec --json`) and claude 2.1.330 (`-p --output-format json`).

#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::harmless;

/// How many bytes of an output are read at most; an answer takes a few hundred.
pub const OUTPUT_LIMIT: usize = 4 << 20;
/// The longest text that is typed, in characters.
const LONGEST_PROMPT: usize = 2000;
/// The longest reason that is kept, in characters.
const LONGEST_REASON: usize = 500;

/// How the output of a program is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// The answer alone.
    Plain,
    /// The events of `codex exec --json`, one a line.
    Codex,
    /// The one result of `claude -p --output-format json`.
    Claude,
}

/// What the agent is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// It is to be told this: one row that begins with a letter or a digit.
    Continue { prompt: String },
    /// It is to be left alone.
    Wait { reason: String },
}

/// Why an output is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoJudgement {
    #[error("its output has {bytes} bytes, more than {OUTPUT_LIMIT} are not read")]
    TooLong { bytes: usize },
    #[error("it said nothing")]
    Silent,
    /// The program itself tells of a failure.
    #[error("it failed: {told}")]
    Failed { told: String },
    #[error("its output is not what this program prints: {detail}")]
    Shape { detail: String },
    #[error("its answer is not the JSON object that it was asked for: {detail}")]
    Json { detail: String },
    #[error("its answer {detail}")]
    Refused { detail: &'static str },
}

/// An output as it was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The program's own conversation, which a later question can go on with.
    pub conversation: Option<String>,
    pub judgement: Result<Judgement, NoJudgement>,
}

impl Judged {
    /// Reads the whole output of a program.
    #[must_use]
    pub fn of(written: Written, output: &[u8]) -> Self {
        if output.len() > OUTPUT_LIMIT {
            let bytes = output.len();
            return Self { conversation: None, judgement: Err(NoJudgement::TooLong { bytes }) };
        }
        let output = String::from_utf8_lossy(output);
        let (conversation, said) = match written {
            Written::Plain => (None, Ok(output.into_owned())),
            Written::Codex => of_codex(&output),
            Written::Claude => of_claude(&output),
        };
        let conversation = conversation.filter(|id| is_id(id));
        Self { conversation, judgement: said.and_then(|said| answer(&said)) }
    }
}

type Said = (Option<String>, Result<String, NoJudgement>);

fn of_codex(output: &str) -> Said {
    let (mut conversation, mut said, mut failure) = (None, None, None);
    for line in output.lines().filter(|line| !line.trim().is_empty()) {
        // Warnings stand among the events.
        let Ok(event) = serde_json::from_str::<Value>(line) else { continue };
        let text = |value: &Value| value.as_str().map(str::to_owned);
        match event["type"].as_str() {
            Some("thread.started") => conversation = text(&event["thread_id"]),
            Some("item.completed") if event["item"]["type"] == "agent_message" => {
                said = text(&event["item"]["text"]);
            }
            // A stream that broke is tried again, and may still end well.
            Some("turn.completed") => failure = None,
            Some("turn.failed") => failure = text(&event["error"]["message"]),
            Some("error") => failure = text(&event["message"]),
            Some(_) | None => {}
        }
    }
    let said = match (failure, said) {
        (Some(told), _) => Err(NoJudgement::Failed { told: harmless::row(&told, LONGEST_REASON) }),
        (None, Some(said)) => Ok(said),
        (None, None) => Err(NoJudgement::Silent),
    };
    (conversation, said)
}

fn of_claude(output: &str) -> Said {
    if output.trim().is_empty() {
        return (None, Err(NoJudgement::Silent));
    }
    let result: Value = match serde_json::from_str(output.trim()) {
        Ok(result) => result,
        Err(error) => return (None, Err(NoJudgement::Shape { detail: error.to_string() })),
    };
    let conversation = result["session_id"].as_str().map(str::to_owned);
    let said = match (result["is_error"].as_bool(), result["result"].as_str()) {
        (Some(false), Some(said)) => Ok(said.to_owned()),
        (Some(true), told) => {
            let told = harmless::row(told.unwrap_or("it does not say how"), LONGEST_REASON);
            Err(NoJudgement::Failed { told })
        }
        (Some(false) | None, _) => {
            Err(NoJudgement::Shape { detail: "no `is_error` and `result`".to_owned() })
        }
    };
    (conversation, said)
}

/// It stands on a command line later.
fn is_id(id: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=100).contains(&id.len()) && !id.starts_with('-') && id.chars().all(is_plain)
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    action: RawAction,
    prompt: Option<String>,
    reason: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawAction {
    Continue,
    Wait,
}

fn answer(said: &str) -> Result<Judgement, NoJudgement> {
    let said = unfenced(said.trim());
    if said.is_empty() {
        return Err(NoJudgement::Silent);
    }
    let raw: Raw = serde_json::from_str(said)
        .map_err(|error| NoJudgement::Json { detail: harmless::row(&error.to_string(), 200) })?;
    match raw.action {
        RawAction::Continue => {
            let prompt = one_row(&raw.prompt.unwrap_or_default());
            match prompt.chars().next() {
                None => refused("says to go on, and names no prompt"),
                Some(first) if !first.is_alphanumeric() => refused(
                    "has a prompt that begins with a sign, which a program may take for a command",
                ),
                Some(_) if prompt.chars().count() > LONGEST_PROMPT => {
                    refused("has a prompt of more than 2000 characters")
                }
                Some(_) => Ok(Judgement::Continue { prompt }),
            }
        }
        RawAction::Wait => {
            let reason = harmless::row(&one_row(&raw.reason.unwrap_or_default()), LONGEST_REASON);
            if reason.is_empty() {
                return refused("says to wait, and not why");
            }
            Ok(Judgement::Wait { reason })
        }
    }
}

fn refused(detail: &'static str) -> Result<Judgement, NoJudgement> {
    Err(NoJudgement::Refused { detail })
}

/// Models put JSON into a fence though they are asked not to.
fn unfenced(said: &str) -> &str {
    let inner = said.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    let Some(inner) = inner else { return said };
    inner.strip_prefix("json").unwrap_or(inner).trim()
}

fn one_row(text: &str) -> String {
    harmless::text(text).split_whitespace().collect::<Vec<_>>().join(" ")
}
