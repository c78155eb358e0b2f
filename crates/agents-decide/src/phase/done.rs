//! Does a status file say that its phase is done?

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use regex::Regex;

/// First lines of a section that is still a form to fill in. A fixed text, so it compiles or no test passes.
static PLACEHOLDER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^\s*(?:not yet|not done|not complete|incomplete|pending\b|tbd\b|n/?a\b|written here only|only when|to be (?:written|filled)|when all|<.*>)",
    )
    .ok()
});

/// Whether a line of `text` is the marker, and what follows is no placeholder.
///
/// Lines inside code fences and comments do not count, nor does a longer heading that merely begins with the marker.
/// Nothing after the marker counts as done.
#[must_use]
pub fn is_done(text: &str, marker: &str) -> bool {
    let marker = marker.trim_end();
    if marker.is_empty() {
        return false;
    }
    let lines = own_lines(text);
    lines.iter().enumerate().any(|(at, line)| {
        is_marker(line, marker) && !is_placeholder(lines.get(at + 1..).unwrap_or_default())
    })
}

/// The marker, then nothing but punctuation, signs or closing heading marks.
fn is_marker(line: &str, marker: &str) -> bool {
    line.strip_prefix(marker).is_some_and(|rest| !rest.chars().any(char::is_alphanumeric))
}

fn is_placeholder(after: &[String]) -> bool {
    let Some(body) = after.iter().find(|line| !line.trim().is_empty()) else { return false };
    let body = body
        .trim_start_matches(|sign: char| sign.is_whitespace() || "*_>".contains(sign))
        .trim_end_matches(['*', '_', ' ']);
    PLACEHOLDER.as_ref().is_none_or(|pattern| pattern.is_match(body))
}

/// What stands for a comment: a section that holds only a comment is a form to fill in.
const COMMENT: &str = "<!-- -->";

/// The lines outside code fences, without the text of comments.
fn own_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut fence: Option<&str> = None;
    let mut in_comment = false;
    for line in text.trim_start_matches('\u{feff}').lines() {
        let opener = ["```", "~~~"].into_iter().find(|mark| line.trim_start().starts_with(mark));
        match (fence, opener) {
            (Some(open), Some(mark)) if open == mark => fence = None,
            (Some(_), _) => {}
            (None, Some(mark)) if !in_comment => fence = Some(mark),
            (None, _) => lines.push(without_comments(line, &mut in_comment)),
        }
    }
    lines
}

fn without_comments(line: &str, in_comment: &mut bool) -> String {
    let mut kept = String::new();
    let mut rest = line;
    loop {
        let mark = if *in_comment { "-->" } else { "<!--" };
        let Some((before, after)) = rest.split_once(mark) else { break };
        if !*in_comment {
            kept.push_str(before);
            kept.push_str(COMMENT);
        }
        *in_comment = !*in_comment;
        rest = after;
    }
    if !*in_comment {
        kept.push_str(rest);
    }
    kept
}
