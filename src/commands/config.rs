//! `agents config`: what does the file mean, and what may it say?

use agents_config::{Environment, Setting};
use serde_json::json;

use crate::app::{App, print};
use crate::cli::ConfigVerb;
use crate::error::{Error, code};

pub fn run(app: &App, verb: &ConfigVerb) -> Result<u8, Error> {
    match verb {
        ConfigVerb::Schema => print(&agents_config::schema())?,
        ConfigVerb::Show { origin } => show(app, *origin)?,
    }
    Ok(code::DONE)
}

fn show(app: &App, origin: bool) -> Result<(), Error> {
    let loaded = agents_config::load(&app.config, &Environment::of_process())?;
    if app.json {
        let mut data = json!({ "schema": "agents.config/1", "fleet": loaded.fleet });
        if origin {
            data["origins"] = json!(loaded.origins);
        }
        return print(&data.to_string());
    }
    let lines: Vec<String> = loaded.origins.iter().map(|setting| line(setting, origin)).collect();
    print(&lines.join("\n"))
}

fn line(setting: &Setting, origin: bool) -> String {
    let line = format!("{} = {}", setting.key, setting.value);
    if origin { format!("{line}  # {}", setting.origin) } else { line }
}
