//! `agents adopt SESSION`: watch over a tmux session that a person started, which nothing here ever starts or ends.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use agents_config::{Environment, Fleet, TmuxSocket, load_text};
use agents_decide::{Life, OneOffs, Verb, Which};
use agents_screens::builtin_text;
use agents_tmux::{Driver as _, OneShot, Pane};
use serde_json::json;

use crate::app::{App, names, print, say};
use crate::bystander;
use crate::cli::Adopt;
use crate::commands::init::programs::PROGRAMS;
use crate::commands::neighbours;
use crate::commands::watchdog;
use crate::error::{Error, code};
use crate::operate::{Ask, ask, runtime};
use crate::whole_file;

/// How long the watchdog may take to see the session: it reads the file at each look.
const SEEN_WITHIN: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(100);

pub fn run(app: &App, adopt: &Adopt) -> Result<u8, Error> {
    let before = match fs::read_to_string(&app.config) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => first_config(app, adopt)?,
        Err(error) => return Err(error.into()),
    };
    let path = app.config_absolute();
    let path = path.canonicalize().unwrap_or(path);
    let environment = Environment::without_overrides();
    let fleet = load_text(&before, &path, &environment)?.fleet;
    refuse_another_server(&fleet, adopt)?;
    neighbours::refuse_before_first(app, &fleet)?;
    let pane = pane(app, &fleet, &adopt.session)?;
    let name = adopt.name.clone().unwrap_or_else(|| adopt.session.clone());
    let declared = fleet.agents.iter().find(|agent| agent.session.as_str() == adopt.session);
    let name = match declared {
        Some(agent) => agent.name.to_string(),
        None => {
            let text = with_agent(&before, &fleet, adopt, (&name, &pane))?;
            // A file with a mistake in it is not written.
            load_text(&text, &path, &environment)?;
            whole_file::replace(&path, &text)?;
            name
        }
    };
    let loaded = app.load_to_start(None)?;
    agents_store::private_folder(&loaded.fleet.log_dir)?;
    agents_store::private_folder(&loaded.fleet.state_dir())?;
    watchdog::start(app, &loaded)?;
    if declared.is_some() {
        // `agents down` may have let it go.
        let verb = Verb::Up {
            names: names(&loaded.fleet, std::slice::from_ref(&name))?,
            whole: false,
            one_offs: OneOffs::default(),
            which: Which::default(),
        };
        ask(app, &loaded, &Ask { verb, within: SEEN_WITHIN })?;
    }
    until_taken_up(app, &name)?;
    if app.json {
        let document = json!({
            "schema": "agents.adopt/1",
            "name": name,
            "session": adopt.session,
            "config": path,
            "written": declared.is_none(),
        });
        print(&document.to_string())?;
        return Ok(code::DONE);
    }
    let config = path.display();
    say(&match declared {
        Some(_) => format!("{name}: {config} declares that session already; it is watched over"),
        None => format!("{name}: declared in {config}, and watched over"),
    });
    say(
        "it is never started or ended, also not by `agents down`; `agents why` and `agents send` know it by that name",
    );
    Ok(code::DONE)
}

/// Waits until the watchdog has seen it: only then a message to it is taken.
fn until_taken_up(app: &App, name: &str) -> Result<(), Error> {
    let began = Instant::now();
    while began.elapsed() < SEEN_WITHIN {
        let document = bystander::look(app)?.document;
        let mut members = document.iter().flat_map(|document| &document.state.members);
        let own = members.find(|(known, _)| known.as_str() == name);
        if own.is_some_and(|(_, member)| matches!(member.life, Life::Up { .. })) {
            return Ok(());
        }
        std::thread::sleep(PAUSE);
    }
    Err(Error::Failed(format!(
        "the watchdog has not taken {name} up within {} s; `agents why {name}` says more",
        SEEN_WITHIN.as_secs()
    )))
}

/// A fleet of nothing but that session, where there is none yet.
fn first_config(app: &App, adopt: &Adopt) -> Result<String, Error> {
    let folder = app.config_absolute();
    let folder = folder.parent().and_then(Path::file_name).unwrap_or_default();
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let prefix: String = folder.to_string_lossy().chars().map(plain).collect();
    let prefix = format!("{}-", prefix.trim_matches('-'));
    let mut text = format!(
        "[defaults]\nsession_prefix = {}\nlog_dir = \".agents\"\n",
        quoted(prefix.trim_start_matches('-'))
    );
    if let Some(socket) = &adopt.socket {
        text += &format!("tmux_socket = {}\n", quoted(socket));
    }
    Ok(text)
}

