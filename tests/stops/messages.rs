//! Is a message that was accepted ever lost?

use crate::scene::{RECORDER, agent, count, fleet, lines};
use crate::support::Bed;

/// Is not ready before somebody says so; a message to it waits until then.
fn unready() -> String {
    format!("until [ -e go ]; do sleep 0.1; done\n{RECORDER}")
}

/// Sends x two messages that it cannot take yet.
fn send_two(bed: &Bed) {
    for text in ["first words", "second words"] {
        let sent = bed.agents(&["send", "x", "--wait=1s", text]);
        assert_eq!(sent.code, Some(3), "accepted, and not delivered yet: {sent:?}");
    }
}

#[test]
fn what_was_accepted_is_kept_over_down_and_said_to_be() {
    for (up, down) in [(&["up", "x"][..], &["down", "x"][..]), (&["up"], &["down"])] {
        let bed = fleet("", &[agent("x", "", &unready())]);
        bed.agents(up).ends_with(0);
        send_two(&bed);
        let foretold = bed.agents(&[down, &["--dry-run"]].concat()).ends_with(0);
        assert!(foretold.out.contains("2 messages kept for its next start"), "{foretold:?}");
        let said = bed.agents(down).ends_with(0);
        assert!(said.err.contains("x: stopped; 2 messages kept for its next start"), "{said:?}");
        let status = bed.agents(&["status"]).ends_with(0);
        assert!(status.out.contains("(2 messages kept for its next start)"), "{status:?}");
        assert_eq!(count(&bed, "x", "2 messages kept for its next start"), 1, "{down:?}");
        bed.write("go", "");
        bed.agents(&["up"]).ends_with(0);
        bed.until("both are typed", || lines(&bed, "got-x.txt").len() == 2);
        assert_eq!(lines(&bed, "got-x.txt"), ["first words", "second words"]);
    }
}

#[test]
fn a_message_to_an_agent_that_is_just_being_restarted_is_queued_and_delivered() {
    // It takes its time to end, so that there is a while in which it is being restarted.
    let slow = format!("trap 'sleep 1; exit 0' TERM HUP\n{RECORDER}");
    let bed = fleet("", &[agent("x", "watch = \"heal\"", &slow)]);
    bed.agents(&["up"]).ends_with(0);
    let restart = bed.spawn(&["restart", "x"]);
    bed.until("it is being restarted", || {
        matches!(bed.state_of("x").as_str(), "stopping" | "restarting" | "starting")
    });
    bed.agents(&["send", "x", "--wait=60s", "hello"]).ends_with(0);
    assert_eq!(restart.wait_with_output().unwrap().status.code(), Some(0));
    assert_eq!(lines(&bed, "got-x.txt"), ["hello"]);
}
