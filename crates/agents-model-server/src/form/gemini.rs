//! How does an answer look in the protocol of Gemini's `generateContent`?

use serde_json::{Value, json};

use crate::http::{Left, Outlet};
use crate::refusal::gemini::OVERLOADED;
use crate::reply::{PIECE_EVERY, Speech, pieces};
use crate::tool::Call;

/// One answer: its id and the model's name.
pub(crate) struct Form {
    serial: String,
    model: String,
}

impl Form {
    pub(crate) fn new(serial: String, model: String) -> Self {
        Self { serial, model }
    }

    /// The answer in one piece.
    pub(crate) fn whole_text(&self, text: &str) -> Value {
        self.chunk(&json!({"text": text}), true)
    }

    /// The call in one piece.
    pub(crate) fn whole_call(&self, call: &Call) -> Value {
        self.chunk(&json!({"functionCall": {"name": call.tool, "args": call.arguments}}), true)
    }

    pub(crate) async fn speak(&self, outlet: &Outlet, speech: &Speech) -> Result<(), Left> {
        for n in 1..=pieces(speech.think) {
            let thought = json!({"text": format!("thought {n} "), "thought": true});
            self.part(outlet, &thought).await?;
            tokio::time::sleep(PIECE_EVERY).await;
        }
        for n in 1..=pieces(speech.slow) {
            self.part(outlet, &json!({"text": format!("word{n} ")})).await?;
            tokio::time::sleep(PIECE_EVERY).await;
        }
        if speech.cut {
            return Ok(());
        }
        outlet.event(None, &self.whole_text(&speech.text).to_string()).await
    }

    pub(crate) async fn call(&self, outlet: &Outlet, call: &Call) -> Result<(), Left> {
        outlet.event(None, &self.whole_call(call).to_string()).await
    }

    pub(crate) async fn fail(&self, outlet: &Outlet) -> Result<(), Left> {
        let error = json!({"error": {"code": 503, "message": OVERLOADED, "status": "UNAVAILABLE"}});
        outlet.event(None, &error.to_string()).await
    }

    /// Only a first, empty piece.
    pub(crate) async fn begin(&self, outlet: &Outlet) -> Result<(), Left> {
        self.part(outlet, &json!({"text": ""})).await
    }

    async fn part(&self, outlet: &Outlet, part: &Value) -> Result<(), Left> {
        outlet.event(None, &self.chunk(part, false).to_string()).await
    }

    fn chunk(&self, part: &Value, last: bool) -> Value {
        let mut candidate = json!({"index": 0, "content": {"role": "model", "parts": [part]}});
        if last {
            candidate["finishReason"] = json!("STOP");
        }
        json!({"candidates": [candidate], "modelVersion": self.model, "responseId": self.serial,
            "usageMetadata": {"promptTokenCount": 1200, "candidatesTokenCount": 30,
                "totalTokenCount": 1230}})
    }
}