/// A fleet lives on one tmux server.
fn refuse_another_server(fleet: &Fleet, adopt: &Adopt) -> Result<(), Error> {
    let Some(asked) = &adopt.socket else { return Ok(()) };
    let own = match &fleet.tmux_socket {
        None => "your own tmux server".to_owned(),
        Some(TmuxSocket::Name(name)) if name == asked => return Ok(()),
        Some(TmuxSocket::Path(path)) if path == Path::new(asked) => return Ok(()),
        Some(TmuxSocket::Name(name)) => format!("the tmux server `{name}`"),
        Some(TmuxSocket::Path(path)) => format!("the tmux server {}", path.display()),
    };
    Err(Error::Usage(format!(
        "the fleet of {} lives on {own}, and a fleet has one server: adopt the session of `{asked}` in a folder of its own",
        fleet.config.display()
    )))
}

/// The pane of the session that is watched over from now on, the one made first; it must be a person's.
fn pane(app: &App, fleet: &Fleet, session: &str) -> Result<Pane, Error> {
    let terminals = app.terminals(fleet)?;
    let listing = runtime()?.block_on(async { OneShot::new(terminals).list().await });
    let listing = listing.map_err(|error| Error::Unavailable(error.to_string()))?;
    let panes = listing.panes.iter().filter(|pane| pane.session == session);
    let found = panes.min_by_key(|pane| pane.id);
    let Some(pane) = found else {
        let mut known: Vec<&str> = listing.panes.iter().map(|pane| pane.session.as_str()).collect();
        known.dedup();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return Err(Error::Usage(format!(
            "there is no session `{session}` on that tmux server; there are: {known}; `--socket` names another server"
        )));
    };
    match &pane.agent_id {
        Some(tag) => Err(Error::Usage(format!(
            "the session `{session}` was started by a fleet, as `{tag}`, and has its watchdog"
        ))),
        None => Ok(pane.clone()),
    }
}

/// The file with one agent more, and the backend that it needs.
fn with_agent(
    before: &str,
    fleet: &Fleet,
    adopt: &Adopt,
    (name, pane): (&str, &Pane),
) -> Result<String, Error> {
    let backend = backend(fleet, adopt, pane)?;
    let mut text = before.trim_end().to_owned() + "\n";
    if !fleet.backends.keys().any(|known| known.as_str() == backend) {
        text += &format!("\n[backend.{backend}]\npreset = {}\n", quoted(&backend));
    }
    text += &format!(
        "\n# A session that a person started: watched over, never started or ended.\n[[agent]]\nname = {}\nsession = {}\nbackend = {}\nenabled = false\nwatch = \"none\"\n",
        quoted(name),
        quoted(&adopt.session),
        quoted(&backend)
    );
    if adopt.pilot {
        text += "pilot = {}\n";
    }
    Ok(text)
}

/// The backend that was named, or that of the program that runs there.
fn backend(fleet: &Fleet, adopt: &Adopt, pane: &Pane) -> Result<String, Error> {
    let declared: Vec<&str> = fleet.backends.keys().map(|name| name.as_str()).collect();
    let is_known = |name: &str| declared.contains(&name) || builtin_text(name).is_some();
    if let Some(named) = &adopt.backend {
        return if is_known(named) {
            Ok(named.clone())
        } else {
            Err(Error::Usage(format!("there is no backend and no preset `{named}`")))
        };
    }
    let runs = pane.command.as_str();
    let of_process = fleet
        .backends
        .iter()
        .find(|(_, backend)| backend.process_name.as_deref().is_some_and(|name| name == runs));
    if let Some((name, _)) = of_process {
        return Ok(name.to_string());
    }
    let known = PROGRAMS.iter().find(|program| program.bin == runs);
    known.map(|program| program.name.to_owned()).ok_or_else(|| {
        let names: Vec<&str> = PROGRAMS.iter().map(|program| program.name).collect();
        let names: Vec<&str> = declared.iter().copied().chain(names).collect();
        Error::Usage(format!(
            "what runs in `{}` is `{runs}`, which tells no program: name it with `--backend`, one of {}",
            adopt.session,
            names.join(", ")
        ))
    })
}

/// JSON's quotes are TOML's basic strings, for every text without the one control character that JSON leaves as it is.
fn quoted(text: &str) -> String {
    serde_json::Value::String(text.replace('\u{7f}', "")).to_string()
}
