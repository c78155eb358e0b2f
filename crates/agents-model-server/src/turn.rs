//! Which steps did the conversation of a request take, whichever protocol tells them?

use serde_json::Value;

use crate::request::Api;

/// One step of the conversation so far.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Turn {
    User(String),
    Output(String),
    /// The model's words, which end its turn.
    Answer,
    /// Calls, instructions and reasoning, which end nothing.
    Aside,
}

/// The steps, oldest first.
pub(crate) fn turns(api: Api, body: &Value) -> Vec<Turn> {
    match api {
        Api::Responses => match body["input"].as_str() {
            Some(text) => vec![Turn::User(text.to_owned())],
            None => list(&body["input"]).iter().flat_map(of_responses).collect(),
        },
        Api::Chat => list(&body["messages"]).iter().flat_map(of_chat).collect(),
        Api::Messages => list(&body["messages"]).iter().flat_map(of_messages).collect(),
        Api::Gemini => list(&body["contents"]).iter().flat_map(of_gemini).collect(),
    }
}

fn of_responses(item: &Value) -> Vec<Turn> {
    let kind = item["type"].as_str().unwrap_or("message");
    if kind.ends_with("_output") {
        return vec![Turn::Output(text_of(&item["output"]))];
    }
    match (kind, item["role"].as_str()) {
        ("message", Some("user")) => said(&item["content"]),
        ("message", Some("assistant")) => vec![Turn::Answer],
        _ => vec![Turn::Aside],
    }
}

fn of_chat(message: &Value) -> Vec<Turn> {
    match message["role"].as_str() {
        Some("user") => said(&message["content"]),
        Some("tool") => vec![Turn::Output(text_of(&message["content"]))],
        Some("assistant") if list(&message["tool_calls"]).is_empty() => vec![Turn::Answer],
        _ => vec![Turn::Aside],
    }
}

/// A message of the user holds outputs of tools, words, or both.
fn of_messages(message: &Value) -> Vec<Turn> {
    let content = &message["content"];
    match message["role"].as_str() {
        Some("user") => {
            let outputs = list(content).iter().filter(|part| part["type"] == "tool_result");
            let outputs = outputs.map(|part| Turn::Output(text_of(&part["content"])));
            outputs.chain(said(content)).collect()
        }
        Some("assistant") if list(content).iter().any(|part| part["type"] == "tool_use") => {
            vec![Turn::Aside]
        }
        Some("assistant") => vec![Turn::Answer],
        _ => vec![Turn::Aside],
    }
}

fn of_gemini(content: &Value) -> Vec<Turn> {
    let parts = &content["parts"];
    if content["role"] == "model" {
        let calls = list(parts).iter().any(|part| part["functionCall"].is_object());
        return vec![if calls { Turn::Aside } else { Turn::Answer }];
    }
    let outputs = list(parts).iter().filter(|part| part["functionResponse"].is_object());
    let outputs =
        outputs.map(|part| Turn::Output(text_of(&part["functionResponse"]["response"]["output"])));
    outputs.chain(said(parts)).collect()
}

/// What the user said in a message: a text, or one in each of its parts, for programs put what was typed one upon
/// another, and what they add themselves, into one message.
fn said(content: &Value) -> Vec<Turn> {
    let texts = match content.as_str() {
        Some(text) => vec![text],
        None => list(content).iter().filter_map(|part| part["text"].as_str()).collect(),
    };
    let own = texts.into_iter().filter(|text| !SURROUNDINGS.iter().any(|it| text.starts_with(it)));
    own.map(|text| Turn::User(text.to_owned())).collect()
}

/// How claude, codex and gemini begin what they tell the model about its surroundings in the user's name.
const SURROUNDINGS: [&str; 3] = ["<system-reminder>", "<environment_context>", "<session_context>"];

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
