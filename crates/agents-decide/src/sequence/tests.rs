//! Every place in the phases meets every status file and every life of a loop: what follows, in one table.

use std::fmt::Write as _;

use agents_config::Fleet;
use agents_names::{AgentName, PhaseId};

use super::Sequence;
use crate::activity::fixture::{fleet_of, member, now, pane, screen, unknown};
use crate::life::Ending;
use crate::state::Wanted;
use crate::{
    Action, FleetState, Life, MemberSeen, Moment, Observation, PaneSeen, Request, RequestId, RunId,
    Seen, ServerSeen, StatusSeen, StopStage, Verb, Why, decide, invariants,
};

/// When the look is made, in seconds.
const AT: u64 = 1000;

fn name(name: &str) -> AgentName {
    AgentName::new(name).unwrap()
}

fn phase(id: &str) -> PhaseId {
    PhaseId::new(id).unwrap()
}

fn fleet(auto_advance: bool) -> Fleet {
    let text = format!(
        "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\nbackend = \"tui\"\nwatch = \"heal\"\n\
         [backend.tui]\nbin = \"tui\"\nactive_re = \"esc interrupt\"\n\
         [[agent]]\nname = \"ann\"\nkind = \"loop\"\nrole = \"builder\"\n\
         [[agent]]\nname = \"bob\"\nkind = \"loop\"\nrole = \"adversary\"\n\
         [[agent]]\nname = \"report\"\nkind = \"task\"\nenabled = false\nwatch = \"none\"\n\
         [loop]\nauto_advance = {auto_advance}\ndone_marker = \"DONE\"\n\
         [[loop.phases]]\nid = \"P1\"\nstatus = \"S1\"\n[[loop.phases]]\nid = \"P2\"\nstatus = \"S2\"\n\
         [loop.on_complete]\nrun = \"report\"\n"
    );
    fleet_of(&text)
}

fn places() -> Vec<(&'static str, Option<Sequence>)> {
    let running = |id| Some(Sequence::Running { phase: phase(id) });
    let finishing = |ago| {
        let since = now(AT - ago).at;
        Some(Sequence::Finishing { phase: phase("P1"), since })
    };
    let moving = |restart: &[&str]| {
        let restart = restart.iter().map(|it| name(it)).collect();
        Some(Sequence::Moving { from: phase("P1"), to: phase("P2"), restart })
    };
    vec![
        ("nowhere yet", None),
        ("in P1", running("P1")),
        ("in P2", running("P2")),
        ("in one that is gone", running("PX")),
        ("P1 finishes", finishing(30)),
        ("P1 finishes for long", finishing(900)),
        ("from P1 to P2, with both", moving(&["ann", "bob"])),
        ("from P1 to P2, with ann", moving(&["ann"])),
        ("P2 completes", Some(Sequence::Completing { phase: phase("P2") })),
        ("P2 is complete", Some(Sequence::Complete { phase: phase("P2") })),
        ("P1 was complete, and P2 came", Some(Sequence::Complete { phase: phase("P1") })),
    ]
}

fn statuses() -> Vec<(&'static str, Seen<StatusSeen>)> {
    let known =
        |id, text: &str| Seen::Known(StatusSeen { phase: phase(id), text: text.to_owned() });
    vec![
        ("done", known("P1", "DONE\n")),
        ("P2 done", known("P2", "DONE\n")),
        ("not done", known("P1", "soon\n")),
        ("none", Seen::Absent),
        ("cannot be read", unknown()),
    ]
}

struct Scene {
    place: Option<Sequence>,
    status: Seen<StatusSeen>,
    /// The life of ann; bob has stopped where it has, and is up else.
    life: Life,
    seen: MemberSeen,
    wanted: Wanted,
    auto_advance: bool,
    heavy: bool,
    supervised: bool,
    legacy: Option<usize>,
    verb: Option<Verb>,
}

fn run() -> Option<RunId> {
    Some(RunId(3))
}

fn up() -> (Life, MemberSeen) {
    let mut seen = member("> ", 0);
    seen.pane = Seen::Known(PaneSeen { run: run(), ..pane() });
    (Life::Up { since: now(100).at, run: run() }, seen)
}

