//! What is an agent's program started through, so that less than all of the machine is open to it?

use std::path::{Path, PathBuf};

use agents_config::{Agent, Fleet, Wrap};

/// The only one that is a file.
const CLAUDE_STATE: &str = ".claude.json";

/// What a started program may need of the machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    pub home: PathBuf,
    /// Where the program's checkout lies and, for a linked worktree, the repository that it belongs to.
    pub worktree: Vec<PathBuf>,
    /// The files and folders in which the program keeps its own things.
    pub own: Vec<PathBuf>,
    /// What stands in the home folder, each with where it leads when it is a link; only where one of `own` is a file that
    /// stands there, too.
    pub beside: Vec<(PathBuf, Option<PathBuf>)>,
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
        let own = own(preset, &home, |name| std::env::var_os(name).map(PathBuf::from));
        let own = without_links(own);
        Self {
            worktree: worktree(&agent.dir),
            beside: beside(&home, &own),
            own,
            tmux_socket: tmux_socket.to_owned(),
            reports: crate::report::socket_path(&fleet.state_dir())
                .parent()
                .map_or_else(PathBuf::new, Path::to_owned),
            is_root: rustix::process::geteuid().is_root(),
            home,
        }
    }
}

/// Makes the folders in which an agent's program keeps its own things, where it is wrapped so that it cannot: in a home
/// folder that it cannot write it would end at once.
///
/// # Errors
/// A folder that cannot be made.
pub fn make_own(fleet: &Fleet, agent: &Agent, around: &Surroundings) -> Result<(), String> {
    match fleet.wrap_of(agent) {
        Wrap::None | Wrap::SystemdScope(_) | Wrap::Own(_) => return Ok(()),
        Wrap::Bwrap(_) => {}
    }
    let folders = around.own.iter().filter(|path| !path.ends_with(CLAUDE_STATE));
    folders.into_iter().try_for_each(|folder| {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("cannot make {}: {error}", folder.display()))
    })
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
        "claude" => vec![moved("CLAUDE_CONFIG_DIR", ".claude"), home.join(CLAUDE_STATE)],
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

/// Where links among them lead. What lies in a folder that is its own anyway needs no mount, which would keep it from being
/// replaced.
fn without_links(own: Vec<PathBuf>) -> Vec<PathBuf> {
    let real = |path: &PathBuf| std::fs::canonicalize(path).unwrap_or_else(|_| path.clone());
    let folders: Vec<PathBuf> = own.iter().filter(|path| !path.is_symlink()).map(real).collect();
    let leads_inside = |path: &PathBuf| folders.iter().any(|it| real(path).starts_with(it));
    let kept = own.iter().filter(|path| !path.is_symlink() || !leads_inside(path));
    kept.map(|path| if path.is_symlink() { real(path) } else { path.clone() }).collect()
}

/// A program that replaces a file of its own needs the folder in which that stands.
fn beside(home: &Path, own: &[PathBuf]) -> Vec<(PathBuf, Option<PathBuf>)> {
    let has_file = own.iter().any(|path| path.parent() == Some(home) && path.is_file());
    if !has_file || home.parent().is_none() {
        return Vec::new();
    }
    let entries = std::fs::read_dir(home).into_iter().flatten().flatten();
    let mut beside: Vec<_> =
        entries.map(|entry| (entry.path(), std::fs::read_link(entry.path()).ok())).collect();
    beside.sort();
    beside
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
    if !around.beside.is_empty() {
        words.extend(passing_home(around));
    }
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

/// The home folder as it is, read-only, on a folder in memory: what is made beside it is gone with the program. claude locks
/// and replaces `~/.claude.json`; where it cannot make its lock it saves nothing, and asks what it has asked before.
fn passing_home(around: &Surroundings) -> Vec<String> {
    let text = |path: &Path| path.display().to_string();
    let mut words = vec!["--tmpfs".to_owned(), text(&around.home)];
    for (path, link) in &around.beside {
        match link {
            Some(target) => words.extend(["--symlink".to_owned(), text(target), text(path)]),
            None => words.extend(["--ro-bind-try".to_owned(), text(path), text(path)]),
        }
    }
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
