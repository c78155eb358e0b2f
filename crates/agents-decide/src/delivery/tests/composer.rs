//! A program whose composer a preset reads gets its messages, in virtual time.

use agents_config::{Fleet, OneOff};
use agents_names::BackendName;

use crate::activity::fixture::{ann, fleet_of, member, now, observation, pane, reading};
use crate::{
    Action, Answer, FleetState, MemberSeen, Message, MessageKind, Moment, Observation, Opening,
    PaneSeen, Program, Request, RequestId, RunId, Seen, SendTerms, Shown, ShownState, Verb, Went,
    decide, messages,
};

/// What a program does with what is typed at it.
#[derive(Clone, Copy, PartialEq)]
enum Habit {
    /// It draws a paste so many milliseconds late.
    Late(u64),
    /// It takes the first key for the wish for a new line, and drops the last letter.
    NewLine,
    /// It drops every paste.
    Deaf,
    /// tmux never gets what is sent.
    Unsent,
}

struct Scene {
    fleet: Fleet,
    state: FleetState,
    habit: Habit,
    composer: String,
    history: Vec<String>,
    typed: Option<String>,
    typed_ms: u64,
    typed_at: Vec<u64>,
    submitted: Option<String>,
    keys_ms: Vec<u64>,
    answers: Vec<Answer>,
    at_ms: u64,
    /// How long after a look the next one is.
    apart_ms: u64,
    asked: u64,
}

impl Scene {
    fn new(habit: Habit) -> Self {
        Self::of("opencode", habit)
    }

    fn of(preset: &str, habit: Habit) -> Self {
        let text = "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\nbackend = \"c\"\nwatch = \"heal\"\n\
             [backend.c]\npreset = \"PRESET\"\n[[agent]]\nname = \"ann\"\n";
        let text = text.replace("PRESET", preset);
        let fleet = fleet_of(&text);
        Self {
            fleet,
            state: FleetState::default(),
            habit,
            composer: String::new(),
            history: Vec::new(),
            typed: None,
            typed_ms: 0,
            typed_at: Vec::new(),
            submitted: None,
            keys_ms: Vec::new(),
            answers: Vec::new(),
            at_ms: 0,
            apart_ms: 100,
            asked: 0,
        }
    }

    fn look(&self, send: Option<&str>) -> Observation {
        let late = if let Habit::Late(late) = self.habit { late } else { 0 };
        let drawn = if self.at_ms - self.typed_ms >= late { self.composer.as_str() } else { "" };
        let shown = Shown {
            draft: (!drawn.is_empty()).then(|| drawn.to_owned()),
            composer_empty: drawn.is_empty(),
            ..reading(ShownState::Idle)
        };
        let (typed, submitted) = (self.typed.clone(), self.submitted.clone());
        let screen = format!("{}\n> {drawn}\nfooter", self.history.join("\n"));
        let seen = MemberSeen {
            shown: Some(shown),
            pane: Seen::Known(PaneSeen { typed, submitted, ..pane() }),
            ..member(&screen, 0)
        };
        let send = send.map(|text| Verb::Send {
            name: ann(),
            text: text.to_owned(),
            terms: SendTerms { now: false, within: Some(std::time::Duration::from_secs(600)) },
        });
        let requests = send.map(|verb| Request { id: RequestId(self.asked), verb });
        Observation { requests: requests.into_iter().collect(), ..observation([(ann(), seen)]) }
    }

    /// Sends a message, and looks again and again for so many seconds.
    fn send(&mut self, text: &str, seconds: u64) {
        if self.at_ms == 0 {
            // Until it is found to run, and has had the time to start.
            self.run(None, 60);
        }
        self.asked += 1;
        self.run(Some(text), seconds);
    }

    /// Owes it a ping, and looks again and again for so many seconds.
    fn ping(&mut self, seconds: u64) {
        if self.at_ms == 0 {
            self.run(None, 60);
        }
        self.state.next_message += 1;
        let id = self.state.next_message;
        let message = Message {
            id,
            kind: MessageKind::Claim,
            text: messages::CLAIM.to_owned(),
            owed_since: Moment(self.at_ms),
            now_until: None,
            again: None,
        };
        let ann = self.state.members.values_mut().next().expect("was seen");
        ann.mailbox.queue.push_back(message);
        self.run(None, seconds);
    }

    fn is_stuck(&self) -> bool {
        self.state.alarms.keys().any(|key| key.contains("stuck"))
    }

    fn run(&mut self, mut send: Option<&str>, seconds: u64) {
        for _ in 0..seconds * 1000 / self.apart_ms {
            let mut at = now(10 + self.at_ms / 1000);
            at.at.0 += self.at_ms % 1000;
            let seen = self.look(send.take());
            let decision = decide(&self.fleet, &self.state, &seen, false, at);
            let stored = serde_json::to_string(&decision.next).expect("serializes");
            self.state = serde_json::from_str(&stored).expect("was just written");
            for action in decision.actions {
                self.take(action);
            }
            self.at_ms += self.apart_ms;
        }
    }

    fn take(&mut self, action: Action) {
        match action {
            Action::Type { .. } if self.habit == Habit::Unsent => {
                self.typed_at.push(self.at_ms / 1000);
            }
            Action::Type { text, token, .. } => {
                self.typed_at.push(self.at_ms / 1000);
                (self.typed, self.typed_ms) = (Some(token), self.at_ms);
                if self.habit != Habit::Deaf {
                    self.composer.push_str(&text);
                }
            }
            Action::Submit { token, .. } => {
                self.submitted = Some(token);
                self.keys_ms.push(self.at_ms - self.typed_ms);
                if self.habit == Habit::NewLine && self.keys_ms.len() == 1 {
                    self.composer.pop();
                } else if !self.composer.is_empty() {
                    self.history.push(std::mem::take(&mut self.composer));
                }
            }
            Action::Reply { answers, .. } => {
                self.answers.extend(answers.into_iter().map(|(_, answer)| answer));
            }
            _ => {}
        }
    }
}

