//! How does an answer look in the OpenAI Chat Completions protocol, which opencode and pi speak?

use serde_json::{Value, json};

use crate::http::{Left, Outlet};
use crate::refusal::openai::{OVERLOADED_CODE, OVERLOADED_MESSAGE};
use crate::reply::{PIECE_EVERY, Speech, pieces};
use crate::tool::Call;

/// One completion: the number behind its ids, the model's name and when it was made.
pub(crate) struct Form {
    serial: String,
    model: String,
    /// Seconds since 1970.
    created: u64,
}

impl Form {
    pub(crate) fn new(serial: String, model: String, created: u64) -> Self {
        Self { serial, model, created }
    }

    /// The answer in one piece.
    pub(crate) fn whole_text(&self, text: &str) -> Value {
        self.whole(&json!({"role": "assistant", "content": text}), "stop")
    }

    /// The call in one piece.
    pub(crate) fn whole_call(&self, call: &Call) -> Value {
        let function = json!({"name": call.tool, "arguments": call.arguments.to_string()});
        let calls = json!([{"id": self.call_id(), "type": "function", "function": function}]);
        self.whole(
            &json!({"role": "assistant", "content": null, "tool_calls": calls}),
            "tool_calls",
        )
    }

    pub(crate) async fn speak(&self, outlet: &Outlet, speech: &Speech) -> Result<(), Left> {
        self.begin(outlet).await?;
        for n in 1..=pieces(speech.think) {
            let thought = json!({"reasoning_content": format!("thought {n} ")});
            self.delta(outlet, &thought, None).await?;
            tokio::time::sleep(PIECE_EVERY).await;
        }
        for n in 1..=pieces(speech.slow) {
            self.delta(outlet, &json!({"content": format!("word{n} ")}), None).await?;
            tokio::time::sleep(PIECE_EVERY).await;
        }
        if speech.cut {
            return Ok(());
        }
        self.delta(outlet, &json!({"content": speech.text}), None).await?;
        self.close(outlet, "stop").await
    }

    pub(crate) async fn call(&self, outlet: &Outlet, call: &Call) -> Result<(), Left> {
        self.begin(outlet).await?;
        let head = json!({"tool_calls": [{"index": 0, "id": self.call_id(), "type": "function",
            "function": {"name": call.tool, "arguments": ""}}]});
        self.delta(outlet, &head, None).await?;
        let arguments = json!({"arguments": call.arguments.to_string()});
        let body = json!({"tool_calls": [{"index": 0, "function": arguments}]});
        self.delta(outlet, &body, None).await?;
        self.close(outlet, "tool_calls").await
    }

    pub(crate) async fn fail(&self, outlet: &Outlet) -> Result<(), Left> {
        let error = json!({"error": {"message": OVERLOADED_MESSAGE, "type": "server_error",
            "code": OVERLOADED_CODE}});
        outlet.event(None, &error.to_string()).await
    }

    /// Only the first event.
    pub(crate) async fn begin(&self, outlet: &Outlet) -> Result<(), Left> {
        self.delta(outlet, &json!({"role": "assistant", "content": ""}), None).await
    }

    async fn close(&self, outlet: &Outlet, finish: &str) -> Result<(), Left> {
        self.delta(outlet, &json!({}), Some(finish)).await?;
        let mut last = self.chunk(&json!([]));
        last["usage"] = usage();
        outlet.event(None, &last.to_string()).await?;
        outlet.event(None, "[DONE]").await
    }

    async fn delta(
        &self,
        outlet: &Outlet,
        delta: &Value,
        finish: Option<&str>,
    ) -> Result<(), Left> {
        let choice = json!([{"index": 0, "delta": delta, "finish_reason": finish}]);
        outlet.event(None, &self.chunk(&choice).to_string()).await
    }

    fn chunk(&self, choices: &Value) -> Value {
        json!({"id": format!("chatcmpl-{}", self.serial), "object": "chat.completion.chunk",
            "created": self.created, "model": self.model, "choices": choices})
    }

    fn whole(&self, message: &Value, finish: &str) -> Value {
        json!({"id": format!("chatcmpl-{}", self.serial), "object": "chat.completion",
            "created": self.created, "model": self.model, "usage": usage(),
            "choices": [{"index": 0, "message": message, "finish_reason": finish}]})
    }

    fn call_id(&self) -> String {
        format!("call_{}", self.serial)
    }
}

fn usage() -> Value {
    json!({"prompt_tokens": 1200, "completion_tokens": 30, "total_tokens": 1230})
}
