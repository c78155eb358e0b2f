//! What speaks against a prompt of the pilot, one thing at a time.

use agents_config::Fleet;
use agents_names::{AgentName, PhaseId};

use super::*;
use crate::activity::fixture::{
    ann, fleet_of, held, now, observation, pane, reading, screen, unknown, up,
};
use crate::handoff::{Base, HandoffState, source_of};
use crate::{
    Account, Asks, Closed, DeadSeen, FleetState, LoginRefusal, Message, Moment, PaneSeen, RunId,
    ShownState, Standing, Switch,
};

/// When it is looked at, in seconds.
const AT: u64 = 1000;

fn fleet(watch: &str, kind: &str) -> Fleet {
    fleet_of(&format!(
        "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nbackend = \"tui\"\naccount = \"team\"\n\
         [backend.tui]\nbin = \"tui\"\nprocess_name = \"tui\"\nlimit_re = \"limit reached\"\n\
         [[agent]]\nname = \"ann\"\nkind = \"{kind}\"\nwatch = \"{watch}\"\nrole = \"builder\"\nprompt = \"x\"\n\
         [agent.pilot]\nprompt = \"go on\"\n[[agent]]\nname = \"bob\"\nkind = \"loop\"\nrole = \"adversary\"\n\
         [loop]\nphases = [{{ id = \"1\", status = \"S1.md\" }}]\n\
         [loop.handoff]\nclaim_pings = \"ann\"\nreview_pings = \"bob\"\n"
    ))
}

/// An agent that has been up since second 100, and whose screen changed last at second 200.
struct Scene {
    fleet: Fleet,
    state: FleetState,
    seen: MemberSeen,
    activity: Activity,
}

impl Scene {
    fn new(watch: &str, kind: &str) -> Self {
        let mut state = FleetState::default();
        let member = state.members.of(&ann());
        member.life = Life::Up { since: now(100).at, run: Some(RunId(3)) };
        member.activity.changed_at = Some(now(200).at);
        member.in_front = Some(RunId(3));
        let seen = up(3);
        Self { fleet: fleet(watch, kind), state, seen, activity: Activity::Idle }
    }

    fn member(&mut self) -> &mut crate::Member {
        self.state.members.of(&ann())
    }

    fn pane(&mut self, change: impl Fn(&mut PaneSeen)) {
        let mut seen = PaneSeen { run: Some(RunId(3)), ..pane() };
        change(&mut seen);
        self.seen.pane = Seen::Known(seen);
    }

    fn stands(&mut self, stand: Stand) {
        self.member().standing = Some(Standing {
            stand,
            by: "hook X".to_owned(),
            is_told: true,
            since_ms: None,
            besides: Vec::new(),
            differs_since: None,
        });
    }

    fn owe(&mut self, kind: MessageKind) {
        let (text, owed_since) = ("hello".to_owned(), now(300).at);
        let message = Message { id: 7, kind, text, owed_since, now_until: None, again: None };
        self.member().mailbox.queue.push_back(message);
    }

    /// Since when it rests, or why it is left alone.
    fn judged(&self) -> Result<Moment, &'static str> {
        let seen = observation([]);
        let mut draft = Draft::new(&self.fleet, &self.state, &seen, false, now(AT));
        match judge(&mut draft, &self.fleet.agents[0], &self.seen, self.activity) {
            Verdict::No(reason) => Err(reason),
            Verdict::Rests(rest) => Ok(rest.since),
        }
    }
}

fn phase() -> PhaseId {
    PhaseId::new("1").unwrap()
}

fn other() -> AgentName {
    AgentName::new("bob").unwrap()
}

type Change = fn(&mut Scene);

