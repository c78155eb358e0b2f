//! What must hold inside the server for a change to be made?

use super::epoch_word;
use crate::argv::{self, Words};
use crate::reply::{refusal_format, server_word};
use crate::target::Target;
use crate::transport::Memory;
use crate::{PaneId, Token};

/// A check inside the server, made in the same turn as what it guards.
pub(super) struct Guard {
    pub target: Option<Target>,
    /// Formats, each of which speaks against the change when it is true.
    pub refuse_if: Vec<String>,
}

impl Guard {
    /// The pane is there, on the server that was listed.
    pub fn pane(pane: PaneId, memory: &Memory) -> Self {
        let mut refuse_if = vec![format!("#{{!=:#{{pane_id}},{pane}}}")];
        if let Some(server) = memory.server {
            refuse_if.push(format!("#{{!=:#{{pid}}.#{{start_time}},{}}}", server_word(server)));
        }
        Self { target: Some(Target::pane(pane)), refuse_if }
    }

    /// The step of that token was not done before: a request that timed out may have taken effect since.
    pub fn once(mut self, option: &str, token: &Token) -> Self {
        let token = argv::format_operand(&token.0);
        self.refuse_if.push(format!("#{{==:#{{{option}}},{token}}}"));
        self
    }

    /// Bytes sent to the pane reach its program.
    pub fn input(pane: PaneId, memory: &Memory) -> Self {
        let mut guard = Self::pane(pane, memory);
        let states = ["#{pane_dead}", "#{pane_in_mode}", "#{pane_input_off}"];
        guard.refuse_if.extend(states.map(str::to_owned));
        guard
    }

    pub fn around(self, steps: &[Words], memory: &Memory) -> Words {
        self.around_or(steps, Vec::new(), memory)
    }

    /// The steps behind the guard; when it says no, the reason is reported and `otherwise` is run.
    pub fn around_or(mut self, steps: &[Words], otherwise: Vec<Words>, memory: &Memory) -> Words {
        let mut steps = steps.to_vec();
        if let Some(fence) = &memory.fence {
            let epoch = epoch_word(fence.epoch);
            // Texts of one length compare as their numbers do; tmux counts in floating point.
            self.refuse_if.push(format!("#{{>:#{{{}}},{epoch}}}", fence.option));
            steps.insert(0, Words::new(["set-option", "-s", &fence.option, &epoch]));
        }
        let condition =
            self.refuse_if.into_iter().reduce(|all, one| format!("#{{||:{one},{all}}}"));
        let mut command = Words::new(["if-shell", "-F"]);
        let mut report = Words::new(["display-message", "-p"]);
        if let Some(target) = &self.target {
            command = command.and("-t").and(target.as_str());
            report = report.and("-t").and(target.as_str());
        }
        let mut refusal = vec![report.and(refusal_format(memory.fence.as_ref()))];
        refusal.extend(otherwise);
        command
            .and(condition.unwrap_or_else(|| "0".to_owned()))
            .and(argv::line(&refusal))
            .and(argv::line(&steps))
    }
}
