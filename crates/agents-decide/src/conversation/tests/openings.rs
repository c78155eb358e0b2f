//! With which conversation each next run begins, case by case.

use agents_config::{Agent, Backend, Fleet, Kind, PromptDelivery};
use agents_names::{AgentName, BackendName, PhaseId};

use super::{entry, name};
use crate::activity::fixture::{agent, backend, fleet_of, member, now, observation, pane};
use crate::conversation::{
    Conversation, ConversationNote, KnownBy, Opening, Refusal, Start, Which, open,
};
use crate::draft::Draft;
use crate::{FleetState, Note, PaneSeen, Program, RunId, Seen, Why, conversation};

pub(crate) fn fleet() -> Fleet {
    let text = "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\n[backend.tui]\nbin = \"tui\"\n\
                resume_refused = [\"no conversation {id}\"]\n\
                [[agent]]\nname = \"builder\"\nbackend = \"tui\"\n[[agent]]\nname = \"other\"\nbackend = \"tui\"\n";
    fleet_of(text)
}

/// A start at second 1000 of run 9, of an agent that resumes, whose own conversation `c1` had run 8 in no phase.
struct Scene {
    agent: Agent,
    backend: Backend,
    phase: Option<PhaseId>,
    why: Why,
    file: Option<String>,
    own: Conversation,
    state: FleetState,
}

impl Scene {
    fn new(why: Why) -> Self {
        let backend = Backend {
            supports_resume: true,
            session_flag: Some("--session".to_owned()),
            prompt_delivery: PromptDelivery::Arg,
            ..backend()
        };
        let agent = Agent { resume: true, ..agent() };
        let (phase, file, own) = (None, None, entry("c1", 8));
        Self { agent, backend, phase, why, file, own, state: FleetState::default() }
    }

    fn conversations(&mut self) -> &mut conversation::Conversations {
        &mut self.state.members.entry(self.agent.name.clone()).or_default().conversations
    }

    /// Its own conversation stands, and was that of its program.
    fn with_own(mut self) -> Self {
        let own = self.own.clone();
        self.conversations().take_up(own);
        self
    }

    fn opens(&self) -> (Opening, FleetState, Vec<Note>) {
        let (fleet, seen) = (fleet(), observation([]));
        let mut draft = Draft::new(&fleet, &self.state, &seen, false, now(1000));
        let looked = crate::MemberSeen { resume_id: self.file.clone(), ..member("> ", 0) };
        let start = Start {
            backend: &self.backend,
            phase: self.phase.as_ref(),
            run: RunId(9),
            why: &self.why,
        };
        let opening = open(&mut draft, &self.agent, &looked, &start);
        let notes = draft.noted(Some(&self.agent.name)).cloned().collect();
        (opening, draft.finish().next.into_inner(), notes)
    }

    fn opening(&self) -> Opening {
        self.opens().0
    }
}

fn resumed() -> Opening {
    Opening::Resumed("c1".to_owned())
}

fn stall() -> Why {
    Why::Stall { since: None, how: "it stood still".to_owned() }
}

fn whys() -> Vec<Why> {
    vec![
        Why::Asked,
        Why::New,
        Why::Gone { how: "exit code 1".to_owned() },
        Why::ServerLost,
        Why::Mismatch { found: "vim".to_owned(), expected: "tui".to_owned() },
        Why::Fatal { row: "broken".to_owned() },
        stall(),
        Why::Phase { phase: PhaseId::new("P1").unwrap() },
        Why::SequenceComplete,
        Why::ParkedRetry,
        Why::Refused { id: "c0".to_owned() },
        Why::Retry { reason: "no room".to_owned() },
    ]
}

#[test]
fn an_agent_that_resumes_goes_on_in_its_own_conversation_whyever_it_starts() {
    for why in whys() {
        let scene = Scene::new(why).with_own();
        let (opening, next, notes) = scene.opens();
        assert_eq!((opening, notes), (resumed(), vec![]), "{:?}", scene.why);
        let own = next.members[&scene.agent.name].conversations.own().unwrap();
        assert_eq!((own.id.as_str(), own.run, own.known), ("c1", RunId(9), KnownBy::Chosen));
    }
}

