//! `agents hooks`: what would a user put in an own config so that every start of a program reports, also one that was not made by
//! a fleet's launcher? Written only when that is asked for.

use std::path::{Path, PathBuf};

use agents_records::find::Homes;
use agents_records::install;
use agents_watchdog::launch::write_private;
use serde_json::{Value, json};

use crate::app::{App, print};
use crate::cli::HooksVerb;
use crate::error::{Error, code};

pub fn run(app: &App, verb: &HooksVerb) -> Result<u8, Error> {
    let (program, writes) = match verb {
        HooksVerb::Show { program } => (program, false),
        HooksVerb::Install { program } => (program, true),
    };
    let piece = Piece::of(program)?;
    let is_new = if writes { piece.install()? } else { false };
    let said = match (app.json, writes, is_new) {
        (true, _, _) => json!({
            "schema": "agents.hooks/1",
            "program": program,
            "file": piece.file,
            "text": piece.text,
            "written": is_new,
        })
        .to_string(),
        (false, false, _) => format!("# {}\n{}", piece.file.display(), piece.text.trim_end()),
        (false, true, true) => format!("written to {}", piece.file.display()),
        (false, true, false) => format!("{} has it already", piece.file.display()),
    };
    print(&said)?;
    Ok(code::DONE)
}

/// What belongs in which file.
struct Piece {
    kind: Kind,
    file: PathBuf,
    text: String,
}

#[derive(Clone, Copy)]
enum Kind {
    /// An object that is joined with what the file says.
    Settings,
    /// Tables at the end of the file.
    Tables,
    /// The whole file.
    Whole,
}

impl Piece {
    fn of(program: &str) -> Result<Self, Error> {
        let failed = |text: &str| Error::Failed(text.to_owned());
        let homes = Homes::of_environment(|name| std::env::var_os(name))
            .ok_or_else(|| failed("HOME is not set, so nobody knows where your config lies"))?;
        let myself = std::env::current_exe()
            .ok()
            .and_then(|path| path.to_str().map(str::to_owned))
            .ok_or_else(|| failed("the path of this program is not known, or not UTF-8"))?;
        let command = [myself.as_str(), "report", program];
        Ok(match program {
            "claude" => {
                let settings: Value =
                    serde_json::from_str(&install::claude_settings(&command)).unwrap_or_default();
                let text = serde_json::to_string_pretty(&settings).unwrap_or_default();
                Self { kind: Kind::Settings, file: homes.claude.join("settings.json"), text }
            }
            "codex" => {
                let text = install::codex_tables(&command);
                Self { kind: Kind::Tables, file: homes.codex.join("config.toml"), text }
            }
            "pi" => {
                let file = homes.pi.join("extensions/agents-reports.ts");
                Self { kind: Kind::Whole, file, text: install::pi_extension(&command) }
            }
            other => {
                let text = format!("no hooks of `{other}` are known; known: claude, codex, pi");
                return Err(Error::Usage(text));
            }
        })
    }

    /// Whether something was written: what is there already is left as it is.
    fn install(&self) -> Result<bool, Error> {
        let failed = |error: std::io::Error| {
            Error::Failed(format!("{}: {error}; nothing was changed", self.file.display()))
        };
        let before = match std::fs::read_to_string(&self.file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(failed(error)),
        };
        let after = match self.kind {
            Kind::Settings => joined(&before, &self.text, &self.file)?,
            Kind::Tables if before.contains(self.text.trim()) => before.clone(),
            Kind::Tables if before.trim().is_empty() => self.text.clone(),
            Kind::Tables => format!("{}\n\n{}", before.trim_end(), self.text),
            Kind::Whole => self.text.clone(),
        };
        if after == before {
            return Ok(false);
        }
        // A link to a file that is kept elsewhere stays one.
        let file = std::fs::canonicalize(&self.file).unwrap_or_else(|_| self.file.clone());
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        write_private(&file, after.as_bytes()).map_err(failed)?;
        Ok(true)
    }
}

/// The settings with our hooks beside those that are there.
fn joined(before: &str, ours: &str, file: &Path) -> Result<String, Error> {
    let broken =
        |detail: &str| Error::Failed(format!("{}: {detail}; mend it first", file.display()));
    let mut settings: Value = match before.trim() {
        "" => json!({}),
        text => serde_json::from_str(text).map_err(|error| broken(&error.to_string()))?,
    };
    let ours: Value = serde_json::from_str(ours).map_err(|error| broken(&error.to_string()))?;
    let table = settings.as_object_mut().ok_or_else(|| broken("it is no JSON object"))?;
    let hooks = table.entry("hooks").or_insert_with(|| json!({}));
    let hooks = hooks.as_object_mut().ok_or_else(|| broken("`hooks` is no object"))?;
    let mut is_new = false;
    for (event, groups) in ours["hooks"].as_object().into_iter().flatten() {
        let own = hooks.entry(event).or_insert_with(|| json!([]));
        let own = own.as_array_mut().ok_or_else(|| broken("a list of hooks is none"))?;
        for group in groups.as_array().into_iter().flatten() {
            if !own.contains(group) {
                own.push(group.clone());
                is_new = true;
            }
        }
    }
    if !is_new {
        return Ok(before.to_owned());
    }
    let text = serde_json::to_string_pretty(&settings).unwrap_or_default();
    Ok(text + "\n")
}
