//! Who is told: targets with defaults, typing mistakes with a way out, and secrets that nothing shows.

use std::time::Duration;

use agents_config::{Channel, NotifyEvent};

use crate::{loaded, read};

const HEAD: &str = "[defaults]\nsession_prefix = \"p-\"\nlog_dir = \"logs\"\n";

fn report(text: &str) -> String {
    match read(&format!("{HEAD}{text}")) {
        Ok(_) => "loads".to_owned(),
        Err(error) => error.report(false),
    }
}

#[test]
fn without_a_table_nobody_is_told_and_a_bare_target_has_its_defaults() {
    assert!(loaded(HEAD).fleet.notify.to.is_empty());
    let text = format!("{HEAD}[[notify.to]]\nkind = \"command\"\ncommand = \"cat\"\n");
    let notify = loaded(&text).fleet.notify;
    assert_eq!((notify.group, notify.rate, notify.retries), (Duration::from_secs(20), 20, 12));
    let target = &notify.to[0];
    assert_eq!(target.name, "command");
    assert_eq!(target.channel, Channel::Command { command: "cat".to_owned() });
    assert!(target.hears(NotifyEvent::Asks) && target.hears(NotifyEvent::Store));
    assert!(!target.hears(NotifyEvent::Phase) && !target.hears(NotifyEvent::Limited));
}

#[test]
fn a_mistyped_event_or_kind_is_an_error_with_the_word_that_was_meant() {
    let said = report(
        "[[notify.to]]\nkind = \"command\"\ncommand = \"cat\"\nevents = [\"asks\", \"weekly_limit\"]\n",
    );
    assert!(said.contains("did you mean `weekly-limit`?"), "{said}");
    let said = report("[[notify.to]]\nkind = \"slak\"\nurl = \"env:X\"\n");
    assert!(said.contains("did you mean `slack`?"), "{said}");
    let said = report("[notify]\nretry = 3\n");
    assert!(said.contains("unknown key `retry` in `[notify]`"), "{said}");
}

#[test]
fn each_kind_needs_its_own_keys_and_no_others() {
    for (text, expected) in [
        ("kind = \"command\"\n", "a target of kind `command` needs `command`"),
        ("kind = \"ntfy\"\n", "a target of kind `ntfy` needs `url`"),
        ("kind = \"slack\"\nurl = \"env:S\"\ntoken = \"env:T\"\n", "`token` means nothing"),
        ("kind = \"ntfy\"\nurl = \"env:S\"\ncommand = \"x\"\n", "`command` means nothing"),
        ("kind = \"ntfy\"\nurl = \"env:a b\"\n", "after `env:` stands the name"),
        ("kind = \"ntfy\"\nurl = \"ntfy.sh/x\"\n", "it begins neither with"),
        (
            "kind = \"ntfy\"\nurl = \"env:S\"\n[[notify.to]]\nkind = \"ntfy\"\nurl = \"env:S\"\n",
            "the name `ntfy` is taken",
        ),
    ] {
        let said = report(&format!("[[notify.to]]\n{text}"));
        assert!(said.contains(expected), "{text}: {said}");
    }
}

#[test]
fn no_output_holds_a_secret() {
    let secrets = "[[notify.to]]\nkind = \"ntfy\"\nurl = \"https://ntfy.sh/HUSHHUSH\"\ntoken = \"tk_HUSHHUSH\"\n";
    let loaded = loaded(&format!("{HEAD}{secrets}"));
    let outputs = [
        format!("{:?}", loaded.fleet),
        serde_json::to_string(&loaded.fleet).unwrap(),
        serde_json::to_string(&loaded.origins).unwrap(),
        // Problems at and around the lines of the secrets, also of texts that are no TOML.
        report("[[notify.to]]\nkind = \"ntfy\"\nurl = \"HUSHHUSH.sh/x\"\n"),
        report(
            "[[notify.to]]\nkind = \"slack\"\nurl = \"https://x/HUSHHUSH\"\ntoken = \"HUSHHUSH\"\n",
        ),
        report("[[notify.to]]\nkind = \"slack\"\nurl = \"https://x/HUSHHUSH\nname = 3\n"),
        report("notify = { to = [{ kind = \"slack\", url = \"https://x/HUSHHUSH\", nme = 3 }] }\n"),
        report(
            "[[notify.to]]\nkind = \"ntfy\"\nurl = \"https://x/HUSHHUSH\"\nurl = \"https://x/HUSHHUSH\"\n",
        ),
        report("[[notify.to]]\nkind = \"ntfy\"\nurl = [\"https://x/HUSHHUSH\"]\n"),
    ];
    for output in outputs {
        assert!(output != "loads");
        assert!(!output.contains("HUSH"), "{output}");
    }
    assert!(serde_json::to_string(&loaded.fleet).unwrap().contains("https://ntfy.sh/***"));
}
