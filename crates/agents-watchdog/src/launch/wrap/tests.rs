use agents_config::{Environment, load_text};

use super::*;

fn fleet(backend: &str, agent: &str) -> Fleet {
    let text = format!(
        "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"logs\"\n[backend.b]\nbin = \"true\"\n{backend}\n\
         [[agent]]\nname = \"a\"\nbackend = \"b\"\ndir = \"tree\"\n{agent}\n"
    );
    let path = Path::new("/p/agents.toml");
    load_text(&text, path, &Environment::default()).unwrap().fleet
}

fn line(fleet: &Fleet) -> String {
    let around = Surroundings {
        home: "/home/me".into(),
        worktree: vec!["/p/tree/".into(), "/p/main/.git/".into()],
        own: vec!["/home/me/.claude".into()],
        tmux_socket: "/tmp/tmux-1/x".into(),
        reports: fleet.state_dir(),
        is_root: false,
    };
    wrapped(fleet, &fleet.agents[0], &around, vec!["sh".into(), "-c".into(), "x y".into()])
        .join(" ")
}

#[test]
fn without_a_word_and_with_none_the_program_is_started_as_it_is() {
    for (backend, agent) in [
        ("", ""),
        ("wrap = []", ""),
        ("wrap = [\"none\"]", ""),
        ("wrap = [\"bwrap\"]", "wrap = []"),
    ] {
        assert_eq!(line(&fleet(backend, agent)), "sh -c x y", "{backend} {agent}");
    }
}

#[test]
fn a_program_of_ones_own_stands_in_front_with_its_slots_filled() {
    let own = fleet("wrap = [\"bwrap\"]", "wrap = [\"nice\", \"-n\", \"5\", \"{dir}:{home}\"]");
    assert_eq!(line(&own), "nice -n 5 /p/tree:/home/me sh -c x y");
}

#[test]
fn the_order_of_the_mounts_is_read_only_writable_and_read_only_in_it() {
    let line = line(&fleet("wrap = [\"bwrap\", \"--bind\", \"{home}/.cargo\", \"/c\"]", ""));
    let order = [
        "bwrap --ro-bind / / ",
        "--tmpfs /tmp ",
        "--ro-bind-try /p /p ",
        "--bind-try /p/tree/ /p/tree/ ",
        "--bind-try /p/main/.git/ /p/main/.git/ ",
        "--bind-try /p/tree /p/tree ",
        "--bind-try /home/me/.claude /home/me/.claude ",
        "--ro-bind-try /p/logs /p/logs ",
        "--ro-bind-try /p/agents.toml /p/agents.toml ",
        "--bind-try /p/logs/state/spool /p/logs/state/spool ",
        "--chdir /p/tree ",
        "--bind /home/me/.cargo /c -- sh -c x y",
    ];
    let places: Vec<Option<usize>> = order.iter().map(|part| line.find(part)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} {line}");
}

#[test]
fn a_scope_has_limits_that_further_words_replace() {
    let words = "wrap = [\"systemd-scope\", \"--property=MemoryMax=2G\"]";
    assert_eq!(
        line(&fleet(words, "")),
        "systemd-run --user --scope --quiet --collect --property=MemoryMax=8G --property=TasksMax=2048 \
         --property=MemoryMax=2G -- sh -c x y"
    );
}

#[test]
fn each_program_has_a_home_of_its_own_which_a_variable_moves() {
    let home = Path::new("/h");
    let none = |_: &str| None;
    assert_eq!(own("claude", home, none), [home.join(".claude"), home.join(".claude.json")]);
    let moved = |name: &str| (name == "CODEX_HOME").then(|| PathBuf::from("/c"));
    assert_eq!(own("codex", home, moved), [PathBuf::from("/c")]);
    for preset in agents_screens::BUILTIN_NAMES {
        assert!(!own(preset, home, none).is_empty(), "{preset}");
    }
    assert!(own("mine", home, none).is_empty());
}
