//! Each action as the order that a person reads.

use super::*;

fn text(text: &str) -> String {
    text.to_owned()
}

#[test]
fn every_action_is_an_order() {
    let ann = || name("ann");
    let start = |opening, one_off| {
        let (run, why) = (RunId(1), Why::Retry { reason: text("it did not come") });
        Action::Start { name: ann(), run, phase: None, opening, one_off, why }
    };
    let plain = agents_config::OneOff::default;
    for (action, order) in [
        (
            start(Opening::Resumed(text("c1")), plain()),
            "start ann, resuming its conversation c1, because the last start failed: it did not come",
        ),
        (
            start(Opening::Unknown, plain()),
            "start ann (it begins a new conversation; the id of the old one was not known), because the last start failed: it did not come",
        ),
        (
            Action::Stop {
                name: ann(),
                pane: None,
                run: None,
                stage: StopStage::Kill,
                why: Why::ParkedRetry,
            },
            "kill what is left of ann, because it was parked, and one more try is due",
        ),
        (
            Action::Submit { name: ann(), pane: 1, key: text("Enter"), token: text("m1/1") },
            "press Enter at ann, to submit what was typed",
        ),
        (
            Action::Type { name: ann(), pane: 1, text: text("one\ntwo"), token: text("m1") },
            "type at ann: \"one…\"",
        ),
        (
            Action::RestoreSocket { server: ServerSeen { pid: 7, start_time: 0 } },
            "ask the tmux server (process 7) to make its socket anew, if it still lives",
        ),
        (Action::LookAgain, "look again at once, over another connection to tmux"),
        (
            Action::Alarm { about: None, key: String::new(), text: text("help") },
            "raise the alarm: help",
        ),
        (Action::EndAnalysis { name: ann() }, "end what the analyzer does for ann"),
        (
            Action::Reply {
                request: RequestId(1),
                answers: vec![(ann(), Answer::Done(text("its pilot is on")))],
            },
            "tell the operator: ann: its pilot is on",
        ),
        (Action::Exit, "end the watchdog"),
    ] {
        assert_eq!(action.told(now(NOON)), order);
    }
    let choose = |key| Action::Choose {
        name: ann(),
        pane: 1,
        key,
        token: text("d1"),
        dialog: text("trust-folder"),
        choose: text("Yes"),
    };
    for (key, word) in [(MenuKey::Up, "Up"), (MenuKey::Down, "Down"), (MenuKey::Enter, "Enter")] {
        let order = format!("press {word} at ann, to answer its dialog trust-folder with \"Yes\"");
        assert_eq!(choose(key).told(now(NOON)), order);
        assert_eq!(choose(key).about(), Some(&ann()));
    }
}

#[test]
fn an_order_is_about_the_member_that_it_names() {
    let ann = || name("ann");
    let alarm = |about| Action::Alarm { about, key: String::new(), text: String::new() };
    for (action, is_about) in [
        (Action::EndAnalysis { name: ann() }, true),
        (Action::Analyze { name: ann(), job: 1, pane: 1, resume: None }, true),
        (alarm(Some(ann())), true),
        (alarm(None), false),
        (Action::ClearComplete, false),
        (Action::Exit, false),
    ] {
        assert_eq!(action.about(), is_about.then(ann).as_ref(), "{action:?}");
    }
}
