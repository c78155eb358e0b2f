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
        beside: Vec::new(),
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

#[test]
fn beside_a_file_of_its_own_the_home_folder_is_one_that_passes() {
    let fleet = fleet("wrap = [\"bwrap\"]", "");
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(".claude.json");
    let own = |names: &[&str]| names.iter().map(|name| home.path().join(name)).collect::<Vec<_>>();
    assert_eq!(
        beside(home.path(), &own(&[".claude", ".claude.json"])),
        [],
        "there is no such file"
    );
    std::fs::create_dir(home.path().join(".claude")).unwrap();
    std::fs::write(&file, "{}").unwrap();
    std::os::unix::fs::symlink("dotfiles/bashrc", home.path().join(".bashrc")).unwrap();
    assert_eq!(beside(home.path(), &own(&[".claude"])), [], "a folder needs none");
    let own = own(&[".claude", ".claude.json"]);
    let around = Surroundings {
        home: home.path().to_owned(),
        beside: beside(home.path(), &own),
        own,
        ..Surroundings::default()
    };
    let line = wrapped(&fleet, &fleet.agents[0], &around, vec!["true".into()]).join(" ");
    let home = home.path().display();
    let start = format!(
        "--tmpfs /tmp --tmpfs {home} --symlink dotfiles/bashrc {home}/.bashrc \
         --ro-bind-try {home}/.claude {home}/.claude --ro-bind-try {home}/.claude.json {home}/.claude.json "
    );
    assert!(line.contains(&start), "{line}");
    let (read_only, writable) = line.split_once(&start).unwrap();
    assert!(!read_only.contains(".claude"), "{line}");
    assert!(writable.contains(&format!("--bind-try {home}/.claude.json {home}/.claude.json")));
}

#[test]
fn a_link_into_its_own_folder_is_left_and_another_one_is_followed() {
    let home = tempfile::tempdir().unwrap();
    let home = std::fs::canonicalize(home.path()).unwrap();
    let [folder, file] = [".claude", ".claude.json"].map(|name| home.join(name));
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("state.json"), "{}").unwrap();
    std::os::unix::fs::symlink(".claude/state.json", &file).unwrap();
    let own = || vec![folder.clone(), file.clone()];
    assert_eq!(without_links(own()), *std::slice::from_ref(&folder));
    std::fs::write(home.join("elsewhere.json"), "{}").unwrap();
    std::fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink("elsewhere.json", &file).unwrap();
    assert_eq!(without_links(own()), [folder.clone(), home.join("elsewhere.json")]);
    assert_eq!(beside(&home, &without_links(own())).len(), 3);
}

#[test]
fn the_folders_of_a_program_are_made_for_a_sandbox_and_for_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let own = vec![home.path().join(".claude/deep"), home.path().join(CLAUDE_STATE)];
    let around = Surroundings { own: own.clone(), ..Surroundings::default() };
    let make = |wrap| {
        let fleet = fleet(wrap, "");
        make_own(&fleet, &fleet.agents[0], &around)
    };
    make("").unwrap();
    assert!(!own[0].exists());
    make("wrap = [\"bwrap\"]").unwrap();
    assert!(own[0].is_dir() && !own[1].exists());
    std::fs::write(home.path().join("file"), "").unwrap();
    let own = vec![home.path().join("file/below")];
    let blocked = Surroundings { own, ..Surroundings::default() };
    let fleet = fleet("wrap = [\"bwrap\"]", "");
    let problem = make_own(&fleet, &fleet.agents[0], &blocked).unwrap_err();
    assert!(problem.contains("file/below"), "{problem}");
}
