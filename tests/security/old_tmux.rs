//! Is a tmux that is too old refused, and one with known bugs named?

use crate::scene::{REST, fleet, healed};
use crate::support::{Bed, Ran, text};

/// A tmux that says that it is of that version, and is the one of this machine.
fn with_version(bed: &Bed, version: &str) -> String {
    let found = bed.command("sh").args(["-c", "command -v tmux"]).output().unwrap();
    let real = String::from_utf8(found.stdout).unwrap().trim().to_owned();
    let script = format!(
        "#!/bin/sh\ncase \" $* \" in *' -V '*) echo 'tmux {version}'; exit 0;; esac\nexec '{real}' \"$@\"\n"
    );
    bed.program("bin/tmux", &script);
    format!("{}/bin:{}", text(&bed.dir), std::env::var("PATH").unwrap())
}

fn agents(bed: &Bed, version: &str, words: &[&str]) -> Ran {
    let path = with_version(bed, version);
    bed.agents_with(&[("PATH", &path)], words)
}

#[test]
fn s27_a_tmux_that_is_too_old_starts_nothing_and_one_with_known_bugs_is_named() {
    let bed = fleet("", &[healed("x", REST)]);
    for old in ["2.9", "3.0a", "3.1c"] {
        let up = agents(&bed, old, &["up"]);
        assert!(up.code != Some(0) && up.err.contains("3.2"), "{old}: {up:?}");
        assert_eq!(bed.sessions(), Vec::<String>::new(), "{old}");
        let doctor = agents(&bed, old, &["doctor"]);
        assert!(doctor.out.contains(&format!("{old} is too old")), "{doctor:?}");
    }
    for (version, bugs) in [
        ("3.3a", &["a paste into a dead pane", "while the watchdog connects"][..]),
        ("3.5", &["while the watchdog connects"]),
        ("3.7", &[]),
    ] {
        let doctor = agents(&bed, version, &["doctor"]);
        let row = doctor.out.lines().filter(|row| row.contains(&format!("bin/tmux {version}")));
        assert_eq!(row.count(), 1, "{doctor:?}");
        for bug in ["a paste into a dead pane", "while the watchdog connects"] {
            let said = doctor.out.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(said.contains(bug), bugs.contains(&bug), "{version}: {bug}: {said}");
        }
    }
}
