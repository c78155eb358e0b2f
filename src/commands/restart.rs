//! `agents restart`: end and start the named ones.

use std::time::Duration;

use agents_decide::Verb;

use crate::app::{App, names, print};
use crate::cli::Names;
use crate::commands::conversations;
use crate::commands::neighbours;
use crate::commands::plan::{self, Asked, Watchdog};
use crate::error::Error;
use crate::operate::{Ask, ask};
use crate::overrides::one_offs;
use crate::render::receipt::{self, WatchdogResult};

pub fn run(app: &App, asked: &Names) -> Result<u8, Error> {
    let loaded = app.load_to_start(None)?;
    let names = names(&loaded.fleet, &asked.names)?;
    let within = loaded.fleet.timing.stop_grace * 3 + Duration::from_secs(60);
    let one_offs = one_offs(&loaded.fleet, names.iter())?;
    let which = conversations::which(&loaded, &names, &one_offs, &asked.opening)?;
    let asked_names = names.clone();
    let verb = Verb::Restart { names, one_offs, which };
    if asked.dry_run {
        return plan::preview(app, &loaded, &Asked { verb, watchdog: Watchdog::StaysAsItIs });
    }
    neighbours::refuse_before_first(app, &loaded.fleet)?;
    neighbours::refuse_taken(app, &loaded.fleet, &asked_names)?;
    let answers = ask(app, &loaded, &Ask { verb, within })?;
    let fleet = &loaded.fleet;
    if app.json {
        let data = receipt::document("restart", &answers, WatchdogResult::LeftAlone, fleet)?;
        print(&data.to_string())?;
    } else {
        receipt::say_answers(&answers);
        receipt::say_unwatched(&answers, fleet)?;
    }
    Ok(receipt::code_of(&answers))
}
