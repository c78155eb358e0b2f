//! `agents report`: a hook of an agent program says what the program does. Prints nothing and never fails: what a hook
//! prints or returns would change what the agent does.

use std::io::{IsTerminal as _, Read as _};
use std::sync::mpsc;
use std::time::Duration;

use agents_decide::RunId;
use agents_names::AgentName;
use agents_watchdog::report::{Envelope, STATE_VARIABLE, send};
use serde_json::Value;

/// A hook that does not close its end by then is not waited for; what it has said so far is no report.
const PATIENCE: Duration = Duration::from_secs(2);

/// The programs whose hooks are understood.
const PROGRAMS: [&str; 3] = ["claude", "codex", "pi"];

/// What a tool was given and gave back: long, of no use here, and nobody else's business.
const LEFT_OUT: [&str; 2] = ["tool_input", "tool_response"];

/// More is read than is handed over: a tool's whole output stands in it.
const LONGEST_READ: u64 = 16 << 20;

/// Texts are cut to so many characters; the beginning of a prompt tells which one it is.
const LONGEST_TEXT: usize = 4_000;

/// Outside an agent of a fleet there is nobody to report to.
pub fn run(mut words: Vec<String>) -> u8 {
    let is_named = words.first().is_some_and(|word| PROGRAMS.contains(&word.as_str()));
    let cli = is_named.then(|| words.remove(0));
    let mut text = || words.pop().or_else(standard_input);
    if let Some(envelope) = sender().and_then(|sender| sender.with(cli, text()?)) {
        let state = std::path::PathBuf::from(std::env::var_os(STATE_VARIABLE).unwrap_or_default());
        // The agent goes on either way.
        drop(send(&state, &envelope));
    }
    crate::error::code::DONE
}

struct Sender {
    name: AgentName,
    run: RunId,
}

/// Who this process belongs to, from the environment that the launcher gave.
fn sender() -> Option<Sender> {
    let state = std::env::var_os(STATE_VARIABLE)?;
    if !std::path::Path::new(&state).is_absolute() {
        return None;
    }
    let name = AgentName::new(std::env::var("AGENTS_NAME").ok()?).ok()?;
    let run = std::env::var("AGENTS_RUN").ok()?.strip_prefix('r')?.parse().ok().map(RunId)?;
    Some(Sender { name, run })
}

impl Sender {
    fn with(self, cli: Option<String>, text: String) -> Option<Envelope> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let payload = serde_json::from_str(text)
            .map_or_else(|_| Value::String(text.chars().take(1000).collect()), shortened);
        let at_wall_ms = chrono::Utc::now().timestamp_millis();
        let at_boot_ms = Some(agents_watchdog::process::boot_clock_ms());
        Some(Envelope { name: self.name, run: self.run, cli, at_wall_ms, at_boot_ms, payload })
    }
}

fn shortened(mut payload: Value) -> Value {
    for (key, value) in payload.as_object_mut().into_iter().flatten() {
        if LEFT_OUT.contains(&key.as_str()) {
            *value = Value::Null;
        } else if let Some(text) = value.as_str().filter(|text| text.len() > LONGEST_TEXT) {
            *value = Value::String(text.chars().take(LONGEST_TEXT).collect());
        }
    }
    payload
}

/// What the hook writes, up to its end. In a thread, since a hook that keeps its end open must not keep the agent.
fn standard_input() -> Option<String> {
    if std::io::stdin().is_terminal() {
        return None;
    }
    let (said, heard) = mpsc::channel();
    let reader = std::thread::Builder::new();
    // Where there is no room for a thread, what the hook says is lost, and its agent goes on.
    let begun = reader.spawn(move || {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().take(LONGEST_READ).read_to_end(&mut bytes);
        // Nobody waits any more when the time is over.
        drop(said.send(read.map(|_| bytes)));
    });
    begun.ok()?;
    let bytes = heard.recv_timeout(PATIENCE).ok()?.ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