fn gone(life: Life) -> (Life, MemberSeen) {
    let seen = MemberSeen { pane: Seen::Absent, processes: Seen::Absent, ..member("> ", 0) };
    (life, MemberSeen { screen: Seen::Absent, ..seen })
}

fn lives() -> Vec<(&'static str, (Life, MemberSeen))> {
    let since = now(AT - 5).at;
    let works = |seen: MemberSeen| {
        let screen = Seen::Known(screen("esc interrupt"));
        MemberSeen { screen, ..seen }
    };
    let stopping = |then| {
        let (stage, why) = (StopStage::Terminate, Why::Asked);
        Life::Stopping { since, sent_at: since, run: run(), stage, why, then }
    };
    let strange = |seen: MemberSeen| {
        let pane = Seen::Known(PaneSeen { ours: false, run: None, ..pane() });
        MemberSeen { pane, ..seen }
    };
    let due = Life::Due { at: now(AT + 60).at, why: Why::New };
    vec![
        ("rests", up()),
        ("works", (up().0, works(up().1))),
        ("a stranger", (Life::Up { since: now(100).at, run: None }, strange(up().1))),
        ("stopped, a stranger there", (gone(stopped()).0, strange(up().1))),
        ("stopped", gone(stopped())),
        ("due", gone(due)),
        ("parked", gone(Life::Parked { since, retry_at: now(AT + 60).at, reason: "r".to_owned() })),
        ("starting", gone(Life::Starting { since, sent_at: since, run: RunId(3), why: Why::New })),
        ("missing", gone(Life::Missing { since, up_since: since, run: run() })),
        ("stopping", (stopping(None), up().1)),
        ("restarting", (stopping(Some(Why::Asked)), up().1)),
    ]
}

fn stopped() -> Life {
    Life::Stopped { since: now(AT - 5).at, how: Ending::Asked }
}

impl Scene {
    fn new(place: &Option<Sequence>) -> Self {
        let (life, seen) = up();
        let status = statuses().swap_remove(0).1;
        Self {
            place: place.clone(),
            status,
            life,
            seen,
            wanted: Wanted::Up,
            auto_advance: true,
            heavy: true,
            supervised: true,
            legacy: None,
            verb: None,
        }
    }

    fn state(&self) -> FleetState {
        let mut state = FleetState { at: now(AT - 1).at, ..FleetState::default() };
        state.server = Some(ServerSeen { pid: 1, start_time: 1 });
        (state.next_run, state.wanted) = (9, Wanted::Up);
        state.sequence.clone_from(&self.place);
        let all_rest = matches!(self.life, Life::Stopped { .. });
        for who in ["ann", "bob", "report"] {
            let member = state.members.entry(name(who)).or_default();
            (member.last_run, member.in_front) = (run(), run());
            member.activity.first_at = Some(now(100).at);
            let is_down = who == "report" || (who == "bob" && all_rest);
            (member.life, member.wanted) = match who {
                "ann" => (self.life.clone(), self.wanted),
                _ if is_down => (stopped(), Wanted::Unsaid),
                _ => (up().0, Wanted::Up),
            };
        }
        state
    }

    fn look(&self, state: &FleetState) -> Observation {
        let of = |who: &str| match &state.members[&name(who)].life {
            _ if who == "ann" => self.seen.clone(),
            Life::Up { .. } => up().1,
            Life::Stopped { .. }
            | Life::Due { .. }
            | Life::Starting { .. }
            | Life::Missing { .. }
            | Life::Stopping { .. }
            | Life::Parked { .. } => gone(stopped()).1,
        };
        let requests = self.verb.clone().map(|verb| Request { id: RequestId(1), verb });
        Observation {
            server: Seen::Known(ServerSeen { pid: 1, start_time: 1 }),
            hangs: false,
            socket_lost: false,
            independent: false,
            supervised: self.supervised,
            members: ["ann", "bob", "report"].map(|who| (name(who), of(who))).into(),
            undeclared: Vec::new(),
            status: self.status.clone(),
            copy: None,
            handoff: Seen::Absent,
            requests: requests.into_iter().collect(),
            legacy_position: self.legacy,
        }
    }

