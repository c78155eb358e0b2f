//! What is an agent's program started through, so that less than all of the machine is open to it?

use std::path::{Path, PathBuf};

use agents_config::{Agent, Fleet, Wrap};

/// What a started program may need of the machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    pub home: PathBuf,
    /// Where the program's checkout lies and, for a linked worktree, the repository that it belongs to.
    pub worktree: Vec<PathBuf>,
    /// The files and folders in which the program keeps its own things.
    pub own: Vec<PathBuf>,
    /// The socket of the fleet's tmux server.
    pub tmux_socket: PathBuf,
    /// The folder of the socket on which the watchdog hears reports.
    pub reports: PathBuf,
    pub is_root: bool,
}

impl Surroundings {
    /// Those of an agent on this machine.
    #[must_use]
    pub fn of(fleet: &Fleet, agent: &Agent, tmux_socket: &Path) -> Self {
        let home = std::env::home_dir().unwrap_or_default();
        let preset = fleet.backend_of(agent).preset.as_ref().map_or("", |preset| preset.name());
        Self {
            worktree: worktree(&agent.dir),
            own: own(preset, &home, |name| std::env::var_os(name).map(PathBuf::from)),
            tmux_socket: tmux_socket.to_owned(),
            reports: crate::report::socket_path(&fleet.state_dir())
                .parent()
                .map_or_else(PathBuf::new, Path::to_owned),
            is_root: rustix::process::geteuid().is_root(),
            home,
        }
    }
}

/// A commit in a linked worktree is written into the repository that it belongs to.
fn worktree(dir: &Path) -> Vec<PathBuf> {
    let Ok(repository) = git2::Repository::discover(dir) else { return Vec::new() };
    let root = repository.workdir().unwrap_or_else(|| repository.path());
    vec![root.to_owned(), repository.commondir().to_owned()]
}

/// What a program of that preset writes below the home folder, or where a variable says.
fn own(preset: &str, home: &Path, variable: impl Fn(&str) -> Option<PathBuf>) -> Vec<PathBuf> {
    let moved = |name: &str, usual: &str| variable(name).unwrap_or_else(|| home.join(usual));
    match preset {
        "claude" => vec![moved("CLAUDE_CONFIG_DIR", ".claude"), home.join(".claude.json")],
        "codex" => vec![moved("CODEX_HOME", ".codex")],
        "gemini" => vec![home.join(".gemini")],
        "qwen" => vec![home.join(".qwen")],
        "pi" => vec![home.join(".pi")],
        "opencode" => [
            ("XDG_CONFIG_HOME", ".config"),
            ("XDG_DATA_HOME", ".local/share"),
            ("XDG_STATE_HOME", ".local/state"),
            ("XDG_CACHE_HOME", ".cache"),
        ]
        .map(|(name, usual)| moved(name, usual).join("opencode"))
        .to_vec(),
        _ => Vec::new(),
    }
}

/// The command line behind what the agent is wrapped in.
#[must_use]
pub fn wrapped(
    fleet: &Fleet,
    agent: &Agent,
    around: &Surroundings,
    argv: Vec<String>,
) -> Vec<String> {
    let slots = [("{dir}", &agent.dir), ("{home}", &around.home)];
    let fill = |word: &String| {
        slots.iter().fold(word.clone(), |word, (slot, path)| {
            word.replace(slot, &path.display().to_string())
        })
    };
    let (mut words, more) = match fleet.wrap_of(agent) {
        Wrap::None => return argv,
        Wrap::Bwrap(more) => (bwrap(fleet, agent, around), more),
        Wrap::SystemdScope(more) => (systemd_scope(around), more),
        Wrap::Own(words) => (Vec::new(), words),
    };
    let ends_options = !words.is_empty();
    words.extend(more.iter().map(fill));
    words.extend(ends_options.then(|| "--".to_owned()));
    words.extend(argv);
    words
}

/// A later mount covers an earlier one, so the order is: all read-only, what may be written, and in it what may not.
fn bwrap(fleet: &Fleet, agent: &Agent, around: &Surroundings) -> Vec<String> {
    let mut words: Vec<String> =
        ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]
            .map(str::to_owned)
            .to_vec();
    let mut mount = |how: &str, path: &Path| {
        let path = path.display().to_string();
        words.extend([how.to_owned(), path.clone(), path]);
    };
    // A project below `/tmp` is there, too.
    if let Some(project) = fleet.config.parent() {
        mount("--ro-bind-try", project);
    }
    let writable = around.worktree.iter().chain([&agent.dir]).chain(&around.own);
    for path in writable {
        mount("--bind-try", path);
    }
    // Whoever can write these makes the watchdog, which is outside, run what they like.
    let state_dir = fleet.state_dir();
    mount("--ro-bind-try", &fleet.log_dir);
    mount("--ro-bind-try", &state_dir);
    mount("--ro-bind-try", &fleet.config);
    let presets = fleet.backends.values().filter_map(|backend| backend.preset.as_ref());
    for preset in presets.filter(|preset| preset.own_text().is_some()) {
        mount("--ro-bind-try", Path::new(preset.file()));
    }
    mount("--bind-try", &state_dir.join("spool"));
    if around.reports != state_dir {
        mount("--bind-try", &around.reports);
    }
    let socket = around.tmux_socket.display().to_string();
    if around.tmux_socket.exists() && !around.tmux_socket.starts_with("/tmp") {
        words.extend(["--ro-bind".to_owned(), "/dev/null".to_owned(), socket]);
    }
    words.extend(["--chdir".to_owned(), agent.dir.display().to_string()]);
    words
}

fn systemd_scope(around: &Surroundings) -> Vec<String> {
    // Root has no manager of its own, and needs none.
    let whose = if around.is_root { "--system" } else { "--user" };
    ["systemd-run", whose, "--scope", "--quiet", "--collect"]
        .into_iter()
        .chain(["--property=MemoryMax=8G", "--property=TasksMax=2048"])
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests;