/// What makes it begin a new one instead.
#[test]
fn it_begins_anew_where_its_own_cannot_be_continued() {
    type Change = fn(&mut Scene);
    let changes: [(&str, Change); 8] = [
        ("it does not resume", |it| it.agent.resume = false),
        ("its program cannot", |it| it.backend.supports_resume = false),
        ("its prompt is typed", |it| it.backend.prompt_delivery = PromptDelivery::Ping),
        ("it was refused", |it| it.own.refused = Some(Refusal::Said("gone".to_owned()))),
        ("another program keeps it", |it| it.own.backend = BackendName::new("vim").unwrap()),
        ("another phase begins", |it| it.phase = Some(PhaseId::new("P1").unwrap())),
        ("its phase is over", |it| it.own.phase = Some(PhaseId::new("P1").unwrap())),
        ("fresh is asked for", |it| it.conversations().next = Which::Fresh),
    ];
    for (what, change) in changes {
        let mut scene = Scene::new(Why::Asked);
        change(&mut scene);
        let (opening, next, _) = scene.with_own().opens();
        assert!(!matches!(opening, Opening::Resumed(_)), "{what}: {opening:?}");
        let conversations = &next.members[&agent().name].conversations;
        assert_eq!(conversations.next, Which::Own, "{what}: it was wanted of one start");
        match opening {
            Opening::Named(id) => {
                let own = conversations.own().unwrap();
                assert_eq!((&own.id, own.run, own.known), (&id, RunId(9), KnownBy::Chosen));
                assert_ne!(id, "c1");
            }
            other => {
                assert_eq!((other, what), (Opening::Unnamed, "its prompt is typed"));
                assert_eq!(conversations.current, None, "never an older one");
            }
        }
    }
}

#[test]
fn a_conversation_that_a_person_gave_is_continued_in_any_phase() {
    let mut scene = Scene::new(Why::Asked);
    scene.own.known = KnownBy::Given;
    scene.phase = Some(PhaseId::new("P1").unwrap());
    scene.agent.kind = Kind::Task;
    assert_eq!(scene.with_own().opening(), resumed());
}

#[test]
fn a_task_that_is_asked_for_once_more_begins_anew_and_one_that_is_mended_goes_on() {
    for why in whys() {
        let mut scene = Scene::new(why.clone());
        scene.agent.kind = Kind::Task;
        let opening = scene.with_own().opening();
        assert_eq!(opening == resumed(), why != Why::Asked, "{why:?}: {opening:?}");
    }
}

#[test]
fn a_conversation_that_ends_in_an_error_or_a_stall_twice_in_a_row_is_let_go() {
    for why in [stall(), Why::Fatal { row: "broken".to_owned() }] {
        for (ailing, healthy_for, goes_on) in
            [(0, None, true), (1, None, false), (1, Some(599), false), (1, Some(600), true)]
        {
            let mut scene = Scene::new(why.clone());
            scene.own.ailing = ailing;
            let mut scene = scene.with_own();
            let began = healthy_for.map(|seconds| (RunId(8), now(1000 - seconds).at));
            scene.state.members.get_mut(&scene.agent.name).unwrap().began = began;
            let (opening, next, notes) = scene.opens();
            assert_eq!(opening == resumed(), goes_on, "{ailing} {healthy_for:?}: {opening:?}");
            let told = Note::from(ConversationNote::LetGo { id: "c1".to_owned() });
            assert_eq!(notes == [told], !goes_on, "{notes:?}");
            let kept = next.members[&scene.agent.name].conversations.of("c1").unwrap();
            assert_eq!(kept.ailing, if goes_on { 1 } else { 2 });
        }
    }
    // Other reasons say nothing about it.
    let mut scene = Scene::new(Why::ServerLost);
    scene.own.ailing = 1;
    assert_eq!(scene.with_own().opening(), resumed());
}