    /// Where the phases are then, who lives how, and what is done.
    fn outcome(&self) -> String {
        let fleet = fleet(self.auto_advance);
        let before = self.state();
        let look = self.look(&before);
        let decision = decide(&fleet, &before, &look, self.heavy, now(AT));
        let broken = invariants::check(&fleet, &before, &look, &decision, now(AT));
        assert_eq!(broken, [], "{:?}, {:?}", self.place, self.life);
        let mut said = decision.next.sequence.as_ref().map_or_else(|| "nowhere".to_owned(), place);
        for (who, member) in &decision.next.members {
            write!(said, "; {who} {}", word(&member.life)).unwrap();
        }
        for action in &decision.actions {
            said.push_str(&done(action));
        }
        said
    }
}

fn place(sequence: &Sequence) -> String {
    match sequence {
        Sequence::Running { phase } => format!("in {phase}"),
        Sequence::Finishing { phase, since } => {
            format!("{phase} finishes for {} s", now(AT).at.since(*since).as_secs())
        }
        Sequence::Moving { from, to, restart } => {
            let restart: Vec<String> = restart.iter().map(ToString::to_string).collect();
            format!("{from} to {to} with [{}]", restart.join(" "))
        }
        Sequence::Completing { phase } => format!("{phase} completes"),
        Sequence::Complete { phase } => format!("{phase} is complete"),
    }
}

fn word(life: &Life) -> String {
    let at = |at: &Moment| now(AT).at.since(*at).as_secs();
    match life {
        Life::Stopped { since, .. } => format!("stopped {} s", at(since)),
        Life::Due { why, .. } => format!("due ({why:?})"),
        Life::Starting { run, .. } => format!("starting {}", run.0),
        Life::Up { .. } => "up".to_owned(),
        Life::Missing { .. } => "missing".to_owned(),
        Life::Stopping { then, .. } => format!("stopping, then {then:?}"),
        Life::Parked { .. } => "parked".to_owned(),
    }
}

fn done(action: &Action) -> String {
    match action {
        Action::WritePosition { phase } => format!("; write {phase}"),
        Action::MarkComplete { phase } => format!("; mark {phase}"),
        Action::ClearComplete => "; clear".to_owned(),
        Action::Alarm { key, .. } => format!("; alarm {key}"),
        Action::Start { name, .. } => format!("; start {name}"),
        Action::Stop { name, .. } => format!("; stop {name}"),
        Action::Type { .. }
        | Action::Submit { .. }
        | Action::Choose { .. }
        | Action::Reply { .. }
        | Action::RestoreSocket { .. }
        | Action::LookAgain
        | Action::Analyze { .. }
        | Action::EndAnalysis { .. }
        | Action::StopUndeclared { .. }
        | Action::Exit => String::new(),
    }
}

