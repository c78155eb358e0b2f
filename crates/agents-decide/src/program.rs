//! Which backend and model run an agent: those that it was started with, or those that its next start takes?

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use agents_config::{Agent, Fleet, OneOff};
use agents_names::{BackendName, PhaseId};

use crate::RunId;
use crate::conversation::Opening;
use crate::life::Life;
use crate::state::{FleetState, Member};

/// What a run was started with. The file may say something else by now.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Program {
    pub run: RunId,
    pub backend: BackendName,
    pub model: Option<String>,
    /// The operator's words that it was started under.
    pub one_off: OneOff,
    /// With which conversation it began.
    #[serde(default)]
    pub opening: Opening,
}

/// The program that runs a member, or that is being started or stopped; `None` when none is, or another run is up.
#[must_use]
pub fn running(member: &Member) -> Option<&Program> {
    let run = match &member.life {
        Life::Starting { run, .. } => Some(*run),
        Life::Up { run, .. } | Life::Missing { run, .. } | Life::Stopping { run, .. } => *run,
        Life::Stopped { .. } | Life::Due { .. } | Life::Parked { .. } => None,
    };
    member.program.as_ref().filter(|program| Some(program.run) == run)
}

/// The fleet by which members are judged and started in this tick: a program that runs under a one-off override is
/// judged by the backend it was started with, until it is started anew.
pub fn judged<'f>(fleet: &'f Fleet, state: &FleetState) -> Cow<'f, Fleet> {
    fleet.with_backends(|name| {
        let member = state.members.get(name)?;
        match &member.life {
            Life::Stopped { .. } | Life::Due { .. } | Life::Parked { .. } => Some(&member.one_off),
            Life::Starting { .. }
            | Life::Up { .. }
            | Life::Missing { .. }
            | Life::Stopping { .. } => Some(&running(member)?.one_off),
        }
    })
}

/// Backend and model as a person should read them: what runs where something does, else what the next start takes.
#[must_use]
pub fn shown<'a>(
    fleet: &'a Fleet,
    agent: &'a Agent,
    phase: Option<&PhaseId>,
    member: &'a Member,
) -> (&'a BackendName, Option<&'a str>) {
    if let Some(program) = running(member) {
        return (&program.backend, program.model.as_deref());
    }
    (fleet.backend_under(agent, &member.one_off), fleet.model_under(agent, phase, &member.one_off))
}
