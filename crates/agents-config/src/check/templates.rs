//! Does a backend's template use slots that nothing fills?

use crate::PromptDelivery;
use crate::problem::{Problems, Span};
use crate::raw::RawBackend;

/// Notes slots that the program does not fill: they reach the shell as they stand.
pub(super) fn check_slots(backend: &RawBackend, problems: &mut Problems<'_>) {
    let delivery = backend.prompt_delivery.value().copied().unwrap_or(PromptDelivery::Arg);
    if delivery == PromptDelivery::Exec
        && let (Some(bin), Some(span)) = (backend.bin.value(), backend.bin.span())
    {
        check("bin", &bin.0, span, &["kickoff", "session", "model"], problems);
    }
    if let (Some(attach), Some(span)) = (backend.attach.value(), backend.attach.span()) {
        check("attach", &attach.0, span, &["bin", "server", "dir"], problems);
    }
    let flags = [
        ("resume_flag", &backend.resume_flag, "id"),
        ("session_flag", &backend.session_flag, "id"),
        ("remote_control_flag", &backend.remote_control_flag, "session"),
        ("model_flag", &backend.model_flag, "model"),
    ];
    for (key, field, slot) in flags {
        if let (Some(text), Some(span)) = (field.value(), field.span()) {
            check(key, text, span, &[slot], problems);
        }
    }
    if let (Some(texts), Some(span)) =
        (backend.resume_refused.value(), backend.resume_refused.span())
    {
        check_refusals(texts, &span, problems);
    }
}

/// A text that does not name the conversation is also found where a conversation speaks of refusals.
fn check_refusals(texts: &[String], span: &Span, problems: &mut Problems<'_>) {
    for text in texts.iter().filter(|text| !text.contains("{id}")) {
        let message = format!("`resume_refused` has a text without the slot `{{id}}`: `{text}`");
        let problem = problems.warning(span.clone(), message);
        problem
            .label("counts for nothing")
            .help("add the slot `{id}` where the program prints the id");
    }
}

fn check(key: &str, text: &str, span: Span, known: &[&str], problems: &mut Problems<'_>) {
    for slot in unknown_slots(text, known) {
        let message = format!("`{key}` has the unknown slot `{{{slot}}}`");
        let problem = problems.warning(span.clone(), message);
        problem.label("reaches the shell as it stands");
        let known: Vec<String> = known.iter().map(|slot| format!("`{{{slot}}}`")).collect();
        problem.help(format!("known slots: {}", known.join(", ")));
    }
}

/// Words in braces that are no known slot. `${HOME}` is the shell's business, and so is `{a,b}`.
fn unknown_slots<'a>(text: &'a str, known: &[&str]) -> Vec<&'a str> {
    let opened = text.match_indices('{').filter(|(at, _)| !text[..*at].ends_with('$'));
    let names = opened.filter_map(|(at, _)| text[at + 1..].split_once('}').map(|(name, _)| name));
    let is_word = |name: &&str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    names.filter(is_word).filter(|name| !known.contains(name)).collect()
}
