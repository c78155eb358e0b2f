//! `agents trust`: say that the config, as it is now, may be run.

use agents_config::Fleet;
use agents_watchdog::trust;

use crate::app::{App, print, say};
use crate::cli::Trust;
use crate::error::{Error, code};

pub fn run(app: &App, trust: &Trust) -> Result<u8, Error> {
    let loaded = app.load()?;
    let config = loaded.fleet.config.display();
    if trust.withdraw {
        let was_trusted = trust::withdraw(&loaded.fleet.config).map_err(|(file, error)| {
            let file = file.display();
            Error::Failed(format!(
                "cannot take back that {config} is trusted: {file}: {error}; it still is, until that file is gone"
            ))
        })?;
        let told = if was_trusted {
            format!(
                "{config} is trusted no longer: with AGENTS_REQUIRE_TRUST=1 nothing of it is started before another \
                 `agents trust`; without, its changes are not asked about"
            )
        } else {
            format!("{config} was not trusted by `agents trust`")
        };
        return tell(app, &loaded.fleet, (false, was_trusted), &told);
    }
    trust::give(&loaded)
        .map_err(|error| Error::Failed(format!("cannot keep that {config} is trusted: {error}")))?;
    let presets = presets(&loaded.fleet);
    let with =
        if presets.is_empty() { String::new() } else { format!(" with {}", presets.join(", ")) };
    let told =
        format!("{config}{with} is trusted as it is now; a change needs another `agents trust`");
    tell(app, &loaded.fleet, (true, true), &told)
}

/// The files of presets of one's own, which are trusted with the config.
fn presets(fleet: &Fleet) -> Vec<&str> {
    let backends = fleet.backends.values();
    backends
        .filter_map(|backend| backend.preset.as_ref())
        .filter(|preset| preset.own_text().is_some())
        .map(agents_config::Preset::file)
        .collect()
}

/// Whether it is trusted now, and whether that was done to it; in words for a person.
fn tell(
    app: &App,
    fleet: &Fleet,
    (trusted, changed): (bool, bool),
    words: &str,
) -> Result<u8, Error> {
    if app.json {
        let document = serde_json::json!({
            "schema": "agents.trust/1",
            "config": fleet.config,
            "presets": presets(fleet),
            "trusted": trusted,
            "changed": changed,
        });
        print(&document.to_string())?;
    } else {
        say(words);
    }
    Ok(code::DONE)
}
