//! What do the programs' own servers say? Each is asked beside the ticks, by a thread of its own: one may not answer.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use agents_decide::{Prompted, RunId, Told, ToldState};
use agents_names::AgentName;
use agents_records::opencode::{self, Answers, Server};
use agents_records::{Origin, RecordError};
use chrono::{DateTime, Utc};
use tokio::sync::Notify;

use super::reader::locked;
use super::tale::{self, Recorded};

/// How often it is asked.
const EVERY: Duration = Duration::from_millis(300);
/// How long one answer may take: a server that is just beginning takes a question and never answers it.
const WITHIN: Duration = Duration::from_secs(5);
/// A conversation gets its prompt a moment before it is listed as at work; one that was broken off just then never is.
const BEGINS_WITHIN_MS: i64 = 10_000;
/// How often it counts as heard while it says nothing new.
const HEARD_EVERY_MS: i64 = 10_000;
/// For so long what it said counts, though it does not answer any more.
const SILENT_MS: i64 = 30_000;
/// How many of the last messages are asked for; the prompt of a long turn lies before them, and was read when it came.
const MESSAGES: usize = 4;

/// Whose server is asked, and what is known of its conversation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Asked {
    pub run: RunId,
    pub server: Server,
    pub conversation: Option<String>,
    /// When the run began: what happened before is of an earlier one.
    pub began: DateTime<Utc>,
}

/// The threads, and what each has heard.
#[derive(Debug)]
pub(super) struct Servers {
    heard: HashMap<AgentName, (RunId, Arc<Mutex<Shared>>)>,
    news: Arc<Notify>,
}

#[derive(Debug)]
struct Shared {
    asked: Asked,
    said: Option<Recorded>,
}

impl Servers {
    pub fn new(news: Arc<Notify>) -> Self {
        Self { heard: HashMap::new(), news }
    }

    /// What the server of a run said last; from now on it is asked.
    pub fn of(&mut self, name: &AgentName, asked: Asked) -> Option<Recorded> {
        let known = self.heard.get(name).filter(|(run, _)| *run == asked.run);
        let Some((_, shared)) = known else {
            let run = asked.run;
            let shared = Arc::new(Mutex::new(Shared { asked, said: None }));
            self.begin(&shared);
            self.heard.insert(name.clone(), (run, shared));
            return None;
        };
        let mut shared = locked(shared);
        shared.asked = asked;
        shared.said.clone()
    }

    /// Its program does not run.
    pub fn forget(&mut self, name: &AgentName) {
        self.heard.remove(name);
    }

    fn begin(&self, shared: &Arc<Mutex<Shared>>) {
        let (shared, news) = (Arc::downgrade(shared), Arc::clone(&self.news));
        let thread = std::thread::Builder::new().name("server".to_owned());
        if let Err(error) = thread.spawn(move || ask(&shared, &news)) {
            tracing::warn!("a program's server is not asked: {error}");
        }
    }
}

/// Ends soon after nobody wants to know any more.
fn ask(shared: &Weak<Mutex<Shared>>, news: &Notify) {
    let mut line = Line::default();
    while let Some(asked) = shared.upgrade().map(|shared| locked(&shared).asked.clone()) {
        let mut get = |path: &str| opencode::fetch(&asked.server, path, WITHIN);
        let now = Utc::now();
        let said = line.look(&asked, now, &mut get);
        let Some(shared) = shared.upgrade() else { return };
        let before = locked(&shared).said.clone();
        let said = said.map(Some).unwrap_or_else(|error| {
            tracing::debug!("{error}");
            let since = now.timestamp_millis() - SILENT_MS;
            before.clone().filter(|it| it.grown_ms.is_some_and(|heard| heard > since))
        });
        locked(&shared).said.clone_from(&said);
        drop(shared);
        let tells = |it: &Option<Recorded>| {
            it.clone().map(|it| (it.told, it.conversation, it.prompt)).unwrap_or_default()
        };
        if tells(&before) != tells(&said) {
            news.notify_one();
        }
        std::thread::sleep(EVERY);
    }
}

type Get<'a> = dyn FnMut(&str) -> Result<Vec<u8>, RecordError> + 'a;

/// What has been learnt from one server.
#[derive(Debug, Default)]
struct Line {
    own: Option<String>,
    /// Conversations that are parts of others.
    parts: HashSet<String>,
    /// Its status and its last change, when its messages were read last.
    mark: Option<(serde_json::Value, Option<i64>)>,
    told: Option<Told>,
    prompt: Option<Prompted>,
    /// It has a prompt, and its turn is about to begin.
    begins: bool,
    heard_ms: i64,
}

