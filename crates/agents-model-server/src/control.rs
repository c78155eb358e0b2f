//! What may a test ask of the running server, and tell it?

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use crate::http::{refuse, whole};
use crate::refusal::{Cause, refusal};
use crate::request::Api;
use crate::scenario::Scenario;
use crate::server::Shared;

/// `GET /_mock/log`: every request so far.
pub(crate) async fn log(State(shared): State<Arc<Shared>>) -> Response {
    whole(&json!(shared.record.entries()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Force {
    scenario: Option<String>,
}

/// `POST /_mock/force {"scenario": "usage:60"}`: every request with tools gets that; `null` ends it.
pub(crate) async fn force(State(shared): State<Arc<Shared>>, Json(force): Json<Force>) -> Response {
    match force.scenario.as_deref().map(Scenario::parse).transpose() {
        Ok(scenario) => {
            shared.script().force(scenario);
            whole(&json!({"ok": true}))
        }
        Err(error) => refuse(&refusal(Api::Responses, &Cause::BadRequest(error.to_string()))),
    }
}
