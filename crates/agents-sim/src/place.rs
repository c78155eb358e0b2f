//! The simulated machine, as a watchdog sees it.

use std::collections::HashMap;
use std::time::Duration;

use agents_config::Fleet;
use agents_decide::{
    Analysis, AnalysisSeen, Base, HandoffSeen, Moment, Now, RootsSeen, RunId, Seen, StatusSeen,
    StopStage,
};
use agents_names::{AgentName, PhaseId, SessionName};
use agents_tmux::{Driver as _, Listing, StartSession, TmuxError};
use agents_watchdog::observe::tag;
use agents_watchdog::place::{ClockMark, Facts, Need, Place, Question, Reached, Start};

use crate::calendar;
use crate::gate::{Effect, Gate};
use crate::machine::Machine;
use crate::planted::Slip;
use crate::swarm::KEY;

/// How long a fetch takes.
const FETCH: Duration = Duration::from_secs(1);
/// How long an analyzer takes.
const ANALYSIS: Duration = Duration::from_secs(20);
/// Longer than the last rows of any log here.
const LAST_OUTPUT: usize = 32 * 1024;
/// As the real clock: a wall clock that was set while the machine was off does not age everything by years.
const LONGEST_GAP: Duration = Duration::from_secs(30 * 24 * 3600);
/// As the real clock: what happens from now on is later than all that is remembered.
const LEAST_GAP: Duration = Duration::from_millis(1);

/// What one watchdog holds of the machine; it dies with the watchdog.
pub(crate) struct SimPlace {
    machine: Machine,
    gate: Gate,
    /// Fleet time at `since`.
    base: Moment,
    since: Duration,
    fetch: Option<(Base, Duration)>,
    last_fetch: Option<Duration>,
    /// The jobs of analyzers, and when each began.
    analyses: HashMap<AgentName, (u64, Duration)>,
}

impl SimPlace {
    pub fn new(machine: Machine, gate: Gate) -> Self {
        let since = machine.booted_for();
        Self {
            machine,
            gate,
            base: Moment(3_600_000),
            since,
            fetch: None,
            last_fetch: None,
            analyses: HashMap::new(),
        }
    }

    fn at(&self) -> Moment {
        if Slip::WallClock.is_planted() {
            let began = calendar::wall(Duration::ZERO);
            let span = (self.machine.wall() - began).to_std().unwrap_or_default();
            return Moment(3_600_000).after(span);
        }
        self.base.after(self.machine.booted_for() - self.since)
    }

    fn boot_id(&self) -> String {
        format!("boot-{}", self.machine.boot())
    }

    /// The date of a session log that was last written in that true second.
    fn log_dated(&self, second: u64) -> i64 {
        i64::try_from(self.machine.dated(second)).unwrap_or(i64::MAX).saturating_mul(1000)
    }

    fn last_output(&self, fleet: &Fleet, session: &SessionName) -> Vec<String> {
        let last = |text: &str| {
            let rows = text.lines().rev().filter(|row| !row.trim().is_empty());
            let mut last: Vec<String> = rows.take(5).map(str::to_owned).collect();
            last.reverse();
            last
        };
        let log = log_file(fleet, session);
        self.machine.terminals.log_end(&log, LAST_OUTPUT, last).unwrap_or_default()
    }
}

fn log_file(fleet: &Fleet, session: &SessionName) -> std::path::PathBuf {
    fleet.log_dir.join(format!("{session}.log"))
}

fn session_of<'f>(fleet: &'f Fleet, name: &AgentName) -> Option<&'f SessionName> {
    let agent = fleet.agent(name).map(|agent| &agent.session);
    agent.or_else(|| fleet.service(name).map(|service| &service.session))
}

impl SimPlace {
    /// The analyzer of the model takes its time, and always says to go on.
    fn analysis(&self, name: &AgentName) -> Option<AnalysisSeen> {
        let (job, begun) = self.analyses.get(name)?;
        let is_done = self.machine.booted_for().saturating_sub(*begun) >= ANALYSIS;
        let prompt = "Go on with what is left.".to_owned();
        let answer = is_done.then_some(Analysis::Continue { prompt });
        Some(AnalysisSeen { job: *job, conversation: Some("talk".to_owned()), answer })
    }
}

