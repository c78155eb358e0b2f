//! What did a hook of the agent's CLI just report?
//!
//! claude and codex hand a JSON object to each hook's standard input; codex's `notify` program gets one as its last argument; our
//! extension for pi ([`crate::install::pi_extension`]) writes one to the standard input of the command. None of them carries a time, but pi's:
//! the receiver gives it.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::RecordError;
use crate::event::Cli;
use crate::failure::{ErrorKind, Failure};
use crate::harmless;
use crate::moment;
use crate::parser::{Object, text};
use crate::state::State;

/// Longest report that is read, in bytes: a prompt or a tool's result is part of it.
pub const REPORT_LIMIT: usize = 4 << 20;

/// How much of a text is kept, in characters.
const TEXT_LIMIT: usize = 2_000;

/// One report, the same for all programs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub cli: Cli,
    pub kind: ReportKind,
    /// The program's own word for it.
    pub event: String,
    /// The conversation that reports. Not always the agent's own: codex's `notify` speaks for the hidden thread that makes a title
    /// and for sub-agents' threads too.
    pub session_id: Option<String>,
    /// The sub-agent that reports, when it is one: its hooks give the `session_id` of the main conversation (codex, measured) and a
    /// `transcript_path` of its own.
    pub subagent: Option<String>,
    pub transcript_path: Option<PathBuf>,
    pub cwd: Option<PathBuf>,
    /// When the report was received (pi: sent).
    pub at: DateTime<Utc>,
    pub model: Option<String>,
    /// The tool that starts, has ended or needs approval.
    pub tool: Option<String>,
    /// The prompt, the last answer or the notice, harmless and cut to 2000 characters.
    pub text: Option<String>,
    /// Why the turn failed. Without a reset time: the record has it.
    pub failure: Option<Failure>,
}

/// What is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportKind {
    /// The program waits for a first prompt.
    SessionStarted,
    PromptSubmitted,
    ToolStarting,
    /// The turn goes on when a person has decided.
    ApprovalAsked,
    ToolFinished,
    TurnEnded,
    TurnFailed,
    /// The program tells the user something that does not change its state.
    Notified,
    SessionEnded,
    /// Anything else; [`Report::event`] has the word.
    Other,
}

impl Report {
    /// Reads what a hook of claude is handed.
    ///
    /// # Errors
    /// [`RecordError`] when it is no JSON object, or too long.
    pub fn of_claude(bytes: &[u8], at: DateTime<Utc>) -> Result<Self, RecordError> {
        let payload = payload(Cli::Claude, bytes)?;
        let mut report = Self::of_hook(Cli::Claude, &payload, at);
        if report.kind == ReportKind::TurnFailed {
            let said = text(&payload, "last_assistant_message").unwrap_or_default();
            report.failure = Some(claude_failure(text(&payload, "error"), said));
        }
        if report.event == "Notification" {
            report.kind = match text(&payload, "notification_type") {
                Some("permission_prompt" | "elicitation_dialog") => ReportKind::ApprovalAsked,
                Some(_) | None => ReportKind::Notified,
            };
        }
        Ok(report)
    }

    /// Reads what a hook of codex is handed. No hook runs when a turn fails.
    ///
    /// # Errors
    /// [`RecordError`] when it is no JSON object, or too long.
    pub fn of_codex(bytes: &[u8], at: DateTime<Utc>) -> Result<Self, RecordError> {
        Ok(Self::of_hook(Cli::Codex, &payload(Cli::Codex, bytes)?, at))
    }

    /// Reads the argument that codex's `notify` program is given.
    ///
    /// # Errors
    /// [`RecordError`] when it is no JSON object, or too long.
    pub fn of_codex_notify(argument: &[u8], at: DateTime<Utc>) -> Result<Self, RecordError> {
        let payload = payload(Cli::Codex, argument)?;
        let event = text(&payload, "type").unwrap_or_default();
        let kind = match event {
            "agent-turn-complete" => ReportKind::TurnEnded,
            _ => ReportKind::Other,
        };
        Ok(Self {
            session_id: text(&payload, "thread-id").map(ToOwned::to_owned),
            text: text(&payload, "last-assistant-message").map(kept),
            ..Self::bare(Cli::Codex, kind, event, &payload, at)
        })
    }

