//! This machine.

mod hears;
mod processes;

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use agents_config::Fleet;
use agents_decide::{
    Base, BeganSeen, HandoffSeen, Now, RootsSeen, RunId, Seen, StatusSeen, StopStage,
};
use agents_names::{AgentName, PhaseId};
use agents_tmux::{Driver as _, Listing, OneShot, StartSession, TmuxError};
use tokio::sync::Notify;

use super::analyst::Analysts;
use super::clock::{Clock, age, written};
use super::conversation::OpenConversations;
use super::fetcher::{self, Fetcher};
use super::tellers::{Tale, Tellers};
use super::{ClockMark, Facts, Need, Place, Question, Reached, Start, facts, prepare, roots};
use crate::launch::{RunFiles, StartRecord, write_private};
use crate::observe::git::GitSource;
use crate::observe::phase::read_regular;
use crate::observe::session_of;
use crate::process::{self, Census, Marked, Signal, StartMark};

/// The machine that the watchdog runs on.
pub struct LocalPlace {
    clock: Clock,
    /// Our own program, which launches the agents.
    myself: PathBuf,
    tmux: agents_tmux::Place,
    state_dir: PathBuf,
    fetcher: Fetcher,
    analysts: Analysts,
    /// The process table of this tick, read at most once.
    table: Option<process::Table>,
    /// The same without processes that can belong to no living agent.
    short_table: Option<process::Table>,
    census: Census,
    /// The table was read anew in this tick, for processes to be ended.
    is_ending: bool,
    /// How each member's last run began. The record is final once it names the program.
    begun: HashMap<AgentName, (RunId, StartRecord)>,
    conversations: OpenConversations,
    /// Processes of runs that were told to end: whoever left the tree since is still ours to end.
    told: HashMap<(AgentName, RunId), Vec<(u32, StartMark)>>,
    /// Those of them that had left their run, and were found by their environment alone.
    strays: HashMap<(AgentName, RunId), BTreeSet<u32>>,
    /// The processes of this tick that carry the mark of a run, read at most once.
    marked: Option<Vec<Marked>>,
    tellers: Tellers,
    /// The reports that came before this tick were taken.
    has_heard: bool,
}

impl LocalPlace {
    /// The place of a fleet whose terminals are on `tmux`.
    #[must_use]
    pub fn new(tmux: agents_tmux::Place, state_dir: PathBuf, myself: PathBuf) -> Self {
        let fetcher = Fetcher::default();
        Self {
            clock: Clock::start(),
            tellers: Tellers::new(&state_dir),
            has_heard: false,
            myself,
            tmux,
            state_dir,
            analysts: Analysts::over(&fetcher.ended),
            fetcher,
            table: None,
            short_table: None,
            census: Census::default(),
            is_ending: false,
            begun: HashMap::new(),
            conversations: OpenConversations::default(),
            told: HashMap::new(),
            strays: HashMap::new(),
            marked: None,
        }
    }

    /// Told when a fetch or an analysis has ended, so that its news need not wait for the next tick.
    #[must_use]
    pub fn fetched(&self) -> Arc<Notify> {
        Arc::clone(&self.fetcher.ended)
    }

    fn table(&mut self) -> Option<&process::Table> {
        if self.table.is_none() {
            self.table = process::Table::take()
                .inspect_err(|error| tracing::warn!("the process table cannot be read: {error}"))
                .ok();
        }
        self.table.as_ref()
    }

    /// A table that holds everything of a run whose launcher lives in its pane.
    fn table_of_living(&mut self, start: &StartRecord) -> Option<&process::Table> {
        if self.table.is_none() && self.short_table.is_none() {
            let launchers = self.begun.values().map(|(_, start)| start.launcher);
            self.short_table = self
                .census
                .take((start.launcher, start.launcher_mark.as_ref()), launchers)
                .inspect_err(|error| tracing::warn!("the process table cannot be read: {error}"))
                .ok();
        }
        self.table.as_ref().or(self.short_table.as_ref())
    }

    fn begun(&mut self, files: &RunFiles, name: &AgentName, run: RunId) -> Option<StartRecord> {
        if let Some((_, start)) = self.begun.get(name).filter(|(of, _)| *of == run) {
            return Some(start.clone());
        }
        let start = files.start(name, run)?;
        if start.program != 0 {
            self.begun.insert(name.clone(), (run, start.clone()));
        }
        Some(start)
    }

    /// How a run began, by its record, by what was remembered of that, or by its pane.
    fn start_of(
        &mut self,
        files: &RunFiles,
        name: &AgentName,
        run: RunId,
        need: &Need,
    ) -> Option<StartRecord> {
        let begun = self.begun(files, name, run);
        let remembered = || need.roots.as_ref().map(roots::record);
        let by_pane = || Some(roots::record(&roots::of_pane(run, need.launcher?)?));
        begun.or_else(remembered).or_else(by_pane)
    }

