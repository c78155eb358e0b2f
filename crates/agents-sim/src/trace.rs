//! What happened, as an operator would read it?

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use agents_decide::Answer;
use agents_names::AgentName;
use agents_tmux::fake::World;
use agents_watchdog::ledger::{EntryKind, Record};

use crate::calendar;

/// The lines of one simulation, each with its time.
#[derive(Debug, Clone)]
pub struct Trace {
    terminals: World,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    lines: Vec<String>,
    /// Only what must never happen is kept.
    is_brief: bool,
    /// Of all lines, kept or not: equal digests mean equal traces.
    digest: u64,
    violations: Vec<String>,
}

/// FNV-1a, the same everywhere.
const DIGEST: u64 = 0xcbf2_9ce4_8422_2325;

impl Trace {
    pub(crate) fn new(terminals: World) -> Self {
        let inner = Inner { digest: DIGEST, ..Inner::default() };
        Self { terminals, inner: Arc::new(Mutex::new(inner)) }
    }

    /// What the script did.
    pub(crate) fn done(&self, text: &str) {
        self.say(&format!("> {text}"));
    }

    /// What must never happen.
    pub(crate) fn violation(&self, text: &str) {
        self.say(&format!("VIOLATION {text}"));
        let told = format!("{} {text}", calendar::shown(self.terminals.now()));
        self.lock().violations.push(told);
    }

    /// From now on only what must never happen is kept; the digest goes on.
    pub(crate) fn be_brief(&self) {
        self.lock().is_brief = true;
    }

    /// What must never happen, and did.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        self.lock().violations.clone()
    }

    /// The first of them.
    pub(crate) fn first_violation(&self) -> Option<String> {
        self.lock().violations.first().cloned()
    }

    /// Equal digests mean equal traces, byte for byte.
    #[must_use]
    pub fn digest(&self) -> u64 {
        self.lock().digest
    }

    pub(crate) fn say(&self, text: &str) {
        let line = format!("{} {text}", calendar::shown(self.terminals.now()));
        let mut inner = self.lock();
        let mixed = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        inner.digest = line.bytes().fold(inner.digest, mixed);
        if !inner.is_brief {
            inner.lines.push(line);
        }
    }

    /// The journal of one tick, and its answers.
    pub(crate) fn record(&self, record: &Record<'_>) {
        for entry in &record.entries {
            let subject = entry.subject.as_deref().unwrap_or("fleet");
            match entry.kind {
                EntryKind::Action | EntryKind::Outcome | EntryKind::Config => self.say(&entry.text),
                EntryKind::Note => self.say(&format!("  {subject}: {}", entry.text)),
                EntryKind::Alarm => {
                    let text = entry.text.strip_prefix("alarm: ").unwrap_or(&entry.text);
                    self.say(&format!("ALARM {text}"));
                    if text.starts_with("refused (") {
                        self.lock().violations.push(text.to_owned());
                    }
                }
                EntryKind::Request => {}
            }
        }
        for (request, answers) in &record.replies {
            let answers: Vec<(AgentName, Answer)> =
                serde_json::from_str(answers).unwrap_or_default();
            let said: Vec<String> =
                answers.iter().map(|(name, answer)| format!("{name} {}", spoken(answer))).collect();
            let said = if said.is_empty() { "done".to_owned() } else { said.join(", ") };
            self.say(&format!("answer {}: {said}", request.0));
        }
    }

    /// The whole trace.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = self.lock().lines.join("\n");
        text.push('\n');
        text
    }

    /// The lines that contain `part`.
    #[must_use]
    pub fn with(&self, part: &str) -> Vec<String> {
        self.lock().lines.iter().filter(|line| line.contains(part)).cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn spoken(answer: &Answer) -> String {
    match answer {
        Answer::Started => "started".to_owned(),
        Answer::AlreadyRunning => "already running".to_owned(),
        Answer::Stopped => "stopped".to_owned(),
        Answer::StoppedWith(said) => format!("stopped, {said}"),
        Answer::NotRunning => "not running".to_owned(),
        Answer::NotRunningWith(said) => format!("not running ({said})"),
        Answer::Delivered(_) => "delivered".to_owned(),
        Answer::Done(said) => said.clone(),
        Answer::Failed(reason) => format!("failed ({reason})"),
        Answer::Waiting(reason) => format!("waits ({reason})"),
        Answer::Unseen(reason) => format!("unseen ({reason})"),
    }
}
