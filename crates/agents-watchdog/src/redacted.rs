//! What of a text must not stand in a log? What looks like a key, a token or a password.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// None of them matches a quote or a backslash, so JSON stays JSON.
const PATTERNS: [&str; 9] = [
    r"\b(sk-)[A-Za-z0-9_\-]{12,}",
    r"\b(gh[pousr]_|github_pat_|glpat-|npm_|hf_|pypi-)[A-Za-z0-9_\-]{12,}",
    r"\b(xox[abeoprs]-)[A-Za-z0-9\-]{8,}",
    r"\b(AKIA|ASIA)[A-Z0-9]{12,}",
    r"\b(AIza)[A-Za-z0-9_\-]{20,}",
    r"\b(eyJ)[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]*",
    r"(?i)\b(bearer\s+)[A-Za-z0-9_\-.~+/=]{12,}",
    r#"(://[^\s/:@"'\\]*:)[^\s/@"'\\]+(?:@)"#,
    r#"(?i)((?:api[_-]?key|access[_-]?key|token|secret|password|passwd)\w*\s*[=:]\s*)[^\s"'\\,;]{8,}"#,
];

/// The text with `***` in the place of what looks like a key.
#[must_use]
pub fn redacted(text: &str) -> Cow<'_, str> {
    static KEYS: LazyLock<Vec<Regex>> =
        LazyLock::new(|| PATTERNS.iter().filter_map(|it| Regex::new(it).ok()).collect());
    let mut text = Cow::Borrowed(text);
    for key in KEYS.iter() {
        if key.is_match(&text) {
            text = Cow::Owned(key.replace_all(&text, "${1}***").into_owned());
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{PATTERNS, redacted};

    #[test]
    fn keys_are_starred_and_all_else_stays() {
        for (text, shown) in [
            ("invalid x-api-key sk-ant-api03-abcdefghijkl", "invalid x-api-key sk-***"),
            ("ghp_abcdefghijklmnopqrst.", "ghp_***."),
            ("xoxb-123456789-abc", "xoxb-***"),
            ("AKIAIOSFODNN7EXAMPLE", "AKIA***"),
            ("Authorization: Bearer abcdef.123456-xyz", "Authorization: Bearer ***"),
            ("fetch https://me:hunter22@h/x failed", "fetch https://me:***h/x failed"),
            ("API_KEY=abcdefgh1 next", "API_KEY=*** next"),
            (r#"{"text":"password: hunter2222"}"#, r#"{"text":"password: ***"}"#),
            ("eyJhbGciOiJI.eyJzdWIiOi.abc_def", "eyJ***"),
            ("task-force skips the token of run r1", "task-force skips the token of run r1"),
            ("ssh://git@host:22/x", "ssh://git@host:22/x"),
        ] {
            assert_eq!(redacted(text), shown, "{text}");
            assert_eq!(redacted(shown), shown, "{text}");
        }
        for pattern in PATTERNS {
            regex::Regex::new(pattern).unwrap();
        }
    }
}
