//! How do answers get onto the wire: as one body, or piece by piece?

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::refusal::Refusal;

/// The agent went away before its answer was complete.
pub(crate) struct Left;

/// Where the pieces of a streamed answer go.
pub(crate) struct Outlet(Sender<Bytes>);

impl Outlet {
    /// Sends one server-sent event; the name is a line of its own where the protocol wants one.
    pub(crate) async fn event(&self, name: Option<&str>, data: &str) -> Result<(), Left> {
        let name = name.map_or(String::new(), |name| format!("event: {name}\n"));
        let piece = Bytes::from(format!("{name}data: {data}\n\n"));
        self.0.send(piece).await.map_err(|_| Left)
    }

    /// Resolves when the agent has gone away.
    pub(crate) async fn left(&self) {
        self.0.closed().await;
    }
}

/// An open stream of events: its outlet, and the response that carries it.
pub(crate) fn stream(headers: &[(&'static str, String)]) -> (Outlet, Response) {
    // Few pieces wait at a time, so an agent that went away is noticed soon.
    let (sender, receiver) = channel(4);
    let mut response = Body::from_stream(Pieces(receiver)).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    add(&mut response, headers);
    (Outlet(sender), response)
}

/// A whole JSON answer.
pub(crate) fn whole(body: &Value) -> Response {
    axum::Json(body).into_response()
}

/// An HTTP error.
pub(crate) fn refuse(refusal: &Refusal) -> Response {
    let mut response = whole(&refusal.body);
    *response.status_mut() =
        StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    add(&mut response, &refusal.headers);
    response
}

fn add(response: &mut Response, headers: &[(&'static str, String)]) {
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
}

/// The pieces of an answer as the stream that axum wants.
struct Pieces(Receiver<Bytes>);

impl futures_core::Stream for Pieces {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|piece| piece.map(Ok))
    }
}
