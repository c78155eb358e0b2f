//! Which things happen to a fleet, to its machine and to its watchdog?

use std::time::Duration;

use agents_decide::{OneOffs, SendTerms, Verb, Which};
use agents_names::{AgentName, PhaseId};
use agents_tmux::fake::{Call, Fault};
use agents_tmux::{Driver as _, ServerId};
use chrono::TimeDelta;

use super::Walk;
use crate::{Effect, Point, SimError, Stubborn, Trap};

impl Walk {
    /// One thing happens.
    pub(super) fn happen(&mut self) -> Result<(), SimError> {
        match self.random.below(100) {
            0..=24 => self.agents(),
            25..=49 => self.terminals(),
            50..=69 => self.handoff(),
            70..=84 => return self.watchdog(),
            _ => self.operator(),
        }
        self.simulation.machine.sync();
        Ok(())
    }

    fn member(&mut self) -> AgentName {
        let members = self.members.clone();
        self.random.pick(&members).cloned().unwrap_or_else(|| members[0].clone())
    }

    fn say(&self, text: &str) {
        self.simulation.trace().done(text);
    }

    fn agents(&mut self) {
        let name = self.member();
        let session = self.simulation.fleet().session_prefix.session_of(&name);
        let world = self.simulation.terminals().clone();
        let seconds = self.random.below(600);
        match self.random.below(9) {
            0 => {
                self.say(&format!("kill {name}"));
                world.kill_session(session.as_str());
            }
            1 => {
                self.say(&format!("{name} exits 1"));
                world.end_program(session.as_str(), 1);
            }
            2 | 3 => {
                self.say(&format!("{name} works {seconds}s"));
                world.work(session.as_str(), Duration::from_secs(seconds));
            }
            4 => {
                self.say(&format!("{name} is refused for {seconds}s"));
                let span = Duration::from_secs(seconds);
                world.refuse(session.as_str(), Some("usage limit reached"), span);
            }
            5 => {
                let habits = [Stubborn::No, Stubborn::Hangup, Stubborn::Terminate];
                let habit = self.random.pick(&habits).copied().unwrap_or_default();
                self.say(&format!("{name} is stubborn: {habit:?}"));
                self.simulation.machine.parts().runs.habit(&name, habit);
            }
            6 => {
                let on = self.random.chance(50);
                self.say(&format!("{name} is scrolled: {on}"));
                world.copy_mode(session.as_str(), on);
            }
            7 => {
                // Few enough that two of them are told the same.
                let id = format!("talk-{}", self.random.below(3));
                self.say(&format!("{name} is in conversation {id}"));
                self.simulation.machine.parts().conversations.insert(name, id);
            }
            _ => {
                let missing = self.random.chance(50);
                self.say(&format!("the prompt of {name} is missing: {missing}"));
                let mut parts = self.simulation.machine.parts();
                if missing {
                    parts.missing_prompts.insert(name);
                } else {
                    parts.missing_prompts.remove(&name);
                }
            }
        }
    }

    fn terminals(&mut self) {
        let world = self.simulation.terminals().clone();
        let count = 1 + self.random.below(4);
        let nth = 1 + self.random.below(6);
        match self.random.below(11) {
            0 => {
                self.say("server lost");
                world.lose_server();
            }
            // A server that no watchdog has seen cannot be told from none once its socket is gone.
            1 if self.server_is_known() => {
                self.say("socket removed");
                world.remove_socket();
            }
            1 => {}
            2 => {
                self.say("server hangs");
                world.stop_server(true);
                let span = Duration::from_secs(1 + self.random.below(90));
                self.hangs_until = Some(world.now() + span);
            }
            3 | 4 => {
                self.say(&format!("look fails {count}"));
                (1..=count).for_each(|nth| world.fault(Call::List, nth, Fault::Unknown));
            }
            5 => {
                let name = self.member();
                self.say(&format!("look misses {name} {count}"));
                let session = self.simulation.fleet().session_prefix.session_of(&name);
                let fault = Fault::Omit(session.to_string());
                world.fault(Call::List, nth, fault);
            }
            6 => {
                self.say(&format!("screens fail {count}"));
                (1..=count).for_each(|nth| world.fault(Call::Screens, nth, Fault::Unknown));
            }
            7 => {
                self.say(&format!("change {nth} is lost"));
                world.fault(Call::Apply, nth, Fault::Unknown);
            }
            8 => {
                self.say(&format!("change {nth} is unheard"));
                world.fault(Call::Apply, nth, Fault::DoneUnheard);
            }
            9 => {
                self.say(&format!("change {nth} hangs"));
                world.fault(Call::Apply, nth, Fault::Hangs);
            }
            _ => {
                let delay = Duration::from_millis(self.random.below(2500));
                self.say(&format!("change {nth} is late {delay:?}"));
                world.fault(Call::Apply, nth, Fault::Late(delay));
            }
        }
    }

