//! Which form does an answer take on the wire, by protocol?

mod chat;
mod gemini;
mod messages;
mod responses;

use serde_json::Value;

use crate::http::{Left, Outlet};
use crate::reply::Speech;
use crate::request::{Api, Request};
use crate::tool::Call;

/// The form of one answer.
pub(crate) enum Form {
    Responses(responses::Form),
    Chat(chat::Form),
    Messages(messages::Form),
    Gemini(gemini::Form),
}

impl Form {
    /// The form of the answer to that request; `serial` makes its ids, `now` is in seconds since 1970.
    pub(crate) fn new(request: &Request, serial: String, now: u64) -> Self {
        let model = request.model.clone();
        match request.api {
            Api::Responses => Self::Responses(responses::Form::new(serial, model, now)),
            Api::Chat => Self::Chat(chat::Form::new(serial, model, now)),
            Api::Messages => Self::Messages(messages::Form::new(serial, model, now)),
            Api::Gemini => Self::Gemini(gemini::Form::new(serial, model)),
        }
    }

    /// The headers of a good answer.
    pub(crate) fn headers(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Responses(form) => form.headers().to_vec(),
            Self::Messages(form) => form.headers().to_vec(),
            Self::Chat(_) | Self::Gemini(_) => Vec::new(),
        }
    }

    /// The words in one piece.
    pub(crate) fn whole_text(&self, text: &str) -> Value {
        match self {
            Self::Responses(form) => form.whole_text(text),
            Self::Chat(form) => form.whole_text(text),
            Self::Messages(form) => form.whole_text(text),
            Self::Gemini(form) => form.whole_text(text),
        }
    }

    /// The call in one piece.
    pub(crate) fn whole_call(&self, call: &Call) -> Value {
        match self {
            Self::Responses(form) => form.whole_call(call),
            Self::Chat(form) => form.whole_call(call),
            Self::Messages(form) => form.whole_call(call),
            Self::Gemini(form) => form.whole_call(call),
        }
    }

    /// Streams the words.
    pub(crate) async fn speak(&self, outlet: &Outlet, speech: &Speech) -> Result<(), Left> {
        match self {
            Self::Responses(form) => form.speak(outlet, speech).await,
            Self::Chat(form) => form.speak(outlet, speech).await,
            Self::Messages(form) => form.speak(outlet, speech).await,
            Self::Gemini(form) => form.speak(outlet, speech).await,
        }
    }

    /// Streams the call.
    pub(crate) async fn call(&self, outlet: &Outlet, call: &Call) -> Result<(), Left> {
        match self {
            Self::Responses(form) => form.call(outlet, call).await,
            Self::Chat(form) => form.call(outlet, call).await,
            Self::Messages(form) => form.call(outlet, call).await,
            Self::Gemini(form) => form.call(outlet, call).await,
        }
    }

    /// Streams a failure.
    pub(crate) async fn fail(&self, outlet: &Outlet) -> Result<(), Left> {
        match self {
            Self::Responses(form) => form.fail(outlet).await,
            Self::Chat(form) => form.fail(outlet).await,
            Self::Messages(form) => form.fail(outlet).await,
            Self::Gemini(form) => form.fail(outlet).await,
        }
    }

    /// Streams only the first event.
    pub(crate) async fn begin(&self, outlet: &Outlet) -> Result<(), Left> {
        match self {
            Self::Responses(form) => form.begin(outlet).await,
            Self::Chat(form) => form.begin(outlet).await,
            Self::Messages(form) => form.begin(outlet).await,
            Self::Gemini(form) => form.begin(outlet).await,
        }
    }
}
