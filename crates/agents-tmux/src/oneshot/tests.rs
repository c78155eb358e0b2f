mod strangers;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use agents_names::SessionName;
use tempfile::TempDir;

use super::*;
use crate::contract::testing::{
    Actor, Bench, Disturbance, one_shot, pane, start_of, started, tmux, typing,
};
use crate::{Socket, StartSession};

/// The user's own server, in a folder of the test's own.
struct UsersServer {
    root: TempDir,
    place: Place,
}

impl UsersServer {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let place = Place::new(tmux(), Socket::Default)
            .with_socket_root(root.path())
            .with_time_limit(Duration::from_secs(60));
        Self { root, place }
    }

    async fn tmux(&self, arguments: &[&str]) -> String {
        let arguments: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
        let output = run_tmux(&self.place, &arguments, None).await.unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for UsersServer {
    fn drop(&mut self) {
        let mut command = std::process::Command::new(self.place.program());
        command.env_remove("TMUX").env("TMUX_TMPDIR", self.root.path());
        command.args(["-L", "default", "kill-server"]).output().unwrap();
    }
}

fn waits(name: &str) -> StartSession {
    start_of(&SessionName::new(name).unwrap(), vec!["cat".to_owned(), "-".to_owned()])
}

#[tokio::test]
async fn t64_the_users_options_stay_and_do_not_end_our_sessions() {
    let server = UsersServer::new();
    server.tmux(&["new-session", "-d", "-s", "own", "cat", "-"]).await;
    // The user's own session goes with the second option; the first keeps the server for the comparison.
    let set = ["set-option", "-s", "exit-empty", "off", ";", "set-option", "-g"];
    server.tmux(&[&set[..], &["destroy-unattached", "on"]].concat()).await;
    let show = ["show-options", "-g", ";", "show-options", "-s", ";", "show-options", "-wg"];
    let before = server.tmux(&show).await;
    let mut driver = OneShot::new(server.place.clone());
    driver.apply(&TmuxOp::Start(waits("ours"))).await.unwrap();
    for _ in 0..20 {
        let listing = driver.list().await.unwrap();
        assert!(listing.panes.iter().any(|pane| pane.session == "ours"), "{listing:?}");
    }
    assert_eq!(server.tmux(&show).await, before);
}

#[tokio::test]
async fn an_option_of_the_server_is_kept_for_all_and_no_server_is_started_for_it() {
    let server = UsersServer::new();
    let place = &server.place;
    assert_eq!(place.server_option("@agents_home_a-").await, Ok(None));
    assert_eq!(place.set_server_option("@agents_home_a-", "/x", false).await, Ok(false));
    server.tmux(&["new-session", "-d", "-s", "own", "cat", "-"]).await;
    let odd = "/a b/#{pid} $HOME;";
    assert_eq!(place.server_option("@agents_home_a-").await, Ok(None));
    assert_eq!(place.set_server_option("@agents_home_a-", odd, true).await, Ok(true));
    assert_eq!(place.set_server_option("@agents_home_a-", "/other", true).await, Ok(false));
    assert_eq!(place.server_option("@agents_home_a-").await, Ok(Some(odd.to_owned())));
    assert_eq!(place.server_option("@agents_home_a").await, Ok(None));
    assert_eq!(place.set_server_option("@agents_home_a-", "/other", false).await, Ok(true));
    assert_eq!(place.server_option("@agents_home_a-").await, Ok(Some("/other".to_owned())));
    assert!(matches!(place.server_option("exit-empty").await, Err(TmuxError::Refused { .. })));
}

#[tokio::test]
async fn t57_f11_a_start_right_after_the_last_session_ends_succeeds() {
    let server = UsersServer::new();
    let mut driver = OneShot::new(server.place.clone());
    for n in 0..30 {
        let start = StartSession { run: format!("run{n}"), ..waits("only") };
        assert_eq!(driver.apply(&TmuxOp::Start(start)).await, Ok(Done::Changed), "start {n}");
        let kill = TmuxOp::Kill {
            session: SessionName::new("only").unwrap(),
            pane: None,
            agent_id: "only".to_owned(),
            untagged_too: false,
        };
        assert_eq!(driver.apply(&kill).await, Ok(Done::Changed), "kill {n}");
    }
}

#[tokio::test]
async fn t36_of_eight_starts_at_once_one_changes_something() {
    let server = UsersServer::new();
    for round in 0..5 {
        let start = TmuxOp::Start(waits(&format!("round{round}")));
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let (mut driver, start) = (OneShot::new(server.place.clone()), start.clone());
                tokio::spawn(async move { driver.apply(&start).await })
            })
            .collect();
        let mut outcomes = Vec::new();
        for task in tasks {
            outcomes.push(task.await.unwrap().unwrap());
        }
        let changed = outcomes.iter().filter(|done| **done == Done::Changed).count();
        assert_eq!(changed, 1, "{outcomes:?}");
    }
}

#[tokio::test]
async fn s13_a_private_server_has_safe_options() {
    let mut bench = one_shot().await;
    started(&mut bench, "a", Actor::Shows("x".to_owned())).await.unwrap();
    let show = ["show-options", "-g", ";", "show-options", "-s", ";", "show-options", "-wg"];
    let options = bench.tmux(&show).await.unwrap();
    for line in [
        "exit-empty off",
        "remain-on-exit off",
        "destroy-unattached off",
        "set-clipboard off",
        "allow-passthrough off",
        "allow-rename off",
        "default-size 200x50",
        "history-limit 5000",
    ] {
        assert!(options.lines().any(|found| found == line), "{line} is not in {options}");
    }
}

