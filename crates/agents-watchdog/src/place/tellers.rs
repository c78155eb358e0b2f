//! What do the agents' programs say about themselves? Their reports are taken from the inbox and the spool, and what
//! was heard of a run is kept beside its other files, so that the next watchdog knows it too.

mod reader;
mod server;
mod tale;
#[cfg(test)]
mod tests;
mod voice;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use agents_config::{Backend, Fleet};
use agents_decide::RunId;
use agents_names::AgentName;
use agents_records::Report;
use agents_screens::Hooks;
use chrono::{DateTime, Utc};
use tokio::sync::Notify;

use crate::launch::{RunFiles, write_private};
use crate::process::boot_clock_ms;
use crate::report::{Envelope, Inbox, Spool};

use reader::{Asked, Reader};
use server::Servers;
pub(crate) use tale::Tale;
use voice::{SET_BY_MS, Voice};

/// What was heard of the runs that live.
pub(crate) struct Tellers {
    files: RunFiles,
    spool: Spool,
    inbox: Option<Arc<Inbox>>,
    /// Whether reports are ours to take: whoever only looks leaves them to the holder of the fleet.
    is_listening: bool,
    voices: HashMap<AgentName, Voices>,
    reader: Reader,
    servers: Servers,
}

/// The runs of one agent that are heard. A later one may report while the one before is still the one that lives.
#[derive(Default)]
struct Voices {
    /// The latest run that was seen to live: it has replaced those before it.
    lives: Option<RunId>,
    of: BTreeMap<RunId, Voice>,
}

/// A run that lives, and what is known of its conversation besides what it reports.
pub(crate) struct Living<'a> {
    pub name: &'a AgentName,
    pub run: RunId,
    pub conversation: Option<String>,
    /// When it began.
    pub began: DateTime<Utc>,
}

impl Tellers {
    pub fn new(state_dir: &Path) -> Self {
        let reader = Reader::default();
        Self {
            servers: Servers::new(reader.news()),
            files: RunFiles::new(state_dir),
            spool: Spool::of(state_dir),
            inbox: None,
            is_listening: false,
            voices: HashMap::new(),
            reader,
        }
    }

    /// Takes what comes from now on; the fleet's lock is held. Without an inbox all of it comes to the spool.
    pub fn listen(&mut self, inbox: Option<Arc<Inbox>>) {
        (self.inbox, self.is_listening) = (inbox, true);
    }

    /// Takes what came since the last look.
    pub fn take(&mut self, fleet: &Fleet) {
        let envelopes = match &self.inbox {
            Some(inbox) => inbox.take(),
            None if self.is_listening => self.spool.take(),
            None => return,
        };
        if !envelopes.is_empty() {
            self.reader.hurry();
        }
        let mut touched = HashMap::new();
        let clocks = Clocks::now();
        for envelope in envelopes {
            let name = envelope.name.clone();
            let Some(report) = read(fleet, &envelope, clocks) else { continue };
            if !self.is_started(&name, envelope.run) {
                tracing::debug!("{name}: a report of run {} is of no run of ours", envelope.run.0);
                continue;
            }
            let Some(voice) = self.voice_of(&name, envelope.run) else { continue };
            touched.entry((name, envelope.run)).or_insert_with(|| voice.clone());
            voice.follow(clocks.offset_ms());
            voice.hear(&report);
        }
        for ((name, run), before) in touched {
            self.keep(&name, run, &before);
        }
    }

    /// Told when a record says something new.
    pub fn news(&self) -> Arc<Notify> {
        self.reader.news()
    }

    /// What is told of a run that lives.
    pub fn tale(&mut self, fleet: &Fleet, living: Living<'_>) -> Tale {
        let Living { name, run, .. } = living;
        self.lives(name, run);
        let Some(voice) = self.voice_of(name, run) else { return Tale::default() };
        let clocks = Clocks::now();
        voice.follow(clocks.offset_ms());
        let voice = voice.clone();
        let record = match self.server_of(fleet, &living, &voice) {
            Some(asked) => self.servers.of(name, asked),
            None => asked(fleet, living, &voice).and_then(|asked| self.reader.of(name, asked)),
        };
        Tale::of(&voice, record.as_ref(), clocks.wall_ms)
    }

    /// Its program does not run.
    pub fn forget(&mut self, name: &AgentName) {
        self.reader.forget(name);
        self.servers.forget(name);
    }

    /// The server that the run's program was started with.
    fn server_of(
        &self,
        fleet: &Fleet,
        living: &Living<'_>,
        voice: &Voice,
    ) -> Option<server::Asked> {
        let agent = fleet.agent(living.name)?;
        if hooks_of(fleet.backend_of(agent)) != Some(Hooks::Http) {
            return None;
        }
        Some(server::Asked {
            run: living.run,
            server: self.files.server(living.name, living.run)?,
            conversation: voice.conversation.clone().or_else(|| living.conversation.clone()),
            began: living.began,
        })
    }

    /// Whether that run is one of ours: whoever reports under another number would make the living one mute.
    fn is_started(&self, name: &AgentName, run: RunId) -> bool {
        self.voices.get(name).is_some_and(|voices| voices.of.contains_key(&run))
            || self.files.start(name, run).is_some()
    }

