//! `agents pilot run`: keep one session going that a person started, from one command.
//!
//! It is a fleet of one agent that nothing starts or ends: a watchdog and a look at its journal, both children of this process,
//! which hands on what is typed at it.

use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use agents_config::Fleet;
use agents_decide::Verb;
use agents_store::Reader;
use agents_tmux::{Driver as _, OneShot};
use agents_watchdog::view::WatchdogState;
use agents_watchdog::whereabouts;
use rustix::process::{Pid, Signal, kill_process};

use super::settings::{NAME, Settings};
use crate::app::{App, names, print, say};
use crate::bystander;
use crate::cli::PilotRun;
use crate::error::{Error, code};
use crate::operate::{Ask, ask, runtime};
use crate::whole_file;

/// As a shell says of a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;
/// How long the watchdog may take to hold the fleet, and to let it go.
const BEGINS_WITHIN: Duration = Duration::from_secs(60);
const ENDS_WITHIN: Duration = Duration::from_secs(15);
const LOOKS_EVERY: Duration = Duration::from_millis(200);

/// What a person does whose session is not there.
const WAYS: &str = "start it first, or name another server with `--socket`";

enum Heard {
    Line(String),
    Interrupt,
}

pub fn run(app: &App, asked: &PilotRun) -> Result<u8, Error> {
    let is_json = app.config.extension().is_some_and(|ending| ending == "json");
    let settings = Settings::of(asked, is_json.then_some(app.config.as_path()))?;
    let own = App { config: write(&settings)?, json: false };
    let fleet = own.load()?.fleet;
    there(&own, &fleet, settings.session.as_str())?;
    // Before the children, so that none of what is typed is lost, and no Ctrl-C leaves one behind.
    let (tell, heard) = sync_channel(16);
    listen(tell)?;
    begin_stopped(&own, &fleet)?;
    let mut watchdog = Helper::begin(&own.config, &["watchdog"], Stdio::null())?;
    let begun = Instant::now();
    while bystander::watchdog(&fleet)?.state != WatchdogState::Running {
        if watchdog.has_ended() || begun.elapsed() >= BEGINS_WITHIN {
            let log = fleet.log_dir.display();
            return Err(Error::Failed(format!("its watchdog did not begin; its log is in {log}")));
        }
        std::thread::sleep(LOOKS_EVERY);
    }
    let mut events =
        Helper::begin(&own.config, &["events", "--follow", "-n", "1"], Stdio::piped())?;
    events.pass_on();
    say(&format!("session {}: `start` begins; also: stop, status; Ctrl-C ends", settings.session));
    obey(&own, &heard, &mut watchdog)
}

/// What somebody typed at an earlier one, which may have been a dry run, is no `start` of this one.
fn begin_stopped(own: &App, fleet: &Fleet) -> Result<(), Error> {
    if Reader::of(&fleet.state_dir())?.is_none() {
        return Ok(());
    }
    let loaded = own.in_force()?.loaded;
    let verb = Verb::Pilot { names: names(&loaded.fleet, &[NAME.to_owned()])?, on: false };
    ask(own, &loaded, &Ask { verb, within: super::ANSWERS_WITHIN }).map(drop)
}

/// Does what is typed, until Ctrl-C.
fn obey(own: &App, heard: &Receiver<Heard>, watchdog: &mut Helper) -> Result<u8, Error> {
    let name = [NAME.to_owned()];
    loop {
        match heard.recv_timeout(LOOKS_EVERY) {
            Ok(Heard::Line(line)) => {
                let done = match line.trim() {
                    "" => Ok(code::DONE),
                    "start" => super::switch(own, &name, true),
                    "stop" => super::switch(own, &name, false),
                    "status" => status(own),
                    other => {
                        say(&format!("`{other}` is not known; known: start, stop, status"));
                        Ok(code::USAGE)
                    }
                };
                if let Err(error) = done {
                    say(&error.to_string());
                }
            }
            Ok(Heard::Interrupt) => {
                watchdog.end();
                return Ok(INTERRUPTED);
            }
            Err(RecvTimeoutError::Timeout) if watchdog.has_ended() => {
                return Err(Error::Failed("its watchdog has ended".to_owned()));
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Error::Failed("nothing listens for Ctrl-C any more".to_owned()));
            }
        }
    }
}

fn status(own: &App) -> Result<u8, Error> {
    let looked = bystander::look(own)?;
    for pilot in looked.view.agents.iter().filter_map(|agent| agent.pilot.as_ref()) {
        print(&plain(&format!("{NAME}: {}", pilot.told())))?;
    }
    Ok(code::DONE)
}

