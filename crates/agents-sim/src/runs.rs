//! Which processes live, and how did the others end? Derived from the sessions of the fake terminals.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use agents_decide::{BeganSeen, ExitSeen, ProcessesSeen, RunId, Seen, StopStage};
use agents_names::AgentName;
use agents_tmux::fake::{EndCause, LAUNCH, Living, World};

/// What a program does with the signals that are to end it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stubborn {
    #[default]
    No,
    /// Outlives its terminal; ends by SIGTERM.
    Hangup,
    /// Ends by SIGKILL only.
    Terminate,
}

/// All runs that still matter, and the habits of the programs.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    runs: Vec<Run>,
    stubborn: BTreeMap<AgentName, Stubborn>,
    busy: BTreeMap<AgentName, Busy>,
    /// How often the sessions were looked at.
    looks: u64,
    /// The highest number of a run that left a file.
    highest: u64,
    /// What went wrong with the one-life rule.
    pub violations: Vec<String>,
}

#[derive(Debug)]
struct Run {
    name: AgentName,
    run: RunId,
    session: String,
    began: Duration,
    state: RunState,
    told: bool,
    /// Whether its launcher came to write down how it ended.
    is_recorded: bool,
    /// The last look that found its session.
    seen_by: u64,
}

/// The member and the run that a session's tags name.
fn key(living: Living<'_>) -> Option<(&str, RunId)> {
    let (_, name) = living.agent_id?.rsplit_once('/')?;
    Some((name, RunId(living.run?.strip_prefix('r')?.parse().ok()?)))
}

#[derive(Debug, PartialEq, Eq)]
enum RunState {
    Live,
    /// Its terminal is gone, its processes are not.
    Left(Stubborn),
    Ended {
        at: Duration,
        code: Option<i32>,
        signal: Option<i32>,
    },
    /// Its launcher was ended before it had claimed the run, and has left no record.
    Unlaunched,
}

/// Processor time of a member.
#[derive(Debug, Default)]
struct Busy {
    since: Option<Duration>,
    used: Duration,
}

impl Runs {
    pub fn habit(&mut self, name: &AgentName, stubborn: Stubborn) {
        self.stubborn.insert(name.clone(), stubborn);
    }

    /// The files of that run are written.
    pub fn laid_ready(&mut self, run: RunId) {
        self.highest = self.highest.max(run.0);
    }

    /// The highest number of a run that left a file; 0 without any.
    pub fn highest(&self) -> u64 {
        self.highest
    }

    /// The member's processes use the processor from now on, or rest.
    pub fn busy(&mut self, name: &AgentName, busy: bool, now: Duration) {
        let entry = self.busy.entry(name.clone()).or_default();
        if let Some(since) = entry.since.take() {
            entry.used += (now - since).mul_f64(0.6);
        }
        entry.since = busy.then_some(now);
    }

    /// The machine has lost its power, and with it every process.
    pub fn switched_off(&mut self, at: Duration) {
        for run in self.runs.iter_mut().filter(|run| run.lives()) {
            run.state = RunState::Ended { at, code: None, signal: None };
            run.is_recorded = false;
        }
    }

    /// The members of whom processes live, with a terminal or without.
    pub fn all_living(&self) -> BTreeSet<AgentName> {
        self.runs.iter().filter(|run| run.lives()).map(|run| run.name.clone()).collect()
    }

    /// Since when a member has used the processor.
    pub fn busy_since(&self, name: &AgentName) -> Option<Duration> {
        self.busy.get(name).and_then(|busy| busy.since)
    }

    /// Takes note of the sessions that have come and gone.
    pub fn sync(&mut self, terminals: &World) {
        self.looks += 1;
        let look = self.looks;
        let mut new = Vec::new();
        terminals.each_living(|living| {
            let Some((name, run)) = key(living) else { return };
            let mut known = self.runs.iter_mut();
            match known.find(|known| known.run == run && known.name.as_str() == name) {
                Some(known) => known.seen_by = look,
                None => new.push((name.to_owned(), run, living.session.to_owned(), living.started)),
            }
        });
        let gone = |run: &Run| run.state == RunState::Live && run.seen_by != look;
        if self.runs.iter().any(gone) {
            for run in self.runs.iter_mut().filter(|run| gone(run)) {
                let end = terminals.last_end(&run.session);
                let stubborn = self.stubborn.get(&run.name).copied().unwrap_or_default();
                run.lose_terminal(end, stubborn, terminals.now());
            }
            self.runs.retain(|run| !run.never_launched());
        }
        for (name, run, session, started) in new {
            let Ok(name) = AgentName::new(name) else { continue };
            if !self.runs.iter().any(|known| known.name == name && known.run == run) {
                self.begin(name, run, session, started);
            }
        }
    }

