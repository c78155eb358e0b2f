//! Names of tmux sessions, and the prefix that all sessions of a fleet share.

use crate::AgentName;
use crate::error::{NameError, check};

/// Longest session name, in characters; tmux itself takes thousands.
const LIMIT: usize = 127;

/// The name of a tmux session that tmux stores and finds unchanged.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct SessionName(String);

impl SessionName {
    /// Checks the text.
    ///
    /// # Errors
    /// [`NameError`] when tmux would change the name or read it as something else.
    pub fn new(text: impl Into<String>) -> Result<Self, NameError> {
        let text = text.into();
        check("session", &text, LIMIT)?;
        Ok(Self(text))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for SessionName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<String> for SessionName {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, NameError> {
        Self::new(text)
    }
}

impl From<SessionName> for String {
    fn from(name: SessionName) -> String {
        name.0
    }
}

impl std::borrow::Borrow<str> for SessionName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// What every session name of a fleet begins with, `myproj-` for example; never empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SessionPrefix(String);

impl SessionPrefix {
    /// Checks the text.
    ///
    /// # Errors
    /// [`NameError`] when it is empty or no beginning of a session name.
    pub fn new(text: impl Into<String>) -> Result<Self, NameError> {
        let text = text.into();
        check("session prefix", &text, 63)?;
        Ok(Self(text))
    }

    /// The session of the agent or service `name`.
    #[must_use]
    pub fn session_of(&self, name: &AgentName) -> SessionName {
        SessionName(format!("{}{}", self.0, name))
    }

    /// The session in which the watchdog itself runs.
    #[must_use]
    pub fn watchdog_session(&self) -> SessionName {
        SessionName(format!("{}watchdog", self.0))
    }

    /// The session of the watchdog's control client.
    #[must_use]
    pub fn control_session(&self) -> SessionName {
        SessionName(format!("{}watchdog-control", self.0))
    }

    /// The prefix as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SessionPrefix {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, NameError> {
        Self::new(text)
    }
}

impl From<SessionPrefix> for String {
    fn from(prefix: SessionPrefix) -> String {
        prefix.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_prefix_and_name() {
        let prefix = SessionPrefix::new("demo-").unwrap();
        let name = AgentName::new("builder").unwrap();
        assert_eq!(prefix.session_of(&name).as_str(), "demo-builder");
        assert_eq!(prefix.watchdog_session().as_str(), "demo-watchdog");
        assert_eq!(prefix.control_session().as_str(), "demo-watchdog-control");
    }

    #[test]
    fn an_empty_prefix_is_refused() {
        assert!(SessionPrefix::new("").is_err());
        assert!(SessionPrefix::new("my.proj-").is_err());
    }
}
