//! Does a service manager hear of the watchdog what it needs, and is its file written with care?

use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::support::{Bed, PATIENCE, Ran, process_lives, processes_below, text};

const CONFIG: &str = r#"HEAD
tmux_timeout = 600
[backend.reader]
bin = "cat"
prompt_delivery = "exec"
[[agent]]
name = "ann"
backend = "reader"
watch = "heal"
"#;

/// A watchdog as systemd starts one, and what it tells.
struct Notified {
    socket: UnixDatagram,
    watchdog: Child,
}

impl Notified {
    /// Asked for a ping within so many seconds.
    fn start(bed: &Bed, seconds: u64) -> Self {
        let path = bed.dir.join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        let mut command = bed.command(env!("CARGO_BIN_EXE_agents"));
        command
            .arg("watchdog")
            .env("NOTIFY_SOCKET", &path)
            .env("WATCHDOG_USEC", (seconds * 1_000_000).to_string());
        let watchdog = command.stdout(std::process::Stdio::null()).spawn().unwrap();
        Self { socket, watchdog }
    }

    /// The next message, if one comes in time.
    fn next(&self, within: Duration) -> Option<String> {
        self.socket.set_read_timeout(Some(within)).unwrap();
        let mut buffer = [0; 4096];
        let length = self.socket.recv(&mut buffer).ok()?;
        Some(String::from_utf8(buffer[..length].to_vec()).unwrap())
    }

    /// Reads on until this message.
    #[track_caller]
    fn until(&self, wanted: &str) {
        let began = Instant::now();
        let mut heard = Vec::new();
        while began.elapsed() < PATIENCE {
            match self.next(Duration::from_secs(1)) {
                Some(message) if message.starts_with(wanted) => return,
                Some(message) => heard.push(message),
                None => {}
            }
        }
        panic!("no {wanted:?} in {heard:?}");
    }

    /// What was said already.
    fn drain(&self) {
        self.socket.set_nonblocking(true).unwrap();
        while self.socket.recv(&mut [0; 4096]).is_ok() {}
        self.socket.set_nonblocking(false).unwrap();
    }
}

fn signal(signal: &str, pid: &str) {
    let sent = Command::new("kill").args([&format!("-{signal}"), pid]).status();
    assert!(sent.unwrap().success());
}

#[test]
fn the_manager_hears_when_it_is_ready_while_it_ticks_and_that_it_ends() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up", "ann"]).ends_with(0);
    let mut told = Notified::start(&bed, 6);
    let first = told.next(PATIENCE).unwrap();
    assert!(
        first.starts_with("READY=1\nSTATUS=supervises ") && first.contains("1 agents"),
        "{first}"
    );
    assert_eq!(bed.status()["watchdog"]["state"], "running");
    for _ in 0..3 {
        told.until("WATCHDOG=1");
    }
    signal("TERM", &told.watchdog.id().to_string());
    told.until("STOPPING=1");
    assert!(told.watchdog.wait().unwrap().success());
    assert!(bed.has("t-ann"), "the agent outlives it");
}

#[test]
fn a_rest_that_is_longer_than_the_limit_is_no_silence() {
    let slow =
        CONFIG.replace("HEAD", crate::support::HEAD).replace("_interval = 1", "_interval = 600");
    let bed = Bed::with(&slow);
    let told = Notified::start(&bed, 3);
    told.until("READY=1");
    for _ in 0..4 {
        told.until("WATCHDOG=1");
    }
    signal("TERM", &told.watchdog.id().to_string());
    told.until("STOPPING=1");
}

#[test]
fn a_tick_that_hangs_is_silent() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up", "ann"]).ends_with(0);
    let told = Notified::start(&bed, 3);
    told.until("WATCHDOG=1");
    told.until("WATCHDOG=1");
    let server = bed.tmux(&["display-message", "-p", "#{pid}"]).out.trim().to_owned();
    signal("STOP", &server);
    // The tick that is under way asks tmux, which may wait for ten minutes here; a rest before it may ping some times more.
    std::thread::scope(|scope| {
        let (go_on, ended) = std::sync::mpsc::channel::<()>();
        let server = server.clone();
        // Whatever becomes of the test, the server must be able to end.
        scope.spawn(move || {
            let _ = ended.recv();
            signal("CONT", &server);
        });
        let mut pings = 0;
        while told.next(Duration::from_secs(6)).is_some() {
            pings += 1;
            if pings > 20 {
                break;
            }
        }
        drop(go_on);
        assert!(pings <= 20, "it went on to say that it lives");
    });
    told.drain();
    told.until("WATCHDOG=1");
    signal("TERM", &told.watchdog.id().to_string());
    told.until("STOPPING=1");
}

