//! `agents up`: start what is declared, and the watchdog.

use std::time::Duration;

use agents_config::Loaded;
use agents_decide::{Answer, OneOffs, Verb};
use agents_watchdog::in_force::Moved;
use agents_watchdog::run::Answers;

use crate::app::{App, names, one_offs, say};
use crate::cli::Targets;
use crate::commands::{own_sessions, watchdog};
use crate::error::{Error, code};
use crate::operate::{Ask, ask, report};

/// Time for the slowest program to start or fail, whatever the size of the fleet.
const WITHIN: Duration = Duration::from_secs(120);

pub fn run(app: &App, targets: &Targets) -> Result<u8, Error> {
    let whole = targets.names.is_empty();
    let with_watchdog = whole || targets.names.iter().any(|name| name == "watchdog");
    // Another folder takes the whole fleet over, as it is, with a watchdog of its own.
    let loaded = app.load_to_start(whole.then_some(Moved::LogDir))?;
    let members: Vec<String> =
        targets.names.iter().filter(|name| *name != "watchdog").cloned().collect();
    let names = names(&loaded.fleet, &members)?;
    let enabled = loaded.fleet.agents.iter().filter(|agent| agent.enabled);
    let enabled = enabled.map(|agent| &agent.name).filter(|_| whole);
    let one_offs = one_offs(&loaded.fleet, names.iter().chain(enabled))?;
    let verb = Verb::Up { names, whole, one_offs: one_offs.clone() };
    if targets.dry_run {
        return crate::commands::plan::preview(app, &loaded, Some(verb));
    }
    if with_watchdog && !watchdog::watches(&loaded.fleet.state_dir())? {
        own_sessions::refuse_taken(app, &loaded.fleet)?;
    }
    make_state_dir(&loaded)?;
    let mut worst = code::DONE;
    if whole || !members.is_empty() {
        let answers = ask(app, &loaded, &Ask { verb, within: WITHIN })?;
        worst = report(app, "up", &answers)?;
        say_of_later(&answers, &one_offs);
    }
    if with_watchdog {
        match watchdog::start(app, &loaded)? {
            watchdog::Started::Now => say("watchdog: started"),
            watchdog::Started::Already => say("watchdog: already running"),
        }
    }
    Ok(worst)
}

/// What runs is left as it is, also where another model or backend is asked for.
fn say_of_later(answers: &Answers, one_offs: &OneOffs) {
    let running = answers.iter().filter(|(_, answer)| *answer == Answer::AlreadyRunning);
    for (name, one_off) in running.filter_map(|(name, _)| Some((name, one_offs.get(name)?))) {
        say(&format!(
            "{name}: takes {one_off} with its next start; `agents restart {name}` starts it anew"
        ));
    }
}

fn make_state_dir(loaded: &Loaded) -> Result<(), Error> {
    use std::os::unix::fs::DirBuilderExt as _;
    let dir = loaded.fleet.state_dir();
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&dir).map_err(|error| {
        Error::Failed(format!("cannot make the state folder {}: {error}", dir.display()))
    })
}
