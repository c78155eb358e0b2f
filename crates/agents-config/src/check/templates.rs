//! Does a backend's template use slots that nothing fills?

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::PromptDelivery;
use crate::problem::{Problems, Span};
use crate::raw::RawBackend;

/// A word in braces. `${HOME}` is the shell's business, so what stands before decides too.
#[allow(clippy::unwrap_used, reason = "a literal pattern, compiled by every test")]
static SLOT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\$?\{([a-z_]+)\}").unwrap());

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
        ("remote_control_flag", &backend.remote_control_flag, "session"),
        ("model_flag", &backend.model_flag, "model"),
    ];
    for (key, field, slot) in flags {
        if let (Some(text), Some(span)) = (field.value(), field.span()) {
            check(key, text, span, &[slot], problems);
        }
    }
}

fn check(key: &str, text: &str, span: Span, known: &[&str], problems: &mut Problems<'_>) {
    for slot in unknown_slots(text, known) {
        let slot = &text[slot];
        let problem =
            problems.warning(span.clone(), format!("`{key}` has the unknown slot `{slot}`"));
        problem.label("reaches the shell as it stands");
        let known: Vec<String> = known.iter().map(|slot| format!("`{{{slot}}}`")).collect();
        problem.help(format!("known slots: {}", known.join(", ")));
    }
}

fn unknown_slots(text: &str, known: &[&str]) -> Vec<Range<usize>> {
    SLOT.captures_iter(text)
        .filter_map(|found| Some((found.get(0)?, found.get(1)?)))
        .filter(|(whole, name)| !whole.as_str().starts_with('$') && !known.contains(&name.as_str()))
        .map(|(whole, _)| whole.range())
        .collect()
}
