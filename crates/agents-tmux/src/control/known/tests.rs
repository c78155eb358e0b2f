use super::*;
use crate::Pane;

fn pane(id: u32, activity: u64) -> Pane {
    Pane {
        id: PaneId(id),
        session: format!("s{id}"),
        pid: 100 + id,
        dead: None,
        in_mode: false,
        input_off: false,
        activity,
        ink: "0,0,0".to_owned(),
        command: "cat".to_owned(),
        title: "t".to_owned(),
        logged: true,
        agent_id: None,
        run: None,
        typed: None,
        submitted: None,
    }
}

fn known(begun: u64) -> Known {
    let server = crate::ServerId { pid: 7, start_time: 99 };
    Known::of(Listing { server, panes: vec![pane(1, 50), pane(2, 60)] }, true, begun)
}

#[test]
fn rows_of_the_same_panes_bring_their_activity() {
    let mut known = known(100);
    assert_eq!(known.update("%1 101 50 0\n%2 102 107 0\n"), Some(()));
    let activity: Vec<u64> = known.listing().panes.iter().map(|pane| pane.activity).collect();
    assert_eq!(activity, [50, 107]);
    assert_eq!(known.unsettled(), [1]);
}

#[test]
fn whatever_else_changed_needs_a_whole_listing() {
    for rows in [
        "%1 101 50 0\n",
        "%1 101 50 0\n%2 102 60 0\n%3 103 60 0\n",
        "%2 102 60 0\n%1 101 50 0\n",
        "%1 101 50 0\n%2 999 60 0\n",
        "%1 101 50 0\n%2 102 60 1\n",
        "%1 101 50 0\n%2 102 60\n",
        "%1 101 50 0\n%2 102 x 0\n",
        "",
    ] {
        assert_eq!(known(100).update(rows), None, "{rows:?}");
    }
}

#[test]
fn what_was_printed_in_the_second_of_the_reading_is_not_settled() {
    assert_eq!(known(61).unsettled(), [1]);
    assert_eq!(known(62).unsettled(), Vec::<usize>::new());
}

#[test]
fn texts_come_to_their_panes_and_hold_from_then_on() {
    let mut known = known(61);
    let answers: Answers = vec![Ok("bashMa title\n".to_owned())];
    assert_eq!(known.retell(&[1], &answers, "M", 62), Some(()));
    let told = &known.listing().panes[1];
    assert_eq!((told.command.as_str(), told.title.as_str()), ("bash", "a title"));
    assert_eq!(known.unsettled(), Vec::<usize>::new());
    for lost in [Ok("M\n".to_owned()), Err("can't find pane: %2".to_owned())] {
        assert_eq!(known.retell(&[1], &vec![lost], "M", 70), None);
    }
}
