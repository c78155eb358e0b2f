//! What did tmux say, and which of the three failures is it when it said no?

use crate::error::SUPERSEDED;
use crate::{Done, Fence, PaneId, ServerId, TmuxError};

/// What one batch of commands printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) output: String,
    /// What tmux complained of, a line each.
    pub(crate) errors: Vec<String>,
}

/// First words of the lines in which a guarded change reports, so that an empty answer is never taken for success.
pub(crate) const DONE: &str = "agents-done";
pub(crate) const REFUSED: &str = "agents-refused";

/// The facts that a refused change reports, as a format. The option of a fence, if any, is asked for too.
///
/// The free text comes last.
pub(crate) fn refusal_format(fence: Option<&Fence>) -> String {
    let epoch = fence.map(|fence| format!("#{{{}}}", fence.option)).unwrap_or_default();
    format!(
        "{REFUSED} epoch={epoch} server=#{{pid}}.#{{start_time}} pane=#{{pane_id}} dead=#{{pane_dead}} \
         mode=#{{pane_in_mode}} off=#{{pane_input_off}} pipe=#{{pane_pipe}} session=#{{session_name}} id=#{{@agents_id}}"
    )
}

/// Why a guard inside tmux said no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) epoch: u64,
    pub(crate) server: String,
    pub(crate) pane: String,
    pub(crate) dead: bool,
    pub(crate) in_mode: bool,
    pub(crate) input_off: bool,
    pub(crate) piped: bool,
    pub(crate) session: String,
    pub(crate) agent_id: String,
}

impl Refusal {
    fn parse(line: &str) -> Option<Self> {
        let (facts, agent_id) = line.strip_prefix(REFUSED)?.split_once(" id=")?;
        let fact = |name: &str| {
            facts.split(' ').find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
        };
        let flag = |name: &str| fact(name).map(|value| !value.is_empty() && value != "0");
        Some(Self {
            epoch: fact("epoch")?.parse().unwrap_or(0),
            server: fact("server")?.to_owned(),
            pane: fact("pane")?.to_owned(),
            dead: flag("dead")?,
            in_mode: flag("mode")?,
            input_off: flag("off")?,
            piped: flag("pipe")?,
            session: fact("session")?.to_owned(),
            agent_id: agent_id.to_owned(),
        })
    }

    /// The part that all guards share: a writer that was followed by another, a server that was replaced.
    pub(crate) fn shared(
        &self,
        fence: Option<&Fence>,
        server: Option<ServerId>,
    ) -> Option<TmuxError> {
        if let Some(fence) = fence.filter(|fence| self.epoch > fence.epoch) {
            let reason = format!(
                "{SUPERSEDED} ({} is {}, ours is {})",
                fence.option, self.epoch, fence.epoch
            );
            return Some(TmuxError::Refused { reason });
        }
        let expected = server.map(server_word);
        if expected.is_some_and(|expected| expected != self.server) {
            let reason = "the tmux server was replaced since the last listing".to_owned();
            return Some(TmuxError::Refused { reason });
        }
        None
    }

    /// Why nothing can be typed into the pane.
    pub(crate) fn of_pane(&self, pane: PaneId) -> TmuxError {
        if self.pane != pane.to_string() {
            return TmuxError::Missing { what: format!("pane {pane}") };
        }
        let reason = if self.dead {
            format!("the program in pane {pane} has ended")
        } else if self.in_mode {
            format!("pane {pane} is in copy mode or another mode: someone is reading there")
        } else if self.input_off {
            format!("the input of pane {pane} is switched off")
        } else {
            // Or its state changed between the check and the report.
            format!(
                "pane {pane} has taken this step already, or was not ready for it at that moment"
            )
        };
        TmuxError::Refused { reason }
    }
}

/// The server as the guards write it.
pub(crate) fn server_word(server: ServerId) -> String {
    format!("{}.{}", server.pid, server.start_time)
}

/// What a guarded change reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Done(Done),
    Refused(Refusal),
}

impl Reply {
    /// The report of a guarded change.
    ///
    /// # Errors
    /// What tmux complained of, or [`TmuxError::Unknown`] when it said nothing.
    pub(crate) fn verdict(&self, socket: &str) -> Result<Verdict, TmuxError> {
        for line in self.output.lines() {
            if line == DONE {
                return Ok(Verdict::Done(Done::Changed));
            }
            if let Some(refusal) = Refusal::parse(line) {
                return Ok(Verdict::Refused(refusal));
            }
        }
        Err(self.failure(socket))
    }

    /// What the complaint means.
    pub(crate) fn failure(&self, socket: &str) -> TmuxError {
        let text = self.errors.join("; ");
        let has = |part: &str| text.contains(part);
        if has("no server running on") || has("error connecting to") {
            return no_server_or_unknown(&text, socket);
        }
        if has("can't find pane")
            || has("can't find session")
            || has("can't find window")
            || has("no such session")
        {
            return TmuxError::Missing {
                what: text.replace("can't find ", "").replace("no such ", ""),
            };
        }
        // Before any of these, nothing has been created or sent.
        if has("command too long")
            || has("fork failed")
            || has("unknown command")
            || has("unknown flag")
        {
            return TmuxError::Refused { reason: text };
        }
        let cause = if text.is_empty() { "tmux printed nothing".to_owned() } else { text };
        TmuxError::Unknown { cause }
    }
}

/// Only "no socket" and "nobody behind it" say that nothing listens; a full backlog or a forbidden file does not.
fn no_server_or_unknown(text: &str, socket: &str) -> TmuxError {
    let says_absent = text.contains("no server running on")
        || text.contains("No such file or directory")
        || text.contains("Connection refused");
    if says_absent {
        TmuxError::NoServer { socket: socket.to_owned() }
    } else {
        TmuxError::Unknown { cause: text.to_owned() }
    }
}

#[cfg(test)]
mod tests;
