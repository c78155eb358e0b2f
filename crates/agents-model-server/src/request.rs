//! What does an agent ask, whichever protocol it speaks?

use serde_json::Value;

/// The protocol of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    /// OpenAI Responses.
    Responses,
    /// OpenAI Chat Completions.
    Chat,
}

/// The parts of a request that decide its answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    pub(crate) api: Api,
    pub(crate) model: String,
    pub(crate) stream: bool,
    /// Every message of the user, oldest first.
    pub(crate) messages: Vec<String>,
    /// How many of the last messages the model has not answered in words: work for them may have begun.
    pub(crate) unanswered: usize,
    /// What the tools said since the model last spoke, oldest first.
    pub(crate) outputs: Vec<String>,
    pub(crate) tools: Vec<Tool>,
}

/// A tool that the agent offers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tool {
    pub(crate) name: String,
    pub(crate) kind: String,
    /// The JSON schema of its arguments.
    pub(crate) schema: Value,
}

/// One step of the conversation so far.
enum Turn {
    User(String),
    Output(String),
    /// The model's words, which end its turn.
    Answer,
    /// Calls, instructions and reasoning, which end nothing.
    Aside,
}

impl Request {
    /// The request in that body; missing parts count as empty.
    pub(crate) fn read(api: Api, body: &Value) -> Self {
        let turns = match api {
            Api::Responses => responses_turns(&body["input"]),
            Api::Chat => list(&body["messages"]).iter().map(chat_turn).collect(),
        };
        let mut request = Self {
            api,
            model: body["model"].as_str().unwrap_or_default().to_owned(),
            stream: body["stream"].as_bool().unwrap_or(false),
            messages: Vec::new(),
            unanswered: 0,
            outputs: Vec::new(),
            tools: list(&body["tools"]).iter().map(|tool| read_tool(api, tool)).collect(),
        };
        request.follow(turns);
        request
    }

    /// The newest message; empty when there is none.
    pub(crate) fn newest(&self) -> &str {
        self.messages.last().map_or("", String::as_str)
    }

    /// The messages that wait for an answer, oldest first.
    pub(crate) fn waiting(&self) -> &[String] {
        &self.messages[self.messages.len() - self.unanswered..]
    }

    /// The first of the tools called so that the agent offers.
    pub(crate) fn tool(&self, names: &[&str]) -> Option<&Tool> {
        names.iter().find_map(|name| self.tools.iter().find(|tool| tool.name == *name))
    }

    fn follow(&mut self, turns: Vec<Turn>) {
        for turn in turns {
            match turn {
                Turn::User(text) => {
                    self.messages.push(text);
                    self.unanswered += 1;
                }
                Turn::Output(text) => self.outputs.push(text),
                Turn::Answer => {
                    self.unanswered = 0;
                    self.outputs.clear();
                }
                Turn::Aside => {}
            }
        }
    }
}

fn responses_turns(input: &Value) -> Vec<Turn> {
    if let Some(text) = input.as_str() {
        return vec![Turn::User(text.to_owned())];
    }
    list(input).iter().map(responses_turn).collect()
}

fn responses_turn(item: &Value) -> Turn {
    let kind = item["type"].as_str().unwrap_or("message");
    if kind.ends_with("_output") {
        return Turn::Output(text_of(&item["output"]));
    }
    match (kind, item["role"].as_str()) {
        ("message", Some("user")) => Turn::User(text_of(&item["content"])),
        ("message", Some("assistant")) => Turn::Answer,
        _ => Turn::Aside,
    }
}

fn chat_turn(message: &Value) -> Turn {
    match message["role"].as_str() {
        Some("user") => Turn::User(text_of(&message["content"])),
        Some("tool") => Turn::Output(text_of(&message["content"])),
        Some("assistant") if list(&message["tool_calls"]).is_empty() => Turn::Answer,
        _ => Turn::Aside,
    }
}

fn read_tool(api: Api, tool: &Value) -> Tool {
    let inner = match api {
        Api::Responses => tool,
        Api::Chat => &tool["function"],
    };
    let kind = tool["type"].as_str().unwrap_or("function");
    Tool {
        // A built-in tool has a type and no name.
        name: inner["name"].as_str().unwrap_or(kind).to_owned(),
        kind: kind.to_owned(),
        schema: inner["parameters"].clone(),
    }
}

/// The words of a content: a text, or a list of parts with a text each.
fn text_of(content: &Value) -> String {
    if let Some(text) = content.as_str() {
        return text.to_owned();
    }
    if content.is_object() {
        return text_of(if content["text"].is_string() {
            &content["text"]
        } else {
            &content["content"]
        });
    }
    let parts: Vec<String> = list(content).iter().map(text_of).collect();
    parts.join("\n")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests;
