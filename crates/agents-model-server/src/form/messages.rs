//! How does an answer look in the Anthropic Messages protocol, which claude speaks?

use serde_json::{Value, json};

use crate::http::{Left, Outlet};
use crate::refusal::anthropic::{OVERLOADED, REQUEST_ID};
use crate::reply::{PIECE_EVERY, Speech, pieces};
use crate::tool::Call;

/// One message: the number behind its ids, the model's name and when it was made.
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

    /// The headers of a good answer: the usage of the two windows, far from their limits.
    pub(crate) fn headers(&self) -> [(&'static str, String); 10] {
        let primary = (self.created + 9000).to_string();
        [
            (REQUEST_ID.0, REQUEST_ID.1.to_owned()),
            ("anthropic-ratelimit-unified-status", "allowed".to_owned()),
            ("anthropic-ratelimit-unified-reset", primary.clone()),
            ("anthropic-ratelimit-unified-representative-claim", "five_hour".to_owned()),
            ("anthropic-ratelimit-unified-5h-status", "allowed".to_owned()),
            ("anthropic-ratelimit-unified-5h-utilization", "0.12".to_owned()),
            ("anthropic-ratelimit-unified-5h-reset", primary),
            ("anthropic-ratelimit-unified-7d-status", "allowed".to_owned()),
            ("anthropic-ratelimit-unified-7d-utilization", "0.34".to_owned()),
            ("anthropic-ratelimit-unified-7d-reset", (self.created + 400_000).to_string()),
        ]
    }

    /// The answer in one piece.
    pub(crate) fn whole_text(&self, text: &str) -> Value {
        self.message(&[json!({"type": "text", "text": text})], Some("end_turn"))
    }

    /// The call in one piece.
    pub(crate) fn whole_call(&self, call: &Call) -> Value {
        self.message(&[self.tool_use(call, &call.arguments)], Some("tool_use"))
    }

    pub(crate) async fn speak(&self, outlet: &Outlet, speech: &Speech) -> Result<(), Left> {
        self.begin(outlet).await?;
        let mut index = 0;
        if !speech.think.is_zero() {
            self.reason(outlet, pieces(speech.think)).await?;
            index = 1;
        }
        self.open(outlet, index, &json!({"type": "text", "text": ""})).await?;
        for n in 1..=pieces(speech.slow) {
            let word = if n % 12 == 0 { format!("word{n}\n") } else { format!("word{n} ") };
            self.text(outlet, index, &word).await?;
            tokio::time::sleep(PIECE_EVERY).await;
        }
        if speech.cut {
            return Ok(());
        }
        let gap = if speech.slow.is_zero() { "" } else { "\n" };
        self.text(outlet, index, &format!("{gap}{}", speech.text)).await?;
        self.close(outlet, index).await?;
        self.end(outlet, "end_turn").await
    }

    pub(crate) async fn call(&self, outlet: &Outlet, call: &Call) -> Result<(), Left> {
        self.begin(outlet).await?;
        self.open(outlet, 0, &self.tool_use(call, &json!({}))).await?;
        let arguments =
            json!({"type": "input_json_delta", "partial_json": call.arguments.to_string()});
        self.delta(outlet, 0, &arguments).await?;
        self.close(outlet, 0).await?;
        self.end(outlet, "tool_use").await
    }

    pub(crate) async fn fail(&self, outlet: &Outlet) -> Result<(), Left> {
        let (kind, message) = OVERLOADED;
        event(outlet, "error", json!({"error": {"type": kind, "message": message}})).await
    }

    /// Only the first event, and the sign of life that always follows it.
    pub(crate) async fn begin(&self, outlet: &Outlet) -> Result<(), Left> {
        event(outlet, "message_start", json!({"message": self.message(&[], None)})).await?;
        event(outlet, "ping", json!({})).await
    }

    async fn reason(&self, outlet: &Outlet, thoughts: u32) -> Result<(), Left> {
        let block = json!({"type": "thinking", "thinking": "", "signature": ""});
        self.open(outlet, 0, &block).await?;
        for n in 1..=thoughts {
            let thought = json!({"type": "thinking_delta", "thinking": format!("thought {n} ")});
            self.delta(outlet, 0, &thought).await?;
            tokio::time::sleep(PIECE_EVERY).await;
        }
        let signature = json!({"type": "signature_delta", "signature": "bW9jaw=="});
        self.delta(outlet, 0, &signature).await?;
        self.close(outlet, 0).await
    }

    async fn text(&self, outlet: &Outlet, index: u32, text: &str) -> Result<(), Left> {
        self.delta(outlet, index, &json!({"type": "text_delta", "text": text})).await
    }

    async fn open(&self, outlet: &Outlet, index: u32, block: &Value) -> Result<(), Left> {
        let data = json!({"index": index, "content_block": block});
        event(outlet, "content_block_start", data).await
    }

    async fn delta(&self, outlet: &Outlet, index: u32, delta: &Value) -> Result<(), Left> {
        event(outlet, "content_block_delta", json!({"index": index, "delta": delta})).await
    }

    async fn close(&self, outlet: &Outlet, index: u32) -> Result<(), Left> {
        event(outlet, "content_block_stop", json!({"index": index})).await
    }

    async fn end(&self, outlet: &Outlet, reason: &str) -> Result<(), Left> {
        let data = json!({"delta": {"stop_reason": reason, "stop_sequence": null},
            "usage": {"output_tokens": 30}});
        event(outlet, "message_delta", data).await?;
        event(outlet, "message_stop", json!({})).await
    }

    fn message(&self, content: &[Value], stop: Option<&str>) -> Value {
        json!({"id": format!("msg_{}", self.serial), "type": "message", "role": "assistant",
            "model": self.model, "content": content, "stop_reason": stop, "stop_sequence": null,
            "usage": {"input_tokens": 1200, "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0, "output_tokens": 30, "service_tier": "standard"}})
    }

    fn tool_use(&self, call: &Call, input: &Value) -> Value {
        json!({"type": "tool_use", "id": format!("toolu_{}", self.serial), "name": call.tool,
            "input": input})
    }
}

/// Sends an event, which carries its type twice.
async fn event(outlet: &Outlet, kind: &str, mut data: Value) -> Result<(), Left> {
    data["type"] = json!(kind);
    outlet.event(Some(kind), &data.to_string()).await
}
