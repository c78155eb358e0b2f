//! Names of agents, backends, roles, sessions and phases.

use agents_names::{
    AgentName, BackendName, NameError, PhaseId, RoleName, SessionName, SessionPrefix,
};
use serde_json::{Value as Json, json};
use toml::de::DeValue;

use super::plain::integer;
use super::{Value, Wrong};

/// What tmux stores and finds unchanged.
const GRAMMAR: &str = "^[A-Za-z0-9_][A-Za-z0-9_-]*$";

macro_rules! name_value {
    ($($type:ident up to $limit:literal),*) => { $(
        impl Value for $type {
            fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
                Self::new(String::read(value)?).map_err(refused)
            }

            fn schema() -> Json {
                json!({ "type": "string", "pattern": GRAMMAR, "maxLength": $limit })
            }

            fn show(&self) -> Json {
                json!(self.as_str())
            }
        }
    )* };
}

name_value! {
    AgentName up to 63,
    BackendName up to 63,
    RoleName up to 63,
    SessionName up to 127,
    SessionPrefix up to 63
}

impl Value for PhaseId {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        // People number their phases without quotes.
        let text = match integer(value) {
            Some(number) => number.to_string(),
            None => String::read(value)?,
        };
        Self::new(text).map_err(refused)
    }

    fn schema() -> Json {
        json!({ "anyOf": [{ "type": "string", "minLength": 1, "maxLength": 127 }, { "type": "integer" }] })
    }

    fn show(&self) -> Json {
        json!(self.as_str())
    }
}

fn refused(error: NameError) -> Wrong {
    let label = match &error {
        NameError::Empty { .. } => "must not be empty".to_owned(),
        NameError::TooLong { limit, .. } => format!("at most {limit} characters"),
        NameError::Character { found, .. } | NameError::Start { found, .. } => {
            format!("`{}` cannot stand here", found.escape_debug())
        }
    };
    let wrong = Wrong::new(error.to_string(), label);
    let is_for_tmux = |kind| ["agent", "session", "session prefix"].contains(&kind);
    match error {
        NameError::Character { kind, found: '.' | ':', .. } if is_for_tmux(kind) => {
            wrong.help("tmux would change it to `_`: write `-` or `_` instead")
        }
        NameError::Empty { kind } => {
            Wrong { message: format!("the name of the {kind} is empty"), ..wrong }
        }
        NameError::Character { .. } | NameError::TooLong { .. } | NameError::Start { .. } => wrong,
    }
}
