use super::*;

fn failure(text: &str) -> TmuxError {
    Reply { output: String::new(), errors: vec![text.to_owned()] }.failure("/s")
}

#[test]
fn f10_complaints_are_told_apart() {
    let none = TmuxError::NoServer { socket: "/s".to_owned() };
    assert_eq!(failure("error connecting to /s (No such file or directory)"), none, "T50");
    assert_eq!(failure("no server running on /s"), none, "T51");
    for text in [
        "server exited unexpectedly",
        "lost server",
        "error connecting to /s (Permission denied)",
        "error connecting to /s (Resource temporarily unavailable)",
        "access not allowed",
        "something new",
    ] {
        assert_eq!(failure(text), TmuxError::Unknown { cause: text.to_owned() });
    }
    assert_eq!(failure("can't find pane: %7"), TmuxError::Missing { what: "pane: %7".to_owned() });
    let t56 = "create window failed: fork failed: Resource temporarily unavailable";
    assert_eq!(failure(t56), TmuxError::Refused { reason: t56.to_owned() });
}

#[test]
fn f10_silence_is_unknown() {
    let reply = Reply::default();
    assert!(matches!(reply.verdict("/s"), Err(TmuxError::Unknown { .. })));
}

#[test]
fn a_refusal_says_why() {
    let line = "agents-refused epoch=0000000009 server=4.5 pane=%3 dead=1 mode=0 off=0 pipe=0 session=a id=x id=y";
    let refusal = Refusal::parse(line).unwrap();
    assert_eq!((refusal.epoch, refusal.agent_id.as_str()), (9, "x id=y"));
    assert!(refusal.of_pane(PaneId(3)).to_string().contains("has ended"));
    assert!(matches!(refusal.of_pane(PaneId(4)), TmuxError::Missing { .. }));
    let fence = Fence { option: "@e".to_owned(), epoch: 8 };
    assert!(refusal.shared(Some(&fence), None).unwrap().to_string().contains("later writer"));
    let fence = Fence { option: "@e".to_owned(), epoch: 9 };
    assert_eq!(refusal.shared(Some(&fence), Some(ServerId { pid: 4, start_time: 5 })), None);
    let replaced = refusal.shared(None, Some(ServerId { pid: 4, start_time: 6 })).unwrap();
    assert!(replaced.to_string().contains("replaced"));
}
