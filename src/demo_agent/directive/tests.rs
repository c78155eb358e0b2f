use std::time::Duration;

use super::{Directive, directives};

#[test]
fn directives_come_in_order_from_any_line() {
    let text = "Work on it.\nDEMO:busy 8\n> DEMO:limit \"usage limit · resets 10:30am\" 30\nDEMO:promise +5m\nDEMO:exit 7";
    assert_eq!(
        directives(text),
        [
            Directive::Busy(Duration::from_secs(8)),
            Directive::Limit {
                text: "usage limit · resets 10:30am".to_owned(),
                window: Duration::from_secs(30)
            },
            Directive::Promise(Duration::from_secs(300)),
            Directive::Exit(7),
        ]
    );
}

#[test]
fn a_directive_that_cannot_be_read_is_named() {
    let expected = |text: &str| [Directive::Say(format!("unknown directive: {text}"))];
    assert_eq!(directives("DEMO:bussy 8"), expected("bussy 8"));
    assert_eq!(directives("DEMO:busy soon"), expected("busy soon"));
    assert_eq!(directives("DEMO:limit no quotes 3"), expected("limit no quotes 3"));
}

#[test]
fn a_text_without_directives_orders_nothing() {
    assert_eq!(directives("demo: nothing\nphase: P1"), []);
}
