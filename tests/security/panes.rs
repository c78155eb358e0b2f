//! Does what is said and done reach the agent's own pane and server, and nobody else's?

use crate::scene::{RECORDER, REST, agent, config, fleet, healed, lines};
use crate::support::{Bed, HEAD, process_lives};

/// A program beside an agent's, which keeps what is typed at it.
const EAVESDROPPER: &str = "cat > overheard.txt";

#[test]
fn s05_a_message_reaches_its_agent_whatever_pane_is_active_and_what_the_session_is_called() {
    let bed = fleet("", &[agent("web", "", RECORDER), agent("web-api", "", RECORDER)]);
    bed.agents(&["up"]).ends_with(0);
    bed.until("both are ready", || {
        ["t-web", "t-web-api"].iter().all(|session| bed.screen(session).contains("ready"))
    });
    // A person looks on: another pane, another window, another name.
    bed.tmux(&["split-window", "-t", "=t-web:", EAVESDROPPER]).ends_with(0);
    bed.tmux(&["new-window", "-t", "=t-web:", EAVESDROPPER]).ends_with(0);
    bed.agents(&["send", "web", "hello"]).ends_with(0);
    bed.tmux(&["rename-session", "-t", "=t-web", "elsewhere"]).ends_with(0);
    bed.tmux(&["new-session", "-d", "-s", "t-web", EAVESDROPPER]).ends_with(0);
    drop(bed.agents(&["send", "web", "again"]));
    bed.until("the first arrived", || lines(&bed, "got-web.txt").contains(&"hello".to_owned()));
    assert_eq!(bed.read("overheard.txt"), "");
    assert_eq!(lines(&bed, "got-web-api.txt"), Vec::<String>::new());
}

/// What a test suite of an agent's may do to clean up.
const CAREFUL: &str = r#"
tmux kill-server
tmux kill-session -t t-y
tmux new-session -d -s mine 'sleep 600'
tmux kill-server
echo "${TMUX:-none} ${TMUX_PANE:-none}" > tried.txt
exec sleep 1000
"#;

#[test]
fn s06_a_plain_kill_server_in_an_agent_leaves_the_fleet_up() {
    let bed = fleet("", &[healed("x", CAREFUL), healed("y", REST)]);
    bed.agents(&["up"]).ends_with(0);
    let pids = [bed.pid("t-x").unwrap(), bed.pid("t-y").unwrap()];
    bed.until("x has tried", || !bed.read("tried.txt").is_empty());
    assert_eq!(bed.read("tried.txt"), "none none\n");
    assert!(pids.iter().all(|pid| process_lives(*pid)), "{:?}", bed.sessions());
    assert_eq!(bed.pid("t-y"), Some(pids[1]));
}

/// Shows that it is ready, and leaves a shell.
const LEAVES_A_SHELL: &str = r#"
echo ready
sleep 2
printf '\033[2J\033[H'
exec sh -i
"#;

#[test]
fn s07_a_message_is_not_typed_at_a_shell_that_an_agent_left() {
    let bed = fleet("", &[agent("x", "", LEAVES_A_SHELL)]);
    bed.agents(&["up"]).ends_with(0);
    bed.until("the shell waits", || {
        let screen = bed.screen("t-x");
        !screen.contains("ready") && screen.trim_end().ends_with(['#', '$'])
    });
    let refused = bed.agents(&["send", "x", "touch canary", "--now"]);
    assert_ne!(refused.code, Some(0), "{refused:?}");
    assert!(!bed.screen("t-x").contains("canary") && !bed.dir.join("canary").exists());
    // Whose preset knows the program knows a shell in its place by the process.
    let screen = "─────────────\n❯ \n─────────────\n";
    let seen = |command| agents_screens::Seen {
        rows: screen,
        title: "",
        command,
        dead: false,
        columns: 0,
    };
    for name in agents_screens::BUILTIN_NAMES {
        let preset = agents_screens::Preset::builtin(name).unwrap().unwrap();
        for shell in ["sh", "bash", "-zsh", "fish"] {
            let verdict = agents_screens::classify(&preset, &seen(shell));
            assert_eq!(verdict.state, agents_screens::State::Exited, "{name} {shell}");
        }
    }
}

#[test]
fn s13_the_private_server_obeys_no_agent_who_sets_titles_clipboard_or_names() {
    let bed = fleet(
        "",
        &[agent(
            "x",
            "",
            "printf '\\033]52;c;aGk=\\007\\033kname\\033\\\\'; echo ready; exec sleep 1000",
        )],
    );
    bed.agents(&["up", "x"]).ends_with(0);
    bed.until("it has printed", || bed.screen("t-x").contains("ready"));
    for (scope, option, value) in [
        ("-sgv", "set-clipboard", "off"),
        ("-wgv", "allow-passthrough", "off"),
        ("-wgv", "allow-rename", "off"),
    ] {
        assert_eq!(bed.tmux(&["show-options", scope, option]).out.trim(), value, "{option}");
    }
    assert_eq!(bed.tmux(&["list-buffers"]).out, "");
    assert!(!bed.tmux(&["list-windows", "-a", "-F", "#{window_name}"]).out.contains("name"));
}

#[cfg(target_os = "linux")]
#[test]
fn s24_no_process_of_a_fleet_listens_on_a_port() {
    let bed = fleet("", &[healed("x", REST)]);
    bed.agents(&["up"]).ends_with(0);
    let watchdog = crate::scene::watchdog_pid(&bed).unwrap();
    let server: u32 = bed.tmux(&["display-message", "-p", "#{pid}"]).out.trim().parse().unwrap();
    for pid in [watchdog, server, bed.pid("t-x").unwrap()] {
        let sockets: Vec<String> = std::fs::read_dir(format!("/proc/{pid}/fd"))
            .unwrap()
            .flatten()
            .filter_map(|fd| Some(std::fs::read_link(fd.path()).ok()?.to_str()?.to_owned()))
            .filter_map(|link| Some(link.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
            .collect();
        for table in ["tcp", "tcp6", "udp", "udp6"] {
            let open =
                std::fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default();
            let own = open.lines().find(|line| {
                line.split_whitespace()
                    .nth(9)
                    .is_some_and(|inode| sockets.iter().any(|it| it == inode))
            });
            assert_eq!(own, None, "{pid} {table}");
        }
    }
}

#[test]
fn s19_programs_are_not_taken_from_a_relative_entry_of_the_path() {
    let bed = Bed::empty();
    bed.write("agents.toml", &config("", &[agent("x", "", REST)]).replace("HEAD", HEAD));
    bed.program("tmux", "#!/bin/sh\ntouch canary\nexec /bin/false\n");
    bed.program("git", "#!/bin/sh\ntouch canary\nexec /bin/false\n");
    let path = format!(".::{}", std::env::var("PATH").unwrap());
    bed.agents_with(&[("PATH", &path)], &["up", "x"]).ends_with(0);
    assert!(!bed.dir.join("canary").exists());
    assert!(bed.has("t-x"));
}
