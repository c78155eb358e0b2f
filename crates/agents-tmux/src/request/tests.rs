use super::*;

fn refusal(session: &str, agent_id: &str) -> Refusal {
    Refusal {
        epoch: 0,
        server: String::new(),
        pane: "%7".to_owned(),
        dead: false,
        in_mode: false,
        input_off: false,
        piped: false,
        session: session.to_owned(),
        agent_id: agent_id.to_owned(),
    }
}

#[test]
fn a_pane_without_a_session_is_being_cleared_away_and_one_of_somebody_else_is_refused() {
    let session = SessionName::new("t-ann").unwrap();
    let (agent_id, pane) = ("t-/ann".to_owned(), Some(PaneId(7)));
    let kill = TmuxOp::Kill { session, pane, agent_id, untagged_too: false };
    let request =
        Request::of(&kill, &Memory::new(crate::Place::new("tmux", crate::Socket::Default)))
            .unwrap();
    let outcome = |session, owner| request.own_refusal(&refusal(session, owner));
    assert!(matches!(outcome("", ""), Ok(Done::Already)));
    let Err(untagged) = outcome("t-ann", "") else { panic!("it is somebody's") };
    assert!(untagged.to_string().contains("session `t-ann` carries no tag"), "{untagged}");
    let Err(others) = outcome("t-ann", "t-/bob") else { panic!("it is somebody's") };
    assert!(others.to_string().contains("belongs to `t-/bob`"), "{others}");
}
