//! What do the programs' own records say? Read beside the ticks, by a thread that may wait for a slow disk.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::Thread;
use std::time::{Duration, Instant};

use agents_decide::RunId;
use agents_names::AgentName;
use agents_records::find::{self, Homes};
use agents_records::{Choice, Cli, Conversation, Follower, Origin, Wanted, choose};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Notify;

use super::tale::{self, Recorded};
use super::voice::SET_BY_MS;

/// How often the records are looked at while one of them grows; a look at one that did not change asks only for its size
/// and time.
const EVERY: Duration = Duration::from_millis(100);
/// How often when none has grown for [`RESTS_AFTER`]. A report of a program makes the next look come at once.
const EVERY_AT_REST: Duration = Duration::from_secs(1);
const RESTS_AFTER: Duration = Duration::from_secs(10);
/// How often one that was not found is looked for.
const SEARCH_EVERY: Duration = Duration::from_secs(2);
/// What clocks of files and of programs may differ.
const SLACK: TimeDelta = TimeDelta::seconds(5);

/// Whose record is to be read, and what is known of where it lies.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    pub run: RunId,
    pub cli: Cli,
    /// Where its program itself says that it lies.
    pub path: Option<PathBuf>,
    pub conversation: Option<String>,
    pub homes: Homes,
    pub cwd: PathBuf,
    /// When the run began: what a record said before is of an earlier run.
    pub began: DateTime<Utc>,
}

impl Asked {
    /// The begin of a run is computed from the age of a file, and is never the same twice.
    fn is_same(&self, other: &Self) -> bool {
        let of = |it: &Self| (it.run, it.cli, it.path.clone(), it.conversation.clone());
        of(self) == of(other) && self.homes == other.homes && self.cwd == other.cwd
    }
}

/// The thread and what it shares with the ticks. It ends soon after its owner.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    shared: Option<Arc<Shared>>,
    thread: Option<Thread>,
    news: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Shared {
    asked: Mutex<HashMap<AgentName, Asked>>,
    said: Mutex<HashMap<AgentName, (RunId, Recorded)>>,
}

impl Reader {
    /// Told when a record says something else than before.
    pub fn news(&self) -> Arc<Notify> {
        Arc::clone(&self.news)
    }

    /// What the record of a run says, as far as it was read; from now on it is read.
    pub fn of(&mut self, name: &AgentName, asked: Asked) -> Option<Recorded> {
        let run = asked.run;
        if self.shared.is_none() {
            let (shared, thread) = begin(&self.news);
            (self.shared, self.thread) = (Some(shared), thread);
        }
        let shared = self.shared.as_ref()?;
        let is_new = match locked(&shared.asked).entry(name.clone()) {
            Entry::Occupied(known) if known.get().is_same(&asked) => false,
            Entry::Occupied(mut known) => {
                known.insert(asked);
                true
            }
            Entry::Vacant(free) => {
                free.insert(asked);
                true
            }
        };
        let said = locked(&shared.said);
        let said = said.get(name).filter(|(of, _)| *of == run).map(|(_, said)| said.clone());
        if is_new {
            self.hurry();
        }
        said
    }

    /// Has the records looked at now: their programs did something.
    pub fn hurry(&self) {
        if let Some(thread) = &self.thread {
            thread.unpark();
        }
    }

    /// Its program does not run.
    pub fn forget(&mut self, name: &AgentName) {
        if let Some(shared) = &self.shared {
            locked(&shared.asked).remove(name);
            locked(&shared.said).remove(name);
        }
    }
}

pub(super) fn locked<T>(it: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}

fn begin(news: &Arc<Notify>) -> (Arc<Shared>, Option<Thread>) {
    let shared = Arc::new(Shared::default());
    let (seen, news) = (Arc::downgrade(&shared), Arc::clone(news));
    let name = "records".to_owned();
    let begun = std::thread::Builder::new().name(name).spawn(move || read(&seen, &news));
    let begun = begun
        .inspect_err(|error| tracing::warn!("the programs' records are not read: {error}"))
        .ok();
    (shared, begun.map(|handle| handle.thread().clone()))
}

