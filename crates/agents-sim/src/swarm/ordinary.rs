//! What happens to a fleet on any day? Turns, pushes, and an operator who asks for things.

use std::time::Duration;

use agents_decide::{OneOffs, SendTerms, Verb, Which};

use super::life::LifeOf;
use crate::SimError;

impl LifeOf {
    /// One thing that is no fault.
    pub(super) fn ordinary(&mut self) -> Result<(), SimError> {
        match self.random.below(10) {
            0..=3 => self.turn(),
            4..=6 if self.drawn.has_loop => self.pushes(),
            4..=6 => self.turn(),
            _ => self.operator(),
        }
        Ok(())
    }

    fn turn(&mut self) {
        let name = self.member();
        let session = self.simulation.fleet().session_prefix.session_of(&name);
        let seconds = self.random.below(600);
        self.say(&format!("{name} works {seconds}s"));
        self.simulation.terminals().work(session.as_str(), Duration::from_secs(seconds));
    }

    fn pushes(&mut self) {
        match self.random.below(8) {
            0..=2 => {
                self.claim_owed = Some((self.told_of_claims(), self.phase()));
                self.say("push: claim: a gate is met");
                self.simulation.machine.parts().branch.push("claim: a gate is met");
            }
            3 => {
                self.say("push: review: a finding");
                self.simulation.machine.parts().branch.push("review: a finding");
            }
            4 => {
                self.say("push: something else");
                self.simulation.machine.parts().branch.push("tidy up");
            }
            5 => {
                let content = self.random.bits().to_string();
                let content = self.random.chance(70).then_some(content);
                self.say("inbox for the builder");
                let branch = &mut self.simulation.machine.parts().branch;
                branch.inbox("inbox-builder.md", content.as_deref());
            }
            _ => self.status(),
        }
    }

    fn status(&mut self) {
        let Some(phase) = self.some_phase() else { return };
        // Whoever changes the phase gives new kickoffs, and what was owed before is forgotten.
        self.claim_owed = None;
        let done = self.random.chance(50);
        self.say(&format!("status {phase} done: {done}"));
        let others = ["under way", "## DONE criteria\n- all tests pass", "```\n## DONE\n```"];
        let other = self.random.pick(&others).copied().unwrap_or_default();
        let text = if done { "## DONE" } else { other };
        self.simulation.machine.parts().status.insert(phase, Some(text.to_owned()));
    }

    fn operator(&mut self) {
        let name = self.member();
        let names = vec![name.clone()];
        let which = if self.random.chance(30) { Which::Fresh } else { Which::Own };
        let one_offs = OneOffs::new();
        let is_service = matches!(name.as_str(), "proxy" | "store");
        let verb = match self.random.below(12) {
            0 | 1 => {
                if name.as_str() == "adversary" {
                    self.claim_owed = None;
                }
                Verb::Down { names, whole: false }
            }
            2..=4 => Verb::Up { names, whole: false, one_offs, which },
            5 => Verb::Up { names: Vec::new(), whole: true, one_offs, which },
            6 => Verb::Restart { names, one_offs, which },
            7 | 8 if !is_service => Verb::Send {
                name,
                text: format!("how is it going, {};", self.random.below(1000)),
                terms: SendTerms { now: self.random.below(3) == 0, within: None },
            },
            9 if self.drawn.has_loop => {
                self.claim_owed = None;
                let Some(to) = self.some_phase() else { return };
                Verb::Phase { to }
            }
            10 => Verb::DownUndeclared,
            11 if self.down_until.is_none() => {
                self.claim_owed = None;
                let span = Duration::from_secs(30 + self.random.below(240));
                self.down_until = Some(self.now() + span);
                Verb::Down { names: Vec::new(), whole: true }
            }
            _ => return self.turn(),
        };
        self.say(&format!("{verb:?}"));
        self.simulation.ask(verb);
    }
}
