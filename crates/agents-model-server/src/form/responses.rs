//! How does an answer look in the OpenAI Responses protocol, which codex speaks?

use std::time::Duration;

use serde_json::{Value, json};

use crate::http::{Left, Outlet};
use crate::refusal::openai::{OVERLOADED_CODE, OVERLOADED_MESSAGE};
use crate::reply::{PIECE_EVERY, Speech, pieces};
use crate::tool::Call;

/// One response: its id, the number behind all its ids, and the model's name.
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
    pub(crate) fn headers(&self) -> [(&'static str, String); 6] {
        [
            ("x-codex-primary-used-percent", "12".to_owned()),
            ("x-codex-primary-window-minutes", "300".to_owned()),
            ("x-codex-primary-reset-at", (self.created + 9000).to_string()),
            ("x-codex-secondary-used-percent", "34".to_owned()),
            ("x-codex-secondary-window-minutes", "10080".to_owned()),
            ("x-codex-secondary-reset-at", (self.created + 400_000).to_string()),
        ]
    }

    /// The answer in one piece.
    pub(crate) fn whole_text(&self, text: &str) -> Value {
        self.response("completed", &[self.message(text)])
    }

    /// The call in one piece.
    pub(crate) fn whole_call(&self, call: &Call) -> Value {
        self.response("completed", &[self.call_item(call)])
    }

    pub(crate) async fn speak(&self, outlet: &Outlet, speech: &Speech) -> Result<(), Left> {
        let mut events = Events { outlet, sequence: 0 };
        events.send("response.created", json!({"response": self.open()})).await?;
        if !speech.think.is_zero() {
            self.reason(&mut events, speech.think).await?;
        }
        let mut item = self.message("");
        item["content"] = json!([]);
        item["status"] = json!("in_progress");
        let id = item["id"].clone();
        events.send("response.output_item.added", json!({"output_index": 0, "item": item})).await?;
        let part = json!({"item_id": id, "output_index": 0, "content_index": 0,
            "part": {"type": "output_text", "text": ""}});
        events.send("response.content_part.added", part).await?;
        let mut said = String::new();
        for n in 1..=pieces(speech.slow) {
            let word = if n % 12 == 0 { format!("word{n}\n") } else { format!("word{n} ") };
            self.say(&mut events, &word).await?;
            said.push_str(&word);
            tokio::time::sleep(PIECE_EVERY).await;
        }
        if speech.cut {
            return Ok(());
        }
        let rest = if said.is_empty() { speech.text.clone() } else { format!("\n{}", speech.text) };
        self.say(&mut events, &rest).await?;
        said.push_str(&rest);
        let item = self.message(&said);
        events
            .send(
                "response.output_text.done",
                json!({"item_id": id, "output_index": 0, "content_index": 0, "text": said}),
            )
            .await?;
        self.close(&mut events, item).await
    }

    pub(crate) async fn call(&self, outlet: &Outlet, call: &Call) -> Result<(), Left> {
        let mut events = Events { outlet, sequence: 0 };
        events.send("response.created", json!({"response": self.open()})).await?;
        let item = self.call_item(call);
        events.send("response.output_item.added", json!({"output_index": 0, "item": item})).await?;
        self.close(&mut events, item).await
    }

    pub(crate) async fn fail(&self, outlet: &Outlet) -> Result<(), Left> {
        let mut events = Events { outlet, sequence: 0 };
        events.send("response.created", json!({"response": self.open()})).await?;
        let mut failed = self.response("failed", &[]);
        failed["error"] = json!({"code": OVERLOADED_CODE, "message": OVERLOADED_MESSAGE});
        events.send("response.failed", json!({"response": failed})).await
    }

    /// Only the first event.
    pub(crate) async fn begin(&self, outlet: &Outlet) -> Result<(), Left> {
        let mut events = Events { outlet, sequence: 0 };
        events.send("response.created", json!({"response": self.open()})).await
    }

    async fn say(&self, events: &mut Events<'_>, delta: &str) -> Result<(), Left> {
        let data = json!({"item_id": self.id("msg"), "output_index": 0, "content_index": 0,
            "delta": delta});
        events.send("response.output_text.delta", data).await
    }

    async fn reason(&self, events: &mut Events<'_>, during: Duration) -> Result<(), Left> {
        let id = self.id("rs");
        let item = json!({"type": "reasoning", "id": id, "summary": []});
        events.send("response.output_item.added", json!({"output_index": 0, "item": item})).await?;
        let part = json!({"item_id": id, "output_index": 0, "summary_index": 0,
            "part": {"type": "summary_text", "text": ""}});
        events.send("response.reasoning_summary_part.added", part).await?;
        let mut thought = String::new();
        for n in 1..=pieces(during) {
            let piece = match n % 4 {
                1 => format!("**Considering step {n}**\n\nLooking at it.\n\n"),
                _ => format!("thought {n} "),
            };
            let data =
                json!({"item_id": id, "output_index": 0, "summary_index": 0, "delta": piece});
            events.send("response.reasoning_summary_text.delta", data).await?;
            thought.push_str(&piece);
            tokio::time::sleep(PIECE_EVERY).await;
        }
        let item = json!({"type": "reasoning", "id": id, "encrypted_content": "bW9jaw==",
            "summary": [{"type": "summary_text", "text": thought}]});
        events.send("response.output_item.done", json!({"output_index": 0, "item": item})).await
    }

    async fn close(&self, events: &mut Events<'_>, item: Value) -> Result<(), Left> {
        let done = json!({"output_index": 0, "item": item});
        events.send("response.output_item.done", done).await?;
        let response = self.response("completed", &[item]);
        events.send("response.completed", json!({"response": response})).await
    }

    fn open(&self) -> Value {
        self.response("in_progress", &[])
    }

    fn response(&self, status: &str, output: &[Value]) -> Value {
        json!({"id": self.id("resp"), "object": "response", "created_at": self.created,
            "model": self.model, "status": status, "output": output,
            "usage": {"input_tokens": 1200, "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": 30, "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": 1230}})
    }

    fn message(&self, text: &str) -> Value {
        json!({"type": "message", "id": self.id("msg"), "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": text, "annotations": []}]})
    }

    fn call_item(&self, call: &Call) -> Value {
        let id = self.id("call");
        match call.kind.as_str() {
            "local_shell" => {
                json!({"type": "local_shell_call", "id": self.id("lsh"), "call_id": id,
                "status": "completed",
                "action": {"type": "exec", "command": call.arguments["command"]}})
            }
            // Its input is bare text.
            "custom" => {
                json!({"type": "custom_tool_call", "id": self.id("ctc"), "call_id": id,
                "name": call.tool, "input": call.arguments, "status": "completed"})
            }
            _ => json!({"type": "function_call", "id": self.id("fc"), "call_id": id,
                "name": call.tool, "arguments": call.arguments.to_string(), "status": "completed"}),
        }
    }

    fn id(&self, kind: &str) -> String {
        format!("{kind}_{}", self.serial)
    }
}

/// Events carry their type twice, and a running number.
struct Events<'a> {
    outlet: &'a Outlet,
    sequence: u64,
}

impl Events<'_> {
    async fn send(&mut self, kind: &str, mut data: Value) -> Result<(), Left> {
        self.sequence += 1;
        data["type"] = json!(kind);
        data["sequence_number"] = json!(self.sequence);
        self.outlet.event(Some(kind), &data.to_string()).await
    }
}