#[test]
fn the_operator_names_an_earlier_conversation_and_gets_it_where_its_program_keeps_it() {
    type Change = fn(&mut Scene);
    let changes: [(&str, Change, bool); 6] = [
        ("known", |_| {}, true),
        ("refused before", |it| it.own.refused = Some(Refusal::Said("gone".to_owned())), true),
        ("it does not resume by itself", |it| it.agent.resume = false, true),
        ("its program cannot", |it| it.backend.supports_resume = false, false),
        ("its prompt is typed", |it| it.backend.prompt_delivery = PromptDelivery::Ping, false),
        ("another's", |it| it.own.backend = BackendName::new("vim").unwrap(), false),
    ];
    for (what, change, possible) in changes {
        let mut scene = Scene::new(Why::Asked);
        scene.phase = Some(PhaseId::new("P1").unwrap());
        change(&mut scene);
        let mut scene = scene.with_own();
        scene.conversations().take_up(entry("c2", 8));
        scene.conversations().next = Which::This("c1".to_owned());
        let (opening, next, _) = scene.opens();
        assert_eq!(opening == resumed(), possible, "{what}: {opening:?}");
        if possible {
            let own = next.members[&scene.agent.name].conversations.own().unwrap();
            assert_eq!((own.id.as_str(), &own.refused), ("c1", &None), "{what}");
            assert_eq!(own.phase, scene.phase, "{what}: it goes on in the phase of this run");
        }
    }
    // One that nothing is known of may be anything that the program kept.
    let mut scene = Scene::new(Why::Asked).with_own();
    scene.conversations().next = Which::This("c7".to_owned());
    let (opening, next, _) = scene.opens();
    assert_eq!(opening, Opening::Resumed("c7".to_owned()));
    let own = next.members[&scene.agent.name].conversations.own().unwrap();
    assert_eq!((own.known, own.run, &own.backend), (KnownBy::Given, RunId(9), &scene.backend.name));
}

#[test]
fn what_is_new_in_the_id_file_wins_and_what_was_taken_up_once_does_not_win_again() {
    let mut scene = Scene::new(Why::Asked).with_own();
    scene.file = Some("c5".to_owned());
    let (opening, next, notes) = scene.opens();
    assert_eq!((opening, notes), (Opening::Resumed("c5".to_owned()), vec![]));
    let conversations = &next.members[&scene.agent.name].conversations;
    assert_eq!(conversations.given.as_deref(), Some("c5"));
    assert_eq!(conversations.own().unwrap().known, KnownBy::Given);
    // The file still says so; the agent has gone on to another.
    scene.state = next.clone();
    scene.conversations().take_up(entry("c6", 9));
    assert_eq!(scene.opening(), Opening::Resumed("c6".to_owned()));
    // One that was refused is tried again once a person names it.
    let mut scene = Scene::new(Why::Asked);
    scene.own.refused = Some(Refusal::Said("gone".to_owned()));
    scene.file = Some("c1".to_owned());
    let (opening, next, _) = scene.with_own().opens();
    assert_eq!(opening, resumed());
    let own = next.members[&agent().name].conversations.own().unwrap();
    assert_eq!((own.known, &own.refused), (KnownBy::Given, &None));
    // Who asks for a fresh one gets it; the file counts as read.
    let mut scene = Scene::new(Why::Asked).with_own();
    scene.file = Some("c5".to_owned());
    scene.conversations().next = Which::Fresh;
    let (opening, next, _) = scene.opens();
    assert!(matches!(opening, Opening::Named(_)), "{opening:?}");
    assert_eq!(next.members[&agent().name].conversations.given.as_deref(), Some("c5"));
    assert_eq!(next.members[&agent().name].conversations.of("c5"), None);
}

#[test]
fn anothers_conversation_is_not_taken_from_the_file_and_the_operator_hears_of_it() {
    let other = || AgentName::new("other").unwrap();
    let mut scene = Scene::new(Why::Asked).with_own();
    let had = &mut scene.state.members.entry(other()).or_default().conversations;
    had.take_up(entry("c5", 3));
    scene.file = Some("c5".to_owned());
    let (opening, next, notes) = scene.opens();
    assert_eq!(opening, resumed());
    let note = ConversationNote::Anothers { id: "c5".to_owned(), whose: other() };
    assert_eq!(notes, [Note::from(note)]);
    let key = "builder/conversation";
    assert!(next.alarms.contains_key(key), "{:?}", next.alarms);
    // Another line in the file ends the alarm.
    scene.state = next;
    scene.file = Some("c7".to_owned());
    let (opening, next, _) = scene.opens();
    assert_eq!(opening, Opening::Resumed("c7".to_owned()));
    assert!(!next.alarms.contains_key(key), "{:?}", next.alarms);
}

