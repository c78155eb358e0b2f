//! What is there besides the terminals? Clocks, processes, files and git of one simulated machine.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use agents_decide::{Now, Told, Zone};
use agents_names::{AgentName, PhaseId};
use agents_tmux::fake::World;
use chrono::{DateTime, TimeDelta, Utc};

use crate::branch::Branch;
use crate::calendar;
use crate::runs::Runs;

/// A machine that outlives its watchdogs; clones are the same machine.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    pub terminals: World,
    parts: Arc<Mutex<Parts>>,
}

/// Everything on the machine that a script can change.
#[derive(Debug)]
pub(crate) struct Parts {
    /// When somebody set the wall clock, and by how much.
    pub jumps: Vec<(Duration, TimeDelta)>,
    pub zone: Zone,
    pub branch: Branch,
    pub runs: Runs,
    /// `None`: the file cannot be read.
    pub status: BTreeMap<PhaseId, Option<String>>,
    pub missing_prompts: BTreeSet<AgentName>,
    /// Whose working directory vanished after a look found it.
    pub missing_folders: BTreeSet<AgentName>,
    /// When the machine was switched on, and how often it has been.
    pub switched_on: (Duration, u32),
    /// The text of each wake file; `None` where it is missing.
    pub wake_texts: BTreeMap<AgentName, Option<String>>,
    pub resume_ids: BTreeMap<AgentName, String>,
    /// The conversations that programs say they are in.
    pub conversations: BTreeMap<AgentName, String>,
    /// What programs say of themselves.
    pub told: BTreeMap<AgentName, Told>,
    /// The position that the original program left.
    pub legacy_position: Option<usize>,
    /// What the file for other programs says.
    pub position: Option<PhaseId>,
    pub complete: Option<PhaseId>,
}

impl Machine {
    pub fn new(terminals: World) -> Self {
        let parts = Parts {
            jumps: Vec::new(),
            zone: Zone::Fixed(0),
            branch: Branch::default(),
            runs: Runs::default(),
            status: BTreeMap::new(),
            missing_prompts: BTreeSet::new(),
            missing_folders: BTreeSet::new(),
            switched_on: (Duration::ZERO, 1),
            wake_texts: BTreeMap::new(),
            resume_ids: BTreeMap::new(),
            conversations: BTreeMap::new(),
            told: BTreeMap::new(),
            legacy_position: None,
            position: None,
            complete: None,
        };
        Self { terminals, parts: Arc::new(Mutex::new(parts)) }
    }

    pub fn parts(&self) -> MutexGuard<'_, Parts> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Time since the machine was switched on; the boot clock.
    pub fn booted_for(&self) -> Duration {
        let (since, _) = self.parts().switched_on;
        self.terminals.now().saturating_sub(since)
    }

    /// Which boot this is.
    pub fn boot(&self) -> u32 {
        self.parts().switched_on.1
    }

    /// The power fails, and comes back: every process of the machine has ended.
    pub fn reboot(&self) {
        let now = self.terminals.now();
        let mut parts = self.parts();
        parts.runs.switched_off(now);
        parts.told.clear();
        parts.switched_on = (now, parts.switched_on.1 + 1);
    }

    /// The wall clock, as it is set.
    pub fn wall(&self) -> DateTime<Utc> {
        let true_wall = calendar::wall(self.terminals.now());
        let set: TimeDelta = self.parts().jumps.iter().map(|(_, by)| *by).sum();
        true_wall.checked_add_signed(set).unwrap_or(true_wall)
    }

    /// How old the wall clock calls a file that was written then; `None` for one from the future.
    pub fn age(&self, written: Duration) -> Option<Duration> {
        let parts = self.parts();
        let since = parts.jumps.iter().filter(|(at, _)| *at > written).map(|(_, by)| *by);
        let true_age = self.terminals.now().saturating_sub(written);
        (TimeDelta::from_std(true_age).ok()? + since.sum::<TimeDelta>()).to_std().ok()
    }

    /// The second that the wall clock showed at that true second since 1970: tmux dates output by it.
    pub fn dated(&self, second: u64) -> u64 {
        let written = calendar::of_wall(second);
        let parts = self.parts();
        let before = parts.jumps.iter().filter(|(at, _)| at.as_secs() <= written.as_secs());
        second.saturating_add_signed(before.map(|(_, by)| *by).sum::<TimeDelta>().num_seconds())
    }

    pub fn now(&self, at: agents_decide::Moment) -> Now {
        let zone = self.parts().zone;
        Now { at, wall: self.wall(), zone }
    }

    /// Takes note of the sessions that have come and gone.
    pub fn sync(&self) {
        self.parts().runs.sync(&self.terminals);
    }
}