    fn server_is_known(&self) -> bool {
        let known = self.simulation.state().and_then(|state| state.server);
        known.is_some_and(|known| {
            let id = ServerId { pid: known.pid, start_time: known.start_time };
            self.simulation.terminals().driver().is_alive(id)
        })
    }

    fn handoff(&mut self) {
        match self.random.below(8) {
            0..=3 => {
                self.claim_owed = Some((self.told_of_claims(), self.phase()));
                self.say("push: claim: a gate is met");
                self.simulation.machine.parts().branch.push("claim: a gate is met");
            }
            4 => {
                self.say("push: review: a finding");
                self.simulation.machine.parts().branch.push("review: a finding");
            }
            5 => {
                self.say("inbox for the builder");
                let content = self.random.bits().to_string();
                let branch = &mut self.simulation.machine.parts().branch;
                branch.inbox("inbox-builder.md", Some(&content));
            }
            6 => {
                self.claim_owed = Some((self.told_of_claims(), self.phase()));
                self.say("history rewritten");
                self.simulation.machine.parts().branch.rewrite("claim: all anew");
            }
            _ => {
                let count = 1 + u32::try_from(self.random.below(5)).unwrap_or(0);
                self.say(&format!("fetches fail {count}"));
                self.simulation.machine.parts().branch.failures = count;
            }
        }
    }

    fn watchdog(&mut self) -> Result<(), SimError> {
        if self.simulation.state().is_none() {
            self.say("watchdog starts");
            return self.simulation.start_watchdog();
        }
        let skip = u32::try_from(self.random.below(4)).unwrap_or(0);
        match self.random.below(8) {
            0 | 1 => {
                self.say("watchdog dies");
                self.simulation.kill_watchdog();
            }
            2..=4 => {
                let before = self.random.chance(50);
                let point = if before { Point::Before } else { Point::After };
                self.say(&format!("watchdog dies {point:?} effect {}", skip + 1));
                self.simulation.set_trap(Trap { point, effect: Effect::Any, skip });
            }
            5 => {
                self.say(&format!("store fails {}", skip + 1));
                self.simulation.disk.fail(skip + 1);
            }
            6 => {
                self.say("watchdog is replaced");
                self.simulation.start_watchdog()?;
            }
            _ => {
                let days = i64::try_from(self.random.below(20)).unwrap_or(0) - 10;
                self.say(&format!("wall clock jumps {days}d"));
                let now = self.simulation.terminals().now();
                self.simulation.machine.parts().jumps.push((now, TimeDelta::days(days)));
            }
        }
        Ok(())
    }

    fn operator(&mut self) {
        let name = self.member();
        let names = vec![name.clone()];
        let verb = match self.random.below(9) {
            0 | 1 => {
                if name.as_str() == "adversary" {
                    // What is owed to a member that is asked down is forgotten with it.
                    self.claim_owed = None;
                }
                Verb::Down { names, whole: false }
            }
            2 | 3 => {
                let which = self.which();
                Verb::Up { names, whole: false, one_offs: OneOffs::new(), which }
            }
            4 => Verb::Restart { names, one_offs: OneOffs::new(), which: self.which() },
            5 => Verb::Send {
                name,
                text: "how is it going".to_owned(),
                terms: SendTerms { now: self.random.below(3) == 0, within: None },
            },
            6 | 7 => return self.phase_done(),
            _ => {
                self.claim_owed = None;
                let Ok(to) = PhaseId::new("P1") else { return };
                Verb::Phase { to }
            }
        };
        self.say(&format!("{verb:?}"));
        self.simulation.ask(verb);
    }

    fn which(&mut self) -> Which {
        if self.random.chance(30) { Which::Fresh } else { Which::Own }
    }

    fn phase_done(&mut self) {
        let Ok(phase) = PhaseId::new(if self.random.chance(70) { "P1" } else { "P2" }) else {
            return;
        };
        // Whoever changes the phase gives new kickoffs, and what was owed before is forgotten.
        self.claim_owed = None;
        let done = self.random.chance(60);
        self.say(&format!("status {phase} done: {done}"));
        let text = if done { "## DONE" } else { "under way" };
        self.simulation.machine.parts().status.insert(phase, Some(text.to_owned()));
    }
}