    /// The roots of a run that lives, until all of them are remembered.
    fn roots(&mut self, files: &RunFiles, name: &AgentName, need: &Need) -> Option<RootsSeen> {
        let (run, launcher) = (need.run?, need.launcher?);
        let known = need.roots.as_ref();
        if known.is_some_and(|roots| roots.program.is_some() && roots.launcher.pid == launcher) {
            return None;
        }
        let found = match self.begun(files, name, run) {
            Some(start) => Some(roots::of_record(run, &start)),
            None if known.is_none() => roots::of_pane(run, launcher),
            None => None,
        };
        found.filter(|found| Some(found) != known)
    }
}

impl Place for LocalPlace {
    fn now(&mut self) -> Now {
        self.is_ending = false;
        self.has_heard = false;
        self.marked = None;
        self.table = None;
        self.short_table = None;
        self.clock.now()
    }

    fn resume_clock(&mut self, mark: &ClockMark) {
        self.clock.resume(mark);
    }

    fn clock_mark(&mut self) -> ClockMark {
        self.clock.mark()
    }

    fn reached(&mut self) -> Reached {
        // What was typed left its number only in tmux; there were never as many messages as seconds.
        let message = chrono::Utc::now().timestamp().max(0).cast_unsigned();
        Reached { run: RunFiles::new(&self.state_dir).highest(), message }
    }

    fn has_launched(&mut self, name: &AgentName, run: RunId, pid: u32) -> bool {
        let start = self.begun(&RunFiles::new(&self.state_dir), name, run);
        let started = start.filter(|start| start.launcher == pid).and_then(|it| it.launcher_mark);
        started.is_some_and(|mark| process::alive(pid, &mark).unwrap_or(false))
    }

    fn facts(&mut self, fleet: &Fleet, name: &AgentName, need: Need) -> Facts {
        let files = RunFiles::new(&self.state_dir);
        let log = || session_of(fleet, name).map(|session| facts::log_file(fleet, session));
        let ended = need.run.filter(|_| need.end);
        let exit = ended.and_then(|run| facts::exit(&files, name, run, &log()?));
        let processes = match (need.processes, need.run) {
            (true, Some(run)) => self.processes(&files, name, run, &need),
            _ => Seen::Absent,
        };
        let job = need.run.filter(|_| need.job).and_then(|run| self.job(&files, name, run, &need));
        let began = need
            .run
            .filter(|_| need.beginning)
            .filter(|run| self.begun(&files, name, *run).is_some_and(|start| start.program != 0))
            .map(|run| BeganSeen { run, age: files.age(name, run).unwrap_or_default() });
        let Tale { told, heard, conversation } = self.tale(fleet, name, &need);
        let roots = self.roots(&files, name, &need);
        let strays = need
            .run
            .filter(|_| need.strays)
            .and_then(|run| self.strays.get(&(name.clone(), run)).map(BTreeSet::len));
        let strays = strays.map_or(0, |strays| u32::try_from(strays).unwrap_or(u32::MAX));
        let agent = fleet.agent(name);
        let logs = agent.is_some_and(|agent| agent.log && fleet.backend_of(agent).footer_ui);
        let log_written =
            (logs || need.processes).then(log).flatten().and_then(|log| written(&log));
        Facts {
            exit,
            log_age: log_written.and_then(|(at, _)| age(at)),
            log_dated: log_written.map(|(at, _)| at.timestamp_millis()),
            log_size: log_written.map(|(_, size)| size),
            processes,
            job,
            began,
            roots,
            strays,
            unstartable: need.startable.then(|| facts::unstartable(fleet, name)).flatten(),
            conversation,
            resume_id: need.startable.then(|| facts::resume_id(fleet, name)).flatten(),
            wake_text: agent.filter(|_| need.wake).and_then(facts::wake_text),
            told,
            heard,
            analysis: self.analysts.seen(name),
        }
    }

    fn status(&mut self, fleet: &Fleet, phase: &PhaseId) -> Seen<StatusSeen> {
        let Some(plan) = &fleet.loop_plan else { return Seen::Absent };
        let Some(declared) = plan.phase(phase) else { return Seen::Absent };
        match crate::observe::phase::status_file(&plan.repo, &plan.state_subdir, &declared.status) {
            Ok(Some(text)) => Seen::Known(StatusSeen { phase: phase.clone(), text }),
            Ok(None) => Seen::Absent,
            Err(error) => Seen::Unknown(format!("the status file {}: {error}", declared.status)),
        }
    }

    async fn copy_of_branch(&mut self, fleet: &Fleet) -> Seen<String> {
        match fleet.loop_plan.as_ref().and_then(|plan| plan.handoff.as_ref()) {
            Some(handoff) => {
                fetcher::copy_of_branch(&GitSource::of(handoff, &self.state_dir)).await
            }
            None => Seen::Absent,
        }
    }

