//! Answers of opencode in, what they tell out.

use std::cell::RefCell;

use agents_decide::ToldState;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::*;

/// A server whose answers a test sets, and who was asked what.
#[derive(Default)]
struct Answering {
    answers: HashMap<String, Value>,
    asked: RefCell<Vec<String>>,
}

fn at(seconds: i64) -> DateTime<Utc> {
    "2026-11-21T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::seconds(seconds)
}

fn ms(seconds: i64) -> i64 {
    at(seconds).timestamp_millis()
}

fn asked(conversation: Option<&str>) -> Asked {
    let server = Server { port: 1, password: None };
    let conversation = conversation.map(str::to_owned);
    Asked { run: RunId(1), server, conversation, began: at(0) }
}

impl Answering {
    fn new() -> Self {
        let mut it = Self::default();
        it.set("/permission", json!([]));
        it.set("/question", json!([]));
        it.status(json!({}));
        it
    }

    fn set(&mut self, path: &str, answer: Value) {
        self.answers.insert(path.to_owned(), answer);
    }

    fn status(&mut self, status: Value) {
        self.set("/session/status", status);
    }

    /// A conversation whose last prompt came at that second, and which changed last at the other.
    fn session(&mut self, id: &str, parent: Option<&str>, (prompted, updated): (i64, i64)) {
        let time = json!({"created": ms(1), "updated": ms(updated)});
        let parent = parent.map_or(json!({}), |parent| json!({"parentID": parent}));
        let mut session = json!({"id": id, "directory": "/p", "time": time});
        session.as_object_mut().unwrap().extend(parent.as_object().unwrap().clone());
        self.set(&format!("/session/{id}"), session);
        let prompt = json!({"info": {"role": "user", "time": {"created": ms(prompted)}},
            "parts": [{"type": "text", "text": format!("do {id}")}]});
        let answer = json!({"info": {"role": "assistant", "time": {"created": ms(prompted)}}});
        self.set(&format!("/session/{id}/message?limit=4"), json!([prompt, answer]));
    }

    /// Nothing has followed its prompt yet.
    fn unanswered(&mut self, id: &str) {
        let messages = self.answers.get_mut(&format!("/session/{id}/message?limit=4")).unwrap();
        messages.as_array_mut().unwrap().pop();
    }

    fn look(&self, line: &mut Line, asked: &Asked, now: i64) -> Result<Recorded, RecordError> {
        line.look(asked, at(now), &mut |path| {
            self.asked.borrow_mut().push(path.to_owned());
            let answer = self.answers.get(path).map(|answer| answer.to_string().into_bytes());
            answer.ok_or_else(|| RecordError::Unreachable {
                port: 1,
                request: path.to_owned(),
                detail: "it refused".to_owned(),
            })
        })
    }
}

fn state(recorded: &Recorded) -> Option<(ToldState, i64)> {
    let told = recorded.told.clone()?;
    Some((told.state, (told.since_ms - ms(0)) / 1000))
}

#[test]
fn a_turn_is_told_with_its_conversation_its_prompt_and_its_end() {
    let (mut server, mut line) = (Answering::new(), Line::default());
    let look =
        |server: &Answering, line: &mut Line, now| server.look(line, &asked(None), now).unwrap();
    // Others of the folder are listed by the server, and are nobody's here.
    server.session("ses_b", None, (1, 1));
    let before = look(&server, &mut line, 2);
    assert_eq!((state(&before), before.conversation), (None, None));
    server.session("ses_part", Some("ses_a"), (3, 3));
    server.session("ses_a", None, (3, 4));
    server.status(json!({"ses_part": {"type": "busy"}, "ses_a": {"type": "busy"}}));
    let works = look(&server, &mut line, 5);
    assert_eq!(state(&works), Some((ToldState::Active, 3)));
    assert_eq!(works.conversation.as_deref(), Some("ses_a"));
    let prompt = Prompted { at_ms: ms(3), text: "do ses_a".to_owned() };
    assert_eq!(works.prompt, Some(prompt));
    server.session("ses_a", None, (3, 6));
    assert_eq!(state(&look(&server, &mut line, 7)), Some((ToldState::Active, 3)), "one turn");
    server.status(json!({}));
    server.session("ses_a", None, (3, 9));
    assert_eq!(state(&look(&server, &mut line, 10)), Some((ToldState::Idle, 9)));
    // A title that is set later is no new turn.
    server.session("ses_a", None, (3, 12));
    assert_eq!(state(&look(&server, &mut line, 13)), Some((ToldState::Idle, 9)));
}

