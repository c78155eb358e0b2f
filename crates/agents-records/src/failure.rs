//! What kind of error ended a turn?

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::harmless;
use crate::limits::{self, Window, WindowKind};

/// Longest text of a failure that is kept, in characters.
const TEXT_LIMIT: usize = 2_000;

/// An error that ended a turn, or that the program answers by trying again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    pub kind: ErrorKind,
    /// What the record says, without control sequences, cut to 2000 characters.
    pub text: String,
    /// The HTTP status, where recorded.
    pub status: Option<u16>,
    /// When the provider takes work again, where announced as an exact instant.
    pub until: Option<DateTime<Utc>>,
    /// The usage window that is used up, where recorded.
    pub window: Option<WindowKind>,
    /// The program said that it tries again by itself. When nothing follows for longer than its back-off (pi: 2, 4 and 8 s), it
    /// gave up without a record.
    pub retried: bool,
}

impl Failure {
    pub(crate) fn new(kind: ErrorKind, text: &str, status: Option<u16>) -> Self {
        let text = harmless::text(text).chars().take(TEXT_LIMIT).collect();
        Self { kind, text, status, until: None, window: None, retried: false }
    }

    /// The failure with what the windows say that were announced in the same turn: codex writes them in a line of their own, just
    /// before the turn fails.
    pub(crate) fn explained_by(mut self, windows: Option<&[Window]>) -> Self {
        if let (ErrorKind::UsageLimit, None, Some(windows)) = (self.kind, self.until, windows) {
            self.until = limits::blocked_until(windows);
            self.window = limits::blocking(windows).map(|window| window.kind).or(self.window);
        }
        self
    }
}

/// Why a turn failed: what helps differs for each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// A usage window of the plan is used up; it helps to wait for its end.
    UsageLimit,
    /// Too many requests in a short time.
    RateLimit,
    /// The key or the login is refused.
    Auth,
    /// The conversation no longer fits into the model.
    Context,
    /// The provider or the way to it: overload, 5xx, a cut stream.
    Server,
    /// No money or credit: waiting does not help.
    Billing,
    /// The model does not exist or is not allowed.
    Model,
    /// None of the above, or not said.
    Unknown,
}

impl ErrorKind {
    /// The kind by all that a record says: the error's code first, since it is exact; then words of the message that are more
    /// exact than a status; then the HTTP status; then weaker words.
    #[must_use]
    pub fn of(code: Option<&str>, status: Option<u16>, message: &str) -> Self {
        let message = message.to_lowercase();
        code.and_then(by_code)
            .or_else(|| by_words(EXACT_WORDS, &message))
            .or_else(|| status.and_then(by_status))
            .or_else(|| by_words(WEAK_WORDS, &message))
            .unwrap_or(Self::Unknown)
    }
}

/// Codes as measured in records of codex 0.169, claude 2.1.330, pi 0.87 and opencode 1.18, or listed in their programs. A code that
/// can mean several things (`other`, `invalid_request_error`) is left to the words.
fn by_code(code: &str) -> Option<ErrorKind> {
    match code {
        "usage_limit_exceeded" | "usage_limit_reached" | "organization_usage_limit_exceeded" => {
            Some(ErrorKind::UsageLimit)
        }
        "rate_limit" | "rate_limit_exceeded" | "rate_limit_error" => Some(ErrorKind::RateLimit),
        "unauthorized"
        | "authentication_failed"
        | "authentication_error"
        | "permission_error"
        | "invalid_api_key"
        | "oauth_org_not_allowed"
        | "account_on_hold"
        | "verification_required"
        | "cloud_credential_error" => Some(ErrorKind::Auth),
        "context_window_exceeded" | "context_length_exceeded" => Some(ErrorKind::Context),
        "server_error"
        | "api_error"
        | "overloaded"
        | "overloaded_error"
        | "server_overloaded"
        | "server_is_overloaded"
        | "internal_server_error"
        | "response_stream_disconnected" => Some(ErrorKind::Server),
        "billing_error" | "insufficient_quota" | "session_budget_exceeded" => {
            Some(ErrorKind::Billing)
        }
        "model_not_found" | "not_found_error" => Some(ErrorKind::Model),
        _ => None,
    }
}

fn by_status(status: u16) -> Option<ErrorKind> {
    match status {
        401 | 403 => Some(ErrorKind::Auth),
        402 => Some(ErrorKind::Billing),
        404 => Some(ErrorKind::Model),
        413 => Some(ErrorKind::Context),
        429 => Some(ErrorKind::RateLimit),
        408 | 500..=599 => Some(ErrorKind::Server),
        _ => None,
    }
}

type Words = &'static [(&'static str, ErrorKind)];

const EXACT_WORDS: Words = &[
    ("prompt is too long", ErrorKind::Context),
    ("maximum context length", ErrorKind::Context),
    ("context window", ErrorKind::Context),
    ("usage_limit_reached", ErrorKind::UsageLimit),
    ("usage limit has been reached", ErrorKind::UsageLimit),
    ("hit your usage limit", ErrorKind::UsageLimit),
    ("hit your 5-hour limit", ErrorKind::UsageLimit),
    ("hit your session limit", ErrorKind::UsageLimit),
    ("hit your weekly limit", ErrorKind::UsageLimit),
    ("hit your chatgpt usage limit", ErrorKind::UsageLimit),
    ("insufficient_quota", ErrorKind::Billing),
    ("exceeded your current quota", ErrorKind::Billing),
    ("billing details", ErrorKind::Billing),
    ("credit balance", ErrorKind::Billing),
    ("out of credits", ErrorKind::Billing),
    ("spend cap", ErrorKind::Billing),
];

const WEAK_WORDS: Words = &[
    ("api key", ErrorKind::Auth),
    ("unauthorized", ErrorKind::Auth),
    ("too many requests", ErrorKind::RateLimit),
    ("rate limit", ErrorKind::RateLimit),
    ("overloaded", ErrorKind::Server),
    ("at capacity", ErrorKind::Server),
    ("high demand", ErrorKind::Server),
    ("server had an error", ErrorKind::Server),
    ("internal server error", ErrorKind::Server),
    ("stream disconnected", ErrorKind::Server),
    ("stream ended", ErrorKind::Server),
    ("connection", ErrorKind::Server),
    ("timed out", ErrorKind::Server),
    ("timeout", ErrorKind::Server),
];

fn by_words(words: Words, message: &str) -> Option<ErrorKind> {
    words.iter().find(|(word, _)| message.contains(word)).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::ErrorKind;

    #[test]
    fn a_code_outranks_words_and_words_outrank_a_status() {
        for (code, status, message, kind) in [
            (Some("context_window_exceeded"), Some(429), "usage limit", ErrorKind::Context),
            (Some("other"), Some(429), "insufficient_quota", ErrorKind::Billing),
            (Some("invalid_request"), Some(400), "400 prompt is too long: 1", ErrorKind::Context),
            (None, Some(429), "slow down", ErrorKind::RateLimit),
            (None, Some(503), "rate limit", ErrorKind::Server),
            (None, Some(418), "teapot", ErrorKind::Unknown),
            (None, None, "Stream ended without finish_reason", ErrorKind::Server),
            (None, None, "", ErrorKind::Unknown),
        ] {
            assert_eq!(ErrorKind::of(code, status, message), kind, "{code:?} {status:?} {message}");
        }
    }
}
