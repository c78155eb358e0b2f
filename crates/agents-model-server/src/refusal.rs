//! Why is a request refused, and what does its vendor answer then?

pub(crate) mod anthropic;
pub(crate) mod gemini;
pub(crate) mod openai;

use serde_json::Value;

use crate::request::Api;

/// Seconds in three days, and in the usage window that the vendors call the primary or five-hour one.
pub(crate) const WEEKLY_SECONDS: u64 = 3 * 86_400;
const PRIMARY_SECONDS: u64 = 5400;

/// A reason to refuse, whoever is asked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cause {
    /// Too many tokens a minute: a retry gets past it.
    RateLimit,
    /// A usage window of the plan is closed.
    Usage(Window),
    /// The account has no money left.
    Quota,
    /// A server that fails, or has too much to do: 500, 503 or 529.
    Failure(u16),
    /// The conversation no longer fits the model.
    ContextFull,
    /// Bad key, forbidden, or no such model: 401, 403 or 404.
    Refused(u16),
    /// A body that cannot be read.
    BadRequest(String),
    /// A path that the server does not know.
    NoSuchPath(String),
}

/// A closed usage window; times are seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Window {
    /// The weekly one, not the primary one.
    pub(crate) weekly: bool,
    pub(crate) now: u64,
    pub(crate) reset: u64,
}

impl Window {
    fn seconds_left(self) -> u64 {
        self.reset.saturating_sub(self.now)
    }

    /// When the primary window ends, closed or not.
    fn primary_reset(self) -> u64 {
        if self.weekly { self.now + PRIMARY_SECONDS } else { self.reset }
    }

    /// When the weekly window ends, closed or not.
    fn weekly_reset(self) -> u64 {
        if self.weekly { self.reset } else { self.reset.max(self.now + WEEKLY_SECONDS) }
    }
}

/// An HTTP error.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Value,
}

/// The refusal in the words of the vendor whose protocol is spoken.
pub(crate) fn refusal(api: Api, cause: &Cause) -> Refusal {
    match api {
        Api::Responses | Api::Chat => openai::refusal(cause),
        Api::Messages => anthropic::refusal(cause),
        Api::Gemini => gemini::refusal(cause),
    }
}

#[cfg(test)]
mod tests;
