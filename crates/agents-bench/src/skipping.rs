//! How does half a minute pass between two ticks without being waited for?

use std::time::{Duration, Instant};

use agents_config::Fleet;
use agents_decide::{Base, HandoffSeen, Now, RootsSeen, RunId, Seen, StatusSeen, StopStage};
use agents_names::{AgentName, PhaseId};
use agents_tmux::{Listing, StartSession, TmuxError};
use agents_watchdog::place::{ClockMark, Facts, LocalPlace, Need, Place, Question, Start};

/// This machine, with a clock that can be put forward, so that what is done once a minute is measured at its true share.
pub struct Skipping {
    inner: LocalPlace,
    skipped: Duration,
    /// When the clock was put forward, and how far ahead it was from then on.
    skips: Vec<(Instant, Duration)>,
}

impl Skipping {
    pub fn over(inner: LocalPlace) -> Self {
        Self { inner, skipped: Duration::ZERO, skips: Vec::new() }
    }

    pub fn skip(&mut self, span: Duration) {
        self.skipped += span;
        self.skips.push((Instant::now(), self.skipped));
    }

    /// How long ago something was by the clock that was put forward.
    fn aged(&self, age: Duration) -> Duration {
        let ahead = Instant::now().checked_sub(age).and_then(|then| {
            let earlier = self.skips.partition_point(|(at, _)| *at <= then);
            self.skips.get(earlier.checked_sub(1)?)
        });
        age + self.skipped - ahead.map_or(Duration::ZERO, |(_, ahead)| *ahead)
    }
}

impl Place for Skipping {
    fn now(&mut self) -> Now {
        let mut now = self.inner.now();
        now.at = now.at.after(self.skipped);
        now.wall += self.skipped;
        now
    }

    fn resume_clock(&mut self, mark: &ClockMark) {
        self.inner.resume_clock(mark);
    }

    fn clock_mark(&mut self) -> ClockMark {
        let mut mark = self.inner.clock_mark();
        mark.at = mark.at.after(self.skipped);
        mark
    }

    fn reached(&mut self) -> agents_watchdog::place::Reached {
        self.inner.reached()
    }

    fn has_launched(&mut self, name: &AgentName, run: RunId, pid: u32) -> bool {
        self.inner.has_launched(name, run, pid)
    }

    fn facts(&mut self, fleet: &Fleet, name: &AgentName, need: Need) -> Facts {
        let mut facts = self.inner.facts(fleet, name, need);
        facts.log_age = facts.log_age.map(|age| self.aged(age));
        // The file is dated by the clock that goes at its own pace.
        facts.log_dated = None;
        facts
    }

    fn status(&mut self, fleet: &Fleet, phase: &PhaseId) -> Seen<StatusSeen> {
        self.inner.status(fleet, phase)
    }

    async fn copy_of_branch(&mut self, fleet: &Fleet) -> Seen<String> {
        self.inner.copy_of_branch(fleet).await
    }

    fn handoff(&mut self, fleet: &Fleet, base: &Base) -> Seen<HandoffSeen> {
        self.inner.handoff(fleet, base)
    }

    fn legacy_position(&mut self, fleet: &Fleet) -> Option<usize> {
        self.inner.legacy_position(fleet)
    }

    async fn independent_listing(&mut self) -> Result<Listing, TmuxError> {
        self.inner.independent_listing().await
    }

    fn prepare(&mut self, fleet: &Fleet, start: &Start<'_>) -> Result<StartSession, String> {
        self.inner.prepare(fleet, start)
    }

    fn analyze(&mut self, fleet: &Fleet, question: &Question<'_>) -> Result<(), String> {
        self.inner.analyze(fleet, question)
    }

    fn end_analysis(&mut self, name: &AgentName) {
        self.inner.end_analysis(name);
    }

    fn end_processes(
        &mut self,
        name: &AgentName,
        run: RunId,
        roots: Option<&RootsSeen>,
        stage: StopStage,
    ) {
        self.inner.end_processes(name, run, roots, stage);
    }

    fn write_position(&mut self, fleet: &Fleet, phase: &PhaseId) -> Result<(), String> {
        self.inner.write_position(fleet, phase)
    }

    fn mark_complete(&mut self, fleet: &Fleet, phase: Option<&PhaseId>) -> Result<(), String> {
        self.inner.mark_complete(fleet, phase)
    }
}
