//! In which waves would the tasks run, if each wave ended before the next began?

use crate::schedule::{Bounds, Reason, Verdict, schedule};
use crate::{Manifest, TaskState};

/// The tasks that would start together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wave {
    pub phase: usize,
    pub tasks: Vec<usize>,
}

/// The whole way from the states that the manifest names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waves {
    pub waves: Vec<Wave>,
    /// Why each task is not in an earlier wave; of one in the first, or at its end, nothing.
    pub reasons: Vec<Vec<Reason>>,
    /// Tasks that no wave reaches.
    pub never: Vec<usize>,
}

/// Plays the schedule to its end, with every task done at the first attempt. What runs already ends with the first wave.
#[must_use]
pub fn waves(manifest: &Manifest, bounds: &Bounds) -> Waves {
    let mut states: Vec<TaskState> = manifest.tasks.iter().map(|task| task.state).collect();
    let mut reasons = vec![Vec::new(); manifest.tasks.len()];
    let mut waves = Vec::new();
    loop {
        let verdicts = schedule(manifest, &states, bounds);
        let mut wave = Vec::new();
        for (place, verdict) in verdicts.into_iter().enumerate() {
            match verdict {
                Verdict::Start | Verdict::UnderWay => wave.push(place),
                Verdict::Waits(why) => {
                    if let Some(slot) = reasons.get_mut(place) {
                        *slot = why;
                    }
                }
                Verdict::Failed | Verdict::Over => {}
            }
        }
        if wave.is_empty() {
            break;
        }
        for place in &wave {
            if let Some(state) = states.get_mut(*place) {
                *state = TaskState::Complete;
            }
        }
        let phase = wave.first().and_then(|place| manifest.tasks.get(*place));
        waves.push(Wave { phase: phase.map_or(0, |task| task.phase), tasks: wave });
    }
    let never = (0..states.len())
        .filter(|place| states.get(*place).is_some_and(|state| !state.is_over()))
        .collect();
    Waves { waves, reasons, never }
}