    fn handoff(&mut self, fleet: &Fleet, base: &Base) -> Seen<HandoffSeen> {
        match fleet.loop_plan.as_ref().and_then(|plan| plan.handoff.as_ref()) {
            Some(handoff) => {
                self.fetcher.poll(GitSource::of(handoff, &self.state_dir), handoff, base)
            }
            None => Seen::Absent,
        }
    }

    fn legacy_position(&mut self, fleet: &Fleet) -> Option<usize> {
        let file = &fleet.loop_plan.as_ref()?.state_file;
        read_regular(&self.state_dir.join(file)).ok()??.trim().parse().ok()
    }

    async fn independent_listing(&mut self) -> Result<Listing, TmuxError> {
        OneShot::new(self.tmux.clone()).list().await
    }

    fn prepare(&mut self, fleet: &Fleet, start: &Start<'_>) -> Result<StartSession, String> {
        prepare::prepare(fleet, start, &self.myself, &self.tmux.socket_path())
    }

    fn analyze(&mut self, fleet: &Fleet, question: &Question<'_>) -> Result<(), String> {
        self.analysts.begin(fleet, question, &self.tmux)
    }

    fn end_analysis(&mut self, name: &AgentName) {
        self.analysts.end(name);
    }

    fn end_processes(
        &mut self,
        name: &AgentName,
        run: RunId,
        roots: Option<&RootsSeen>,
        stage: StopStage,
    ) {
        let files = RunFiles::new(&self.state_dir);
        // First: from now on it has begun, and is found, or it never begins.
        if let Err(error) = files.take_back(name, run) {
            tracing::debug!("the start of {name} cannot be taken back: {error}");
        }
        let begun = self.begun(&files, name, run);
        let start = begun.or_else(|| roots.map(roots::record));
        // Newer than the look, and one for all that end in this tick.
        if !std::mem::replace(&mut self.is_ending, true) {
            self.table = None;
            self.marked = None;
        }
        let Some(table) = self.table() else { return };
        let roots = start.as_ref().map(|start| facts::roots(start, table)).unwrap_or_default();
        let mut found = table.tree(&roots).processes;
        let key = (name.clone(), run);
        let marked = self.marked_of(name, run);
        let children = self.table().map(|table| table.children_among(&marked)).unwrap_or_default();
        for process in marked {
            if !found.contains(&process) {
                if !children.contains(&process.0) {
                    self.strays.entry(key.clone()).or_default().insert(process.0);
                }
                found.push(process);
            }
        }
        let earlier = self.told.entry(key).or_default();
        for process in earlier.iter() {
            if !found.contains(process) {
                found.push(process.clone());
            }
        }
        earlier.clone_from(&found);
        let signal = match stage {
            StopStage::Terminate => Signal::Terminate,
            StopStage::Kill => Signal::Kill,
        };
        for (pid, mark) in found {
            // The launcher stays until it has recorded the end; it ends with its program.
            let is_launcher = start.as_ref().is_some_and(|start| pid == start.launcher);
            if is_launcher && stage == StopStage::Terminate {
                continue;
            }
            if let Err(error) = process::signal(pid, &mark, signal) {
                tracing::warn!("cannot end process {pid} of {name}: {error}");
            }
        }
    }

    fn write_position(&mut self, fleet: &Fleet, phase: &PhaseId) -> Result<(), String> {
        let Some(plan) = &fleet.loop_plan else { return Ok(()) };
        let Some(index) = plan.index(phase) else { return Ok(()) };
        let path = self.state_dir.join(&plan.state_file);
        write_private(&path, format!("{index}\n").as_bytes())
            .map_err(|error| format!("cannot write {}: {error}", path.display()))
    }

    fn mark_complete(&mut self, fleet: &Fleet, phase: Option<&PhaseId>) -> Result<(), String> {
        let marker = fleet.log_dir.join("SEQUENCE-COMPLETE");
        let Some(phase) = phase else { return remove(&marker) };
        if marker.exists() {
            return Ok(());
        }
        let at = chrono::Local::now().format("%Y-%m-%d %H:%M:%S");
        let text = format!(
            "phase sequence complete {at} ({phase} was the last). Loops stopped; build finished.\n"
        );
        let trigger = fleet.loop_plan.as_ref().and_then(|plan| plan.on_complete.as_ref());
        if let Some(on_complete) = trigger {
            remove(&fleet.log_dir.join(&on_complete.trigger_file))?;
        }
        write_private(&marker, text.as_bytes())
            .map_err(|error| format!("cannot write {}: {error}", marker.display()))
    }
}

fn remove(path: &std::path::Path) -> Result<(), String> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("cannot remove {}: {error}", path.display()))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
