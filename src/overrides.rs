//! What does the environment say of agents instead of the config, and what of it comes to nothing?

use agents_config::{Environment, Fleet, OneOff};
use agents_decide::OneOffs;
use agents_names::{AgentName, PhaseId};

use crate::app::say;
use crate::commands::phase;
use crate::error::Error;

/// The overrides of these agents. What the environment says for nothing is told on standard error.
///
/// # Errors
/// When it says something that cannot be meant: nothing is started then.
pub fn one_offs<'n>(
    fleet: &Fleet,
    names: impl Iterator<Item = &'n AgentName>,
) -> Result<OneOffs, Error> {
    let environment = Environment::of_process();
    for stray in environment.stray_overrides(fleet) {
        say(&format!("warning: {stray}; {}", stray.help));
    }
    let mut one_offs = OneOffs::new();
    for name in names.filter(|name| fleet.agent(name).is_some()) {
        let said = environment.one_off(fleet, name);
        let one_off = said.map_err(|error| Error::Usage(error.to_string()))?;
        if !one_off.is_none() {
            one_offs.insert(name.clone(), one_off);
        }
    }
    let models = || one_offs.iter().filter(|(_, one_off)| one_off.model.is_some());
    let current = if models().count() > 0 { phase::current(fleet)? } else { None };
    for (name, one_off) in models() {
        if let Some(warning) = in_vain(fleet, name, one_off, current.as_ref()) {
            say(&format!("warning: {warning}"));
        }
    }
    Ok(one_offs)
}

/// Why the model of an override is not the one that the agent runs with.
fn in_vain(
    fleet: &Fleet,
    name: &AgentName,
    one_off: &OneOff,
    current: Option<&PhaseId>,
) -> Option<String> {
    let (agent, model) = (fleet.agent(name)?, one_off.model.as_ref()?);
    let current = current.filter(|_| agent.kind == agents_config::Kind::Loop);
    if let (Some(wins), Some(phase)) = (fleet.model_of_phase(agent, current), current) {
        return Some(format!(
            "AGENT_MODEL_{name} has to wait: phase {phase} names the model `{wins}` for its role, which wins over `{model}`"
        ));
    }
    let backend = &fleet.backends[fleet.backend_under(agent, one_off)];
    (!backend.takes_model()).then(|| {
        format!(
            "AGENT_MODEL_{name} is of no use: the backend `{}` hands no model over; {}",
            backend.name,
            backend.way_to_take_model()
        )
    })
}
