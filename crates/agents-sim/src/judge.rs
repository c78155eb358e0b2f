//! Was it right? What was decided and done, compared with what is really there, after every event.
//!
//! `agents_decide::invariants` judges a decision by what was seen; this judges by what is true, and over time.

mod again;
mod clock;
mod decided;
mod effects;
mod handoff;
mod phases;
mod transitions;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use agents_config::Fleet;
use agents_decide::{FleetState, Life, Moment, RequestId, RunId, Sequence, Shared, Verb};
use agents_names::AgentName;
use agents_tmux::fake::{EndCause, Truth};
use agents_watchdog::ledger::LedgerError;
use agents_watchdog::tick::Ticked;

use crate::Trace;
use crate::machine::Machine;

pub use transitions::{Transition, transitions_between};

/// What is remembered between two events.
#[derive(Debug, Default)]
pub(crate) struct Judge {
    /// Automatic starts of each member, since somebody last asked for one.
    starts: BTreeMap<AgentName, Vec<Moment>>,
    fleet_starts: Vec<Moment>,
    /// Whoever was asked down, and not up since.
    down: BTreeSet<AgentName>,
    /// Since when who is not in the file has been remembered, as it was known last.
    left: BTreeMap<AgentName, Moment>,
    /// What was asked for, and no decision that was made durable is known to have taken up.
    asked: VecDeque<(RequestId, Verb)>,
    /// Where the phases were after the last decision, of whatever watchdog.
    sequence: Option<Sequence>,
    /// Up to which commit the branch was read.
    head: Option<String>,
    /// The texts that were sent to each session.
    texts: BTreeMap<String, BTreeSet<String>>,
    /// Those that people typed.
    by_hand: BTreeMap<String, BTreeSet<String>>,
    /// In which runs of each session a look saw the program in the foreground, under the name that the config has for it.
    in_front: BTreeMap<String, BTreeSet<RunId>>,
    /// Which message was typed into which run.
    typed: BTreeSet<(String, String)>,
    /// The latest writer whose change took effect.
    epoch: u64,
    /// Sessions of other fleets and of people.
    foreign: BTreeSet<String>,
    ended: usize,
    /// When the last decision was made.
    clock: Option<clock::Reading>,
    /// What is known to be stored and read again as it was.
    stored: again::Stored,
    /// Whether no decision is made again.
    pub decides_once: bool,
    /// How many decisions were judged.
    decided: u64,
    /// How often each change of a machine was seen.
    pub transitions: BTreeMap<Transition, u64>,
}

/// What was there before a tick.
pub(crate) struct Before {
    pub state: Shared<FleetState>,
    pub truths: Vec<Truth>,
    /// Whose processes live.
    pub living: BTreeSet<AgentName>,
    applied: usize,
    at: Duration,
}

/// One tick, and what was there before it.
pub(crate) struct Judged<'a> {
    pub fleet: &'a Fleet,
    pub before: Before,
    pub ticked: &'a Result<Ticked, LedgerError>,
    pub machine: &'a Machine,
}

impl Judged<'_> {
    /// The session of a member, as it was before the tick.
    fn truth(&self, name: &AgentName) -> Option<&Truth> {
        let session = self.fleet.session_prefix.session_of(name);
        let tag = agents_watchdog::observe::tag(self.fleet, name);
        let truths = &self.before.truths;
        let tagged = truths.iter().find(|truth| truth.agent_id.as_deref() == Some(tag.as_str()));
        tagged.or_else(|| truths.iter().find(|truth| *truth.session == *session.as_str()))
    }

    fn is_declared(&self, name: &AgentName) -> bool {
        self.fleet.agent(name).is_some() || self.fleet.service(name).is_some()
    }
}

impl Judge {
    /// Sessions of these names belong to somebody else.
    pub fn leave_alone(&mut self, session: &str) {
        self.foreign.insert(session.to_owned());
    }

    /// A person typed that text.
    pub fn typed_by_hand(&mut self, session: &str, text: &str) {
        self.by_hand.entry(session.to_owned()).or_default().insert(text.to_owned());
    }

    /// Somebody asked for something.
    pub fn asked(&mut self, id: RequestId, verb: Verb) {
        self.asked.push_back((id, verb));
    }

    /// The next watchdog goes on from something that no tick was seen to come to: what its writer died of writing.
    pub fn surprised(&mut self) {
        (self.sequence, self.head) = (None, None);
    }

