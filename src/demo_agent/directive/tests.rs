use std::time::Duration;

use super::{Directive, KNOWN, directives};

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
    let expected = |text: &str| {
        [Directive::Say(format!("unknown directive: {text}; `DEMO:help` lists the known ones"))]
    };
    assert_eq!(directives("DEMO:bussy 8"), expected("bussy 8"));
    assert_eq!(directives("DEMO:busy soon"), expected("busy soon"));
    assert_eq!(directives("DEMO:limit no quotes 3"), expected("limit no quotes 3"));
}

#[test]
fn a_text_without_directives_orders_nothing() {
    assert_eq!(directives("demo: nothing\nphase: P1"), []);
}

/// An order as it may be given.
fn example(order: &str) -> String {
    let order = order.replace("[SPAN]", "3").replace("SPAN", "1m30s");
    order.replace("CODE", "7").replace("TEXT", "a text")
}

#[test]
fn help_lists_what_can_be_read_and_so_does_its_page() {
    let page = include_str!("../../../docs/demo-agent.md");
    let help = directives("DEMO: help");
    assert_eq!(help.len(), KNOWN.len());
    for ((order, meaning), said) in KNOWN.iter().zip(help) {
        let row = format!("| `DEMO:{order}` | {meaning} |");
        assert!(page.contains(&row), "docs/demo-agent.md lacks: {row}");
        let Directive::Say(said) = said else { panic!("{said:?}") };
        assert!(said.contains(order) && said.contains(meaning), "{said}");
        let read = directives(&format!("DEMO:{}", example(order)));
        let unknown = matches!(&read[0], Directive::Say(text) if text.starts_with("unknown"));
        assert!(!unknown, "{order}: {read:?}");
    }
    let rows = page.lines().filter(|line| line.starts_with("| `DEMO:")).count();
    assert_eq!(rows, KNOWN.len(), "the page knows of more");
}
