//! Every message meets every program and every look: is it typed, and what keeps it otherwise? In one table.

use std::fmt::Write as _;

use agents_config::{Fleet, OneOff};
use agents_names::BackendName;

use crate::activity::fixture::{
    ann, fleet_of, member, now, observation, pane, reading, screen, unknown,
};
use crate::delivery::MessageNote;
use crate::{
    Action, FleetState, Heard, Life, MemberSeen, Message, MessageKind, Note, Opening, PaneSeen,
    Program, RunId, Seen, ServerSeen, Shown, ShownState, Told, ToldState, decide,
};

/// When the look is made, in seconds.
const AT: u64 = 1000;

fn fleet(backend: &str) -> Fleet {
    let text = "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\nbackend = \"c\"\nwatch = \"heal\"\n\
                [backend.c]\nBACKEND\n[[agent]]\nname = \"ann\"\n";
    fleet_of(&text.replace("BACKEND", backend))
}

fn programs() -> Vec<(&'static str, Fleet)> {
    vec![
        ("plain", fleet("bin = \"tui\"\nactive_re = \"esc interrupt\"")),
        ("typed prompt", fleet("bin = \"tui\"\nprompt_delivery = \"ping\"")),
        ("ready_re", fleet("bin = \"tui\"\nready_re = \"^> ready$\"")),
        ("claude", fleet("preset = \"claude\"")),
        ("gemini", fleet("preset = \"gemini\"")),
        ("opencode", fleet("preset = \"opencode\"")),
    ]
}

fn shown(state: ShownState) -> Shown {
    Shown { rule: Some("r".to_owned()), composer_empty: true, ..reading(state) }
}

fn told(state: ToldState, seconds: u64) -> Option<Told> {
    let since_ms = now(seconds).wall.timestamp_millis();
    Some(Told { state, since_ms, source: "hook X".to_owned() })
}

/// An agent that has run since the given second, and rests at its composer.
struct Scene {
    seen: MemberSeen,
    since: u64,
    drawn: u64,
    submitted: Option<u64>,
    refused: bool,
    opening: Opening,
}

type Change = fn(&mut Scene);

fn looks() -> Vec<(&'static str, Change)> {
    vec![
        ("rests", |_| {}),
        ("just started", |it| it.since = AT - 3),
        ("started 8 s ago", |it| it.since = AT - 8),
        ("started 20 s ago", |it| it.since = AT - 20),
        ("started 20 s ago, resumed, draws", |it| {
            (it.since, it.drawn) = (AT - 20, AT - 1);
            it.opening = Opening::Resumed("id".to_owned());
        }),
        ("started 90 s ago, resumed, draws", |it| {
            (it.since, it.drawn) = (AT - 90, AT - 1);
            it.opening = Opening::Resumed("id".to_owned());
        }),
        ("started 20 s ago, draws nothing", |it| {
            it.since = AT - 20;
            it.seen.screen = Seen::Known(screen(""));
        }),
        ("draws nothing", |it| it.seen.screen = Seen::Known(screen(""))),
        ("pane is deaf", |it| it.pane(|pane| pane.deaf = true)),
        ("cannot be read", |it| (it.seen.screen, it.seen.shown) = (unknown(), None)),
        ("another program in front", |it| it.pane(|pane| pane.command = "sh".to_owned())),
        ("is ready", |it| it.seen.screen = Seen::Known(screen("> ready"))),
        ("is interruptible", |it| it.seen.screen = Seen::Known(screen("esc interrupt"))),
        ("a menu of numbers", |it| {
            it.seen.screen = Seen::Known(screen("What now? / ❯ 1. Stop / 2. Wait"));
            it.seen.shown = None;
        }),
        ("login is refused", |it| it.refused = true),
        ("shows work", |it| it.shown(ShownState::Active)),
        ("shows work, draws", |it| {
            it.shown(ShownState::Active);
            it.drawn = AT - 1;
        }),
        ("asks", |it| it.shown(ShownState::WaitingInput)),
        ("asks, just started", |it| {
            it.shown(ShownState::WaitingInput);
            it.since = AT - 20;
        }),
        ("is limited", |it| it.shown(ShownState::Limited)),
        ("has ended", |it| it.shown(ShownState::Exited)),
        ("cannot be told", |it| it.shown(ShownState::Unknown)),
        ("a text of somebody's", |it| {
            it.seen.shown.as_mut().unwrap().draft = Some("mine".to_owned());
        }),
        ("tells rest", |it| it.seen.told = told(ToldState::Idle, AT - 50)),
        ("tells rest, shows work", |it| {
            it.seen.told = told(ToldState::Idle, AT - 50);
            it.shown(ShownState::Active);
        }),
        ("tells rest, shows work, draws", |it| {
            it.seen.told = told(ToldState::Idle, AT - 1);
            it.shown(ShownState::Active);
            it.drawn = AT - 1;
        }),
        ("tells rest, shows a limit", |it| {
            it.seen.told = told(ToldState::Idle, AT - 50);
            it.shown(ShownState::Limited);
        }),
        ("tells work", |it| it.seen.told = told(ToldState::Active, AT - 50)),
        ("told work long ago, cannot be told", |it| {
            it.seen.told = told(ToldState::Active, AT - 900);
            it.shown(ShownState::Unknown);
        }),
        ("tells a question", |it| it.seen.told = told(ToldState::Waiting, AT - 50)),
        ("tells a question, shows work", |it| {
            it.seen.told = told(ToldState::Waiting, AT - 50);
            it.shown(ShownState::Active);
        }),
        ("tells a refused login", |it| {
            let text = "401".to_owned();
            it.seen.told = told(ToldState::Unauthenticated { text }, AT - 50);
        }),
        ("tells a limit", |it| {
            let (text, goes_on) = ("limit".to_owned(), false);
            let state = ToldState::Limited { reset_ms: None, window_minutes: None, goes_on, text };
            it.seen.told = told(state, AT - 50);
        }),
        ("told rest before the last message", |it| {
            it.seen.told = told(ToldState::Idle, AT - 50);
            it.submitted = Some(AT - 10);
        }),
        ("told rest after the last message", |it| {
            it.seen.told = told(ToldState::Idle, AT - 50);
            it.submitted = Some(AT - 60);
        }),
        ("told rest before the clock was set back", |it| {
            it.seen.told = told(ToldState::Idle, AT + 864_000);
            it.submitted = Some(AT - 10);
        }),
        ("told nothing since a message of long ago", |it| {
            it.seen.told = told(ToldState::Idle, AT - 50);
            it.submitted = Some(AT - 31);
        }),
    ]
}

