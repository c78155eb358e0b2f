//! `agents report`: a hook of an agent program says what the program does. Prints nothing and never fails: what a hook
//! prints or returns would change what the agent does.

use std::io::{IsTerminal as _, Read as _};
use std::sync::mpsc;
use std::time::Duration;

use agents_decide::RunId;
use agents_names::AgentName;
use agents_watchdog::report::{Envelope, LONGEST, STATE_VARIABLE, send};

/// A hook that does not close its end by then is not waited for; what it has said so far is no report.
const PATIENCE: Duration = Duration::from_secs(2);

/// Outside an agent of a fleet there is nobody to report to.
pub fn run(argument: Option<String>) -> u8 {
    if let Some(envelope) =
        sender().and_then(|sender| sender.with(argument.or_else(standard_input)?))
    {
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
    fn with(self, text: String) -> Option<Envelope> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let payload = serde_json::from_str(text)
            .unwrap_or_else(|_| serde_json::Value::String(text.chars().take(1000).collect()));
        let at_wall_ms = chrono::Utc::now().timestamp_millis();
        Some(Envelope { name: self.name, run: self.run, at_wall_ms, payload })
    }
}

/// What the hook writes, up to its end. In a thread, since a hook that keeps its end open must not keep the agent.
fn standard_input() -> Option<String> {
    if std::io::stdin().is_terminal() {
        return None;
    }
    let (said, heard) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().take(LONGEST as u64).read_to_end(&mut bytes);
        // Nobody waits any more when the time is over.
        drop(said.send(read.map(|_| bytes)));
    });
    let bytes = heard.recv_timeout(PATIENCE).ok()?.ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