#[tokio::test]
async fn t19_typing_at_dying_programs_never_kills_the_server() {
    let mut bench = one_shot().await;
    let server = bench.driver().list().await.unwrap().server;
    for n in 0..25 {
        let (session, id) =
            started(&mut bench, &format!("mortal{n}"), Actor::EndsWhenTold(0)).await.unwrap();
        bench.disturb(Disturbance::EndKept(session)).await.unwrap();
        loop {
            match bench.driver().apply(&typing(id, "x", "m1")).await {
                Ok(Done::Changed) => {}
                Err(TmuxError::Refused { .. }) => break,
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(bench.driver().list().await.unwrap().server, server);
}

#[tokio::test]
async fn t11_a_command_that_is_too_long_is_refused() {
    let mut bench = one_shot().await;
    let session = SessionName::new("long").unwrap();
    let start = start_of(&session, vec!["cat".to_owned(), "x".repeat(20_000)]);
    let outcome = bench.driver().apply(&TmuxOp::Start(start)).await;
    assert!(
        matches!(&outcome, Err(TmuxError::Refused { reason }) if reason.contains("too long")),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn an_option_that_an_agent_set_to_rows_is_one_value() {
    let mut bench = one_shot().await;
    started(&mut bench, "a", Actor::Shows("x".to_owned())).await.unwrap();
    let value = "x\n%9 1 0 s g 0\ttail\nrow-";
    bench.tmux(&["set-option", "-p", "-t", "=a:", "@agents_run", value]).await.unwrap();
    assert_eq!(pane(&mut bench, "a").await.unwrap().run.as_deref(), Some(value));
    assert_eq!(bench.driver().list().await.unwrap().panes.len(), 1);
}

#[test]
fn t48_f9_the_server_we_run_in_is_never_the_one_we_talk_to() {
    let place = Place::new("/usr/bin/tmux", Socket::Default).with_socket_root("/run/x");
    let command = place.command();
    let variables: Vec<_> = command.as_std().get_envs().collect();
    for name in ["TMUX", "TMUX_PANE"] {
        assert!(variables.contains(&(name.as_ref(), None)), "{variables:?}");
    }
    assert!(variables.contains(&("TMUX_TMPDIR".as_ref(), Some("/run/x".as_ref()))));
}

/// A program in tmux's place.
///
/// Another process writes it: had this one the file open, a program that another test starts at that moment would
/// inherit it for an instant, and a file that somebody writes cannot be run.
fn impostor(folder: &Path, script: &str) -> PathBuf {
    let file = folder.join("tmux");
    let write = r#"printf '#!/bin/sh\n%s\n' "$2" > "$1" && chmod 755 "$1""#;
    let mut command = std::process::Command::new("sh");
    assert!(command.args(["-c", write, "sh"]).arg(&file).arg(script).status().unwrap().success());
    file
}

#[tokio::test]
async fn f10_answers_that_say_nothing_are_unknown() {
    for script in [
        "exit 0",
        "exit 1",
        // T68: a server that does not let us in says so with success.
        "echo 'access not allowed'",
        "echo 'access not allowed' >&2",
        "echo 'head-x 1 2'",
        // T52.
        "echo 'server exited unexpectedly' >&2; exit 1",
        "kill -9 $$",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::new(impostor(folder.path(), script), Socket::Default);
        let mut driver = OneShot::new(place);
        let listing = driver.list().await;
        assert!(matches!(listing, Err(TmuxError::Unknown { .. })), "{script}: {listing:?}");
        let screens = driver.screens(&[PaneId(1), PaneId(2)]).await;
        assert_eq!(screens.len(), 2);
        for screen in screens {
            assert!(matches!(screen, Err(TmuxError::Unknown { .. })), "{script}: {screen:?}");
        }
        let typed = driver.apply(&typing(PaneId(1), "x", "m1")).await;
        assert!(matches!(typed, Err(TmuxError::Unknown { .. })), "{script}: {typed:?}");
    }
    let mut driver = OneShot::new(Place::new("/no/such/tmux", Socket::Default));
    assert!(matches!(driver.list().await, Err(TmuxError::Unknown { .. })));
}

/// Time for the program to name itself, also on a machine that has other work.
const HUNG: Duration = Duration::from_secs(20);

#[tokio::test]
async fn f5_a_tmux_that_hangs_is_killed_at_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let pid_file = folder.path().join("pid");
    let script = format!("echo $$ > '{}'; exec sleep 600", pid_file.display());
    let place = Place::new(impostor(folder.path(), &script), Socket::Default).with_time_limit(HUNG);
    let begun = Instant::now();
    let listing = OneShot::new(place).list().await;
    assert!(matches!(listing, Err(TmuxError::Unknown { .. })), "{listing:?}");
    assert!(begun.elapsed() < HUNG * 3, "{:?}", begun.elapsed());
    let pid: i32 = std::fs::read_to_string(pid_file).unwrap().trim().parse().unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    while rustix::process::test_kill_process(pid).is_ok() {
        assert!(begun.elapsed() < HUNG * 6, "the process is still there");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn an_outline_tells_whose_a_pane_is_and_what_runs_in_it() {
    let mut bench = one_shot().await;
    let (_, id) = started(&mut bench, "a", Actor::Echo).await.unwrap();
    let whole = pane(&mut bench, "a").await.unwrap();
    let outline = bench.driver().outline().await.unwrap();
    let seen = outline.panes.iter().find(|pane| pane.id == id).unwrap();
    let of = |pane: &crate::Pane| {
        (pane.session.clone(), pane.pid, pane.dead, pane.agent_id.clone(), pane.run.clone())
    };
    assert_eq!(of(seen), of(&whole));
    assert_eq!(seen.command, whole.command);
    assert_eq!((seen.title.as_str(), seen.activity), ("", 0));
}