    /// What is there before a tick.
    pub fn before(&self, state: &Shared<FleetState>, machine: &Machine) -> Before {
        let world = &machine.terminals;
        Before {
            state: state.clone(),
            truths: world.truths(),
            living: machine.parts().runs.all_living(),
            applied: world.applied_count(),
            at: world.now(),
        }
    }

    /// A tick is over.
    pub fn ticked(&mut self, tick: &Judged<'_>, trace: &Trace) {
        let mut found = Vec::new();
        // What its writer died of writing counts, too.
        self.heed(tick.fleet, &tick.before.state);
        self.see_off(&tick.before.state);
        self.effects(tick, &mut found);
        if let Ok(ticked) = tick.ticked {
            self.see_programs(tick.fleet, ticked);
        }
        match tick.ticked {
            Ok(ticked) => {
                self.decided(tick, ticked, &mut found);
                self.phases(tick, ticked, &mut found);
                self.handoff(tick, ticked, &mut found);
                self.clock(tick, ticked, &mut found);
                if !self.decides_once {
                    self.again(tick, ticked, &mut found);
                }
                for transition in transitions_between(&tick.before.state, &ticked.decision.next) {
                    *self.transitions.entry(transition).or_default() += 1;
                }
            }
            Err(LedgerError::Superseded) => {}
            Err(error) => {
                let done = tick.machine.terminals.applied_count() - tick.before.applied;
                if done > 0 {
                    found.push(format!("I8: {done} effects of a tick that says: {error}"));
                }
            }
        }
        for text in found {
            trace.violation(&text);
        }
    }

    /// Something happened, whatever it was.
    pub fn happened(&mut self, fleet: &Fleet, machine: &Machine, trace: &Trace) {
        for submission in machine.terminals.submissions() {
            let (session, text) = (&submission.session, &submission.text);
            if !self.is_whole(session, text) && !self.is_behind_a_draft(fleet, session, text) {
                trace.violation(&format!("I13: {session} was given no whole message: {text:?}"));
            }
        }
        for ended in machine.terminals.ended_since(self.ended) {
            self.ended += 1;
            let is_ours = ended.session.starts_with(fleet.session_prefix.as_str());
            if ended.cause == EndCause::Killed && self.foreign.contains(&ended.session) && !is_ours
            {
                trace.violation(&format!("I6: {} of somebody else was ended", ended.session));
            }
        }
    }

    /// Whose program stands in the foreground of its pane, as far as a look could tell.
    fn see_programs(&mut self, fleet: &Fleet, ticked: &Ticked) {
        for agent in &fleet.agents {
            let seen = ticked.observation.members.get(&agent.name);
            let member = ticked.decision.next.members.get(&agent.name);
            let is_up = member.is_some_and(|member| matches!(member.life, Life::Up { .. }));
            let Some(pane) = seen.and_then(|seen| seen.pane.known()).filter(|_| is_up) else {
                continue;
            };
            let name = fleet.backend_of(agent).process_name.as_ref();
            if let Some(run) = pane.run.filter(|_| name == Some(&pane.command)) {
                let session = agent.session.as_str();
                match self.in_front.get_mut(session) {
                    Some(runs) => drop(runs.insert(run)),
                    None => drop(self.in_front.insert(session.to_owned(), BTreeSet::from([run]))),
                }
            }
        }
    }

    /// Whether it is one text, of ours or of a person's.
    fn is_whole(&self, session: &str, text: &str) -> bool {
        let is_known = |texts: &BTreeMap<String, BTreeSet<String>>| {
            texts.get(session).is_some_and(|texts| texts.contains(text))
        };
        is_known(&self.texts) || is_known(&self.by_hand)
    }

    /// Whether it is a message behind what a person typed and did not send, where nothing that is seen tells a
    /// composer that holds a text from one that holds none.
    fn is_behind_a_draft(&self, fleet: &Fleet, session: &str, text: &str) -> bool {
        let agent = fleet.agents.iter().find(|agent| agent.session.as_str() == session);
        let is_read = agent.is_some_and(|agent| {
            let ready = fleet.backend_of(agent).ready_re.as_ref();
            ready.is_some_and(|ready| ready.is_match(">") && !ready.is_match("> somebody's"))
        });
        let texts = |texts: &BTreeMap<String, BTreeSet<String>>| {
            texts.get(session).cloned().unwrap_or_default()
        };
        let messages = texts(&self.texts);
        !is_read
            && texts(&self.by_hand).iter().any(|draft| {
                text.strip_prefix(draft.as_str()).is_some_and(|rest| messages.contains(rest))
            })
    }
}
