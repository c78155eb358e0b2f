//! Which scripted behaviours are there, and which one does a text ask for?

use std::time::Duration;

use crate::ServerError;

/// One scripted behaviour. In a prompt it is written `MOCK:name` or `MOCK:name:number`; the last one written counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scenario {
    /// `ok` — a short reply.
    Ok,
    /// `echo` — length, lines, beginning and end of the newest message.
    Echo,
    /// `recall` — how many messages of the user the request held, and their ends: proves that a resume worked.
    Recall,
    /// `lure` — a reply that quotes the words of limits, work and questions, while the agent is idle.
    Lure,
    /// `long[:lines]` — a reply of that many lines (60) at once.
    Long { lines: u32 },
    /// `slow[:seconds]` — a reply that streams for that time (20).
    Slow { during: Duration },
    /// `think[:seconds]` — reasoning for that time (10), then a reply.
    Think { during: Duration },
    /// `tool[:seconds]` — a shell tool call that sleeps so long (0) and touches `done.txt`, then a reply.
    Tool { during: Duration },
    /// `approve[:seconds]` — the same call in a form that needs leave, where the agent's settings ask for it.
    Approve { during: Duration },
    /// `edit` — a call of the editing tool that makes `hello.txt`, then a reply.
    Edit,
    /// `ask` — a call of the tool that puts a question to the user, then a reply.
    Ask,
    /// `429[:n]` — the rate limit that a retry gets past, for the first n tries (always).
    RateLimit { tries: Option<u32> },
    /// `usage[:seconds]` — the usage window of the plan: the whole conversation is refused until so long (5400) after
    /// the first request that met it.
    Usage { window: Duration },
    /// `weekly` — the same with a reset three days ahead.
    Weekly,
    /// `quota` — the account has no money left.
    Quota,
    /// `500[:n]`, `503[:n]`, `529[:n]` — a failing server, for the first n tries (always).
    Failure { status: u16, tries: Option<u32> },
    /// `overloaded[:n]` — HTTP 200, and the failure inside the stream.
    Overloaded { tries: Option<u32> },
    /// `ctx` — the conversation no longer fits the model.
    ContextFull,
    /// `401`, `403`, `404` — bad key, forbidden, no such model.
    Refused { status: u16 },
    /// `hang[:seconds]` — the first event, then silence (600).
    Hang { during: Duration },
    /// `hang0[:seconds]` — not even a head of the answer for that time (600), then a failing server.
    Mute { during: Duration },
    /// `cut[:n]` — half a stream, then the connection closes, for the first n tries (always).
    Cut { tries: Option<u32> },
    /// `badjson` — a page of HTML instead of an answer.
    BadBody,
}

/// The names, as a prompt writes them.
pub(crate) const NAMES: [&str; 27] = [
    "ok",
    "echo",
    "recall",
    "lure",
    "long",
    "slow",
    "think",
    "tool",
    "approve",
    "edit",
    "ask",
    "429",
    "usage",
    "weekly",
    "quota",
    "500",
    "503",
    "529",
    "overloaded",
    "ctx",
    "401",
    "403",
    "404",
    "hang",
    "hang0",
    "cut",
    "badjson",
];

impl Scenario {
    /// The scenario called `name` or `name:number`.
    ///
    /// # Errors
    /// The name is not known.
    pub fn parse(text: &str) -> Result<Self, ServerError> {
        let mut parts = text.split(':');
        let name = parts.next().unwrap_or_default();
        let number = parts.next().and_then(|part| part.parse::<f64>().ok());
        Self::named(name, number).ok_or_else(|| ServerError::Scenario { name: name.to_owned() })
    }

    /// The last known scenario that the text names; words that merely look like one are passed over.
    pub(crate) fn last_in(text: &str) -> Option<Self> {
        let mut found = None;
        for piece in text.split("MOCK:").skip(1) {
            let end = piece
                .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '.')))
                .unwrap_or(piece.len());
            // A full stop that ends a sentence is no part of the number.
            if let Ok(scenario) = Self::parse(piece[..end].trim_end_matches(['.', ':'])) {
                found = Some(scenario);
            }
        }
        found
    }

    /// For how many tries the scenario holds; `None`: for ever.
    pub(crate) fn tries(self) -> Option<u32> {
        match self {
            Self::RateLimit { tries }
            | Self::Failure { tries, .. }
            | Self::Overloaded { tries }
            | Self::Cut { tries } => tries,
            Self::Ok
            | Self::Echo
            | Self::Recall
            | Self::Lure
            | Self::Long { .. }
            | Self::Slow { .. }
            | Self::Think { .. }
            | Self::Tool { .. }
            | Self::Approve { .. }
            | Self::Edit
            | Self::Ask
            | Self::Usage { .. }
            | Self::Weekly
            | Self::Quota
            | Self::ContextFull
            | Self::Refused { .. }
            | Self::Hang { .. }
            | Self::Mute { .. }
            | Self::BadBody => None,
        }
    }

    fn named(name: &str, number: Option<f64>) -> Option<Self> {
        let seconds = |default: f64| {
            Duration::try_from_secs_f64(number.unwrap_or(default)).unwrap_or(Duration::MAX)
        };
        let whole = number.map(|number| number as u32);
        Some(match name {
            "ok" => Self::Ok,
            "echo" => Self::Echo,
            "recall" => Self::Recall,
            "lure" => Self::Lure,
            "long" => Self::Long { lines: whole.unwrap_or(60) },
            "slow" => Self::Slow { during: seconds(20.0) },
            "think" => Self::Think { during: seconds(10.0) },
            "tool" => Self::Tool { during: seconds(0.0) },
            "approve" => Self::Approve { during: seconds(0.0) },
            "edit" => Self::Edit,
            "ask" => Self::Ask,
            "429" => Self::RateLimit { tries: whole },
            "usage" => Self::Usage { window: seconds(5400.0) },
            "weekly" => Self::Weekly,
            "quota" => Self::Quota,
            "500" => Self::Failure { status: 500, tries: whole },
            "503" => Self::Failure { status: 503, tries: whole },
            "529" => Self::Failure { status: 529, tries: whole },
            "overloaded" => Self::Overloaded { tries: whole },
            "ctx" => Self::ContextFull,
            "401" => Self::Refused { status: 401 },
            "403" => Self::Refused { status: 403 },
            "404" => Self::Refused { status: 404 },
            "hang" => Self::Hang { during: seconds(600.0) },
            "hang0" => Self::Mute { during: seconds(600.0) },
            "cut" => Self::Cut { tries: whole },
            "badjson" => Self::BadBody,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests;
