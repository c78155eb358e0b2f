//! Does a fleet come to the same end when its watchdog is interrupted once, wherever that is?

use std::collections::BTreeMap;
use std::time::Duration;

use agents_decide::FleetState;
use agents_names::{AgentName, PhaseId};

use crate::gate::{Effect, Point, Trap};
use crate::judge::Judge;
use crate::ledger::CommitFault;
use crate::{Script, SimError, Simulation, play};

/// A service manager starts a watchdog that died so long after its death.
pub const RETURNS_AFTER: Duration = Duration::from_secs(20);

/// The one thing that goes wrong in a life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interruption {
    /// The watchdog is killed beside the effect of that number, counted from 1.
    Effect(Point, u32),
    /// Something happens to the record of that number, counted from 1.
    Record(Cut, u32),
}

/// What happens to one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The watchdog is killed when so many thousandths of it are written.
    Torn(u64),
    /// It is written and not yet safe, and the watchdog is killed.
    Unsynced,
    /// It is safe, and the watchdog is killed before it does anything.
    After,
    /// It cannot be written, nor can those after it, until so many were tried.
    Refused(u32),
}

/// How a life ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// The sessions with a living program.
    pub running: Vec<String>,
    /// What each member was given to work on, over all its starts.
    pub submitted: BTreeMap<AgentName, Vec<String>>,
    /// How often each agent was started for a reason of its own.
    pub starts: BTreeMap<AgentName, u32>,
    /// The phase that is remembered, the one that the file names, and the one that the mark of the end names.
    pub phases: [Option<PhaseId>; 3],
    /// Requests without an answer.
    pub unanswered: usize,
    /// What must never happen, and did.
    pub violations: Vec<String>,
}

/// One life, to its end.
#[derive(Debug)]
pub struct Lived {
    pub ending: Ending,
    /// How many effects and records there were.
    pub effects: u32,
    pub records: u32,
    pub trace: String,
}

/// Plays a script, with an interruption if there is one; what died comes back after [`RETURNS_AFTER`].
///
/// # Errors
/// As [`play`].
pub fn live(script: &Script, interruption: Option<Interruption>) -> Result<Lived, SimError> {
    let mut simulation = Simulation::new(&script.config)?;
    simulation.judge = Some(Judge::default());
    simulation.revives_after = Some(RETURNS_AFTER);
    match interruption {
        None => {}
        Some(Interruption::Effect(point, number)) => {
            simulation.set_trap(Trap { point, effect: Effect::Any, skip: number - 1 });
        }
        Some(Interruption::Record(cut, number)) => {
            simulation.disk.fault_after(number - 1, Some(cut.fault()));
        }
    }
    play::play_on(&mut simulation, script)?;
    let (effects, records) = simulation.tried();
    Ok(Lived { ending: simulation.ending(), effects, records, trace: simulation.trace().text() })
}

impl Cut {
    fn fault(self) -> CommitFault {
        match self {
            Self::Torn(kept) => CommitFault::KilledAt(kept),
            Self::Unsynced => CommitFault::KilledUnsynced,
            Self::After => CommitFault::KilledAfter,
            Self::Refused(count) => CommitFault::Fails(count),
        }
    }
}

impl Simulation {
    fn ending(&self) -> Ending {
        let panes = self.terminals().panes();
        let living = panes.iter().filter(|pane| pane.dead.is_none());
        let mut running: Vec<String> = living.map(|pane| pane.session.to_string()).collect();
        running.sort();
        let remembered: Option<FleetState> = self.disk.remembered();
        let members = remembered.iter().flat_map(|state| state.members.keys());
        let starts = remembered.iter().flat_map(|state| &state.members);
        let sequence = remembered.as_ref().and_then(|state| state.sequence.as_ref());
        let parts = self.machine.parts();
        let phases = [
            sequence.map(|sequence| sequence.phase().clone()),
            parts.position.clone(),
            parts.complete.clone(),
        ];
        drop(parts);
        Ending {
            running,
            submitted: members.map(|name| (name.clone(), self.lines_of(name))).collect(),
            starts: starts.map(|(name, member)| (name.clone(), member.starts)).collect(),
            phases,
            unanswered: self.unanswered(),
            violations: self.trace().violations(),
        }
    }

    /// The texts that were followed by a submit key; in no order, since who is told first may differ.
    fn lines_of(&self, name: &AgentName) -> Vec<String> {
        let session = self.fleet().session_prefix.session_of(name);
        let received = self.terminals().received(session.as_str());
        let mut lines: Vec<String> = received.split('\r').map(str::to_owned).collect();
        lines.pop();
        lines.sort();
        lines
    }
}