/// A name, and what makes the scene so.
type Case = (&'static str, fn(&mut Scene));

#[test]
fn every_place_meets_every_status_file() {
    let mut table = String::new();
    let cases: [Case; 5] = [
        ("heavy", |_| {}),
        ("light", |it| it.heavy = false),
        ("by hand", |it| it.auto_advance = false),
        ("a verb looks", |it| it.supervised = false),
        ("ann works", |it| it.seen.screen = Seen::Known(screen("esc interrupt"))),
    ];
    for (place_name, place) in places() {
        writeln!(table, "{place_name}").unwrap();
        for (status_name, status) in statuses() {
            for (case_name, change) in cases {
                let mut scene = Scene { status: status.clone(), ..Scene::new(&place) };
                change(&mut scene);
                let said = scene.outcome();
                writeln!(table, "  {status_name:15}{case_name:13}{said}").unwrap();
            }
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn every_place_meets_every_life_of_a_loop() {
    let mut table = String::new();
    let to = |id| Some(Verb::Phase { to: phase(id) });
    let cases = [
        ("done", Wanted::Up, None),
        ("done, unsaid", Wanted::Unsaid, None),
        ("done, asked down", Wanted::Down, None),
        ("phase P1", Wanted::Up, to("P1")),
        ("phase P2, unsaid", Wanted::Unsaid, to("P2")),
        ("phase P2, down", Wanted::Down, to("P2")),
        ("restart", Wanted::Up, Some(restart())),
    ];
    for (place_name, place) in places() {
        writeln!(table, "{place_name}").unwrap();
        for (life_name, (life, seen)) in lives() {
            for (case_name, wanted, verb) in &cases {
                // Who is asked down is neither due nor started again.
                if *wanted == Wanted::Down && comes(&life) {
                    continue;
                }
                let scene = Scene {
                    life: life.clone(),
                    seen: seen.clone(),
                    wanted: *wanted,
                    verb: verb.clone(),
                    ..Scene::new(&place)
                };
                let said = scene.outcome();
                writeln!(table, "  {life_name:26}{case_name:18}{said}").unwrap();
            }
        }
    }
    insta::assert_snapshot!(table);
}

fn comes(life: &Life) -> bool {
    match life {
        Life::Due { .. } | Life::Starting { .. } | Life::Stopping { then: Some(_), .. } => true,
        Life::Stopped { .. }
        | Life::Up { .. }
        | Life::Missing { .. }
        | Life::Stopping { then: None, .. }
        | Life::Parked { .. } => false,
    }
}

fn restart() -> Verb {
    let one_offs = crate::OneOffs::default();
    Verb::Restart { names: vec![name("ann")], one_offs, which: crate::Which::Own }
}

#[test]
fn the_position_of_the_original_program_is_taken_over_and_one_beyond_the_end_is_told() {
    let after = |legacy| Scene { legacy, ..Scene::new(&None) }.outcome();
    assert!(after(None).starts_with("in P1; "), "{}", after(None));
    assert!(after(Some(0)).starts_with("in P1; "), "{}", after(Some(0)));
    assert!(after(Some(1)).starts_with("in P2; "), "{}", after(Some(1)));
    assert!(!after(Some(1)).contains("alarm position"), "{}", after(Some(1)));
    let beyond = after(Some(2));
    assert!(beyond.starts_with("in P2; ") && beyond.contains("alarm position"), "{beyond}");
}

/// The end of the phases starts it, so who had asked it down is told, and is not left without an answer.
#[test]
fn l1_a_down_that_is_open_when_the_end_of_the_phases_starts_its_task_is_answered() {
    let (life, seen) = gone(stopped());
    let place = Some(Sequence::Completing { phase: phase("P2") });
    let scene = Scene { life, seen, ..Scene::new(&place) };
    let mut before = scene.state();
    let report = name("report");
    let since = now(AT - 1).at;
    let member = before.members.get_mut(&report).unwrap();
    (member.life, member.wanted) = (Life::Up { since, run: run() }, Wanted::Down);
    let verb = Verb::Down { names: Vec::new(), whole: true };
    let answers = [(report.clone(), None)].into();
    before.open = vec![crate::OpenRequest { id: RequestId(1), verb, since, answers }];
    before.last_request = RequestId(1);
    let look = scene.look(&before);
    let decision = decide(&fleet(true), &before, &look, true, now(AT));
    assert_eq!(decision.next.open, []);
    let answer = decision.actions.iter().find_map(|action| match action {
        Action::Reply { answers, .. } => Some(answers.clone()),
        _ => None,
    });
    let meanwhile = crate::Answer::Failed("it was asked up meanwhile".to_owned());
    assert_eq!(answer, Some(vec![(report.clone(), meanwhile)]));
    // In a fleet that is down nothing is started, and the phases complete once it is up.
    before.wanted = Wanted::Down;
    before.members.values_mut().for_each(|member| member.wanted = Wanted::Down);
    let decision = decide(&fleet(true), &before, &look, true, now(AT));
    assert_eq!(decision.next.sequence, place);
    assert_eq!(decision.next.members[&report].wanted, Wanted::Down);
}
