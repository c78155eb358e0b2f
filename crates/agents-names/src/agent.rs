//! Names of agents, services, backends and roles.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::error::{NameError, check};

/// Longest name of an agent, service, backend or role, in characters.
const LIMIT: usize = 63;

/// How many bytes a number holds.
const HEAD: usize = size_of::<u64>();

/// A text without zero bytes that is mostly compared: everything is kept by the names of members.
#[derive(Clone)]
struct Text {
    /// Its first bytes, as a number that has the same order. Most names are told apart by it.
    head: u64,
    whole: Arc<str>,
}

impl Text {
    fn new(text: &str) -> Self {
        let mut head = [0; HEAD];
        for (place, byte) in head.iter_mut().zip(text.bytes()) {
            *place = byte;
        }
        Self { head: u64::from_be_bytes(head), whole: text.into() }
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&self.whole, f)
    }
}

impl PartialEq for Text {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.head == other.head
            && self.whole.len() == other.whole.len()
            && (self.whole.len() <= HEAD
                || Arc::ptr_eq(&self.whole, &other.whole)
                || self.whole == other.whole)
    }
}

impl Eq for Text {}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        if self.head != other.head {
            return self.head.cmp(&other.head);
        }
        match self.whole.len().max(other.whole.len()) {
            ..=HEAD => Ordering::Equal,
            _ if Arc::ptr_eq(&self.whole, &other.whole) => Ordering::Equal,
            _ => self.whole.cmp(&other.whole),
        }
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, PartialEq, Eq, PartialOrd, Ord,
            serde::Serialize, serde::Deserialize, schemars::JsonSchema,
        )]
        #[serde(try_from = "String", into = "String")]
        pub struct $type(Text);

        impl $type {
            /// Checks the text.
            ///
            /// # Errors
            /// [`NameError`] says what is wrong with it.
            pub fn new(text: impl Into<String>) -> Result<Self, NameError> {
                let text = text.into();
                check($kind, &text, LIMIT)?;
                Ok(Self(Text::new(&text)))
            }

            /// The name as text.
            #[inline]
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0.whole
            }
        }

        impl std::hash::Hash for $type {
            // As the text that it can be looked up by.
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
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
                name.as_str().to_owned()
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
                self.as_str()
            }
        }

        impl std::borrow::Borrow<str> for $type {
            fn borrow(&self) -> &str {
                self.as_str()
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
    fn names_are_in_the_order_of_their_texts() {
        let texts =
            ["a", "a1", "ab", "abcdefgh", "abcdefgh-", "abcdefgi", "b", "builder-1", "builder-2"];
        for one in texts {
            for other in texts {
                let names = (AgentName::new(one).unwrap(), AgentName::new(other).unwrap());
                assert_eq!(names.0.cmp(&names.1), one.cmp(other), "{one} {other}");
                assert_eq!(names.0 == names.1, one == other, "{one} {other}");
            }
        }
        let map = std::collections::HashMap::from([(AgentName::new("builder-1").unwrap(), 7)]);
        assert_eq!(map.get("builder-1"), Some(&7));
        assert_eq!(format!("{:?}", AgentName::new("ann").unwrap()), "AgentName(\"ann\")");
    }

    #[test]
    fn an_error_names_the_character() {
        let said = AgentName::new("web.api").unwrap_err().to_string();
        assert!(said.contains("`.`") && said.contains("web.api"), "{said}");
    }
}
