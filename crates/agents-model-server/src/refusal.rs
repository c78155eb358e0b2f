//! How does the vendor word a refusal?
//!
//! The bodies and headers are those that codex, opencode and pi look for.

use serde_json::{Value, json};

/// An HTTP error.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Value,
}

/// Seconds in three days, and in the usage window that the vendor calls the primary one.
pub(crate) const WEEKLY_SECONDS: u64 = 3 * 86_400;
const PRIMARY_SECONDS: u64 = 5400;

/// The refusal of a path that the server does not know.
pub(crate) fn no_such_path(path: &str) -> Refusal {
    plain(404, ("not_found", None), &format!("the model server has no {path}"))
}

/// The account has no money left.
pub(crate) fn quota() -> Refusal {
    plain(
        429,
        ("insufficient_quota", Some("insufficient_quota")),
        "You exceeded your current quota, please check your plan and billing details.",
    )
}

/// The conversation no longer fits the model.
pub(crate) fn context_full() -> Refusal {
    plain(
        400,
        ("invalid_request_error", Some("context_length_exceeded")),
        "Your input exceeds the context window of this model. Please adjust your input and try again.",
    )
}

/// A body that cannot be read.
pub(crate) fn bad_request(message: &str) -> Refusal {
    plain(400, ("invalid_request_error", None), message)
}

fn plain(status: u16, (kind, code): (&str, Option<&str>), message: &str) -> Refusal {
    Refusal {
        status,
        headers: Vec::new(),
        body: json!({"error": {"message": message, "type": kind, "param": null, "code": code}}),
    }
}

/// Too many tokens a minute: a retry gets past it.
pub(crate) fn rate_limit() -> Refusal {
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

/// The usage window of the plan, closed until `reset`; both times are seconds since 1970.
/// The used percentages are of the primary (5 h) and the secondary (weekly) window.
pub(crate) fn usage_limit((primary, secondary): (&str, &str), now: u64, reset: u64) -> Refusal {
    let left = reset.saturating_sub(now);
    Refusal {
        status: 429,
        headers: vec![
            ("x-codex-primary-used-percent", primary.to_owned()),
            ("x-codex-primary-window-minutes", "300".to_owned()),
            ("x-codex-primary-reset-at", (now + PRIMARY_SECONDS).min(reset).to_string()),
            ("x-codex-secondary-used-percent", secondary.to_owned()),
            ("x-codex-secondary-window-minutes", "10080".to_owned()),
            ("x-codex-secondary-reset-at", reset.max(now + PRIMARY_SECONDS).to_string()),
            ("retry-after", left.to_string()),
        ],
        body: json!({"error": {"message": "The usage limit has been reached",
            "type": "usage_limit_reached", "param": null, "code": null,
            "plan_type": "plus", "resets_at": reset, "resets_in_seconds": left}}),
    }
}

/// A server that fails, or has too much to do.
pub(crate) fn failure(status: u16) -> Refusal {
    if status == 500 {
        plain(500, ("server_error", None), "The server had an error while processing your request.")
    } else {
        plain(status, ("server_error", Some(OVERLOADED_CODE)), OVERLOADED_MESSAGE)
    }
}

/// The code and the message of a server that has too much to do.
pub(crate) const OVERLOADED_CODE: &str = "server_is_overloaded";
pub(crate) const OVERLOADED_MESSAGE: &str =
    "Our servers are currently overloaded. Please try again later.";

/// Bad key, forbidden, or no such model.
pub(crate) fn refused(status: u16) -> Refusal {
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
    plain(status, ("invalid_request_error", Some(code)), message)
}
