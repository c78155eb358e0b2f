//! How does OpenAI word a refusal?
//!
//! The bodies and headers are those that codex, opencode, pi and qwen look for.

use serde_json::json;

use super::{Cause, Refusal, Window};

/// The code and the message of a server that has too much to do.
pub(crate) const OVERLOADED_CODE: &str = "server_is_overloaded";
pub(crate) const OVERLOADED_MESSAGE: &str =
    "Our servers are currently overloaded. Please try again later.";

const INVALID: &str = "invalid_request_error";

pub(super) fn refusal(cause: &Cause) -> Refusal {
    match cause {
        Cause::RateLimit => rate_limit(),
        Cause::Usage(window) => usage_limit(*window),
        Cause::Quota => plain(
            429,
            ("insufficient_quota", Some("insufficient_quota")),
            "You exceeded your current quota, please check your plan and billing details.",
        ),
        Cause::Failure(500) => plain(
            500,
            ("server_error", None),
            "The server had an error while processing your request.",
        ),
        Cause::Failure(status) => {
            plain(*status, ("server_error", Some(OVERLOADED_CODE)), OVERLOADED_MESSAGE)
        }
        Cause::ContextFull => plain(
            400,
            (INVALID, Some("context_length_exceeded")),
            "Your input exceeds the context window of this model. Please adjust your input and try again.",
        ),
        Cause::Refused(status) => refused(*status),
        Cause::BadRequest(message) => plain(400, (INVALID, None), message),
        Cause::NoSuchPath(path) => {
            plain(404, ("not_found", None), &format!("the model server has no {path}"))
        }
    }
}

fn plain(status: u16, (kind, code): (&str, Option<&str>), message: &str) -> Refusal {
    Refusal {
        status,
        headers: Vec::new(),
        body: json!({"error": {"message": message, "type": kind, "param": null, "code": code}}),
    }
}

fn rate_limit() -> Refusal {
    let mut refusal = plain(
        429,
        ("tokens", Some("rate_limit_exceeded")),
        "Rate limit reached for mock-1 on tokens per min (TPM): Limit 30000, Used 29000, Requested 4000. Please try again in 2s.",
    );
    refusal.headers = vec![
        ("retry-after", "2".to_owned()),
        ("retry-after-ms", "2000".to_owned()),
        ("x-ratelimit-remaining-requests", "0".to_owned()),
        ("x-ratelimit-reset-requests", "2s".to_owned()),
    ];
    refusal
}

fn usage_limit(window: Window) -> Refusal {
    let (primary, weekly) = if window.weekly { ("55", "100") } else { ("100", "40") };
    let left = window.seconds_left();
    Refusal {
        status: 429,
        headers: vec![
            ("x-codex-primary-used-percent", primary.to_owned()),
            ("x-codex-primary-window-minutes", "300".to_owned()),
            ("x-codex-primary-reset-at", window.primary_reset().to_string()),
            ("x-codex-secondary-used-percent", weekly.to_owned()),
            ("x-codex-secondary-window-minutes", "10080".to_owned()),
            ("x-codex-secondary-reset-at", window.weekly_reset().to_string()),
            ("retry-after", left.to_string()),
        ],
        body: json!({"error": {"message": "The usage limit has been reached",
            "type": "usage_limit_reached", "param": null, "code": null,
            "plan_type": "plus", "resets_at": window.reset, "resets_in_seconds": left}}),
    }
}

fn refused(status: u16) -> Refusal {
    let (code, message) = match status {
        401 => ("invalid_api_key", "Incorrect API key provided."),
        403 => {
            ("unsupported_country_region_territory", "Country, region, or territory not supported")
        }
        _ => (
            "model_not_found",
            "The model `mock-1` does not exist or you do not have access to it.",
        ),
    };
    plain(status, (INVALID, Some(code)), message)
}