#[test]
fn programs_that_the_watchdog_starts_do_not_take_themselves_for_it() {
    let config = CONFIG.replace("bin = \"cat\"", "bin = \"env > seen; exec cat\"");
    let bed = Bed::with(&config);
    bed.agents(&["up", "ann"]).ends_with(0);
    bed.until("it has run", || bed.read("seen").contains("AGENTS_NAME"));
    std::fs::remove_file(bed.dir.join("seen")).unwrap();
    let told = Notified::start(&bed, 60);
    told.until("READY=1");
    bed.tmux(&["kill-server"]);
    bed.until("it runs again", || bed.read("seen").contains("AGENTS_NAME"));
    let seen = bed.read("seen");
    assert!(!seen.contains("NOTIFY_SOCKET") && !seen.contains("WATCHDOG_"), "{seen}");
    let server = bed.tmux(&["show-environment", "-g"]).out;
    assert!(!server.contains("NOTIFY_SOCKET"), "{server}");
}

/// A `systemctl` that notes down what it is told, and ends with that code; at a start it does what systemd would.
fn with_systemctl(bed: &Bed, code: u8) -> String {
    let script = format!(
        "#!/bin/sh\necho \"$*\" >> '{0}/told'\ncase \"$*\" in\n*is-active*) cat '{0}/active' 2>/dev/null || \
         {{ echo inactive; exit 3; }};;\n*enable*now*|*start*) [ {code} = 0 ] && {{ setsid '{1}' watchdog \
         --config '{0}/agents.toml' </dev/null >/dev/null 2>&1 & }};;\nesac\nexit {code}\n",
        text(&bed.dir),
        env!("CARGO_BIN_EXE_agents"),
    );
    bed.program("bin/systemctl", &script);
    format!("{}/bin:{}", text(&bed.dir), std::env::var("PATH").unwrap())
}

fn unit(bed: &Bed) -> PathBuf {
    bed.dir.parent().unwrap().join("home/.config/systemd/user/agents-t.service")
}

#[test]
fn a_service_is_installed_used_by_up_and_removed_again() {
    let bed = Bed::with(CONFIG);
    let path = with_systemctl(&bed, 0);
    let agents = |words: &[&str]| bed.agents_with(&[("PATH", &path)], words);
    let shown = agents(&["service", "install", "--dry-run"]).ends_with(0);
    assert!(
        shown.out.contains("would run: systemctl --user enable --now agents-t.service"),
        "{shown:?}"
    );
    assert!(!unit(&bed).exists() && bed.read("told").is_empty());
    assert!(agents(&["service", "status"]).ends_with(3).out.contains("not installed"));

    agents(&["service", "install"]).ends_with(0);
    assert_eq!(
        std::fs::read_to_string(unit(&bed)).unwrap(),
        agents(&["service", "install", "--print"]).ends_with(0).out
    );
    let said = bed.read("told");
    assert!(
        said.ends_with("--user daemon-reload\n--user enable --now agents-t.service\n"),
        "{said}"
    );
    bed.until("it watches", || bed.status()["watchdog"]["state"] == "running");
    let status = agents(&["--json", "service", "status"]).ends_with(0).json();
    assert_eq!(
        (&status["installed"], &status["current"]),
        (&true.into(), &true.into()),
        "{status}"
    );
    assert_eq!(status["watched"], true);

    agents(&["down"]).ends_with(0);
    agents(&["up"]).ends_with(0);
    assert!(bed.read("told").ends_with("--user start agents-t.service\n"));
    assert!(!bed.has("t-watchdog"), "it needs no session: {:?}", bed.sessions());

    let ran = agents(&["service", "uninstall"]).ends_with(0);
    assert!(ran.out.contains("removed: ") && !unit(&bed).exists(), "{ran:?}");
    let said = bed.read("told");
    assert!(
        said.ends_with("--user disable --now agents-t.service\n--user daemon-reload\n"),
        "{said}"
    );
    agents(&["service", "uninstall"]).ends_with(0);
}