impl Place for SimPlace {
    fn now(&mut self) -> Now {
        self.machine.now(self.at())
    }

    fn resume_clock(&mut self, mark: &ClockMark) {
        let booted = self.machine.booted_for();
        let is_one_boot = mark.boot_id.as_ref().is_none_or(|id| *id == self.boot_id());
        let gap = if is_one_boot {
            booted.saturating_sub(Duration::from_millis(mark.boot_ms))
        } else {
            let gone = self.machine.wall().timestamp_millis().saturating_sub(mark.wall_ms);
            Duration::from_millis(u64::try_from(gone).unwrap_or(0)).min(LONGEST_GAP)
        };
        self.base = mark.at.after(gap.max(LEAST_GAP));
        self.since = booted;
    }

    fn clock_mark(&mut self) -> ClockMark {
        ClockMark {
            at: self.at(),
            boot_ms: u64::try_from(self.machine.booted_for().as_millis()).unwrap_or(u64::MAX),
            boot_id: Some(self.boot_id()),
            wall_ms: self.machine.wall().timestamp_millis(),
        }
    }

    fn reached(&mut self) -> Reached {
        Reached { run: self.machine.parts().runs.highest(), ..Reached::default() }
    }

    fn has_launched(&mut self, _: &AgentName, _: RunId, _: u32) -> bool {
        false
    }

    fn facts(&mut self, fleet: &Fleet, name: &AgentName, need: Need) -> Facts {
        let session = session_of(fleet, name);
        let agent = fleet.agent(name);
        let now = self.machine.terminals.now();
        let logs = agent.is_some_and(|agent| agent.log && fleet.backend_of(agent).footer_ui);
        let parts = self.machine.parts();
        let last = || session.map(|session| self.last_output(fleet, session)).unwrap_or_default();
        let exit = need.run.filter(|_| need.end).and_then(|run| parts.runs.exit(name, run, last));
        let begun = need.run.filter(|_| need.beginning);
        let began = begun.and_then(|run| parts.runs.began(name, run, now));
        let processes = match need.run {
            Some(run) if need.processes => parts.runs.processes(name, run, now),
            Some(_) | None => Seen::Absent,
        };
        let missing = need.startable && parts.missing_prompts.contains(name);
        let unstartable =
            missing.then(|| format!("its prompt file prompts/{name}.md does not exist"));
        let resume_id = parts.resume_ids.get(name).filter(|_| need.startable).cloned();
        let conversation = parts.conversations.get(name).filter(|_| need.lives).cloned();
        let standard = || Some("Look around.".to_owned());
        let has_wake = need.wake && agent.is_some_and(|agent| agent.wake.is_some());
        let wake = || parts.wake_texts.get(name).cloned().unwrap_or_else(standard);
        let wake_text = if has_wake { wake() } else { None };
        let told = parts.told.get(name).filter(|_| need.lives).cloned();
        drop(parts);
        let log = session.filter(|_| logs || need.processes);
        let logged_at = log.and_then(|log| self.machine.terminals.logged_at(log.as_str()));
        Facts {
            exit,
            log_age: logged_at.and_then(|at| self.machine.age(calendar::of_wall(at))),
            log_dated: logged_at.map(|at| self.log_dated(at)),
            log_size: None,
            processes,
            job: None,
            unstartable,
            began,
            roots: None,
            strays: 0,
            resume_id,
            conversation,
            wake_text,
            told,
            heard: None,
            analysis: self.analysis(name),
        }
    }

    fn status(&mut self, fleet: &Fleet, phase: &PhaseId) -> Seen<StatusSeen> {
        if fleet.loop_plan.as_ref().and_then(|plan| plan.phase(phase)).is_none() {
            return Seen::Absent;
        }
        match self.machine.parts().status.get(phase) {
            Some(Some(text)) => {
                Seen::Known(StatusSeen { phase: phase.clone(), text: text.clone() })
            }
            Some(None) => Seen::Unknown("the status file cannot be read".to_owned()),
            None => Seen::Absent,
        }
    }