    /// Whoever lives has replaced the runs before it.
    fn lives(&mut self, name: &AgentName, run: RunId) {
        let voices = self.voices.entry(name.clone()).or_default();
        if voices.lives.is_none_or(|lives| lives < run) {
            voices.lives = Some(run);
            voices.of = voices.of.split_off(&run);
        }
    }

    /// The voice of a run; none for a run that a later one has replaced.
    fn voice_of(&mut self, name: &AgentName, run: RunId) -> Option<&mut Voice> {
        let voices = self.voices.get(name);
        if voices.and_then(|it| it.lives).is_some_and(|lives| lives > run) {
            return None;
        }
        if !voices.is_some_and(|it| it.of.contains_key(&run)) {
            let kept = std::fs::read(self.file(name, run)).ok();
            let kept = kept.and_then(|bytes| serde_json::from_slice(&bytes).ok());
            let voices = self.voices.entry(name.clone()).or_default();
            voices.of.insert(run, kept.unwrap_or_default());
        }
        self.voices.get_mut(name)?.of.get_mut(&run)
    }

    fn keep(&self, name: &AgentName, run: RunId, before: &Voice) {
        let Some(voice) = self.voices.get(name).and_then(|it| it.of.get(&run)) else { return };
        if !voice.says_more_than(before) {
            return;
        }
        let kept = serde_json::to_vec(voice).map_err(std::io::Error::from);
        if let Err(error) = kept.and_then(|kept| write_private(&self.file(name, run), &kept)) {
            tracing::warn!("what {name} reports cannot be kept: {error}");
        }
    }

    fn file(&self, name: &AgentName, run: RunId) -> PathBuf {
        self.files.told(name, run)
    }
}

/// The clock that people set, and the one that nobody can, at one moment.
#[derive(Debug, Clone, Copy)]
struct Clocks {
    wall_ms: i64,
    boot_ms: i64,
}

impl Clocks {
    fn now() -> Self {
        let boot_ms = i64::try_from(boot_clock_ms()).unwrap_or(i64::MAX);
        Self { wall_ms: Utc::now().timestamp_millis(), boot_ms }
    }

    fn offset_ms(self) -> i64 {
        self.wall_ms.saturating_sub(self.boot_ms)
    }

    /// When a report was made, by the wall clock as it goes now.
    fn wall_of(self, envelope: &Envelope) -> i64 {
        let told = envelope.at_wall_ms;
        let boot = envelope.at_boot_ms.and_then(|at| i64::try_from(at).ok());
        // One of before a start of the machine has no time of this one.
        let age = boot.map(|at| self.boot_ms.saturating_sub(at)).filter(|age| *age >= 0);
        let at = age.map(|age| self.wall_ms.saturating_sub(age));
        at.filter(|at| told.saturating_sub(*at).abs() > SET_BY_MS).unwrap_or(told)
    }
}

/// Whether an agent's program is read or asked beside what it reports: then it counts when its run began.
pub(crate) fn is_read(fleet: &Fleet, name: &AgentName) -> bool {
    let hooks = fleet.agent(name).and_then(|agent| hooks_of(fleet.backend_of(agent)));
    match hooks {
        Some(Hooks::Settings | Hooks::ConfigAndRollout | Hooks::Extension | Hooks::Http) => true,
        Some(Hooks::None) | None => false,
    }
}

/// Whose record is read; none for a program that keeps none that can be read.
fn asked(fleet: &Fleet, living: Living<'_>, voice: &Voice) -> Option<Asked> {
    let Living { name, run, conversation, began } = living;
    let agent = fleet.agent(name)?;
    let backend = fleet.backend_of(agent);
    Some(Asked {
        run,
        cli: hooks_of(backend).and_then(word).and_then(reader::keeps)?,
        path: voice.record.clone(),
        conversation: voice.conversation.clone().or(conversation),
        homes: reader::homes(&backend.env)?,
        cwd: agent.dir.clone(),
        began,
    })
}

/// A report in the words that all programs share; the reporter may say whose it is, else the agent's preset does.
fn read(fleet: &Fleet, envelope: &Envelope, clocks: Clocks) -> Option<Report> {
    let at = DateTime::from_timestamp_millis(clocks.wall_of(envelope))?;
    let bytes = serde_json::to_vec(&envelope.payload).ok()?;
    let by_preset = || {
        let agent = fleet.agent(&envelope.name)?;
        hooks_of(fleet.backend_of(agent)).and_then(word)
    };
    let report = match envelope.cli.as_deref().or_else(by_preset)? {
        "claude" => Report::of_claude(&bytes, at),
        "codex" if envelope.payload.get("hook_event_name").is_none() => {
            Report::of_codex_notify(&bytes, at)
        }
        "codex" => Report::of_codex(&bytes, at),
        "pi" => Report::of_pi(&bytes, at),
        _ => return None,
    };
    report.inspect_err(|error| tracing::debug!("{}: {error}", envelope.name)).ok()
}

pub(crate) fn hooks_of(backend: &Backend) -> Option<Hooks> {
    Some(backend.preset.as_ref()?.head().launch.as_ref()?.hooks)
}

/// The program whose hooks these are, as `agents report` names it.
pub(crate) fn word(hooks: Hooks) -> Option<&'static str> {
    match hooks {
        Hooks::Settings => Some("claude"),
        Hooks::ConfigAndRollout => Some("codex"),
        Hooks::Extension => Some("pi"),
        Hooks::Http | Hooks::None => None,
    }
}
