//! What fleet is measured, and where does it live?

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::machine;

/// A fleet in a folder and on a tmux server of its own; both end with it.
pub struct Bed {
    pub agents: usize,
    root: tempfile::TempDir,
    program: PathBuf,
    tmux: PathBuf,
    /// How often every pane has printed.
    printed: Cell<u32>,
}

/// Every agent runs `cat`: alive, silent, and cheap, so that what is measured is the supervision.
const HEAD: &str = r#"[defaults]
session_prefix = "bn-"
log_dir = ".ao-state"
backend = "demo"
watch = "heal+stall"
tmux_socket = "SOCKET"
[watchdog]
signal_interval = 30
heavy_interval = 300
[backend.demo]
prompt_delivery = "exec"
bin = "cat"
process_name = "cat"
stall_idle = 1000000
active_re = "esc to interrupt|Running tool|\u00b7 \\d+"
limit_re = "usage limit|limit reached|reached your .*limit"
fatal_re = "session state error|FATAL"
"#;

/// A screen of 24 rows is full after so many lines: each is shown as it was typed, and as `cat` says it.
const LINES: usize = 13;

/// How long a fleet may take to show all its agents.
const SETTLES_WITHIN: Duration = Duration::from_secs(60);

impl Bed {
    /// A project that declares so many agents; nothing runs yet.
    pub fn new(agents: usize, program: &Path) -> Result<Self, Error> {
        Self::with(agents, program, "")
    }

    /// The same, with more keys of `[watchdog]`.
    pub fn with(agents: usize, program: &Path, keys: &str) -> Result<Self, Error> {
        let root = tempfile::Builder::new().prefix("agents-bench-").tempdir()?;
        let path = std::env::var_os("PATH").unwrap_or_default();
        let tmux = std::env::split_paths(&path)
            .map(|dir| dir.join("tmux"))
            .find(|file| file.is_absolute() && file.is_file())
            .ok_or(Error::NoTmux)?;
        let bed = Self { agents, root, program: program.to_owned(), tmux, printed: Cell::new(0) };
        std::fs::create_dir(bed.dir())?;
        let head = HEAD.replace("[watchdog]\n", &format!("[watchdog]\n{keys}"));
        let mut config = head.replace("SOCKET", &bed.socket().display().to_string());
        for number in 0..agents {
            config.push_str(&format!(
                "[[agent]]\nname = \"a{number:04}\"\nprompt = \"do the work\"\n"
            ));
        }
        std::fs::write(bed.config(), config)?;
        Ok(bed)
    }

    pub fn dir(&self) -> PathBuf {
        self.root.path().join("project")
    }

    pub fn config(&self) -> PathBuf {
        self.dir().join("agents.toml")
    }

    pub fn state_dir(&self) -> PathBuf {
        self.dir().join(".ao-state/state")
    }

    /// What tmux started for an agent.
    pub fn launcher(&self, name: &str) -> Option<u32> {
        let target = format!("=bn-{name}:");
        self.tmux(&["list-panes", "-t", &target, "-F", "#{pane_pid}"]).trim().parse().ok()
    }

    /// The terminal of an agent, whose output anybody of this user may write.
    pub fn terminal(&self, name: &str) -> Option<PathBuf> {
        let target = format!("=bn-{name}:");
        let told = self.tmux(&["list-panes", "-t", &target, "-F", "#{pane_tty}"]);
        told.lines().next().map(PathBuf::from)
    }

    pub fn socket(&self) -> PathBuf {
        self.root.path().join("socket")
    }

    pub fn program(&self) -> &Path {
        &self.program
    }

    pub fn tmux_program(&self) -> &Path {
        &self.tmux
    }

    /// The program in the project, with nothing of the tmux server that we may run in.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(words).current_dir(self.dir());
        for name in ["TMUX", "TMUX_PANE", "AGENTS_TMUX_TMPDIR", "AGENTS_CONFIG"] {
            command.env_remove(name);
        }
        command.env("TMUX_TMPDIR", self.root.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    /// Asks the private server; empty when it does not run.
    pub fn tmux(&self, words: &[&str]) -> String {
        let output = Command::new(&self.tmux)
            .env_remove("TMUX")
            .args(["-u", "-S"])
            .arg(self.socket())
            .args(words)
            .output();
        output.map(|it| String::from_utf8_lossy(&it.stdout).into_owned()).unwrap_or_default()
    }

    /// The process of the private server.
    pub fn server(&self) -> Option<u32> {
        self.tmux(&["display-message", "-p", "#{pid}"]).trim().parse().ok()
    }

    /// The process of the watchdog.
    pub fn watchdog(&self) -> Option<u32> {
        let target = "=bn-watchdog:";
        self.tmux(&["list-panes", "-t", target, "-F", "#{pane_pid}"]).trim().parse().ok()
    }

    /// The launchers: what tmux started for each agent.
    pub fn launchers(&self) -> Vec<u32> {
        let rows = self.tmux(&["list-panes", "-a", "-F", "#{session_name} #{pane_pid}"]);
        let ours = rows.lines().filter_map(|row| row.strip_prefix("bn-a")?.split_once(' '));
        ours.filter_map(|(_, pid)| pid.parse().ok()).collect()
    }

    /// Waits until each agent's terminal belongs to `cat`.
    pub fn settle(&self) -> Result<(), Error> {
        let began = Instant::now();
        loop {
            let rows =
                self.tmux(&["list-panes", "-a", "-F", "#{session_name} #{pane_current_command}"]);
            let up =
                rows.lines().filter(|row| row.starts_with("bn-a") && row.ends_with(" cat")).count();
            if up == self.agents {
                return Ok(());
            }
            if began.elapsed() > SETTLES_WITHIN {
                let seconds = SETTLES_WITHIN.as_secs();
                let seen = format!("{up} of them run `cat`");
                return Err(Error::NotSettled { agents: self.agents, seconds, seen });
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Makes every pane print a row.
    pub fn print_in_every_pane(&self) {
        // A screen full of like rows does not change when one more comes.
        let row = format!("work goes on, row {}", self.printed.get());
        self.printed.set(self.printed.get() + 1);
        let names: Vec<String> = (0..self.agents).map(|it| format!("=bn-a{it:04}:")).collect();
        // tmux takes 16 kB of arguments at once.
        for names in names.chunks(100) {
            let mut words = Vec::new();
            for name in names {
                words.extend(["send-keys", "-t", name.as_str(), row.as_str(), "Enter", ";"]);
            }
            words.pop();
            self.tmux(&words);
        }
    }

    /// The same in a second of its own: tmux dates what is drawn by the second, and a row in the second of the last look would
    /// not be seen as new.
    pub fn print_after_the_second(&self, server: u32) {
        machine::until_next_second();
        self.print_in_every_pane();
        self.calm(server);
    }

    /// Full screens, so that each capture, ours and the floor's, has as much to say.
    pub fn fill_screens(&self, server: u32) {
        for _ in 0..LINES {
            self.print_in_every_pane();
            self.calm(server);
        }
    }

    /// Waits until the server has nothing to do any more.
    pub fn calm(&self, server: u32) {
        for _ in 0..40 {
            let before = machine::cpu(server);
            std::thread::sleep(Duration::from_millis(50));
            if machine::cpu(server).saturating_sub(before) < Duration::from_micros(200) {
                return;
            }
        }
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        // The watchdog outlives its terminals, so it is told to end before they go.
        if self.dir().join(".ao-state").exists() {
            drop(self.command(&["down"]).output());
        }
        self.tmux(&["kill-server"]);
    }
}