fn read(shared: &Weak<Shared>, news: &Notify) {
    let mut open: HashMap<AgentName, Open> = HashMap::new();
    let mut grew_at = Instant::now();
    while let Some(shared) = shared.upgrade() {
        let asked = locked(&shared.asked).clone();
        open.retain(|name, it| asked.get(name).is_some_and(|asked| asked.run == it.run));
        let mut is_new = false;
        for (name, asked) in &asked {
            let others = || others(&shared, name);
            let of = open.entry(name.clone()).or_insert_with(|| Open::new(asked.run));
            let Some(recorded) = of.look(asked, &others) else { continue };
            grew_at = Instant::now();
            let told = recorded.told.clone();
            let before = locked(&shared.said).insert(name.clone(), (asked.run, recorded));
            is_new |= before.is_none_or(|(_, before)| before.told != told);
        }
        drop(shared);
        if is_new {
            news.notify_one();
        }
        std::thread::park_timeout(if grew_at.elapsed() < RESTS_AFTER {
            EVERY
        } else {
            EVERY_AT_REST
        });
    }
}

/// The conversations that the other agents are known to be in.
fn others(shared: &Shared, name: &AgentName) -> BTreeSet<String> {
    let said = locked(&shared.said);
    let others = said.iter().filter(|(other, _)| *other != name);
    others.filter_map(|(_, (_, recorded))| recorded.conversation.clone()).collect()
}

/// One record, as far as it was read.
struct Open {
    run: RunId,
    follower: Option<Follower>,
    searched: Option<Instant>,
    /// Size and time of the file at the last reading.
    mark: Option<(u64, std::time::SystemTime)>,
    grown_ms: Option<i64>,
    /// The line that said what it does when all of the file was read first.
    first_line: Option<u64>,
}

impl Open {
    fn new(run: RunId) -> Self {
        Self { run, follower: None, searched: None, mark: None, grown_ms: None, first_line: None }
    }

    /// What is new; `None` when nothing is.
    fn look(&mut self, asked: &Asked, others: &dyn Fn() -> BTreeSet<String>) -> Option<Recorded> {
        let path = self.path(asked, others)?;
        if self.follower.as_ref().is_none_or(|follower| follower.path() != path) {
            self.follower = Some(Follower::new(asked.cli, &path));
            (self.mark, self.first_line) = (None, None);
        }
        let file = std::fs::metadata(&path).ok()?;
        let mark = (file.len(), file.modified().ok()?);
        let follower = self.follower.as_mut()?;
        let is_behind = follower.verdict().evidence.is_none();
        if self.mark == Some(mark) && !is_behind {
            return None;
        }
        if let Err(error) = follower.look() {
            tracing::debug!("{error}");
            return None;
        }
        self.mark = Some(mark);
        let changed: DateTime<Utc> = mark.1.into();
        let line = follower.verdict().evidence.as_ref().map(|evidence| evidence.line);
        self.first_line = self.first_line.or(line);
        let (changed_ms, now_ms) = (changed.timestamp_millis(), Utc::now().timestamp_millis());
        self.grown_ms = Some(grown(self.grown_ms, changed_ms, now_ms));
        Some(self.recorded(asked))
    }

    fn recorded(&self, asked: &Asked) -> Recorded {
        let Some(follower) = &self.follower else { return Recorded::default() };
        let verdict = follower.verdict();
        let line = verdict.evidence.as_ref().map_or(0, |evidence| evidence.line);
        let told = tale::of(&verdict.state, format!("record line {line}"));
        // What came while the run was watched is of the run, also by a wall clock that was set back to before it began.
        let is_watched = self.first_line.is_some_and(|first| line > first);
        let began = (asked.began - SLACK).timestamp_millis();
        let is_own = |at_ms: i64| is_watched || at_ms >= began;
        let own = |it: &&Conversation| it.origin != Origin::Subagent;
        let conversation = follower.standing().conversation().filter(own);
        Recorded {
            told: told.filter(|told| is_own(told.since_ms)),
            conversation: conversation.map(|it| it.id.clone()),
            grown_ms: self.grown_ms.filter(|grown| is_own(*grown)),
            prompt: None,
        }
    }

