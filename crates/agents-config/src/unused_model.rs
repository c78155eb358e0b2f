//! Which agents are given a model that their backend does not hand over?

use agents_names::{AgentName, BackendName};

use crate::{Agent, Backend, Fleet, Origin, Origins, PromptDelivery};

/// The model of an agent that its program never hears of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusedModel {
    pub agent: AgentName,
    pub backend: BackendName,
    pub model: String,
    /// The way out.
    pub help: String,
    /// The setting that gives the model.
    pub(crate) key: String,
}

impl std::fmt::Display for UnusedModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { agent, backend, model, .. } = self;
        write!(f, "the model `{model}` of {agent} is not used: the backend `{backend}` ")?;
        f.write_str("hands no model over")
    }
}

impl Backend {
    /// Whether a program of this backend is told its model.
    #[must_use]
    pub fn takes_model(&self) -> bool {
        match self.prompt_delivery {
            PromptDelivery::Exec => self.bin.contains("{model}"),
            PromptDelivery::Arg => self.model_flag.contains("{model}"),
            PromptDelivery::Ping => self.model_env,
        }
    }

    /// How it could be told its model.
    #[must_use]
    pub fn way_to_take_model(&self) -> &'static str {
        match self.prompt_delivery {
            PromptDelivery::Exec => "put `{model}` into `bin` where the program takes it",
            PromptDelivery::Arg => "set `model_flag`, to `--model {model}` for example",
            PromptDelivery::Ping => {
                "`model_env = true` hands it over to a program that reads OPENCODE_CONFIG_CONTENT"
            }
        }
    }
}

/// The models that agents and phases name for nothing; an inherited one only when no agent has a use for it.
pub(crate) fn unused(fleet: &Fleet, origins: &Origins) -> Vec<UnusedModel> {
    let own = fleet.agents.iter().filter_map(|agent| of_agent(fleet, origins, agent));
    let phases = fleet.loop_plan.iter().flat_map(|plan| &plan.phases);
    let of_phases = phases.flat_map(|phase| {
        let key = format!("loop.phases.{}.models", phase.id);
        fleet.agents.iter().filter_map(move |agent| {
            let model = phase.models.get(agent.role.as_ref()?)?;
            found(fleet, agent, model, key.clone())
        })
    });
    own.chain(of_phases).collect()
}

fn of_agent(fleet: &Fleet, origins: &Origins, agent: &Agent) -> Option<UnusedModel> {
    let key = format!("agent.{}.model", agent.name);
    let model = agent.model.as_ref().filter(|model| !model.is_empty())?;
    if is_inherited(origins, &key) {
        let heirs = fleet.agents.iter();
        let mut heirs =
            heirs.filter(|heir| is_inherited(origins, &format!("agent.{}.model", heir.name)));
        let first = heirs.clone().next().map(|heir| &heir.name);
        if first != Some(&agent.name) || heirs.any(|heir| fleet.backend_of(heir).takes_model()) {
            return None;
        }
    }
    found(fleet, agent, model, key)
}

fn is_inherited(origins: &Origins, key: &str) -> bool {
    origins.of(key).is_some_and(|setting| matches!(setting.origin, Origin::Defaults { .. }))
}

fn found(fleet: &Fleet, agent: &Agent, model: &str, key: String) -> Option<UnusedModel> {
    let backend = fleet.backend_of(agent);
    (!backend.takes_model()).then(|| UnusedModel {
        agent: agent.name.clone(),
        backend: backend.name.clone(),
        model: model.to_owned(),
        help: format!("{}, or remove the model", backend.way_to_take_model()),
        key,
    })
}