    fn begin(&mut self, name: AgentName, run: RunId, session: String, began: Duration) {
        let other = self.runs.iter().find(|other| other.name == name && other.lives());
        if let Some(other) = other {
            self.violations.push(format!("{name} lives twice: {} and {run}", other.run));
        }
        self.runs.retain(|other| other.name != name || other.lives());
        let state = RunState::Live;
        self.runs.push(Run {
            name,
            run,
            session,
            began,
            state,
            told: false,
            is_recorded: true,
            seen_by: self.looks,
        });
    }

    /// The watchdog signals what is left of a run.
    pub fn end(&mut self, name: &AgentName, id: RunId, stage: StopStage, now: Duration) {
        for run in self.runs.iter_mut().filter(|run| run.name == *name && run.run == id) {
            run.told = true;
            let signal = match (&run.state, stage) {
                (RunState::Left(_), StopStage::Kill) => 9,
                (RunState::Left(Stubborn::Hangup), StopStage::Terminate) => 15,
                (
                    RunState::Live
                    | RunState::Left(_)
                    | RunState::Ended { .. }
                    | RunState::Unlaunched,
                    _,
                ) => continue,
            };
            run.state = RunState::Ended { at: now, code: None, signal: Some(signal) };
        }
    }

    /// How the launcher recorded the beginning of a run.
    pub fn began(&self, name: &AgentName, id: RunId, now: Duration) -> Option<BeganSeen> {
        let run = self.runs.iter().find(|run| run.name == *name && run.run == id)?;
        Some(BeganSeen { run: id, age: now.saturating_sub(run.began) })
    }

    /// How the launcher recorded the end of a run.
    pub fn exit(
        &self,
        name: &AgentName,
        id: RunId,
        last_output: impl FnOnce() -> Vec<String>,
    ) -> Option<ExitSeen> {
        let run = self.runs.iter().find(|run| run.name == *name && run.run == id)?;
        let RunState::Ended { at, code, signal } = run.state else { return None };
        if !run.is_recorded {
            return None;
        }
        let alive = at.saturating_sub(run.began);
        // A session that is closed under its program sends it SIGHUP, and nothing else here does.
        let session_closed = signal == Some(1);
        let last_output = last_output();
        Some(ExitSeen { run: id, code, signal, alive, failure: None, session_closed, last_output })
    }

    /// The processes of a run.
    pub fn processes(&self, name: &AgentName, id: RunId, now: Duration) -> Seen<ProcessesSeen> {
        let run = self.runs.iter().find(|run| run.name == *name && run.run == id);
        if !run.is_some_and(Run::lives) {
            return Seen::Absent;
        }
        let used = self.busy.get(name).map_or(Duration::ZERO, |busy| {
            busy.used + busy.since.map_or(Duration::ZERO, |since| (now - since).mul_f64(0.6))
        });
        let cpu_ms = u64::try_from(used.as_millis()).unwrap_or(u64::MAX);
        Seen::Known(ProcessesSeen { cpu_ms, digest: id.0, count: 2 })
    }
}

impl Run {
    fn lives(&self) -> bool {
        match self.state {
            RunState::Live | RunState::Left(_) => true,
            RunState::Ended { .. } | RunState::Unlaunched => false,
        }
    }

    fn never_launched(&self) -> bool {
        self.state == RunState::Unlaunched
    }

    fn lose_terminal(
        &mut self,
        end: Option<(Duration, EndCause)>,
        stubborn: Stubborn,
        now: Duration,
    ) {
        let (at, cause) = end.unwrap_or((now, EndCause::Killed));
        let told = self.told;
        if !matches!(cause, EndCause::Exit(_)) && at.saturating_sub(self.began) < LAUNCH {
            self.state = RunState::Unlaunched;
            return;
        }
        self.state = match (cause, stubborn) {
            (EndCause::Exit(code), _) => RunState::Ended { at, code: Some(code), signal: None },
            (_, Stubborn::Hangup) if !told => RunState::Left(stubborn),
            (_, Stubborn::Terminate) => RunState::Left(stubborn),
            (EndCause::Killed | EndCause::ServerLost, Stubborn::No | Stubborn::Hangup) => {
                let signal = Some(if told { 15 } else { 1 });
                RunState::Ended { at, code: None, signal }
            }
        };
    }
}
