//! Does fleet time pass as time does, whatever the wall clock says?

use std::time::Duration;

use agents_decide::Moment;
use agents_watchdog::tick::Ticked;

use super::{Judge, Judged};

/// When a decision was made, in fleet time and on the machine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    at: Moment,
    boot: u32,
    /// The tick began and ended then: a look may take its time.
    began: Duration,
    ended: Duration,
}

/// Milliseconds are cut off.
const CUT: Duration = Duration::from_millis(2);

impl Judge {
    /// Within one boot only a clock that nobody sets counts.
    pub(super) fn clock(&mut self, tick: &Judged<'_>, ticked: &Ticked, found: &mut Vec<String>) {
        let (began, ended) = (tick.before.at, tick.machine.terminals.now());
        let now = Reading { at: ticked.now.at, boot: tick.machine.boot(), began, ended };
        // A watchdog that goes on from nothing, or from an earlier state, has its fleet time from there.
        let last = self.clock.replace(now).filter(|last| last.at == tick.before.state.at);
        let Some(last) = last.filter(|last| last.boot == now.boot) else { return };
        let least = began.saturating_sub(last.ended).saturating_sub(CUT);
        let most = ended.saturating_sub(last.began) + CUT;
        let span = now.at.since(last.at);
        if now.at < last.at || span < least || span > most {
            let (from, to) = (last.at, now.at);
            found.push(format!("I14: fleet time went from {from:?} to {to:?} within {most:?}"));
        }
    }
}