/// An agent whose last run chose its conversation itself, and nothing told its id.
#[test]
fn a_start_that_would_have_gone_on_says_that_nobody_knows_the_conversation() {
    let lost = |why: Why, change: fn(&mut Scene)| {
        let mut scene = Scene::new(why);
        scene.backend.session_flag = None;
        let program = Program {
            run: RunId(8),
            backend: scene.backend.name.clone(),
            model: None,
            one_off: agents_config::OneOff::default(),
            opening: Opening::Unnamed,
        };
        scene.state.members.entry(scene.agent.name.clone()).or_default().program = Some(program);
        change(&mut scene);
        match scene.opening() {
            Opening::Unknown => true,
            Opening::Unnamed => false,
            other => panic!("{other:?}"),
        }
    };
    let goes_on = |why: &Why| {
        !matches!(
            why,
            Why::New
                | Why::Mismatch { .. }
                | Why::Phase { .. }
                | Why::SequenceComplete
                | Why::Refused { .. }
        )
    };
    for why in whys() {
        assert_eq!(lost(why.clone(), |_| {}), goes_on(&why), "{why:?}");
        let task = lost(why.clone(), |it| it.agent.kind = Kind::Task);
        assert_eq!(task, goes_on(&why) && why != Why::Asked, "a task, {why:?}");
    }
    assert!(!lost(Why::ServerLost, |it| it.agent.resume = false));
    assert!(!lost(Why::ServerLost, |it| it.conversations().next = Which::Fresh));
    assert!(!lost(Why::ServerLost, |it| it.backend.supports_resume = false));
    // The first run of all lost nothing, and another program's conversation would not have been continued.
    let never: fn(&mut Scene) = |it| {
        it.state.members.values_mut().next().unwrap().program = None;
    };
    assert!(!lost(Why::ServerLost, never));
    let vim: fn(&mut Scene) = |it| {
        let member = it.state.members.values_mut().next().unwrap();
        member.program.as_mut().unwrap().backend = BackendName::new("vim").unwrap();
    };
    assert!(!lost(Why::ServerLost, vim));
    let again: fn(&mut Scene) = |it| {
        let member = it.state.members.values_mut().next().unwrap();
        member.program.as_mut().unwrap().opening = Opening::Unknown;
    };
    assert!(lost(Why::ServerLost, again));
}

/// An id that a program tells while it runs.
#[test]
fn what_the_program_tells_is_its_own_unless_it_is_anothers() {
    let hear = |of: &str, program_run: u64, given: &str| {
        let (fleet, mut seen) = (fleet(), observation([]));
        let builder = name("builder");
        let mut state = FleetState::default();
        let had = state.members.entry(builder.clone()).or_default();
        had.wanted = crate::state::Wanted::Up;
        had.last_run = Some(RunId(8));
        had.life = crate::life::Life::Up { since: now(900).at, run: Some(RunId(8)) };
        had.program = Some(Program {
            run: RunId(program_run),
            backend: BackendName::new("tui").unwrap(),
            model: None,
            one_off: agents_config::OneOff::default(),
            opening: Opening::Unnamed,
        });
        let others = state.members.entry(name("other")).or_default();
        others.conversations.take_up(entry(of, 3));
        let mut looked = member("> ", 0);
        looked.pane = Seen::Known(PaneSeen { run: Some(RunId(8)), ..pane() });
        looked.conversation = Some(given.to_owned());
        seen.members = [(builder.clone(), looked)].into();
        let decision = crate::decide(&fleet, &state, &seen, false, now(1000));
        let own = decision.next.members[&builder].conversations.own().cloned();
        let note = ConversationNote::Anothers { id: given.to_owned(), whose: name("other") };
        let is_said = decision.notes.iter().any(|about| about.note == Note::from(note.clone()));
        (own.map(|own| (own.id, own.run, own.known)), is_said)
    };
    let told = Some(("c9".to_owned(), RunId(8), KnownBy::Told));
    assert_eq!(hear("c3", 8, "c9"), (told, false));
    assert_eq!(hear("c9", 8, "c9"), (None, true));
    assert_eq!(
        hear("c3", 7, "c9"),
        (None, false),
        "an earlier run's program says nothing of this one"
    );
}
