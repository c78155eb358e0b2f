//! Was it hard enough? How often each fault struck and each machine changed.

use std::collections::BTreeMap;

use super::kind::Kind;
use super::life::Lived;
use crate::judge::Transition;

/// What all lives of a run saw.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    faults: BTreeMap<Kind, u64>,
    transitions: BTreeMap<Transition, u64>,
    fault_hours: u64,
    ticks: u64,
}

/// How many hours of each life have faults.
const FAULT_HOURS: u64 = 2;
/// In a run of CI's length each kind of fault strikes so often, each transition is seen so often.
const LEAST_FAULTS: u64 = 1000;
const LEAST_TRANSITIONS: u64 = 100;
/// From so many hours on the counts are demanded.
const DEMANDED_FROM: u64 = 10_000;
/// Faults per hour, while there are any.
const PACE: u64 = 50;

impl Coverage {
    pub(super) fn add(&mut self, lived: &Lived) {
        for (kind, count) in &lived.faults {
            *self.faults.entry(*kind).or_default() += count;
        }
        for (transition, count) in &lived.transitions {
            *self.transitions.entry(*transition).or_default() += count;
        }
        self.fault_hours += FAULT_HOURS;
        self.ticks += lived.ticks;
    }

    /// How many faults struck.
    #[must_use]
    pub fn faults(&self) -> u64 {
        self.faults.values().sum()
    }

    /// How many ticks there were.
    #[must_use]
    pub fn ticks(&self) -> u64 {
        self.ticks
    }

    /// Why a run of that many hours was too easy; empty when it was not.
    #[must_use]
    pub fn gaps(&self, fleet_hours: u64) -> Vec<String> {
        let mut gaps = Vec::new();
        let faults = self.faults();
        if faults < PACE * self.fault_hours {
            gaps.push(format!("{faults} faults in {} hours with faults", self.fault_hours));
        }
        if fleet_hours < DEMANDED_FROM {
            return gaps;
        }
        for kind in Kind::ALL {
            let count = self.faults.get(kind).copied().unwrap_or(0);
            if count < LEAST_FAULTS {
                gaps.push(format!("{}: {count} times", kind.name()));
            }
        }
        for transition @ (machine, from, to) in TRANSITIONS {
            let count = self.transitions.get(transition).copied().unwrap_or(0);
            if count < LEAST_TRANSITIONS {
                gaps.push(format!("{machine}: {from} > {to}: {count} times"));
            }
        }
        gaps
    }

    /// All counts, a line each.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let faults = Kind::ALL.iter().map(|kind| {
            format!("{:>9}  {}", self.faults.get(kind).copied().unwrap_or(0), kind.name())
        });
        let transitions = self
            .transitions
            .iter()
            .map(|((machine, from, to), count)| format!("{count:>9}  {machine}: {from} > {to}"));
        faults.chain(transitions).collect()
    }
}

/// The transitions that a run must see.
const TRANSITIONS: &[Transition] = &[
    ("blind", "no", "yes"),
    ("blind", "yes", "no"),
    ("delivery", "owed", "typing"),
    ("delivery", "stuck", "owed"),
    ("delivery", "submitted", "owed"),
    ("delivery", "submitted", "stuck"),
    ("delivery", "typed", "owed"),
    ("delivery", "typed", "submitted"),
    ("delivery", "typing", "owed"),
    ("delivery", "typing", "typed"),
    ("doubt", "no", "yes"),
    ("doubt", "yes", "no"),
    ("handoff", "copy", "at"),
    ("handoff", "unseen", "copy"),
    ("life", "due", "starting"),
    ("life", "due", "stopped"),
    ("life", "missing", "stopping"),
    ("life", "missing", "up"),
    ("life", "parked", "due"),
    ("life", "parked", "starting"),
    ("life", "parked", "stopped"),
    ("life", "parked", "stopping"),
    ("life", "starting", "due"),
    ("life", "starting", "parked"),
    ("life", "starting", "stopped"),
    ("life", "starting", "stopping"),
    ("life", "starting", "up"),
    ("life", "stopped", "due"),
    ("life", "stopped", "starting"),
    ("life", "stopped", "stopping"),
    ("life", "stopped", "up"),
    ("life", "stopping", "due"),
    ("life", "stopping", "parked"),
    ("life", "stopping", "stopped"),
    ("life", "up", "due"),
    ("life", "up", "missing"),
    ("life", "up", "parked"),
    ("life", "up", "stopped"),
    ("life", "up", "stopping"),
    ("limit", "clear", "held"),
    ("limit", "held", "clear"),
    ("limit", "held", "probing"),
    ("limit", "probing", "clear"),
    ("limit", "probing", "held"),
    ("phases", "completing", "complete"),
    ("phases", "finishing", "moving"),
    ("phases", "moving", "running"),
    ("phases", "none", "running"),
    ("phases", "running", "completing"),
    ("phases", "running", "finishing"),
    ("phases", "running", "moving"),
    ("stall", "idle", "promised"),
    ("stall", "idle", "suspect"),
    ("stall", "idle", "working"),
    ("stall", "promised", "working"),
    ("stall", "suspect", "working"),
    ("stall", "working", "idle"),
    ("stall", "working", "promised"),
    ("stall", "working", "suspect"),
    ("suspicion", "no", "yes"),
    ("suspicion", "yes", "no"),
];