#[test]
fn what_is_done_to_a_service_is_told_in_documents() {
    let bed = Bed::with(CONFIG);
    let path = with_systemctl(&bed, 0);
    let told = |words: &[&str], code: u8| {
        let words = [&["--json", "service"], words].concat();
        let told = bed.agents_with(&[("PATH", &path)], &words).ends_with(code.into()).json();
        assert_eq!(told["schema"], "agents.service-change/1");
        let is = |key: &str| told[key].as_bool().unwrap();
        (told["change"].as_str().unwrap().to_owned(), is("dry_run"), is("done"), told)
    };
    let (change, dry, done, document) = told(&["install", "--dry-run"], 0);
    assert_eq!((change.as_str(), dry, done), ("write", true, false), "{document}");
    assert_eq!(document["file"], text(&unit(&bed)));
    let steps = document["steps"].as_array().unwrap();
    let step = serde_json::json!(["systemctl", "--user", "enable", "--now", "agents-t.service"]);
    assert!(steps.contains(&step) && !unit(&bed).exists(), "{document}");
    let (change, dry, done, document) = told(&["install"], 0);
    assert_eq!((change.as_str(), dry, done), ("write", false, true), "{document}");
    let (change, dry, done, document) = told(&["install", "--dry-run"], 0);
    assert_eq!((change.as_str(), dry, done), ("none", true, false), "{document}");
    bed.until("it watches", || bed.status()["watchdog"]["state"] == "running");
    // systemd says that it is none of its own.
    let (_, dry, done, document) = told(&["install"], 3);
    assert_eq!((dry, done), (false, false), "{document}");
    assert!(document["reason"].as_str().unwrap().contains("holds this fleet already"));
    let (change, dry, done, document) = told(&["uninstall", "--dry-run"], 0);
    assert_eq!((change.as_str(), dry, done), ("remove", true, false), "{document}");
    let (change, dry, done, document) = told(&["uninstall"], 0);
    assert_eq!((change.as_str(), dry, done), ("remove", false, true), "{document}");
    let (change, dry, done, document) = told(&["uninstall"], 0);
    assert_eq!((change.as_str(), dry, done), ("none", false, true), "{document}");
    assert!(!unit(&bed).exists());
}

#[test]
fn a_service_that_cannot_be_ended_keeps_its_file() {
    let bed = Bed::with(CONFIG);
    let path = with_systemctl(&bed, 0);
    let agents = |words: &[&str]| bed.agents_with(&[("PATH", &path)], words);
    agents(&["service", "install"]).ends_with(0);
    bed.until("it watches", || bed.status()["watchdog"]["state"] == "running");
    with_systemctl(&bed, 1);
    bed.write("active", "active\n");
    for words in [&["service", "uninstall"][..], &["--json", "service", "uninstall"]] {
        let ran = agents(words).ends_with(3);
        assert!(!ran.out.contains("uninstalled") && unit(&bed).exists(), "{ran:?}");
        assert!(ran.out.contains("failed") || ran.err.contains("failed"), "{ran:?}");
    }
    // Nothing answers, and a watchdog runs, which may be its.
    bed.program("bin/systemctl", "#!/bin/sh\necho 'Failed to connect to bus' >&2\nexit 1\n");
    agents(&["service", "uninstall"]).ends_with(3);
    assert!(unit(&bed).exists());
    bed.agents(&["down", "watchdog"]).ends_with(0);
    // Nothing of it can run. What the manager knows of the file is told.
    let ran = agents(&["service", "uninstall"]).ends_with(3);
    assert!(ran.out.contains("removed: ") && ran.err.contains("with the next login"), "{ran:?}");
    assert!(!unit(&bed).exists());
}

#[test]
fn a_pipe_in_the_place_of_the_unit_keeps_nobody_waiting() {
    let bed = Bed::with(CONFIG);
    let path = with_systemctl(&bed, 0);
    std::fs::create_dir_all(unit(&bed).parent().unwrap()).unwrap();
    assert!(Command::new("mkfifo").arg(unit(&bed)).status().unwrap().success());
    let agents = |words: &[&str]| bed.agents_with(&[("PATH", &path)], words);
    for verb in ["install", "uninstall"] {
        let ran = agents(&["service", verb]).ends_with(1);
        assert!(ran.err.contains("it is no plain file"), "{ran:?}");
    }
    agents(&["service", "status"]).ends_with(3);
    agents(&["up"]).ends_with(0);
    bed.until("it watches", || bed.status()["watchdog"]["state"] == "running");
}

