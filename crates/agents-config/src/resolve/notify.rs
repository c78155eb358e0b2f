//! The `[notify]` table.

use std::collections::HashSet;
use std::time::Duration;

use crate::entry::Field;
use crate::picker::{Picker, own};
use crate::problem::Span;
use crate::raw::{RawNotify, RawNotifyTarget};
use crate::value::{Count, Hidden, Seconds};
use crate::{Channel, ChannelKind, Notify, NotifyEvent, NotifyTarget, Secret};

const GROUP: Duration = Duration::from_secs(20);
const RATE: u32 = 20;
const RETRIES: u32 = 12;

/// Who is told; without a table, nobody.
pub(super) fn notify(raw: Option<&RawNotify>, picker: &mut Picker<'_, '_>) -> Notify {
    let Some(raw) = raw else {
        return Notify { group: GROUP, rate: RATE, retries: RETRIES, to: Vec::new() };
    };
    let Seconds(group) =
        picker.pick_or("notify.group".to_owned(), &own(&raw.group), Seconds(GROUP));
    let Count(rate) = picker.pick_or("notify.rate".to_owned(), &own(&raw.rate), Count(RATE));
    let Count(retries) =
        picker.pick_or("notify.retries".to_owned(), &own(&raw.retries), Count(RETRIES));
    let mut taken = HashSet::new();
    let to = raw.to.0.iter().filter_map(|raw| target(raw, &mut taken, picker)).collect();
    Notify { group, rate, retries, to }
}

fn target(
    raw: &RawNotifyTarget,
    taken: &mut HashSet<String>,
    picker: &mut Picker<'_, '_>,
) -> Option<NotifyTarget> {
    let kind = *raw.kind.value()?;
    let name = raw.name.value().map_or_else(|| kind.as_str().to_owned(), |name| name.0.clone());
    if !taken.insert(name.clone()) {
        let span = raw.name.span().unwrap_or(raw.header.clone());
        let message = format!("`[[notify.to]]`: the name `{name}` is taken");
        let problem = picker.problems.error(span, message).label("a second one of that name");
        problem.help("give each target a `name` of its own; without one it is its `kind`");
        return None;
    }
    let key = |key: &str| format!("notify.to.{name}.{key}");
    picker.pick(key("kind"), &own(&raw.kind));
    let channel = channel(raw, kind, &name, picker)?;
    let usual: Vec<NotifyEvent> =
        NotifyEvent::ALL.into_iter().filter(|event| event.is_told_unasked()).collect();
    let events = picker.pick_or(key("events"), &own(&raw.events), usual);
    Some(NotifyTarget { name, channel, events })
}

fn channel(
    raw: &RawNotifyTarget,
    kind: ChannelKind,
    name: &str,
    picker: &mut Picker<'_, '_>,
) -> Option<Channel> {
    let key = |key: &str| format!("notify.to.{name}.{key}");
    let header = raw.header.clone();
    refuse_strangers(raw, kind, picker);
    if kind == ChannelKind::Command {
        let command = picker.pick(key("command"), &own(&raw.command)).map(|command| command.0);
        if command.is_none() && !raw.command.is_wrong() {
            lacks("command", kind, header, picker);
        }
        return command.map(|command| Channel::Command { command });
    }
    if matches!(raw.url, Field::Absent) {
        lacks("url", kind, header.clone(), picker);
    }
    let url = url(key("url"), raw, picker)?;
    let mut token = || secret(key("token"), &raw.token, picker);
    Some(match kind {
        ChannelKind::Command => return None,
        ChannelKind::Ntfy => Channel::Ntfy { url, token: token() },
        ChannelKind::Slack => Channel::Slack { url },
        ChannelKind::Discord => Channel::Discord { url },
        ChannelKind::Webhook => Channel::Webhook { url, token: token() },
    })
}

fn url(key: String, raw: &RawNotifyTarget, picker: &mut Picker<'_, '_>) -> Option<Secret> {
    let secret = secret(key, &raw.url, picker)?;
    let is_web = |text: &str| text.starts_with("https://") || text.starts_with("http://");
    if secret.literal().is_some_and(|text| !is_web(text)) {
        // The place is the table's head: no message may show the line of a secret.
        let message = "`url`: it begins neither with `https://` nor with `http://`";
        let problem = picker.problems.error(raw.header.clone(), message).label("its `url`");
        problem.help("write the address in full, or `env:NAME` for a variable that holds it");
        return None;
    }
    Some(secret)
}

fn secret(key: String, field: &Field<Hidden>, picker: &mut Picker<'_, '_>) -> Option<Secret> {
    let Hidden(text) = picker.pick(key, &own(field))?;
    let secret = Secret::parse(&text, |path| picker.absolute(path, field.span()));
    let is_word = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    if secret.variable().is_some_and(|name| !is_word(name)) {
        let span = field.span()?;
        let message = "after `env:` stands the name of an environment variable";
        picker.problems.error(span, message).label("letters, digits and `_`");
        return None;
    }
    Some(secret)
}

/// A key that the kind does not have was meant for another one.
fn refuse_strangers(raw: &RawNotifyTarget, kind: ChannelKind, picker: &mut Picker<'_, '_>) {
    let is_command = kind == ChannelKind::Command;
    let takes_token = matches!(kind, ChannelKind::Ntfy | ChannelKind::Webhook);
    let keys = [
        ("command", raw.command.span(), is_command),
        ("url", raw.url.span(), !is_command),
        ("token", raw.token.span(), takes_token),
    ];
    for (key, span, is_known) in keys {
        if let Some(span) = span.filter(|_| !is_known) {
            let message = format!("`{key}` means nothing to a target of kind `{}`", kind.as_str());
            let problem = picker.problems.error(span, message).label("not of this kind");
            problem.help("remove it, or choose another `kind`");
        }
    }
}

fn lacks(key: &str, kind: ChannelKind, header: Span, picker: &mut Picker<'_, '_>) {
    let message = format!("a target of kind `{}` needs `{key}`", kind.as_str());
    let problem = picker.problems.error(header, message).label(format!("needs `{key}`"));
    problem.help(match kind {
        ChannelKind::Command => "add `command = \"notify-send agents \\\"$(jq -r .text)\\\"\"`",
        ChannelKind::Ntfy | ChannelKind::Slack | ChannelKind::Discord | ChannelKind::Webhook => {
            "add `url = \"env:NAME\"` and set that variable to the address"
        }
    });
}
