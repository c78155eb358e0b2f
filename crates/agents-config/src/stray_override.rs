//! Which overrides in the environment concern no agent of the file?

use agents_names::AgentName;

use crate::Fleet;
use crate::environment::Environment;
use crate::value::nearest;

/// A variable that overrides nothing, since its name holds no agent's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrayOverride {
    pub variable: String,
    /// The name in it.
    name: String,
    is_service: bool,
    /// The way out.
    pub help: String,
}

impl std::fmt::Display for StrayOverride {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { variable, name, .. } = self;
        if self.is_service {
            return write!(f, "{variable} overrides nothing: `{name}` is a service");
        }
        write!(f, "{variable} overrides nothing: the config declares no agent `{name}`")
    }
}

impl Environment {
    /// The overrides that concern no agent of the fleet, by their names.
    #[must_use]
    pub fn stray_overrides(&self, fleet: &Fleet) -> Vec<StrayOverride> {
        let known: Vec<&str> = fleet.agents.iter().map(|agent| agent.name.as_str()).collect();
        let strays = self.overrides().filter(|(_, name)| !known.contains(name));
        strays.map(|(head, name)| stray(fleet, &known, head, name)).collect()
    }
}

fn stray(fleet: &Fleet, known: &[&str], head: &str, name: &str) -> StrayOverride {
    let is_service =
        fleet.services.iter().map(|service| &service.name).any(|known| is(known, name));
    let help = match nearest(name, known).filter(|_| !is_service) {
        Some(near) => format!("did you mean `{head}{near}`?"),
        None if known.is_empty() => "unset it: the config declares no agent".to_owned(),
        None => format!("unset it, or name an agent: {}", known.join(", ")),
    };
    StrayOverride { variable: format!("{head}{name}"), name: name.to_owned(), is_service, help }
}

fn is(known: &AgentName, name: &str) -> bool {
    known.as_str() == name
}