#[test]
fn without_a_systemd_that_answers_the_file_is_written_and_the_rest_said() {
    let bed = Bed::with(CONFIG);
    let path = with_systemctl(&bed, 1);
    let ran = bed.agents_with(&[("PATH", &path)], &["service", "install"]).ends_with(3);
    assert!(
        ran.err.contains("failed") && ran.out.contains("run: systemctl --user daemon-reload"),
        "{ran:?}"
    );
    assert!(unit(&bed).exists());
    // `up` does not depend on it.
    let ran = bed.agents_with(&[("PATH", &path)], &["up"]).ends_with(0);
    assert!(ran.err.contains("the watchdog runs in a session"), "{ran:?}");
    assert!(bed.has("t-watchdog"));
    let ran = bed.agents_with(&[("PATH", &path)], &["service", "install"]).ends_with(3);
    assert!(ran.err.contains("holds this fleet already"), "{ran:?}");
}

#[test]
fn a_file_of_somebody_else_is_left_as_it_is() {
    let bed = Bed::with(CONFIG);
    let path = with_systemctl(&bed, 0);
    let agents = |words: &[&str]| bed.agents_with(&[("PATH", &path)], words);
    std::fs::create_dir_all(unit(&bed).parent().unwrap()).unwrap();
    std::fs::write(unit(&bed), "[Service]\nExecStart=/bin/true\n").unwrap();
    for verb in ["install", "uninstall"] {
        let ran = agents(&["service", verb]).ends_with(1);
        assert!(ran.err.contains("was not written by `agents`"), "{ran:?}");
    }
    agents(&["service", "status"]).ends_with(3);
    assert_eq!(std::fs::read_to_string(unit(&bed)).unwrap(), "[Service]\nExecStart=/bin/true\n");
    let other = agents(&["service", "install", "--print"]).ends_with(0).out;
    let other = other.replace("/agents.toml\"", "/other.toml\"");
    std::fs::write(unit(&bed), &other).unwrap();
    let ran = agents(&["service", "install"]).ends_with(1);
    assert!(ran.err.contains("is of another config"), "{ran:?}");
    assert_eq!(std::fs::read_to_string(unit(&bed)).unwrap(), other);
    let told = bed.read("told");
    assert!(told.lines().all(|line| line.contains(" is-")), "{told}");
}

/// systemd's own word on the unit, whatever the folders are called. Its exit code is 0 also for keys that it does not know.
#[test]
fn systemd_finds_no_fault_with_the_unit() {
    let bed = Bed::with(CONFIG);
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        println!("skipped: there is no systemd-analyze here");
        return;
    }
    for (folder, programs) in
        [("plain", "bin"), (r#"a b "c" 100% 'q' $HOME ${A} \n é;#"#, "é $HOME ${A} 5%;#")]
    {
        let (dir, programs) = (bed.dir.join(folder), bed.dir.join(programs));
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::create_dir_all(&programs).unwrap();
        std::fs::copy(bed.dir.join("agents.toml"), dir.join("agents.toml")).unwrap();
        // A link would be followed to the place of this test's own.
        let program = programs.join("agents");
        std::fs::hard_link(env!("CARGO_BIN_EXE_agents"), &program)
            .or_else(|_| std::fs::copy(env!("CARGO_BIN_EXE_agents"), &program).map(drop))
            .unwrap();
        let config = dir.join("agents.toml");
        let words = ["--config", text(&config), "service", "install", "--print"];
        let mut command = bed.command(&program);
        command.args(words).env("LC_ALL", "C.UTF-8");
        let printed = Ran::from(command.output().unwrap()).ends_with(0).out;
        let file = dir.join("agents-t.service");
        std::fs::write(&file, printed).unwrap();
        let copy = bed.dir.join("agents-t.service");
        std::fs::copy(&file, &copy).unwrap();
        let run = bed.dir.join("run");
        std::fs::create_dir_all(&run).unwrap();
        let mut command = bed.command("systemd-analyze");
        command.args(["verify", "--user", "--man=no"]).arg(&copy).env("XDG_RUNTIME_DIR", &run);
        let ran = Ran::from(command.output().unwrap()).ends_with(0);
        assert_eq!(ran.err, "", "{folder}");
    }
}

/// What is promised of `KillMode=process`: the end of the process alone leaves tmux and the agents as they are.
#[test]
fn the_end_of_the_watchdog_by_force_leaves_the_agents() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up", "ann"]).ends_with(0);
    bed.tmux(&["kill-server"]);
    let mut told = Notified::start(&bed, 60);
    bed.until("the watchdog itself has started ann", || {
        bed.pid("t-ann").is_some_and(process_lives)
    });
    told.until("READY=1");
    let agent = bed.pid("t-ann").unwrap();
    assert!(!processes_below(told.watchdog.id()).contains(&agent));
    told.watchdog.kill().unwrap();
    told.watchdog.wait().unwrap();
    assert!(process_lives(agent) && bed.has("t-ann"));
}
