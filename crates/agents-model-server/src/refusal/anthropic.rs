//! How does Anthropic word a refusal?
//!
//! claude takes the kind of a usage limit and its reset from the headers, and ignores the message then.

use serde_json::json;

use super::{Cause, Refusal, Window};

const INVALID: &str = "invalid_request_error";

/// The kind and the message of a server that has too much to do, also inside a stream.
pub(crate) const OVERLOADED: (&str, &str) = ("overloaded_error", "Overloaded");

/// The id of every request in this protocol's headers.
pub(crate) const REQUEST_ID: (&str, &str) = ("request-id", "req_mock0001");

pub(super) fn refusal(cause: &Cause) -> Refusal {
    match cause {
        Cause::RateLimit => {
            let mut refusal = plain(
                429,
                "rate_limit_error",
                "This request would exceed your organization's rate limit of 50 requests per minute.",
            );
            refusal.headers.push(("retry-after", "2".to_owned()));
            refusal.headers.push(("anthropic-ratelimit-requests-limit", "50".to_owned()));
            refusal.headers.push(("anthropic-ratelimit-requests-remaining", "0".to_owned()));
            refusal
        }
        Cause::Usage(window) => usage_limit(*window),
        Cause::Quota => plain(
            400,
            INVALID,
            "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.",
        ),
        Cause::Failure(500) => plain(500, "api_error", "Internal server error"),
        // This vendor has a status of its own for what others call 503.
        Cause::Failure(_) => plain(529, OVERLOADED.0, OVERLOADED.1),
        Cause::ContextFull => {
            plain(400, INVALID, "prompt is too long: 213462 tokens > 200000 maximum")
        }
        Cause::Refused(401) => plain(401, "authentication_error", "invalid x-api-key"),
        Cause::Refused(403) => plain(
            403,
            "permission_error",
            "Your API key does not have permission to use the specified resource.",
        ),
        Cause::Refused(status) => plain(*status, "not_found_error", "model: mock-1"),
        Cause::BadRequest(message) => plain(400, INVALID, message),
        Cause::NoSuchPath(path) => {
            plain(404, "not_found_error", &format!("the model server has no {path}"))
        }
    }
}

fn plain(status: u16, kind: &str, message: &str) -> Refusal {
    let (name, id) = REQUEST_ID;
    Refusal {
        status,
        headers: vec![(name, id.to_owned())],
        body: json!({"type": "error", "error": {"type": kind, "message": message},
            "request_id": id}),
    }
}

fn usage_limit(window: Window) -> Refusal {
    let mut refusal = plain(
        429,
        "rate_limit_error",
        "This request would exceed your account's rate limit. Please try again later.",
    );
    let (claim, primary, weekly) = if window.weekly {
        ("seven_day", ("allowed", "0.55"), ("rejected", "1.0"))
    } else {
        ("five_hour", ("rejected", "1.0"), ("allowed", "0.4"))
    };
    let headers: [(&'static str, String); 13] = [
        ("retry-after", window.seconds_left().to_string()),
        ("anthropic-ratelimit-unified-status", "rejected".to_owned()),
        ("anthropic-ratelimit-unified-reset", window.reset.to_string()),
        ("anthropic-ratelimit-unified-representative-claim", claim.to_owned()),
        ("anthropic-ratelimit-unified-fallback", "unavailable".to_owned()),
        ("anthropic-ratelimit-unified-overage-status", "rejected".to_owned()),
        ("anthropic-ratelimit-unified-overage-disabled-reason", "org_level_disabled".to_owned()),
        ("anthropic-ratelimit-unified-5h-status", primary.0.to_owned()),
        ("anthropic-ratelimit-unified-5h-utilization", primary.1.to_owned()),
        ("anthropic-ratelimit-unified-5h-reset", window.primary_reset().to_string()),
        ("anthropic-ratelimit-unified-7d-status", weekly.0.to_owned()),
        ("anthropic-ratelimit-unified-7d-utilization", weekly.1.to_owned()),
        ("anthropic-ratelimit-unified-7d-reset", window.weekly_reset().to_string()),
    ];
    refusal.headers.extend(headers);
    refusal
}
