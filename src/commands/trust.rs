//! `agents trust`: say that the config, as it is now, may be run.

use agents_watchdog::trust;

use crate::app::{App, say};
use crate::cli::Trust;
use crate::error::{Error, code};

pub fn run(app: &App, trust: &Trust) -> Result<u8, Error> {
    let loaded = app.load()?;
    let config = loaded.fleet.config.display();
    if trust.withdraw {
        let told = if trust::withdraw(&loaded.fleet.config) {
            format!("{config}: changes are no longer asked about")
        } else {
            format!("{config} was not trusted by `agents trust`")
        };
        say(&told);
        return Ok(code::DONE);
    }
    trust::give(&loaded)
        .map_err(|error| Error::Failed(format!("cannot keep that {config} is trusted: {error}")))?;
    let presets: Vec<&str> = loaded
        .fleet
        .backends
        .values()
        .filter_map(|backend| backend.preset.as_ref())
        .filter(|preset| preset.own_text().is_some())
        .map(agents_config::Preset::file)
        .collect();
    let with =
        if presets.is_empty() { String::new() } else { format!(" with {}", presets.join(", ")) };
    say(&format!("{config}{with} is trusted as it is now; a change needs another `agents trust`"));
    Ok(code::DONE)
}