    async fn copy_of_branch(&mut self, _: &Fleet) -> Seen<String> {
        self.machine.parts().branch.copy()
    }

    /// Begins a fetch when one is due, and tells of it when it has ended, once.
    fn handoff(&mut self, fleet: &Fleet, base: &Base) -> Seen<HandoffSeen> {
        let Some(handoff) = fleet.loop_plan.as_ref().and_then(|plan| plan.handoff.as_ref()) else {
            return Seen::Absent;
        };
        let now = self.machine.booted_for();
        let mut seen = Seen::Absent;
        if let Some((from, _)) = self.fetch.take_if(|(_, begun)| now - *begun >= FETCH) {
            let branch = &mut self.machine.parts().branch;
            seen = if branch.failures > 0 {
                branch.failures -= 1;
                Seen::Unknown("handoff: the remote does not answer".to_owned())
            } else {
                Seen::Known(branch.look(handoff, &from))
            };
        }
        let pause = handoff.fetch_interval.mul_f64(0.9);
        let due = self.last_fetch.is_none_or(|last| now - last >= pause);
        if self.fetch.is_none() && due {
            self.fetch = Some((base.clone(), now));
            self.last_fetch = Some(now);
        }
        seen
    }

    fn legacy_position(&mut self, _: &Fleet) -> Option<usize> {
        self.machine.parts().legacy_position
    }

    async fn independent_listing(&mut self) -> Result<Listing, TmuxError> {
        self.machine.terminals.driver().list().await
    }

    fn prepare(&mut self, fleet: &Fleet, start: &Start<'_>) -> Result<StartSession, String> {
        let Some(session) = session_of(fleet, start.name) else {
            return Err("the config does not declare it".to_owned());
        };
        if self.machine.parts().missing_prompts.contains(start.name) {
            return Err(format!("its prompt file prompts/{}.md cannot be read", start.name));
        }
        if self.gate.death().is_none() {
            let (id, run) = (tag(fleet, start.name), start.run.to_string());
            self.machine.terminals.lay_ready(&id, &run);
            self.machine.parts().runs.laid_ready(start.run);
        }
        let is_logged = fleet.agent(start.name).map(|agent| agent.log);
        let is_logged = is_logged.or(fleet.service(start.name).map(|service| service.log));
        let mut argv = vec!["agents".to_owned(), "launch".to_owned()];
        if Slip::ShowsKeys.is_planted() {
            argv.push(format!("API_KEY={KEY}"));
        }
        Ok(StartSession {
            session: session.clone(),
            agent_id: tag(fleet, start.name),
            run: start.run.to_string(),
            argv,
            log: (is_logged == Some(true)).then(|| log_file(fleet, session)),
            columns: 200,
            rows: 50,
        })
    }

    fn analyze(&mut self, _: &Fleet, question: &Question<'_>) -> Result<(), String> {
        let begun = self.machine.booted_for();
        self.analyses.insert(question.name.clone(), (question.job, begun));
        Ok(())
    }

    fn end_analysis(&mut self, name: &AgentName) {
        self.analyses.remove(name);
    }

    fn end_processes(
        &mut self,
        name: &AgentName,
        run: RunId,
        _: Option<&RootsSeen>,
        stage: StopStage,
    ) {
        if self.gate.death().is_none() {
            let now = self.machine.terminals.now();
            self.machine.terminals.take_back(name.as_str(), &run.to_string());
            self.machine.parts().runs.end(name, run, stage, now);
        }
    }

    fn write_position(&mut self, _: &Fleet, phase: &PhaseId) -> Result<(), String> {
        self.gate.pass(&Effect::Position, || {
            self.machine.parts().position = Some(phase.clone());
        });
        Ok(())
    }

    fn mark_complete(&mut self, _: &Fleet, phase: Option<&PhaseId>) -> Result<(), String> {
        self.gate.pass(&Effect::Complete, || {
            self.machine.parts().complete = phase.cloned();
        });
        Ok(())
    }
}