impl Scene {
    fn new() -> Self {
        let mut seen = member("> ", 0);
        seen.pane = Seen::Known(PaneSeen { run: Some(RunId(3)), ..pane() });
        seen.shown = Some(shown(ShownState::Idle));
        seen.heard = Some(Heard::default());
        let (since, drawn, submitted, refused) = (100, 200, None, false);
        Self { seen, since, drawn, submitted, refused, opening: Opening::Unnamed }
    }

    fn pane(&mut self, change: impl Fn(&mut PaneSeen)) {
        if let Seen::Known(pane) = &mut self.seen.pane {
            change(pane);
        }
    }

    fn shown(&mut self, state: ShownState) {
        self.seen.shown.as_mut().unwrap().state = state;
    }

    fn state(&self, message: Message) -> FleetState {
        let mut state = FleetState { at: now(AT - 1).at, ..FleetState::default() };
        state.server = Some(ServerSeen { pid: 1, start_time: 1 });
        (state.next_run, state.next_message) = (3, 7);
        let member = state.members.entry(ann()).or_default();
        member.wanted = crate::state::Wanted::Up;
        (member.last_run, member.in_front) = (Some(RunId(3)), Some(RunId(3)));
        member.began = Some((RunId(3), now(self.since).at));
        member.life = Life::Up { since: now(self.since).at, run: Some(RunId(3)) };
        member.activity.first_at = Some(now(self.since).at);
        member.activity.digest = self.seen.screen.known().map(|screen| screen.digest);
        member.activity.changed_at = Some(now(self.drawn).at);
        member.program = Some(Program {
            run: RunId(3),
            backend: BackendName::new("c").unwrap(),
            model: None,
            one_off: OneOff::default(),
            opening: self.opening.clone(),
        });
        if self.refused {
            member.login = Some(crate::LoginRefusal {
                since: now(AT - 100).at,
                text: "401".to_owned(),
                place: "hook X".to_owned(),
                confirmed: true,
            });
        }
        member.mailbox.submitted = self.submitted.map(|at| now(at).at);
        member.mailbox.queue.push_back(message);
        state
    }
}

fn message(kind: MessageKind, is_urgent: bool) -> Message {
    let (text, owed_since) = ("say hello".to_owned(), now(AT - 5).at);
    let now_until = is_urgent.then(|| now(AT + 60).at);
    Message { id: 7, kind, text, owed_since, now_until, again: None }
}

/// Whether it is typed; what keeps it, and when it is looked at again, else.
fn said(fleet: &Fleet, mut scene: Scene, message: Message) -> String {
    let has_preset = fleet.backends.values().any(|backend| backend.preset.is_some());
    if !has_preset {
        (scene.seen.shown, scene.seen.told, scene.seen.heard) = (None, None, None);
    }
    let command = fleet.backends.values().next().unwrap().bin.clone();
    scene.pane(|pane| {
        if pane.command == "tui" {
            pane.command.clone_from(&command);
        }
    });
    let observation = observation([(ann(), scene.seen.clone())]);
    let before = scene.state(message);
    let decision = decide(fleet, &before, &observation, false, now(AT));
    let broken = crate::invariants::check(fleet, &before, &observation, &decision, now(AT));
    assert_eq!(broken, []);
    let mut said = String::new();
    for action in &decision.actions {
        if let Action::Type { text, token, .. } = action {
            write!(said, "typed {token}: {text}").unwrap();
        }
    }
    for about in &decision.notes {
        if let Note::Message(MessageNote::Waits { message, reason }) = &about.note {
            write!(said, "{message}: {reason}").unwrap();
        }
    }
    let look_in = decision.look_by.map(|at| at.since(now(AT).at).as_millis());
    format!("{said}{}", look_in.map_or_else(String::new, |span| format!(" (again in {span} ms)")))
}

#[test]
fn every_message_meets_every_program_and_every_look() {
    let messages = [
        ("ping", MessageKind::Claim, false),
        ("probe", MessageKind::Probe, false),
        ("send", MessageKind::Operator(1), false),
        ("send --now", MessageKind::Operator(1), true),
    ];
    let mut table = String::new();
    for (program, fleet) in programs() {
        writeln!(table, "{program}").unwrap();
        for (name, change) in looks() {
            let outcome = |kind: &MessageKind, is_urgent| {
                let mut scene = Scene::new();
                change(&mut scene);
                said(&fleet, scene, message(kind.clone(), is_urgent))
            };
            writeln!(table, "  {name}").unwrap();
            for (word, kind, is_urgent) in &messages {
                writeln!(table, "    {word:12}{}", outcome(kind, *is_urgent)).unwrap();
            }
        }
    }
    insta::assert_snapshot!(table);
}