#[test]
fn a_question_and_a_limit_are_told() {
    let (mut server, mut line) = (Answering::new(), Line::default());
    server.session("ses_a", None, (3, 4));
    server.status(json!({"ses_a": {"type": "busy"}}));
    server.set("/permission", json!([{"id": "per_1", "sessionID": "ses_a"}]));
    let asks = server.look(&mut line, &asked(None), 5).unwrap();
    assert_eq!(state(&asks).unwrap().0, ToldState::Waiting);
    server.set("/permission", json!([]));
    let message = "The usage limit has been reached";
    let retry = json!({"type": "retry", "attempt": 1, "message": message, "next": ms(900)});
    server.status(json!({"ses_a": retry}));
    let limited = server.look(&mut line, &asked(None), 6).unwrap();
    let ToldState::Limited { reset_ms, goes_on, .. } = state(&limited).unwrap().0 else {
        panic!("{limited:?}");
    };
    assert_eq!((reset_ms, goes_on), (Some(ms(900)), true));
}

#[test]
fn a_resumed_conversation_rests_until_another_works_here() {
    let (mut server, mut line) = (Answering::new(), Line::default());
    server.session("ses_old", None, (-50, -40));
    let asked = asked(Some("ses_old"));
    let rests = server.look(&mut line, &asked, 1).unwrap();
    assert_eq!(state(&rests), Some((ToldState::Idle, 0)));
    assert_eq!((rests.prompt, rests.conversation.as_deref()), (None, Some("ses_old")));
    // Somebody begins a new one in the program.
    server.session("ses_new", None, (6, 7));
    server.status(json!({"ses_new": {"type": "busy"}}));
    let moved = server.look(&mut line, &asked, 8).unwrap();
    assert_eq!(state(&moved), Some((ToldState::Active, 6)));
    assert_eq!(moved.conversation.as_deref(), Some("ses_new"));
    server.status(json!({}));
    let stays = server.look(&mut line, &asked, 9).unwrap();
    assert_eq!(stays.conversation.as_deref(), Some("ses_new"));
}

#[test]
fn at_rest_little_is_asked_and_it_is_heard_now_and_then() {
    let (mut server, mut line) = (Answering::new(), Line::default());
    server.session("ses_a", None, (-50, -40));
    let asked = asked(Some("ses_a"));
    let heard = |line: &mut Line, now| server.look(line, &asked, now).unwrap().grown_ms.unwrap();
    assert_eq!(heard(&mut line, 1), ms(1));
    server.asked.borrow_mut().clear();
    assert_eq!(heard(&mut line, 2), ms(1));
    assert_eq!(*server.asked.borrow(), ["/session/status", "/session/ses_a"]);
    assert_eq!(heard(&mut line, 12), ms(12));
}

#[test]
fn a_prompt_is_the_beginning_of_a_turn_before_the_status_says_so() {
    let (mut server, mut line) = (Answering::new(), Line::default());
    server.session("ses_a", None, (-50, -40));
    server.unanswered("ses_a");
    let asked = asked(Some("ses_a"));
    let mut look = |server: &Answering, now| state(&server.look(&mut line, &asked, now).unwrap());
    assert_eq!(look(&server, 1), Some((ToldState::Idle, 0)), "that of an earlier run");
    server.session("ses_a", None, (3, 3));
    server.unanswered("ses_a");
    assert_eq!(look(&server, 4), Some((ToldState::Active, 3)));
    assert_eq!(look(&server, 12), Some((ToldState::Active, 3)));
    assert_eq!(look(&server, 14), Some((ToldState::Idle, 3)), "it was broken off");
}

#[test]
fn what_is_not_answered_is_not_guessed() {
    let mut line = Line::default();
    assert!(Answering::default().look(&mut line, &asked(None), 1).is_err());
    let mut server = Answering::new();
    server.status(json!({"ses_a": {"type": "busy"}}));
    assert!(server.look(&mut line, &asked(None), 2).is_err(), "whose is it?");
    assert_eq!(line.own, None);
}
