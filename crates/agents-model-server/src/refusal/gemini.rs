//! How does the Gemini API word a refusal?

use serde_json::{Value, json};

use super::{Cause, Refusal};

/// The message of a server that has too much to do, also inside a stream.
pub(crate) const OVERLOADED: &str = "The model is overloaded. Please try again later.";

const INVALID: &str = "INVALID_ARGUMENT";

pub(super) fn refusal(cause: &Cause) -> Refusal {
    match cause {
        Cause::RateLimit => {
            exhausted("Resource has been exhausted (e.g. check quota).", json!([retry_info("2s")]))
        }
        Cause::Usage(window) => quota(window.seconds_left()),
        Cause::Quota => quota(43_200),
        Cause::Failure(500) => {
            plain(500, "INTERNAL", "An internal error has occurred. Please retry.")
        }
        // This vendor has no 529.
        Cause::Failure(_) => plain(503, "UNAVAILABLE", OVERLOADED),
        Cause::ContextFull => plain(
            400,
            INVALID,
            "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
        ),
        Cause::Refused(401) => with_details(
            plain(400, INVALID, "API key not valid. Please pass a valid API key."),
            json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "API_KEY_INVALID", "domain": "googleapis.com"}]),
        ),
        Cause::Refused(403) => plain(403, "PERMISSION_DENIED", "Permission denied."),
        Cause::Refused(status) => {
            plain(*status, "NOT_FOUND", "models/mock-1 is not found for API version v1beta.")
        }
        Cause::BadRequest(message) => plain(400, INVALID, message),
        Cause::NoSuchPath(path) => {
            plain(404, "NOT_FOUND", &format!("the model server has no {path}"))
        }
    }
}

/// The daily quota of one model, the only plan limit that this protocol has; it names no reset but a delay.
fn quota(seconds_left: u64) -> Refusal {
    let metric = "generativelanguage.googleapis.com/generate_content_free_tier_requests";
    let message = format!(
        "You exceeded your current quota, please check your plan and billing details. * Quota exceeded for metric: {metric}, limit: 250 Please retry in {seconds_left}s."
    );
    let violation = json!({"quotaMetric": metric, "quotaValue": "250",
        "quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"});
    let failure = json!({"@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [violation]});
    exhausted(&message, json!([failure, retry_info(&format!("{seconds_left}s"))]))
}

fn exhausted(message: &str, details: Value) -> Refusal {
    with_details(plain(429, "RESOURCE_EXHAUSTED", message), details)
}

fn retry_info(delay: &str) -> Value {
    json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay})
}

fn with_details(mut refusal: Refusal, details: Value) -> Refusal {
    refusal.body["error"]["details"] = details;
    refusal
}

fn plain(status: u16, word: &str, message: &str) -> Refusal {
    Refusal {
        status,
        headers: Vec::new(),
        body: json!({"error": {"code": status, "message": message, "status": word}}),
    }
}
