//! `agents restart`: end and start the named ones.

use std::time::Duration;

use agents_decide::Verb;

use crate::app::{App, names};
use crate::cli::Names;
use crate::error::Error;
use crate::operate::{Ask, ask, report};
use crate::overrides::one_offs;

pub fn run(app: &App, asked: &Names) -> Result<u8, Error> {
    let loaded = app.load_to_start(None)?;
    let names = names(&loaded.fleet, &asked.names)?;
    let within = loaded.fleet.timing.stop_grace * 3 + Duration::from_secs(60);
    let one_offs = one_offs(&loaded.fleet, names.iter())?;
    let verb = Verb::Restart { names, one_offs };
    let answers = ask(app, &loaded, &Ask { verb, within })?;
    report(app, "restart", &answers)
}
