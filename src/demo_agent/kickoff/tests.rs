use std::path::{Path, PathBuf};

use super::{Kickoff, Role, inbox, kickoff_file};

/// The template as it ships, filled in as the watchdog fills it.
fn shipped(role: &str) -> String {
    include_str!("../../../prompts/kickoff.md")
        .replace("{phase_id}", "P1")
        .replace("{plan}", "plans/P1.md")
        .replace("{status}", "STATUS-P1.md")
        .replace("{role}", role)
}

#[test]
fn the_shipped_template_is_understood() {
    for (name, role) in [("builder", Role::Builder), ("adversary", Role::Adversary)] {
        let kickoff = Kickoff::read(&shipped(name), None, Path::new("loop")).expect("a kickoff");
        assert_eq!(kickoff.phase, "P1");
        assert_eq!(kickoff.status, "STATUS-P1.md");
        assert_eq!(kickoff.role, role);
        assert_eq!(kickoff.state_subdir, Path::new("loop"));
    }
}

#[test]
fn a_role_given_beforehand_wins_and_a_text_without_a_phase_is_no_kickoff() {
    let role = Some(Role::Adversary);
    let kickoff = Kickoff::read("phase: P2\nstatus: S.md\nstate: st\nrole: x", role, Path::new(""));
    let kickoff = kickoff.expect("a kickoff");
    assert_eq!((kickoff.role, kickoff.state_subdir), (Role::Adversary, PathBuf::from("st")));
    assert_eq!(Kickoff::read("status: S.md", role, Path::new("")), None);
    assert_eq!(Kickoff::read("phase: P2\nstatus: S.md", None, Path::new("")), None);
}

#[test]
fn a_typed_kickoff_points_to_its_file() {
    let message = "Your full kickoff prompt is in /s/k.txt — read it now with: `cat '/s/k.txt'` — then follow it.";
    assert_eq!(kickoff_file(message), Some(PathBuf::from("/s/k.txt")));
    assert_eq!(kickoff_file("read '/s/k.txt'"), None);
}

#[test]
fn an_inbox_ping_names_its_file() {
    let ping = "watchdog ping: the other loop pushed st/INBOX.md — pull, read it, act, then delete the file (commit + push) to mark it consumed.";
    assert_eq!(inbox(ping), Some("st/INBOX.md"));
    assert_eq!(inbox("the other loop pushed a gate CLAIM commit."), None);
}
