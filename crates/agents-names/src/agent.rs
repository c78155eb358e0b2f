//! Names of agents, services, backends and roles.

use crate::error::{NameError, check};

/// Longest name of an agent, service, backend or role, in characters.
const LIMIT: usize = 63;

macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize, schemars::JsonSchema,
        )]
        #[serde(try_from = "String", into = "String")]
        pub struct $type(std::sync::Arc<str>);

        impl $type {
            /// Checks the text.
            ///
            /// # Errors
            /// [`NameError`] says what is wrong with it.
            pub fn new(text: impl Into<String>) -> Result<Self, NameError> {
                let text = text.into();
                check($kind, &text, LIMIT)?;
                Ok(Self(text.into()))
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl TryFrom<String> for $type {
            type Error = NameError;
            fn try_from(text: String) -> Result<Self, NameError> {
                Self::new(text)
            }
        }

        impl From<$type> for String {
            fn from(name: $type) -> String {
                name.0.as_ref().to_owned()
            }
        }

        impl std::str::FromStr for $type {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::new(text)
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $type {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

name! {
    /// The name of an agent or of a service; both share one name space, since both own a session.
    AgentName, "agent"
}
name! {
    /// The name of a declared backend, the `X` of `[backend.X]`.
    BackendName, "backend"
}
name! {
    /// The part a loop agent plays; also the stem of its prompt file.
    RoleName, "role"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_pass_and_tmux_traps_do_not() {
        for good in ["builder", "a", "web-api_2", "_x", "9lives"] {
            assert!(AgentName::new(good).is_ok(), "{good}");
        }
        for bad in ["", "web.api", "a:b", "-dash", "a b", "$5", "#(id)", "x;", "é", "../x"] {
            assert!(AgentName::new(bad).is_err(), "{bad}");
        }
        assert!(AgentName::new("x".repeat(64)).is_err());
    }

    #[test]
    fn an_error_names_the_character() {
        let said = AgentName::new("web.api").unwrap_err().to_string();
        assert!(said.contains("`.`") && said.contains("web.api"), "{said}");
    }
}
