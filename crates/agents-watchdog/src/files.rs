//! What do config and files say by now of a program that was started earlier, or could not be?

use std::collections::BTreeMap;

use agents_config::{Agent, Fleet, Kind};
use agents_decide::program::running;
use agents_decide::{Ending, FleetState, Life, Member, messages};
use agents_names::{AgentName, PhaseId};

use crate::place::{kickoff, start_obstacle};

/// What was found, by member; who is not in a list has nothing of the kind.
#[derive(Debug, Default)]
pub struct Files {
    /// What stands in the way of another start, of members whose last start failed.
    pub obstacles: BTreeMap<AgentName, String>,
    /// With what an agent runs that its next start would not take: `the earlier model `small``.
    pub edits: BTreeMap<AgentName, String>,
}

impl Files {
    /// Compares what is remembered with what the files say now.
    #[must_use]
    pub fn of(fleet: &Fleet, state: Option<&FleetState>) -> Self {
        let Some(state) = state else { return Self::default() };
        let has_failed =
            |member: &Member| matches!(member.life, Life::Stopped { how: Ending::Failed(_), .. });
        let failed = state.members.iter().filter(|(_, member)| has_failed(member));
        let obstacles =
            failed.filter_map(|(name, _)| Some((name.clone(), start_obstacle(fleet, name)?)));
        let phase = state.sequence.as_ref().map(agents_decide::Sequence::phase);
        let edits = fleet.agents.iter().filter_map(|agent| {
            let phase = phase.filter(|_| agent.kind == Kind::Loop);
            let earlier = earlier(fleet, agent, phase, state.members.get(&agent.name)?)?;
            Some((agent.name.clone(), earlier))
        });
        Self { obstacles: obstacles.collect(), edits: edits.collect() }
    }
}

fn earlier(
    fleet: &Fleet,
    agent: &Agent,
    phase: Option<&PhaseId>,
    member: &Member,
) -> Option<String> {
    let program = running(member)?;
    let mut earlier = Vec::new();
    let backend = fleet.backend_under(agent, &program.one_off);
    if *backend != program.backend {
        earlier.push(format!("the earlier backend `{}`", program.backend));
    }
    let model = fleet.model_under(agent, phase, &program.one_off);
    if model != program.model.as_deref() {
        earlier.push(match &program.model {
            Some(model) => format!("the earlier model `{model}`"),
            None => "the default model, as before".to_owned(),
        });
    }
    // The kickoff is written at each start, so it is what the program was told.
    let told = std::fs::read(messages::kickoff_file(fleet, agent)).ok();
    let now = kickoff(fleet, agent, phase).ok();
    if let (Some(told), Some(now)) = (told, now)
        && told != now.as_bytes()
    {
        earlier.push("the earlier prompt".to_owned());
    }
    let last = earlier.pop()?;
    if earlier.is_empty() { Some(last) } else { Some(format!("{} and {last}", earlier.join(", "))) }
}