fn check(watch: &str, kind: &str, cases: &[(Change, Result<u64, &'static str>)]) {
    for (nth, (change, expected)) in cases.iter().enumerate() {
        let mut scene = Scene::new(watch, kind);
        change(&mut scene);
        assert_eq!(scene.judged(), expected.map(|seconds| now(seconds).at), "case {nth}");
    }
}

#[test]
fn who_is_not_there_or_not_seen_or_at_work_is_left_alone() {
    check(
        "heal",
        "task",
        &[
            (|_| {}, Ok(200)),
            (|it| it.member().activity.active_at = Some(now(300).at), Ok(300)),
            (|it| it.member().activity.changed_at = None, Ok(100)),
            (|it| it.member().life = Life::default(), Err("it is not running")),
            (|it| it.seen.pane = Seen::Absent, Err("it is not running")),
            (|it| it.seen.pane = unknown(), Err("it is not running")),
            (
                |it| it.pane(|pane| pane.dead = Some(DeadSeen { status: Some(1), signal: None })),
                Err("it is not running"),
            ),
            (
                |it| it.pane(|pane| pane.deaf = true),
                Err("its pane is in copy mode or takes no input"),
            ),
            (
                |it| it.pane(|pane| pane.command = "sh".to_owned()),
                Err("another program is in the foreground of its pane"),
            ),
            (|it| it.seen.screen = unknown(), Err("its screen cannot be seen")),
            (|it| it.activity = Activity::Active, Err("it is at work")),
            (|it| it.activity = Activity::Unknown, Err("what it does is not known")),
        ],
    );
}

#[test]
fn what_its_program_tells_says_whether_it_takes_a_prompt() {
    check(
        "heal",
        "task",
        &[
            (|it| it.stands(Stand::Idle), Ok(200)),
            (|it| it.stands(Stand::Failed), Ok(200)),
            (|it| it.stands(Stand::Active), Err("its program says that it works")),
            (|it| it.stands(Stand::Limited), Err("it is limited")),
            (|it| it.stands(Stand::WaitingInput), Err("it asks something")),
            (|it| it.stands(Stand::Unauthenticated), Err("its provider refuses its login")),
            (|it| it.stands(Stand::Exited), Err("its program has ended")),
            (|it| it.stands(Stand::Unknown), Err("what it does is not known")),
        ],
    );
}

#[test]
fn a_banner_of_a_limit_counts_for_one_that_no_other_machine_watches() {
    let limited: Change = |it| it.seen.screen = Seen::Known(screen("limit reached / >"));
    check(
        "none",
        "task",
        &[
            (limited, Err("its screen shows a usage limit")),
            (|it| it.seen.screen = Seen::Known(screen("all is well / >")), Ok(200)),
            (
                |it| {
                    let rows = format!("limit reached / {}", vec!["answer"; 15].join(" / "));
                    it.seen.screen = Seen::Known(screen(&rows));
                },
                Ok(200),
            ),
        ],
    );
    // The machine of usage limits judges whoever is watched.
    check("heal", "task", &[(limited, Ok(200))]);
}

#[test]
fn another_machine_that_has_the_word_silences_it() {
    check(
        "heal",
        "task",
        &[
            (
                |it| {
                    it.member().limit = held(now(2000).at, None, crate::GoesOn::No);
                },
                Err("it is inside a usage window"),
            ),
            (
                |it| {
                    let (since, tries) = (now(300).at, 0);
                    let closed =
                        Closed { since, first: other(), canary: other(), tries, not_before: since };
                    it.state.accounts.insert("team".to_owned(), Account::Closed(closed));
                },
                Err("its account is inside a usage window"),
            ),
            (|it| it.member().login = Some(refused(true)), Err("its key or login is refused")),
            // Once is not enough.
            (|it| it.member().login = Some(refused(false)), Ok(200)),
            (
                |it| {
                    it.member().asks =
                        Some(Asks { since: now(300).at, row: "Trust it?".to_owned() });
                },
                Err("it asks something"),
            ),
            (
                |it| {
                    let mut shown = reading(ShownState::Idle);
                    shown.draft = Some("half a line".to_owned());
                    it.seen.shown = Some(shown);
                },
                Err("text of somebody's stands in its composer, not sent"),
            ),
            (|it| it.owe(MessageKind::Operator(1)), Err("it is owed another message first")),
            (|it| it.owe(MessageKind::Pilot), Ok(200)),
            // Whether it is switched on is not asked here.
            (|it| it.member().pilot.switch = Switch::Off, Ok(200)),
        ],
    );
}

#[test]
fn one_of_the_loop_is_left_alone_when_its_phase_is_done_and_anybody_when_all_are() {
    let finishing: Change =
        |it| it.state.sequence = Some(Sequence::Finishing { phase: phase(), since: now(300).at });
    let complete: Change = |it| it.state.sequence = Some(Sequence::Complete { phase: phase() });
    let runs: Change = |it| it.state.sequence = Some(Sequence::Running { phase: phase() });
    check(
        "heal",
        "loop",
        &[
            (finishing, Err("its phase is done")),
            (complete, Err("the phase sequence is complete")),
            (runs, Ok(200)),
        ],
    );
    check(
        "heal",
        "task",
        &[(finishing, Ok(200)), (complete, Err("the phase sequence is complete")), (runs, Ok(200))],
    );
}

#[test]
fn whoever_waits_for_the_turn_of_the_other_is_not_told_to_go_on() {
    for (turn, expected) in [
        (crate::handoff::Turn::Builder, Err("it waits for the turn of the other")),
        (crate::handoff::Turn::Reviewer, Ok(now(200).at)),
        (crate::handoff::Turn::Both, Ok(now(200).at)),
    ] {
        let mut scene = Scene::new("heal", "loop");
        scene.state.sequence = Some(Sequence::Running { phase: phase() });
        let handoff = scene.fleet.loop_plan.as_ref().unwrap().handoff.as_ref().unwrap();
        scene.state.handoff = HandoffState {
            base: Base::At("c1".to_owned()),
            source: source_of(handoff),
            turn: Some((Some(phase()), turn)),
            ..HandoffState::default()
        };
        assert_eq!(scene.judged(), expected, "{turn:?}");
    }
}

fn refused(confirmed: bool) -> LoginRefusal {
    let (text, place) = ("401".to_owned(), "hook X".to_owned());
    LoginRefusal { since: now(300).at, text, place, confirmed }
}
