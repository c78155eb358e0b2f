//! A fleet whose looks a test writes, tick by tick; no tick may break an invariant.

mod health;
mod requests;
mod restarts;
mod rests;
mod server;
mod stalls;
mod strays;
mod suspended;
mod tasks;
mod wakes;

use agents_config::Fleet;
use agents_names::AgentName;

use super::decide;
use crate::activity::fixture::{fleet_of, member, now, observation, pane, up};
use crate::life::{Ending, Life};
use crate::state::Wanted;
use crate::{
    Action, Answer, Decision, FleetState, MemberSeen, Note, Now, Observation, PaneSeen, Request,
    RequestId, RunId, Seen, ServerSeen, Verb, invariants,
};

fn name(text: &str) -> AgentName {
    AgentName::new(text).unwrap()
}

const SERVER: ServerSeen = ServerSeen { pid: 1, start_time: 1 };

/// Nothing of it is left.
fn gone() -> MemberSeen {
    MemberSeen {
        pane: Seen::Absent,
        processes: Seen::Absent,
        screen: Seen::Absent,
        ..member("", 0)
    }
}

fn unseen() -> MemberSeen {
    MemberSeen { pane: Seen::Unknown("the listing failed".to_owned()), ..member("", 0) }
}

struct Scene {
    fleet: Fleet,
    state: FleetState,
    seen: Observation,
    at_ms: u64,
    /// What was done, and at which millisecond.
    done: Vec<(u64, Action)>,
}

impl Scene {
    /// Agents of these names, of which none is known yet, at second 1000.
    fn of(names: &[&str], more: &str) -> Self {
        let mut text = "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\nbackend = \"tui\"\nwatch = \"heal\"\n\
                        [backend.tui]\nbin = \"tui\"\nactive_re = \"esc interrupt\"\nfatal_re = \"broken\"\nready_re = \"^> \"\n\
                        process_name = \"tui\"\n[backend.vi]\nbin = \"vi\"\nprocess_name = \"vi\"\n"
            .to_owned();
        for name in names {
            text.push_str(&format!("[[agent]]\nname = \"{name}\"\n"));
        }
        text.push_str(more);
        let fleet = fleet_of(&text);
        let seen = observation(names.iter().map(|it| (name(it), gone())));
        Self { fleet, state: FleetState::default(), seen, at_ms: 1_000_000, done: Vec::new() }
    }

    /// All run for a while already, the first in run 1, and the fleet is wanted.
    fn running(names: &[&str], more: &str) -> Self {
        let mut scene = Self::of(names, more);
        scene.state.wanted = Wanted::Up;
        scene.state.server = Some(SERVER);
        for (it, run) in names.iter().zip(1..) {
            scene.seen.members.insert(name(it), up(run));
            let member = scene.state.members.entry(name(it)).or_default();
            member.wanted = Wanted::Up;
            member.last_run = Some(RunId(run));
            member.life = Life::Up { since: now(500).at, run: Some(RunId(run)) };
            scene.state.next_run = run;
        }
        scene
    }

    fn now(&self) -> Now {
        let mut at = now(self.at_ms / 1000);
        at.at.0 += self.at_ms % 1000;
        at.wall += chrono::TimeDelta::milliseconds((self.at_ms % 1000).cast_signed());
        at
    }

    /// One look; the next is so many milliseconds later.
    fn tick(&mut self, until_next_ms: u64) -> Decision {
        let now = self.now();
        let decision = decide(&self.fleet, &self.state, &self.seen, false, now);
        let broken = invariants::check(&self.fleet, &self.state, &self.seen, &decision, now);
        assert_eq!(broken, [], "{:?}", decision.actions);
        self.state = decision.next.clone().into_inner();
        self.seen.requests.clear();
        let at = self.at_ms;
        self.done.extend(decision.actions.iter().cloned().map(|it| (at, it)));
        self.at_ms += until_next_ms;
        decision
    }

    fn ask(&mut self, verb: Verb) {
        let id = RequestId(self.state.last_request.0 + 1 + self.seen.requests.len() as u64);
        self.seen.requests.push(Request { id, verb });
    }

    fn life(&self, of: &str) -> &Life {
        &self.state.members[&name(of)].life
    }

    fn look(&mut self, of: &str) -> &mut MemberSeen {
        self.seen.members.get_mut(&name(of)).unwrap()
    }

    fn screen(&mut self, of: &str, text: &str) {
        self.look(of).screen = Seen::Known(crate::activity::fixture::screen(text));
    }
}

/// What a decision says about the fleet or one member.
fn notes<'d>(decision: &'d Decision, of: Option<&str>) -> Vec<&'d Note> {
    let of = of.map(name);
    decision.notes.iter().filter(|about| about.name == of).map(|about| &about.note).collect()
}

fn alarms(decision: &Decision) -> Vec<&str> {
    let alarm = |it: &'_ Action| matches!(it, Action::Alarm { .. });
    let alarms = decision.actions.iter().filter(|it| alarm(it));
    alarms
        .filter_map(|it| if let Action::Alarm { key, .. } = it { Some(key.as_str()) } else { None })
        .collect()
}

fn answers(decision: &Decision) -> Vec<(AgentName, Answer)> {
    let replies = decision.actions.iter().filter_map(|it| match it {
        Action::Reply { answers, .. } => Some(answers.clone()),
        _ => None,
    });
    replies.flatten().collect()
}

/// Whether a start or a stop is sent.
fn touches(decision: &Decision) -> bool {
    let touches = |it: &Action| matches!(it, Action::Start { .. } | Action::Stop { .. });
    decision.actions.iter().any(touches)
}

fn is_stopped(life: &Life) -> bool {
    matches!(life, Life::Stopped { how: Ending::Asked, .. })
}
