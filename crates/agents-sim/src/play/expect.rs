//! Does a script's claim hold?

use agents_names::AgentName;

use crate::script::Expect;
use crate::{SimError, Simulation};

impl Simulation {
    pub(super) fn expect(&self, line: usize, expected: &Expect) -> Result<(), SimError> {
        let (holds, claim, found) = match expected {
            Expect::Runs(name) => {
                let runs = self.runs(name);
                (runs, format!("that {name} runs"), "it does not".to_owned())
            }
            Expect::Gone(name) => {
                let gone = !self.runs(name);
                (gone, format!("that {name} is gone"), "it runs".to_owned())
            }
            Expect::Got(name, count, text) => {
                let got = self.submitted(name, text);
                (got == *count, format!("{count} of `{text}` at {name}"), format!("it got {got}"))
            }
            Expect::Phase(phase) => {
                let sequence = self.state().and_then(|state| state.sequence.as_ref());
                let found = sequence.map(|sequence| sequence.phase().clone());
                (
                    found.as_ref() == Some(phase),
                    format!("phase {phase}"),
                    format!("it is {found:?}"),
                )
            }
            Expect::Starts(name, count) => {
                let member = self.state().and_then(|state| state.members.get(name));
                let found = member.map_or(0, |member| member.starts);
                (
                    found == *count,
                    format!("{count} starts of {name}"),
                    format!("there were {found}"),
                )
            }
            Expect::Never(text) => {
                let found = self.trace().with(text);
                (found.is_empty(), format!("no line with `{text}`"), found.join("\n"))
            }
            Expect::Said(count, text) => {
                let found = self.trace().with(text);
                let holds = found.len() == *count;
                (holds, format!("{count} lines with `{text}`"), format!("found {found:#?}"))
            }
            Expect::Recorded(phase) => {
                let found = self.machine.parts().position.clone();
                let holds = found.as_ref() == Some(phase);
                (holds, format!("{phase} in the position file"), format!("it says {found:?}"))
            }
            Expect::Marked(marked) => {
                let found = self.machine.parts().complete.clone();
                let holds = found.is_some() == *marked;
                (holds, format!("the mark of the end: {marked}"), format!("it says {found:?}"))
            }
            Expect::Servers(count) => {
                let found = self.terminals().live_servers();
                (found == *count, format!("{count} tmux servers"), format!("{found} live"))
            }
        };
        if holds {
            return Ok(());
        }
        let found = format!("{found}\n{}", self.trace().text());
        Err(SimError::Expectation { line, expected: claim, found })
    }

    /// Whether a living program sits in the member's session.
    #[must_use]
    pub fn runs(&self, name: &AgentName) -> bool {
        let session = self.fleet().session_prefix.session_of(name);
        let panes = self.terminals().panes();
        panes.iter().any(|pane| pane.session == session.as_str() && pane.dead.is_none())
    }

    /// How many texts with that content were typed at the member and followed by its submit key.
    #[must_use]
    pub fn submitted(&self, name: &AgentName, text: &str) -> usize {
        let session = self.fleet().session_prefix.session_of(name);
        let received = self.terminals().received(session.as_str());
        let lines: Vec<&str> = received.split('\r').collect();
        let (_, complete) = lines.split_last().unwrap_or((&"", &[]));
        complete.iter().map(|line| line.matches(text).count()).sum()
    }
}