#[test]
fn the_key_waits_until_the_text_is_drawn() {
    let mut quick = Scene::new(Habit::Late(0));
    quick.send("hello there", 20);
    assert_eq!(quick.answers, [Answer::Delivered(Went::TextLeft)]);
    assert!(quick.keys_ms.len() == 1 && quick.keys_ms[0] < 1000, "{:?}", quick.keys_ms);
    let mut late = Scene::new(Habit::Late(4000));
    late.send("hello there", 20);
    assert_eq!(late.answers, [Answer::Delivered(Went::TextLeft)]);
    assert!(late.keys_ms.len() == 1 && late.keys_ms[0] >= 4000, "{:?}", late.keys_ms);
}

#[test]
fn f31_a_text_that_is_left_in_the_composer_is_submitted_again() {
    let mut scene = Scene::new(Habit::NewLine);
    scene.send("hello there\\", 20);
    assert_eq!((scene.keys_ms.len(), scene.history.len()), (2, 1), "{:?}", scene.history);
    assert_eq!(scene.answers, [Answer::Delivered(Went::TextLeft)]);
}

#[test]
fn what_never_shows_is_neither_called_delivered_nor_in_the_way_of_others() {
    let mut scene = Scene::new(Habit::Deaf);
    // Until the key comes all the same, and in vain; then half a minute for late evidence.
    scene.send("hello there", 40);
    assert!(scene.answers.is_empty(), "{:?}", scene.answers);
    assert!(scene.keys_ms.len() == 3 && scene.keys_ms[0] >= 10_000, "{:?}", scene.keys_ms);
    scene.send("and another", 20);
    assert!(matches!(scene.answers[..], [Answer::Unseen(_)]), "{:?}", scene.answers);
    scene.habit = Habit::Late(0);
    scene.send("a third", 120);
    let rest = &scene.answers[1..];
    assert_eq!(rest.last(), Some(&Answer::Delivered(Went::TextLeft)), "{rest:?}");
    assert_eq!(scene.history, ["a third"]);
}

#[test]
fn a_ping_of_which_nothing_shows_that_it_went_is_typed_again_until_it_is_seen_to_go() {
    let mut scene = Scene::new(Habit::Deaf);
    scene.apart_ms = 1000;
    scene.ping(6000);
    let apart: Vec<u64> = scene.typed_at.windows(2).map(|two| two[1] - two[0]).collect();
    // Three submits and half a minute for late evidence each time, and then a minute, two minutes, four …
    assert!(apart.len() >= 6 && apart[..6].is_sorted(), "{apart:?}");
    assert!((90..150).contains(&apart[0]) && apart.iter().all(|it| *it < 1900), "{apart:?}");
    assert!(scene.is_stuck(), "nobody was told");
    scene.habit = Habit::Late(0);
    scene.run(None, 1900);
    assert_eq!(scene.history, [messages::CLAIM]);
    assert!(!scene.is_stuck(), "it went, and the alarm stands");
    scene.run(None, 2000);
    assert_eq!(scene.history, [messages::CLAIM], "it is owed no longer");
}

#[test]
fn i13_a_paste_that_was_lost_is_not_sent_again_behind_what_somebody_has_typed_since() {
    let mut scene = Scene::new(Habit::Unsent);
    scene.ping(2);
    assert_eq!(scene.typed_at.len(), 1, "{:?}", scene.typed_at);
    (scene.habit, scene.composer) = (Habit::Late(0), "somebody's".to_owned());
    scene.run(None, 30);
    assert_eq!((scene.typed_at.len(), scene.keys_ms.len()), (1, 0), "it went behind a line");
    scene.composer.clear();
    scene.run(None, 30);
    assert_eq!(scene.history, [messages::CLAIM]);
}

#[test]
fn what_comes_behind_a_ping_that_is_typed_again_does_not_wait_for_it() {
    let mut scene = Scene::new(Habit::Deaf);
    scene.ping(60);
    scene.habit = Habit::Late(0);
    scene.send("hello there", 20);
    assert_eq!(scene.answers, [Answer::Delivered(Went::TextLeft)]);
    assert!(scene.is_stuck(), "the ping still has not gone");
    scene.run(None, 120);
    assert_eq!(scene.history, ["hello there", messages::CLAIM]);
    assert!(!scene.is_stuck());
}

#[test]
fn a_program_that_loads_its_conversation_gets_nothing_while_it_draws() {
    let typed = |opening: Opening| {
        let mut scene = Scene::of("gemini", Habit::Late(0));
        scene.run(None, 1);
        let ann = scene.state.members.values_mut().next().expect("was seen");
        ann.program = Some(Program {
            run: RunId(1),
            backend: BackendName::new("c").expect("valid"),
            model: None,
            one_off: OneOff::default(),
            opening,
        });
        scene.asked += 1;
        // Something new is drawn each second, twenty seconds long.
        let mut send = Some("hello there");
        for second in 0..20 {
            scene.history.push(format!("drawn {second}"));
            scene.run(send.take(), 1);
        }
        scene.run(None, 100);
        scene.typed_at.first().copied()
    };
    // The conversation of a resumed one is there once nothing has been drawn for three seconds.
    let (resumed, begun) = (typed(Opening::Resumed("c1".to_owned())), typed(Opening::Unnamed));
    assert!(resumed >= Some(23) && resumed < Some(28), "{resumed:?}");
    assert!(begun.is_some() && begun < Some(20), "{begun:?}");
}
