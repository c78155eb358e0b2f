//! What does an agent ask, whichever protocol it speaks?

use serde_json::Value;

use crate::turn::{Turn, turns};

/// The protocol of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    /// OpenAI Responses.
    Responses,
    /// OpenAI Chat Completions.
    Chat,
    /// Anthropic Messages.
    Messages,
    /// Gemini's `generateContent`.
    Gemini,
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
    /// The agent's working folder, where the request tells it.
    pub(crate) folder: Option<String>,
    /// The JSON schema that the reply must keep to; only helpers of gemini have one.
    pub(crate) reply_schema: Option<Value>,
}

/// A tool that the agent offers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tool {
    pub(crate) name: String,
    pub(crate) kind: String,
    /// The JSON schema of its arguments.
    pub(crate) schema: Value,
}

impl Request {
    /// The request in that body; missing parts count as empty.
    pub(crate) fn read(api: Api, body: &Value) -> Self {
        let mut request = Self {
            api,
            model: body["model"].as_str().unwrap_or_default().to_owned(),
            stream: body["stream"].as_bool().unwrap_or(false),
            messages: Vec::new(),
            unanswered: 0,
            outputs: Vec::new(),
            tools: read_tools(api, &body["tools"]),
            folder: folder(body),
            reply_schema: reply_schema(body),
        };
        request.follow(turns(api, body));
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

/// Every agent words this its own way, somewhere among instructions and messages.
fn folder(body: &Value) -> Option<String> {
    let text = body.to_string();
    ["orking directory: /", "orking in the directory: /"].iter().find_map(|words| {
        let from = text.find(words)? + words.len() - 1;
        let path = text[from..].split(['\\', '"']).next()?;
        Some(path.trim_end().to_owned())
    })
}

fn reply_schema(body: &Value) -> Option<Value> {
    let config = &body["generationConfig"];
    ["responseJsonSchema", "responseSchema"]
        .iter()
        .map(|key| &config[key])
        .find(|schema| schema.is_object())
        .cloned()
}

/// Every tool on offer; Gemini's come in groups.
fn read_tools(api: Api, tools: &Value) -> Vec<Tool> {
    let groups = tools.as_array().map_or(&[][..], Vec::as_slice).iter();
    match api {
        Api::Responses | Api::Chat | Api::Messages => {
            groups.map(|tool| read_tool(api, tool)).collect()
        }
        Api::Gemini => groups
            .flat_map(|group| group["functionDeclarations"].as_array().into_iter().flatten())
            .map(|tool| read_tool(api, tool))
            .collect(),
    }
}

fn read_tool(api: Api, tool: &Value) -> Tool {
    let inner = if api == Api::Chat { &tool["function"] } else { tool };
    let schema = match api {
        Api::Responses | Api::Chat => &inner["parameters"],
        Api::Messages => &inner["input_schema"],
        Api::Gemini => ["parametersJsonSchema", "parameters"]
            .iter()
            .map(|key| &inner[key])
            .find(|schema| schema.is_object())
            .unwrap_or(&Value::Null),
    };
    let kind = tool["type"].as_str().unwrap_or("function");
    Tool {
        // A built-in tool has a type and no name.
        name: inner["name"].as_str().unwrap_or(kind).to_owned(),
        kind: kind.to_owned(),
        schema: schema.clone(),
    }
}

#[cfg(test)]
mod tests;
