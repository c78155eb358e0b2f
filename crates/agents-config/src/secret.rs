//! Where does a secret come from, and how is it kept out of whatever is printed?

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

/// A URL or a token that no output of this program may show. `Debug` and JSON show where it comes from, or a mask.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Source);

#[derive(Clone, PartialEq, Eq)]
enum Source {
    /// Written in the config file itself.
    Literal(String),
    /// The name of an environment variable of the process that needs it.
    Env(String),
    /// The first line of a file.
    File(PathBuf),
}

/// Why a secret cannot be had. Never holds the secret itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    #[error("the environment variable {0} is not set where this process runs")]
    Unset(String),
    #[error("the file {path} that holds the secret cannot be read: {cause}")]
    Unreadable { path: PathBuf, cause: String },
    #[error("the file {0} that holds the secret is empty")]
    Empty(PathBuf),
}

impl Secret {
    /// Reads `env:NAME`, `file:PATH` (absolute, or made so by `absolute`) or the secret itself.
    pub(crate) fn parse(text: &str, absolute: impl FnOnce(&str) -> PathBuf) -> Self {
        if let Some(name) = text.strip_prefix("env:") {
            return Self(Source::Env(name.to_owned()));
        }
        match text.strip_prefix("file:") {
            Some(path) => Self(Source::File(absolute(path))),
            None => Self(Source::Literal(text.to_owned())),
        }
    }

    /// The secret, read now: it is needed rarely, and may have changed.
    ///
    /// # Errors
    /// When the variable or the file that should hold it does not.
    pub fn reveal(&self) -> Result<String, SecretError> {
        match &self.0 {
            Source::Literal(text) => Ok(text.clone()),
            Source::Env(name) => std::env::var(name)
                .ok()
                .map(|text| text.trim().to_owned())
                .filter(|text| !text.is_empty())
                .ok_or_else(|| SecretError::Unset(name.clone())),
            Source::File(path) => {
                let text = std::fs::read_to_string(path).map_err(|error| {
                    SecretError::Unreadable { path: path.clone(), cause: error.to_string() }
                })?;
                let line = text.lines().next().unwrap_or_default().trim();
                let line = Some(line).filter(|line| !line.is_empty());
                line.map(str::to_owned).ok_or_else(|| SecretError::Empty(path.clone()))
            }
        }
    }

    /// The text of the config file, when the secret stands in it.
    pub(crate) fn literal(&self) -> Option<&str> {
        match &self.0 {
            Source::Literal(text) => Some(text),
            Source::Env(_) | Source::File(_) => None,
        }
    }

    /// The name of the variable that holds it.
    pub(crate) fn variable(&self) -> Option<&str> {
        match &self.0 {
            Source::Env(name) => Some(name),
            Source::Literal(_) | Source::File(_) => None,
        }
    }

    /// What may be shown of it: where it comes from; of one in the file only its host.
    #[must_use]
    pub fn shown(&self) -> String {
        match &self.0 {
            Source::Env(name) => format!("env:{name}"),
            Source::File(path) => format!("file:{}", Path::new(path).display()),
            Source::Literal(text) => shown(text),
        }
    }
}

/// Scheme and host of a URL, and a mask for the rest, which is the secret of a webhook; of anything else only a mask.
pub(crate) fn shown(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return MASK.to_owned() };
    if !matches!(scheme, "http" | "https") {
        return MASK.to_owned();
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // Before an `@` stand a name and a password.
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}/{MASK}")
}

const MASK: &str = "***";

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secret({})", self.shown())
    }
}

impl serde::Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.shown())
    }
}

/// The text of a config file as it may be shown beside a problem: same length, secrets under stars.
pub(crate) fn masked(text: &str) -> String {
    static SECRETS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"\b(?:url|token)["']?[ \t]*=[ \t]*("[^"\n]*|'[^'\n]*|\[[^\n]*|[^\s"',}#]+)"#)
            .ok()
    });
    let Some(secrets) = &*SECRETS else { return text.to_owned() };
    let mut masked = String::with_capacity(text.len());
    let mut done = 0;
    for found in secrets.captures_iter(text) {
        let Some(value) = found.get(1) else { continue };
        masked.push_str(&text[done..value.start()]);
        done = value.end();
        let inner = value.as_str().trim_start_matches(['"', '\'', '[']);
        if inner.starts_with("env:") || inner.starts_with("file:") {
            masked.push_str(value.as_str());
        } else {
            masked.push_str(&value.as_str()[..value.len() - inner.len()]);
            masked.push_str(&"*".repeat(inner.len()));
        }
    }
    masked.push_str(&text[done..]);
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_a_secret_does_not_hold_it() {
        let cases = [
            ("https://hooks.slack.com/services/T0/B0/xyz", "https://hooks.slack.com/***"),
            ("https://me:pw@ntfy.sh/topic", "https://ntfy.sh/***"),
            ("http://h:8080?x=y", "http://h:8080/***"),
            ("tk_abc", "***"),
            ("ftp://h/x", "***"),
            ("env:NTFY", "env:NTFY"),
            ("file:/k", "file:/k"),
        ];
        for (text, expected) in cases {
            let secret = Secret::parse(text, |path| PathBuf::from(path));
            assert_eq!(secret.shown(), expected);
            assert_eq!(format!("{secret:?}"), format!("Secret({expected})"));
            assert_eq!(serde_json::json!(secret), expected);
        }
    }

    #[test]
    fn a_masked_text_keeps_its_length_and_all_else() {
        let text = "a = 1\nurl = \"https://h/sécret\"\n'token' = 'tk'\nx = { url = \"env:URL\", token=\"t\" }\nurl = 5\nurl = \"open\n";
        let masked = masked(text);
        assert_eq!(masked.len(), text.len());
        assert_eq!(
            masked,
            "a = 1\nurl = \"*****************\"\n'token' = '**'\nx = { url = \"env:URL\", token=\"*\" }\nurl = *\nurl = \"****\n"
        );
    }

    #[test]
    fn a_secret_in_a_file_is_its_first_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let secret = Secret::parse("file:key", |name| folder.path().join(name));
        assert!(matches!(secret.reveal(), Err(SecretError::Unreadable { .. })));
        std::fs::write(&path, "\n").unwrap();
        assert_eq!(secret.reveal(), Err(SecretError::Empty(path.clone())));
        std::fs::write(&path, " tk_1 \nmore").unwrap();
        assert_eq!(secret.reveal().as_deref(), Ok("tk_1"));
        let unset = Secret::parse("env:AGENTS_TEST_NEVER_SET", |path| path.into());
        assert!(unset.reveal().unwrap_err().to_string().contains("AGENTS_TEST_NEVER_SET"));
    }
}
