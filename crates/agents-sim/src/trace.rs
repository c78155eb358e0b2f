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
    lines: Arc<Mutex<Vec<String>>>,
}

impl Trace {
    pub(crate) fn new(terminals: World) -> Self {
        Self { terminals, lines: Arc::default() }
    }

    /// What the script did.
    pub(crate) fn done(&self, text: &str) {
        self.say(&format!("> {text}"));
    }

    /// What must never happen.
    pub(crate) fn violation(&self, text: &str) {
        self.say(&format!("VIOLATION {text}"));
    }

    pub(crate) fn say(&self, text: &str) {
        let line = format!("{} {text}", calendar::shown(self.terminals.now()));
        self.lock().push(line);
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
        let mut text = self.lock().join("\n");
        text.push('\n');
        text
    }

    /// The lines that contain `part`.
    #[must_use]
    pub fn with(&self, part: &str) -> Vec<String> {
        self.lock().iter().filter(|line| line.contains(part)).cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
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
        Answer::Failed(reason) => format!("failed ({reason})"),
        Answer::Waiting(reason) => format!("waits ({reason})"),
        Answer::Unseen(reason) => format!("unseen ({reason})"),
    }
}
