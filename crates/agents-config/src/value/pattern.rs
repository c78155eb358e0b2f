//! Regular expressions, and what to do with those that only Python takes.

use serde_json::{Value as Json, json};
use toml::de::DeValue;

use super::{Value, Wrong};
use crate::Pattern;

impl Value for Pattern {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        let text = String::read(value)?;
        Self::new(&text).map_err(|error| refused(&text, &error))
    }

    fn schema() -> Json {
        // Not `format: regex`: that means the JavaScript dialect, which differs.
        json!({ "type": "string" })
    }

    fn show(&self) -> Json {
        json!(self.source())
    }
}

fn refused(text: &str, error: &regex::Error) -> Wrong {
    if matches!(error, regex::Error::CompiledTooBig(_)) {
        return Wrong::new("the pattern is too big once compiled", "too big")
            .help("use smaller repetition counts, or `.*` instead of `.{1,1000}`");
    }
    if let Some((what, help)) = only_python(text) {
        let message = format!("{what} is not supported in patterns");
        return Wrong::new(message, format!("holds {what}")).help(help);
    }
    let said = error.to_string();
    let reason = said.lines().rev().find_map(|line| line.strip_prefix("error: ")).unwrap_or(&said);
    let message = format!("the pattern is no valid regular expression: {reason}");
    let wrong = Wrong::new(message, "cannot be compiled");
    if reason.contains("repetition") {
        // Python takes a brace that opens no count as the character itself.
        return wrong.help("write `\\{` for a brace, `\\*` for a star, and `{0,3}` for `{,3}`");
    }
    wrong
}

/// The construct of Python's `re` in `text` that a linear-time engine cannot have, and how to do without.
fn only_python(text: &str) -> Option<(&'static str, &'static str)> {
    const AHEAD: &str = "match the text itself, without the condition on what follows or comes before: \
         list the wanted words, as in `limit reached|usage limit`";
    const BACK: &str = "write the repeated part out, as in `aa|bb` for `(a|b)\\1`";
    const CONSTRUCTS: [(&str, &str, &str); 8] = [
        ("(?=", "a look-ahead `(?=…)`", AHEAD),
        ("(?!", "a negative look-ahead `(?!…)`", AHEAD),
        ("(?<=", "a look-behind `(?<=…)`", AHEAD),
        ("(?<!", "a negative look-behind `(?<!…)`", AHEAD),
        ("(?P=", "a back-reference `(?P=name)`", BACK),
        ("(?(", "a conditional group `(?(1)…)`", "write both cases out, as in `<a>|a`"),
        ("(?#", "a comment `(?#…)`", "put the comment in the config file, after a `#`"),
        ("(?>", "an atomic group `(?>…)`", "write `(?:…)`: matching never takes long here"),
    ];
    let bare = without_escaped_backslashes(text);
    let known = CONSTRUCTS.iter().find(|(start, ..)| bare.contains(start));
    let end_of_text = || {
        bare.contains("\\Z").then_some(("Python's `\\Z`", "write `\\z` for the end of the text"))
    };
    known
        .map(|(_, what, help)| (*what, *help))
        .or_else(|| back_reference(&bare))
        .or_else(end_of_text)
}

fn back_reference(bare: &str) -> Option<(&'static str, &'static str)> {
    let digit_follows =
        bare.split('\\').skip(1).any(|rest| rest.starts_with(|c| ('1'..='9').contains(&c)));
    digit_follows.then_some((
        "a back-reference such as `\\1`",
        "write the repeated part out, as in `aa|bb` for `(a|b)\\1`",
    ))
}

fn without_escaped_backslashes(text: &str) -> String {
    text.replace("\\\\", "").replace("\\(", "")
}
