//! `agents up`: start what is declared, and the watchdog.

use std::time::Duration;

use agents_config::Loaded;
use agents_decide::{Answer, OneOffs, Verb};
use agents_store::private_folder;
use agents_watchdog::in_force::Moved;
use agents_watchdog::run::Answers;

use crate::app::{App, names, print, say};
use crate::cli::Up;
use crate::commands::plan::{self, Asked, Watchdog};
use crate::commands::{conversations, neighbours, own_sessions, watchdog};
use crate::error::Error;
use crate::operate::{Ask, ask};
use crate::overrides::one_offs;
use crate::render::receipt::{self, WatchdogResult};

/// Time for the slowest program to start or fail, whatever the size of the fleet.
const WITHIN: Duration = Duration::from_secs(120);

pub fn run(app: &App, up: &Up) -> Result<u8, Error> {
    let targets = &up.targets;
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
    let which = conversations::which(&loaded, &names, &one_offs, &up.opening)?;
    let asked = names.clone();
    let verb = Verb::Up { names, whole, one_offs: one_offs.clone(), which };
    if targets.dry_run {
        if with_watchdog && !watchdog::watches(&loaded.fleet.state_dir())? {
            own_sessions::refuse_taken(app, &loaded.fleet)?;
        }
        let watchdog = if with_watchdog { Watchdog::IsStarted } else { Watchdog::StaysAsItIs };
        return plan::preview(app, &loaded, &Asked { verb, watchdog });
    }
    if neighbours::refuse(app, &loaded.fleet)? {
        let started = if whole { neighbours::enabled(&loaded.fleet) } else { asked };
        neighbours::refuse_taken(app, &loaded.fleet, &started)?;
        if with_watchdog && !watchdog::watches(&loaded.fleet.state_dir())? {
            own_sessions::refuse_taken(app, &loaded.fleet)?;
        }
    }
    app.refuse_old_tmux(&loaded.fleet)?;
    make_state_dir(&loaded)?;
    let mut answers = Answers::new();
    if whole || !members.is_empty() {
        answers = ask(app, &loaded, &Ask { verb, within: WITHIN })?;
        if !app.json {
            receipt::say_answers(&answers);
        }
        say_of_later(&answers, &one_offs);
        let running = answers.iter().filter(|(_, answer)| *answer == Answer::AlreadyRunning);
        for (name, _) in running.filter(|(name, _)| loaded.fleet.agent(name).is_some()) {
            conversations::say_of_running(name, &up.opening);
        }
    }
    let result = match with_watchdog {
        false => WatchdogResult::LeftAlone,
        true => match watchdog::start(app, &loaded)? {
            watchdog::Started::Now => WatchdogResult::Started,
            watchdog::Started::Already => WatchdogResult::AlreadyRunning,
        },
    };
    if app.json {
        print(&receipt::document("up", &answers, result, &loaded.fleet)?.to_string())?;
    } else {
        result.say();
        receipt::say_unwatched(&answers, &loaded.fleet)?;
    }
    Ok(receipt::code_of(&answers))
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
    let dir = loaded.fleet.state_dir();
    let made = [&loaded.fleet.log_dir, &dir].into_iter().try_for_each(|dir| private_folder(dir));
    made.map_err(|error| {
        Error::Failed(format!("cannot make the state folder {}: {error}", dir.display()))
    })
}
