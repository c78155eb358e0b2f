//! What does each receiver want to be sent? Facts from the public documentation of ntfy (docs.ntfy.sh/publish), Slack
//! (incoming webhooks, formatting of text) and Discord (execute webhook).

use agents_config::ChannelKind;
use serde_json::json;

use crate::{Message, Place};

/// ntfy turns longer messages into attachments; the limit is in bytes, and a character takes up to four.
const NTFY_LONGEST: usize = 1_000;
/// Slack cuts longer texts in some clients.
const SLACK_LONGEST: usize = 3_000;
/// Discord refuses longer contents.
const DISCORD_LONGEST: usize = 1_900;
/// For programs, which can cut by themselves.
const PLAIN_LONGEST: usize = 20_000;

/// What is posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Body {
    pub content_type: &'static str,
    pub headers: Vec<(&'static str, String)>,
    pub text: String,
}

/// The message as this kind of receiver wants it.
pub(crate) fn body(kind: ChannelKind, place: &Place, message: &Message) -> Body {
    match kind {
        ChannelKind::Ntfy => ntfy(place, message),
        ChannelKind::Slack => slack(place, message),
        ChannelKind::Discord => discord(place, message),
        ChannelKind::Webhook | ChannelKind::Command => of_json(&plain(place, message)),
    }
}

/// Title, priority and tags are headers, and the body is the text itself.
fn ntfy(place: &Place, message: &Message) -> Body {
    let title = message.title(&place.fleet);
    let ascii: String = title.chars().filter(|c| c.is_ascii() && !c.is_ascii_control()).collect();
    let urgent = message.is_urgent() && !message.is_test;
    Body {
        content_type: "text/plain; charset=utf-8",
        headers: vec![
            ("Title", ascii),
            ("Priority", if urgent { "high" } else { "default" }.to_owned()),
            ("Tags", if urgent { "warning" } else { "robot" }.to_owned()),
        ],
        text: message.text(NTFY_LONGEST),
    }
}

/// `&`, `<` and `>` begin Slack's own markup, also mentions of everybody.
fn slack(place: &Place, message: &Message) -> Body {
    let text = format!("*{}*\n{}", message.title(&place.fleet), message.text(SLACK_LONGEST));
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    of_json(&json!({ "text": text }))
}

/// No text of an agent may mention anybody.
fn discord(place: &Place, message: &Message) -> Body {
    let title = message.title(&place.fleet);
    let room = DISCORD_LONGEST.saturating_sub(title.chars().count() + 5);
    let content = format!("**{title}**\n{}", message.text(room));
    of_json(&json!({ "content": content, "allowed_mentions": { "parse": [] } }))
}

/// The message for programs, `agents.notify/1`.
fn plain(place: &Place, message: &Message) -> serde_json::Value {
    json!({
        "schema": "agents.notify/1",
        "fleet": place.fleet,
        "config": place.config,
        "test": message.is_test,
        "title": message.title(&place.fleet),
        "text": message.text(PLAIN_LONGEST),
        "events": message.notices,
        "more": message.more,
    })
}

fn of_json(json: &serde_json::Value) -> Body {
    Body { content_type: "application/json", headers: Vec::new(), text: json.to_string() }
}