    /// Reads what our extension for pi writes.
    ///
    /// # Errors
    /// [`RecordError`] when it is no JSON object, or too long.
    pub fn of_pi(bytes: &[u8], received: DateTime<Utc>) -> Result<Self, RecordError> {
        let payload = payload(Cli::Pi, bytes)?;
        let at = payload.get("at").and_then(moment::instant).unwrap_or(received);
        let mut report = Self::of_hook(Cli::Pi, &payload, at);
        if report.kind == ReportKind::TurnFailed {
            let said = text(&payload, "error").unwrap_or_default();
            report.failure = Some(crate::pi::failure(said, Some(at)).0);
        }
        Ok(report)
    }

    /// What the report says of the conversation that it speaks for; `None` when it does not tell. What a sub-agent does says nothing,
    /// but that it asks: the question stands on the agent's screen.
    #[must_use]
    pub fn state(&self) -> Option<State> {
        let since = self.at;
        if self.subagent.is_some() && self.kind != ReportKind::ApprovalAsked {
            return None;
        }
        match self.kind {
            ReportKind::PromptSubmitted | ReportKind::ToolStarting | ReportKind::ToolFinished => {
                Some(State::Active { since })
            }
            ReportKind::ApprovalAsked => Some(State::Waiting { since }),
            ReportKind::SessionStarted | ReportKind::TurnEnded => Some(State::Idle { since }),
            ReportKind::TurnFailed => {
                let unknown = || Failure::new(ErrorKind::Unknown, "", None);
                let failure = self.failure.clone().unwrap_or_else(unknown);
                Some(State::Failed { since, failure })
            }
            ReportKind::Notified | ReportKind::SessionEnded | ReportKind::Other => None,
        }
    }

    fn of_hook(cli: Cli, payload: &Object, at: DateTime<Utc>) -> Self {
        let event = text(payload, "hook_event_name").unwrap_or_default();
        let said = ["prompt", "last_assistant_message", "message", "reason"];
        Self {
            session_id: text(payload, "session_id").map(ToOwned::to_owned),
            subagent: text(payload, "agent_id").map(ToOwned::to_owned),
            tool: text(payload, "tool_name").map(kept),
            text: said.iter().find_map(|key| text(payload, key)).map(kept),
            ..Self::bare(cli, kind_of_hook(event, payload), event, payload, at)
        }
    }

    fn bare(cli: Cli, kind: ReportKind, event: &str, payload: &Object, at: DateTime<Utc>) -> Self {
        Self {
            cli,
            kind,
            event: harmless::row(event, 80),
            session_id: None,
            subagent: None,
            transcript_path: text(payload, "transcript_path").map(PathBuf::from),
            cwd: text(payload, "cwd").map(PathBuf::from),
            at,
            model: text(payload, "model").map(ToOwned::to_owned),
            tool: None,
            text: None,
            failure: None,
        }
    }
}

/// The names are claude's; codex and our extension use the same ones.
fn kind_of_hook(event: &str, payload: &Object) -> ReportKind {
    match event {
        // After a compaction the session "starts" in the middle of a turn.
        "SessionStart" if text(payload, "source") == Some("compact") => ReportKind::Other,
        "SessionStart" => ReportKind::SessionStarted,
        "UserPromptSubmit" => ReportKind::PromptSubmitted,
        "PreToolUse" => ReportKind::ToolStarting,
        "PermissionRequest" => ReportKind::ApprovalAsked,
        "PostToolUse" => ReportKind::ToolFinished,
        "Stop" => ReportKind::TurnEnded,
        "StopFailure" => ReportKind::TurnFailed,
        "Notification" => ReportKind::Notified,
        "SessionEnd" => ReportKind::SessionEnded,
        _ => ReportKind::Other,
    }
}

/// The hook's code for a used-up plan is `rate_limit` as for too many requests; the words tell them apart.
fn claude_failure(code: Option<&str>, said: &str) -> Failure {
    let by_words = ErrorKind::of(None, None, said);
    let kind = match (ErrorKind::of(code, None, said), by_words) {
        (ErrorKind::RateLimit, ErrorKind::UsageLimit) => ErrorKind::UsageLimit,
        (kind, _) => kind,
    };
    Failure::new(kind, said, None)
}

fn kept(text: &str) -> String {
    harmless::text(text).chars().take(TEXT_LIMIT).collect()
}

fn payload(cli: Cli, bytes: &[u8]) -> Result<Object, RecordError> {
    let cli = cli.name();
    if bytes.len() > REPORT_LIMIT {
        return Err(RecordError::ReportTooLong { cli, bytes: bytes.len(), limit: REPORT_LIMIT });
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(payload)) => Ok(payload),
        Ok(_) => Err(RecordError::Report { cli, detail: "it is another kind of value".to_owned() }),
        Err(error) => Err(RecordError::Report { cli, detail: error.to_string() }),
    }
}

#[cfg(test)]
mod tests;
