//! Why a text is not a name.

/// A name that was refused, with the reason in words that fit after "the name".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error("a {kind} name must not be empty")]
    Empty { kind: &'static str },
    #[error("`{text}` is longer than {limit} characters, the limit for a {kind} name")]
    TooLong { kind: &'static str, text: String, limit: usize },
    #[error(
        "`{found}` is not allowed in the {kind} name `{text}`: use letters a-z A-Z, digits, `-` and `_`"
    )]
    Character { kind: &'static str, text: String, found: char },
    #[error("the {kind} name `{text}` must start with a letter, a digit or `_`, not `{found}`")]
    Start { kind: &'static str, text: String, found: char },
}

/// Checks `text` against the grammar `[A-Za-z0-9_][A-Za-z0-9_-]*`, at most `limit` characters.
///
/// tmux 3.3a turns `.` and `:` into `_`, expands `#{…}`, reads a leading `$` as an id and an empty
/// name as some existing session, so none of these may ever reach it.
pub(crate) fn check(kind: &'static str, text: &str, limit: usize) -> Result<(), NameError> {
    let Some(first) = text.chars().next() else {
        return Err(NameError::Empty { kind });
    };
    if let Some(found) = text.chars().find(|c| !is_name_character(*c)) {
        return Err(NameError::Character { kind, text: text.to_owned(), found });
    }
    if first == '-' {
        return Err(NameError::Start { kind, text: text.to_owned(), found: first });
    }
    if text.len() > limit {
        return Err(NameError::TooLong { kind, text: text.to_owned(), limit });
    }
    Ok(())
}

fn is_name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}