impl Line {
    fn look(
        &mut self,
        asked: &Asked,
        now: DateTime<Utc>,
        get: &mut Get<'_>,
    ) -> Result<Recorded, RecordError> {
        let status = get("/session/status")?;
        let listed: serde_json::Value = serde_json::from_slice(&status).unwrap_or_default();
        self.choose(asked, &listed, get)?;
        let now_ms = now.timestamp_millis();
        if let Some(id) = self.own.clone() {
            let session = get(&format!("/session/{id}"))?;
            let own = listed.get(&id).cloned().unwrap_or_default();
            let mark = (own, updated(&session));
            // At work the lists of open questions change, and nothing else tells.
            if !mark.0.is_null() || self.begins || self.mark.as_ref() != Some(&mark) {
                self.read(&id, (&status, &session), (asked, now), get)?;
                (self.mark, self.heard_ms) = (Some(mark), now_ms);
            }
        }
        if now_ms - self.heard_ms >= HEARD_EVERY_MS {
            self.heard_ms = now_ms;
        }
        Ok(Recorded {
            told: self.told.clone(),
            conversation: self.own.clone(),
            grown_ms: Some(self.heard_ms),
            prompt: self.prompt.clone(),
        })
    }

    /// In which conversation the program is: the one that works on this server. Others of the same folder are listed by it too, but only
    /// those that it works on itself have a status here.
    fn choose(
        &mut self,
        asked: &Asked,
        listed: &serde_json::Value,
        get: &mut Get<'_>,
    ) -> Result<(), RecordError> {
        if self.own.is_none() {
            self.own.clone_from(&asked.conversation);
        }
        let works = |id: &String| listed.get(id).is_some();
        if self.own.as_ref().is_some_and(works) {
            return Ok(());
        }
        for id in listed.as_object().into_iter().flat_map(serde_json::Map::keys) {
            if self.parts.contains(id) {
                continue;
            }
            let session = get(&format!("/session/{id}"))?;
            let found = opencode::conversations(&in_list(&session))?;
            match found.first().filter(|found| found.id == *id).map(|found| found.origin) {
                Some(Origin::Main) => {
                    *self = Self { own: Some(id.clone()), ..Self::default() };
                    return Ok(());
                }
                Some(Origin::Subagent) => {
                    self.parts.insert(id.clone());
                }
                Some(Origin::Unknown) | None => {}
            }
        }
        Ok(())
    }

    fn read(
        &mut self,
        id: &str,
        (status, session): (&[u8], &[u8]),
        (asked, now): (&Asked, DateTime<Utc>),
        get: &mut Get<'_>,
    ) -> Result<(), RecordError> {
        let (permissions, questions) = (get("/permission")?, get("/question")?);
        let messages = get(&format!("/session/{id}/message?limit={MESSAGES}"))?;
        let sessions = in_list(session);
        let state = opencode::state(
            id,
            &Answers {
                sessions: &sessions,
                status,
                permissions: &permissions,
                questions: &questions,
                messages: &messages,
            },
        )?;
        let began = asked.began.timestamp_millis();
        let prompt = opencode::last_prompt(&messages)?;
        let prompt = prompt.filter(|prompt| prompt.at.timestamp_millis() >= began);
        let told = tale::of(&state, "server".to_owned());
        self.begins = prompt.as_ref().is_some_and(|prompt| {
            prompt.is_last && (now - prompt.at).num_milliseconds() < BEGINS_WITHIN_MS
        });
        if let Some(opencode::Prompt { at, text, .. }) = prompt {
            self.prompt = Some(Prompted { at_ms: at.timestamp_millis(), text });
        }
        self.told = told.map(|told| {
            let rests = told.state == ToldState::Idle;
            let state = if rests && self.begins { ToldState::Active } else { told.state };
            self.since(Told { state, ..told }, began)
        });
        Ok(())
    }

    /// The interface tells no time but the last change of the conversation, which goes on during a turn: a turn began with its prompt.
    fn since(&self, told: Told, began: i64) -> Told {
        let prompted = self.prompt.as_ref().map(|prompt| prompt.at_ms);
        let is_of_now = |before: &&Told| {
            before.state == told.state && prompted.is_none_or(|at| before.since_ms >= at)
        };
        if let Some(before) = self.told.as_ref().filter(is_of_now)
            && before.state != ToldState::Active
        {
            return before.clone();
        }
        let since_ms = match told.state {
            ToldState::Active => prompted.unwrap_or(told.since_ms),
            ToldState::Idle
            | ToldState::Waiting
            | ToldState::Limited { .. }
            | ToldState::Unauthenticated { .. }
            | ToldState::Failed { .. } => told.since_ms,
        };
        Told { since_ms: since_ms.max(began), ..told }
    }
}

fn updated(session: &[u8]) -> Option<i64> {
    let session: serde_json::Value = serde_json::from_slice(session).ok()?;
    session.get("time")?.get("updated")?.as_i64()
}

fn in_list(session: &[u8]) -> Vec<u8> {
    [b"[", session, b"]"].concat()
}

#[cfg(test)]
mod tests;