    /// Where the record lies: as its program said, by the conversation's id, or the only one that fits.
    fn path(&mut self, asked: &Asked, others: &dyn Fn() -> BTreeSet<String>) -> Option<PathBuf> {
        if let Some(path) = &asked.path {
            return Some(path.clone());
        }
        let is_found = self.follower.is_some();
        let due = self.searched.is_none_or(|at| at.elapsed() >= SEARCH_EVERY);
        if !is_found && due {
            self.searched = Some(Instant::now());
            return search(asked, &others());
        }
        self.follower.as_ref().map(|follower| follower.path().to_owned())
    }
}

/// When the record last grew. A file that is written after the wall clock was set back is dated before what it was dated then.
fn grown(before: Option<i64>, changed_ms: i64, now_ms: i64) -> i64 {
    let is_past = |at_ms: &i64| *at_ms <= now_ms.saturating_add(SET_BY_MS);
    before.filter(is_past).map_or(changed_ms, |before| before.max(changed_ms))
}

fn search(asked: &Asked, others: &BTreeSet<String>) -> Option<PathBuf> {
    let found = match (&asked.conversation, asked.cli) {
        (Some(id), Cli::Claude) => find::claude_records(&asked.homes.claude, id),
        (Some(id), Cli::Pi) => find::pi_records(&asked.homes.pi, id),
        (Some(id), Cli::Codex) => {
            let began = begun(id).unwrap_or(asked.began);
            return find::codex_record(&asked.homes.codex, id, began).ok().flatten();
        }
        (None, Cli::Codex) => return only_one(asked, others),
        // The hooks tell; what their folders are called cannot be told from the working directory.
        (None, Cli::Claude | Cli::Pi) => return None,
    };
    let cwd = asked.cwd.canonicalize().ok()?;
    let is_own = |found: &find::Found| {
        asked
            .conversation
            .as_ref()
            .is_some_and(|id| agents_records::is_launched(&found.conversation, id, &cwd))
    };
    found.ok()?.into_iter().find(is_own).map(|found| found.path)
}

/// The one record of codex that began in the run, in its directory, and is nobody else's.
fn only_one(asked: &Asked, claimed: &BTreeSet<String>) -> Option<PathBuf> {
    let (from, until) = (asked.began - SLACK, Utc::now() + SLACK);
    let found = find::codex_between(&asked.homes.codex, from, until).ok()?;
    let cwd = asked.cwd.canonicalize().ok()?;
    let wanted = Wanted { cwd: &cwd, from, until, claimed };
    let candidates: Vec<Conversation> =
        found.iter().map(|found| found.conversation.clone()).collect();
    let Choice::One(own) = choose(&candidates, &wanted) else { return None };
    found.iter().find(|found| found.conversation.id == own.id).map(|found| found.path.clone())
}

/// When codex began a conversation: the first part of its id is the time, in milliseconds since 1970 (a UUID of version 7).
fn begun(id: &str) -> Option<DateTime<Utc>> {
    let mut parts = id.split('-');
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if first.len() != 8 || second.len() != 4 || !third.starts_with('7') {
        return None;
    }
    let millis = i64::from_str_radix(&format!("{first}{second}"), 16).ok()?;
    DateTime::from_timestamp_millis(millis)
}

/// The program whose record is kept, by the hooks that it has.
pub(crate) fn keeps(word: &str) -> Option<Cli> {
    match word {
        "claude" => Some(Cli::Claude),
        "codex" => Some(Cli::Codex),
        "pi" => Some(Cli::Pi),
        _ => None,
    }
}

/// Where an agent's program keeps what it knows: by the watchdog's environment and what the backend sets on top.
pub(crate) fn homes(env: &[(String, String)]) -> Option<Homes> {
    Homes::of_environment(|name| {
        let own = env.iter().find(|(key, _)| key == name).map(|(_, value)| value.into());
        own.or_else(|| std::env::var_os(name))
    })
}

#[cfg(test)]
mod tests;
