//! Which fleet of one does `agents pilot run` watch over, by its flags and its JSON file?

use std::path::{Path, PathBuf};
use std::time::Duration;

use agents_config::Pilot;
use agents_names::SessionName;

use crate::cli::PilotRun;
use crate::error::Error;

/// The name of the one agent.
pub(super) const NAME: &str = "session";

/// What the file says; each key is that of a flag.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    session: Option<String>,
    socket: Option<String>,
    preset: Option<String>,
    #[serde(alias = "mode")]
    decision_mode: Option<String>,
    max_continue: Option<u32>,
    idle_threshold: Option<f64>,
    poll_interval: Option<f64>,
    history_lines: Option<u32>,
    rule_continue_prompt: Option<String>,
    dry_run: bool,
}

/// All of it, checked.
#[derive(Debug)]
pub(super) struct Settings {
    pub session: SessionName,
    socket: Option<String>,
    preset: Option<String>,
    /// `None`: always the same prompt.
    analyzer: Option<String>,
    max_continue: u32,
    idle_threshold: Duration,
    poll_interval: Duration,
    history_lines: u32,
    prompt: String,
    dry_run: bool,
}

impl Settings {
    /// The flags, else the file, else the defaults.
    ///
    /// # Errors
    /// When the file is none, or a value makes no sense.
    pub(super) fn of(asked: &PilotRun, file: Option<&Path>) -> Result<Self, Error> {
        let file = file.map(read).transpose()?.unwrap_or_default();
        let text = |flag: &Option<String>, file: Option<String>| flag.clone().or(file);
        let session = text(&asked.session, file.session)
            .ok_or_else(|| wrong("no session is named; add `--session NAME`"))?;
        let session = SessionName::new(session).map_err(|error| wrong(&error.to_string()))?;
        let mode = text(&asked.decision_mode, file.decision_mode);
        let analyzer = match mode.as_deref().unwrap_or("rule") {
            "rule" => None,
            known @ ("codex" | "claude" | "pi") => Some(known.to_owned()),
            other => {
                let known = "rule, codex, claude or pi";
                return Err(wrong(&format!("`decision-mode` is {known}, not `{other}`")));
            }
        };
        let prompt = text(&asked.rule_continue_prompt, file.rule_continue_prompt);
        let prompt = prompt.unwrap_or_else(|| Pilot::PROMPT.to_owned());
        if prompt.trim().is_empty() {
            return Err(wrong("`rule-continue-prompt` is blank"));
        }
        let history_lines = asked.history_lines.or(file.history_lines).unwrap_or(300);
        if history_lines == 0 {
            return Err(wrong("`history-lines` must be 1 or more"));
        }
        Ok(Self {
            session,
            socket: text(&asked.socket, file.socket),
            preset: text(&asked.preset, file.preset),
            analyzer,
            max_continue: asked.max_continue.or(file.max_continue).unwrap_or(5),
            idle_threshold: span("idle-threshold", asked.idle_threshold, file.idle_threshold, 10)?,
            poll_interval: span("poll-interval", asked.poll_interval, file.poll_interval, 2)?,
            history_lines,
            prompt,
            dry_run: asked.dry_run || file.dry_run,
        })
    }

    /// The config of a fleet that is nothing but that session, with all its files in `folder`.
    pub(super) fn config(&self, folder: &Path, dir: &Path) -> String {
        let mut text = format!(
            "[defaults]\nsession_prefix = {}\nlog_dir = {}\nproject_dir = {}\n",
            quoted(&format!("pilot-{}-", self.session)),
            quoted(&folder.to_string_lossy()),
            quoted(&dir.to_string_lossy()),
        );
        let mut add = |key: &str, value: String| text.push_str(&format!("{key} = {value}\n"));
        if let Some(socket) = &self.socket {
            add("tmux_socket", quoted(socket));
        }
        add("[watchdog]\nsignal_interval", seconds(self.poll_interval));
        match &self.preset {
            Some(preset) => add("[backend.it]\npreset", quoted(preset)),
            None => add("[backend.it]\nbin", quoted("false")),
        }
        add("[[agent]]\nname", quoted(NAME));
        add("session", quoted(self.session.as_str()));
        add("backend", quoted("it"));
        add("watch", quoted("none"));
        add("enabled", "false".to_owned());
        add("log", "false".to_owned());
        add("[agent.pilot]\nenabled", "false".to_owned());
        if let Some(analyzer) = &self.analyzer {
            add("mode", quoted("analyzer"));
            add("analyzer", format!("[{}]", quoted(analyzer)));
        }
        add("prompt", quoted(&self.prompt));
        add("max_continue", self.max_continue.to_string());
        add("idle_threshold", seconds(self.idle_threshold));
        add("cooldown", "0".to_owned());
        add("history_lines", self.history_lines.to_string());
        add("dry_run", self.dry_run.to_string());
        text
    }

    /// Where its files lie: one folder for each session of each server.
    pub(super) fn folder(&self, states: &Path) -> PathBuf {
        let server = self.socket.as_deref().unwrap_or("default").replace(['/', '.'], "_");
        states.join("agents/pilot").join(server).join(self.session.as_str())
    }
}

fn read(path: &Path) -> Result<File, Error> {
    let told = |error: &dyn std::fmt::Display| wrong(&format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| told(&error))?;
    serde_json::from_str(&text).map_err(|error| told(&error))
}

fn span(
    key: &str,
    flag: Option<Duration>,
    file: Option<f64>,
    standard: u64,
) -> Result<Duration, Error> {
    let file = file.map(Duration::try_from_secs_f64).transpose();
    let file = file.map_err(|error| wrong(&format!("`{key}`: {error}")))?;
    let span = flag.or(file).unwrap_or(Duration::from_secs(standard));
    if span.is_zero() { Err(wrong(&format!("`{key}` must be more than zero"))) } else { Ok(span) }
}

fn seconds(span: Duration) -> String {
    format!("{:?}", span.as_secs_f64())
}

/// JSON's quotes are TOML's basic strings, for every text without the one control character that JSON leaves as it is.
fn quoted(text: &str) -> String {
    serde_json::Value::String(text.replace('\u{7f}', "")).to_string()
}

fn wrong(reason: &str) -> Error {
    Error::Usage(reason.to_owned())
}

#[cfg(test)]
mod tests;
