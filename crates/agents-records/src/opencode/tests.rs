use std::path::Path;

use super::{Answers, conversations, state, transcript};
use crate::conversation::Origin;
use crate::event::Outcome;
use crate::failure::ErrorKind;
use crate::state::State;

const ID: &str = "ses_e01123d75ffekGGabwKO8P2y1W";

fn answer(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/opencode");
    std::fs::read(folder.join(format!("{name}.json"))).unwrap()
}

/// The state with real answers: of `/session/status`, of `/permission`, and of the messages.
fn told(status: &str, permissions: &[u8], messages: &[u8]) -> State {
    let (sessions, status) = (answer("all.session"), answer(status));
    let answers =
        Answers { sessions: &sessions, status: &status, permissions, questions: b"[]", messages };
    state(ID, &answers).unwrap()
}

#[test]
fn real_answers_tell_the_state() {
    let permission = answer("approve.permission");
    assert!(matches!(told("busy.status", b"[]", b"[]"), State::Active { .. }));
    assert!(matches!(told("approve.status", &permission, b"[]"), State::Waiting { .. }));
    assert!(matches!(told("all.status", b"[]", b"[]"), State::Idle { .. }));
    let State::Failed { failure, .. } = told("usage.status", b"[]", b"[]") else { panic!() };
    assert_eq!((failure.kind, failure.retried), (ErrorKind::UsageLimit, true));
    assert_eq!(failure.until.unwrap().to_rfc3339(), "2026-11-21T17:56:24.872+00:00");
    let State::Failed { failure, .. } = told("server.status", b"[]", b"[]") else { panic!() };
    assert_eq!((failure.kind, failure.retried, failure.until), (ErrorKind::Server, true, None));
    let State::Failed { failure, since } = told("all.status", b"[]", &answer("all.message")) else {
        panic!()
    };
    assert_eq!(
        (failure.kind, failure.retried, failure.status),
        (ErrorKind::Model, false, Some(404))
    );
    assert_eq!(since.to_rfc3339(), "2026-11-21T16:26:41.617+00:00");
}

#[test]
fn a_session_that_is_not_listed_or_a_word_that_is_not_known_is_unknown() {
    let sessions = answer("all.session");
    let of = |id, status: &[u8]| {
        let none: &[u8] = b"[]";
        state(
            id,
            &Answers {
                sessions: &sessions,
                status,
                permissions: none,
                questions: none,
                messages: none,
            },
        )
    };
    assert!(matches!(of("ses_other", b"{}").unwrap(), State::Unknown { .. }));
    let strange = format!(r#"{{"{ID}":{{"type":"dreaming"}}}}"#);
    assert!(matches!(of(ID, strange.as_bytes()).unwrap(), State::Unknown { .. }));
    for bad in [&b"[]"[..], b"", b"<html>", b"7"] {
        assert!(of(ID, bad).unwrap_err().to_string().contains("GET /session/status"));
    }
}

#[test]
fn sessions_are_conversations() {
    let found = conversations(&answer("all.session")).unwrap();
    let [session] = &found[..] else { panic!("{found:?}") };
    assert_eq!((session.id.as_str(), session.origin), (ID, Origin::Main));
    assert_eq!(session.cwd.as_deref(), Some(Path::new("/srv/demo")));
    let child = br#"[{"id":"ses_child","parentID":"ses_main","time":{"created":1795278357130}}]"#;
    assert_eq!(conversations(child).unwrap()[0].origin, Origin::Subagent);
    assert!(conversations(b"{}").is_err());
}

#[test]
fn real_messages_are_a_transcript() {
    let told = transcript(None, &answer("all.message")).unwrap();
    let outcomes: Vec<String> = told
        .turns
        .iter()
        .map(|turn| match turn.outcome.as_ref().unwrap() {
            Outcome::Done => "done".to_owned(),
            Outcome::Interrupted => "interrupted".to_owned(),
            Outcome::Failed(failure) => format!("{:?}", failure.kind),
        })
        .collect();
    assert_eq!(outcomes, ["done", "done", "done", "interrupted", "interrupted", "Auth", "Model"]);
    assert_eq!(
        (told.totals.tool_calls, told.totals.usage.input, told.totals.usage.output),
        (1, 4800, 120)
    );
    insta::assert_snapshot!(crate::render::turn(&told.turns[1]));
}
