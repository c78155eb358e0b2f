//! What does the operator want of one agent this time, instead of what the file says?

use std::borrow::Cow;

use agents_names::{AgentName, BackendName, PhaseId};

use crate::environment::Environment;
use crate::value::nearest;
use crate::{Agent, Fleet};

/// A one-off override: another model, another backend, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct OneOff {
    pub model: Option<String>,
    pub backend: Option<BackendName>,
}

/// A one-off override that cannot be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OneOffError {
    /// Empty, which could mean "none" as well as "as in the file".
    #[error("{variable} is empty; unset it, or name {wanted}")]
    Empty { variable: String, wanted: String },
    /// The file declares no such backend.
    #[error("{variable} names the backend `{backend}`, which is not declared; {known}")]
    UnknownBackend { variable: String, backend: String, known: String },
}

impl OneOff {
    /// Whether it says nothing.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

impl std::fmt::Display for OneOff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.backend, &self.model) {
            (Some(backend), Some(model)) => write!(f, "backend `{backend}` and model `{model}`"),
            (Some(backend), None) => write!(f, "backend `{backend}`"),
            (None, Some(model)) => write!(f, "model `{model}`"),
            (None, None) => write!(f, "what the config says"),
        }
    }
}

impl Environment {
    /// What `AGENT_MODEL_<name>` and `AGENT_BACKEND_<name>` say of an agent of the fleet.
    ///
    /// # Errors
    /// [`OneOffError`] when one of them is empty, or names a backend that is not declared.
    pub fn one_off(&self, fleet: &Fleet, agent: &AgentName) -> Result<OneOff, OneOffError> {
        let (model, backend) = (format!("AGENT_MODEL_{agent}"), format!("AGENT_BACKEND_{agent}"));
        Ok(OneOff {
            model: match self.variable(&model) {
                Some(value) if value.trim().is_empty() => {
                    let wanted = "a model".to_owned();
                    return Err(OneOffError::Empty { variable: model, wanted });
                }
                value => value.map(str::to_owned),
            },
            backend: match self.variable(&backend) {
                None => None,
                Some(value) if value.trim().is_empty() => {
                    let wanted = format!("a backend ({})", known(fleet, ""));
                    return Err(OneOffError::Empty { variable: backend, wanted });
                }
                Some(value) => Some(fleet.declared_backend(value).ok_or_else(|| {
                    let known = known(fleet, value);
                    OneOffError::UnknownBackend {
                        variable: backend,
                        backend: value.to_owned(),
                        known,
                    }
                })?),
            },
        })
    }
}

/// The backends that there are, and the one that was likely meant.
fn known(fleet: &Fleet, wanted: &str) -> String {
    let names: Vec<&str> = fleet.backends.keys().map(BackendName::as_str).collect();
    let list = format!("known: {}", names.join(", "));
    match nearest(wanted, &names) {
        Some(near) => format!("did you mean `{near}`? {list}"),
        None => list,
    }
}

impl Fleet {
    fn declared_backend(&self, name: &str) -> Option<BackendName> {
        self.backends.keys().find(|known| known.as_str() == name).cloned()
    }

    /// The backend that runs `agent` under this override; one that the file no longer declares counts for nothing.
    #[must_use]
    pub fn backend_under<'a>(&'a self, agent: &'a Agent, one_off: &'a OneOff) -> &'a BackendName {
        let backend = one_off.backend.as_ref().filter(|name| self.backends.contains_key(*name));
        backend.unwrap_or(&agent.backend)
    }

    /// The model that `agent` runs with in `phase` under this override, which beats the agent's own, but not the one that
    /// the phase names for its role.
    #[must_use]
    pub fn model_under<'a>(
        &'a self,
        agent: &'a Agent,
        phase: Option<&PhaseId>,
        one_off: &'a OneOff,
    ) -> Option<&'a str> {
        let of_phase = self.model_of_phase(agent, phase);
        of_phase.or(one_off.model.as_deref()).or_else(|| self.model_of(agent, phase))
    }

    /// The same fleet, with the backends of the overrides that `of` knows.
    #[must_use]
    pub fn with_backends<'o>(
        &self,
        of: impl Fn(&AgentName) -> Option<&'o OneOff>,
    ) -> Cow<'_, Self> {
        let mut fleet = Cow::Borrowed(self);
        for (place, agent) in self.agents.iter().enumerate() {
            let Some(one_off) = of(&agent.name) else { continue };
            let backend = self.backend_under(agent, one_off);
            if *backend != agent.backend {
                fleet.to_mut().agents[place].backend = backend.clone();
            }
        }
        fleet
    }
}