/// There must be something to watch over: it is neither started nor waited for.
fn there(own: &App, fleet: &Fleet, session: &str) -> Result<(), Error> {
    let terminals = own.terminals(fleet)?;
    let listing = runtime()?.block_on(async { OneShot::new(terminals).list().await });
    let listing = listing.map_err(|error| {
        Error::Unavailable(format!("the session `{session}` cannot be seen: {error}; {WAYS}"))
    })?;
    let mut known: Vec<&str> = listing.panes.iter().map(|pane| pane.session.as_str()).collect();
    known.dedup();
    if known.contains(&session) {
        return Ok(());
    }
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    Err(Error::Usage(format!(
        "there is no session `{session}` on that tmux server; there are: {known}; {WAYS}"
    )))
}

/// What concerns the one session, without ways out that need a config of one's own.
fn plain(text: &str) -> String {
    let start = format!("`agents pilot start {NAME}`");
    let text = text.replace(&format!("`agents send {NAME} TEXT` or {start}"), "`start`");
    let text = text.replace(&start, "`start`");
    let text = text.replace(&format!("`agents attach {NAME}`"), "`tmux attach`");
    let clauses = text.split("; ").filter(|clause| !clause.contains("`agents "));
    clauses.collect::<Vec<_>>().join("; ")
}

/// Writes the config of the fleet, whole, and returns where.
fn write(settings: &Settings) -> Result<PathBuf, Error> {
    // Beside the folder in which fleets are noted down.
    let noted = whereabouts::folder();
    let states = noted.as_deref().and_then(Path::parent).and_then(Path::parent);
    let states =
        states.ok_or_else(|| Error::Usage("there is no home folder; set HOME".to_owned()))?;
    let folder = settings.folder(states);
    std::fs::create_dir_all(&folder)?;
    let config = folder.join("agents.toml");
    whole_file::replace(&config, &settings.config(&folder, &std::env::current_dir()?))?;
    Ok(config)
}

/// Hands on what is typed, and Ctrl-C.
fn listen(tell: SyncSender<Heard>) -> Result<(), Error> {
    let lines = tell.clone();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if lines.send(Heard::Line(line)).is_err() {
                return;
            }
        }
    });
    let runtime = runtime()?;
    let (ready, is_ready) = sync_channel(1);
    std::thread::spawn(move || {
        runtime.block_on(async {
            use tokio::signal::unix::{SignalKind, signal};
            let (Ok(mut interrupt), Ok(mut terminate)) =
                (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
            else {
                return;
            };
            let _ = ready.send(());
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            drop(tell.send(Heard::Interrupt));
        });
    });
    is_ready.recv().map_err(|_| Error::Failed("Ctrl-C cannot be heard".to_owned()))
}

/// A child of this very program; it ends with its owner.
struct Helper(Child);

impl Helper {
    fn begin(config: &Path, words: &[&str], out: Stdio) -> Result<Self, Error> {
        use std::os::unix::process::CommandExt as _;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--config").arg(config).args(words);
        // Ctrl-C is for this process, which ends them in order.
        let child = command.stdin(Stdio::null()).stdout(out).stderr(Stdio::null());
        Ok(Self(child.process_group(0).spawn()?))
    }

    /// Prints what it prints, in plain words, for as long as it does.
    fn pass_on(&mut self) {
        let Some(out) = self.0.stdout.take() else { return };
        std::thread::spawn(move || {
            for line in std::io::BufReader::new(out).lines().map_while(Result::ok) {
                if print(&plain(&line)).is_err() {
                    return;
                }
            }
        });
    }

    fn has_ended(&mut self) -> bool {
        !matches!(self.0.try_wait(), Ok(None))
    }

    /// Asks it to end, and kills it when it does not.
    fn end(&mut self) {
        let pid = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid.filter(|_| !self.has_ended()) {
            // It was not waited for, so the number is still its own.
            let _ = kill_process(pid, Signal::TERM);
        }
        let asked = Instant::now();
        while !self.has_ended() && asked.elapsed() < ENDS_WITHIN {
            std::thread::sleep(LOOKS_EVERY);
        }
        if !self.has_ended() {
            drop(self.0.kill().and_then(|()| self.0.wait()));
        }
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_way_out_is_named_that_needs_a_config() {
        for (told, expected) in [
            (
                "session: off; its pilot is off, as the config says; `agents pilot start session`",
                "session: off; its pilot is off, as the config says; `start`",
            ),
            (
                "is idle again after 2 prompts of its pilot, which stops there; `agents send session TEXT` or `agents pilot start session` goes on",
                "is idle again after 2 prompts of its pilot, which stops there; `start` goes on",
            ),
            (
                "it ended by itself and stays down; `agents up session` starts it",
                "it ended by itself and stays down",
            ),
            (
                "asks something (`agents attach session`); nothing is typed",
                "asks something (`tmux attach`); nothing is typed",
            ),
        ] {
            assert_eq!(plain(told), expected);
        }
    }
}
