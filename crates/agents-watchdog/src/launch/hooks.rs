//! With which words does a program start that is to report what it does? For one start only: no file of the user's changes.

use std::fs::File;
use std::io::Read as _;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use agents_config::{Backend, PromptDelivery};
use agents_records::install;
use agents_records::opencode::{self, Server};
use agents_screens::Hooks;

use super::write_private;

/// What makes a program tell what it does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Telling {
    /// The arguments, each one word.
    pub words: Vec<String>,
    /// The server that it starts beside its screen.
    pub server: Option<Server>,
}

impl Telling {
    /// The variables that it needs.
    #[must_use]
    pub fn env(&self) -> Vec<(String, String)> {
        let password = self.server.as_ref().and_then(|server| server.password.clone());
        let Some(password) = password else { return Vec::new() };
        vec![
            ("OPENCODE_SERVER_USERNAME".to_owned(), opencode::USER.to_owned()),
            ("OPENCODE_SERVER_PASSWORD".to_owned(), password),
        ]
    }
}

/// Nothing for a backend without hooks.
///
/// # Errors
/// In words, why the file that a program loads cannot be written, or no port or password be found.
pub fn telling(backend: &Backend, myself: &Path, state_dir: &Path) -> Result<Telling, String> {
    let launch = backend.preset.as_ref().and_then(|preset| preset.head().launch.as_ref());
    let Some(launch) = launch.filter(|_| backend.hooks) else { return Ok(Telling::default()) };
    if launch.hooks == Hooks::Http {
        return serving(backend);
    }
    let words = hook_words(backend, launch.hooks, myself, state_dir)?;
    Ok(Telling { words, server: None })
}

/// A port that is free now, on the loopback address only, and a password that nobody knows: every user of the machine
/// could ask it otherwise, and tell it what to do.
fn serving(backend: &Backend) -> Result<Telling, String> {
    // A port of the user's own has the user's own password, or none; one that is attached to a server serves nothing.
    let is_users = ["--port", "--hostname", "--mdns"].into_iter().any(|word| says(backend, word));
    if is_users || backend.prompt_delivery != PromptDelivery::Arg {
        return Ok(Telling::default());
    }
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|it| it.local_addr());
    let port = port.map_err(|error| format!("there is no free port: {error}"))?.port();
    let mut random = [0; 24];
    File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut random))
        .map_err(|error| format!("cannot read /dev/urandom: {error}"))?;
    let password = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let words = ["--hostname", "127.0.0.1", "--port", &port.to_string()].map(str::to_owned);
    Ok(Telling { words: words.into(), server: Some(Server { port, password: Some(password) }) })
}

fn hook_words(
    backend: &Backend,
    hooks: Hooks,
    myself: &Path,
    state_dir: &Path,
) -> Result<Vec<String>, String> {
    let path = |path: &Path| {
        let text = path.to_str().map(str::to_owned);
        text.ok_or_else(|| format!("the path {} is not UTF-8", path.display()))
    };
    let myself = path(myself)?;
    let report = |cli| [myself.as_str(), "report", cli];
    Ok(match hooks {
        // The last one of several counts, and that is the user's own.
        Hooks::Settings if says(backend, "--settings") => Vec::new(),
        Hooks::Settings => {
            vec!["--settings".to_owned(), install::claude_settings(&report("claude"))]
        }
        Hooks::ConfigAndRollout => install::codex_hooks(&report("codex")),
        Hooks::Extension => {
            let file = state_dir.join("pi-reports.ts");
            write_private(&file, install::pi_extension(&report("pi")).as_bytes())
                .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
            vec!["--extension".to_owned(), path(&file)?]
        }
        Hooks::Http | Hooks::None => Vec::new(),
    })
}

/// Whether the user's own words hold an argument.
fn says(backend: &Backend, argument: &str) -> bool {
    let words = [Some(&backend.bin), backend.flags.as_ref()].into_iter().flatten();
    words.flat_map(|words| words.split_whitespace()).any(|word| {
        word.strip_prefix(argument).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    })
}
