//! What is the fleet doing now, as somebody sees who changes nothing?

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use agents_config::{Digest, Fleet};
use agents_decide::Now;
use agents_names::PhaseId;
use agents_store::{FleetLock, LockError};
use agents_tmux::{Place, ServerId, TmuxError, server_process_alive};
use agents_watchdog::files::Files;
use agents_watchdog::neighbour::{carries_prefix, without_prefix};
use agents_watchdog::notify::untold;
use agents_watchdog::observe::phase::status_file;
use agents_watchdog::place::now_after;
use agents_watchdog::recorder::Word;
use agents_watchdog::run::heartbeat_file;
use agents_watchdog::store_ledger::Document;
use agents_watchdog::trouble::Trouble;
use agents_watchdog::view::{
    ConfigStanding, FleetView, Known, NeighbourView, Terminals, WatchdogView,
};
use agents_watchdog::watch;
use agents_watchdog::work::with_tasks;

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::asked::{Asked, Listed};
use crate::commands::neighbours;
use crate::error::Error;
use crate::in_force::{self, InForce, Problem};
use crate::render::stored::{FileProblem, Remembered};
use crate::servers;

/// A look at the fleet, and what is wrong with its config file.
pub struct Looked {
    pub view: FleetView,
    pub fleet: Fleet,
    /// What the last tick remembered, and its clock.
    pub document: Option<Document>,
    /// The last words, by what they are about.
    pub words: BTreeMap<String, Word>,
    pub terminals: Terminals,
    /// When it was looked.
    pub now: Now,
}

/// Looks at config, store and terminals; writes nothing, and starts one tmux process; a few where no watchdog holds the
/// fleet and yet sessions of its prefix are there.
///
/// # Errors
/// When there is no fleet in force; when the store cannot be read, for a reason that is not its own.
pub fn look(app: &App) -> Result<Looked, Error> {
    look_by(app, InForce::told)
}

/// As [`look`], where what is wrong with the file stands in what is shown.
///
/// # Errors
/// As there.
pub fn look_silently(app: &App) -> Result<Looked, Error> {
    look_by(app, |in_force| in_force)
}

fn look_by(app: &App, told: impl FnOnce(InForce) -> InForce) -> Result<Looked, Error> {
    let mut asked = None;
    let ask = |fleet: &Fleet| asked = app.terminals(fleet).ok().map(Asked::of);
    let in_force = told(InForce::without_tasks(&app.config, ask)?);
    look_with(app, in_force, asked)
}

/// As [`look`], at a fleet of which it was already said what is wrong with its file.
///
/// # Errors
/// As there.
pub fn look_at(app: &App, in_force: InForce) -> Result<Looked, Error> {
    look_with(app, in_force, None)
}

/// `asked`: what the terminals of the file's fleet were asked already.
fn look_with(app: &App, in_force: InForce, asked: Option<Asked>) -> Result<Looked, Error> {
    let InForce { loaded, problem } = in_force;
    let digest = loaded.digest.clone();
    let untrusted = app.untrusted(&loaded).map(|untrusted| untrusted.to_string());
    let mut fleet = loaded.fleet;
    let state_dir = fleet.state_dir();
    let place = app.terminals(&fleet);
    // Another fleet than the file's may be in force, on another server.
    let asked = asked.filter(|asked| place.as_ref().is_ok_and(|place| asked.is_of(place)));
    let asked = asked.or_else(|| place.as_ref().ok().cloned().map(Asked::of));
    let remembered = Remembered::of(&state_dir)?;
    let Remembered { document, words, config_problem, damage, socket, outbox, board } = remembered;
    let watchdog = watchdog(&fleet)?;
    let file = File { problem: problem.as_ref(), digest: &digest, untrusted };
    let (config_problem, config_standing) = file.said(config_problem.as_ref(), watchdog);
    // A file that loads here and that its watchdog refuses, as one that nobody has trusted: what runs is of the last good one.
    if problem.is_none()
        && config_problem.is_some()
        && let Some(kept) = in_force::kept_in(&state_dir, &fleet)
    {
        fleet = kept;
    }
    if !board.works.is_empty() {
        fleet = with_tasks(&fleet, &board);
    }
    let phase = phase(&fleet, document.as_ref());
    let files = Files::of(&fleet, document.as_ref().map(|document| &document.state));
    // All that can be read without the answer has been read by now.
    let terminals = match (place, asked.and_then(Asked::answer)) {
        (Ok(place), Some(listed)) => {
            terminals(&place, listed, document.as_ref(), socket.as_deref())
        }
        (Err(error), _) => unseen(error.to_string()),
        (Ok(_), None) => unseen("the look at tmux came to nothing".to_owned()),
    };
    let (terminals, neighbour) = own(app, &fleet, terminals, watchdog);
    let now = now_after(document.as_ref().map(|document| &document.clock));
    let known = Known {
        fleet: &fleet,
        config_problem,
        config_standing,
        store_problem: store_problem(&state_dir, damage, watchdog),
        untold: outbox.map(|word| untold(&word, &fleet.notify)).unwrap_or_default(),
        neighbour: neighbour.as_ref(),
        state: document.as_ref().map(|document| &document.state),
        words: &words,
        terminals: &terminals,
        files: &files,
        watchdog,
        phase_done: phase.as_ref().and_then(|phase| is_done(&fleet, phase)),
        phase,
        now,
    };
    let view = FleetView::of(&known);
    Ok(Looked { view, fleet, document, words, terminals, now })
}

/// The config file as it is now.
struct File<'a> {
    problem: Option<&'a Problem>,
    digest: &'a Digest,
    /// Why nothing of it may be started.
    untrusted: Option<String>,
}

impl File<'_> {
    /// What is wrong with it, in one line, and what that comes to. `found`: what a watchdog found.
    fn said(
        self,
        found: Option<&FileProblem>,
        watchdog: WatchdogView,
    ) -> (Option<String>, ConfigStanding) {
        match self.problem {
            Some(Problem::Broken(error)) => {
                let told = format!("{error}; `agents check` shows every problem");
                return (Some(told), ConfigStanding::Broken);
            }
            Some(Problem::Moved(moved)) => {
                return (Some(moved.to_string()), ConfigStanding::Broken);
            }
            None => {}
        }
        let Some(finder) = watchdog.pid.map(u64::from) else {
            return (self.untrusted, ConfigStanding::Unstartable);
        };
        // The file is good for us; the watchdog may not have looked again yet. A predecessor's word is no longer true.
        let Some(found) = found.filter(|found| found.finder == finder) else {
            return (None, ConfigStanding::default());
        };
        let summary = &found.summary;
        let is_another =
            found.digest.as_ref().is_some_and(|of| of.as_str() != Some(self.digest.as_str()));
        if is_another || (found.is_untrusted && self.untrusted.is_none()) {
            let told =
                format!("the watchdog reads it at its next look; before, it found: {summary}");
            return (Some(told), ConfigStanding::Mended);
        }
        let told =
            format!("the watchdog still runs on the last good config, since it found: {summary}");
        let standing =
            if found.is_untrusted { ConfigStanding::Untrusted } else { ConfigStanding::Broken };
        (Some(told), standing)
    }
}

/// Why the store cannot be used, and since when: what the watchdog ran into, or what is to be seen.
fn store_problem(
    state_dir: &Path,
    damage: Option<String>,
    watchdog: WatchdogView,
) -> Option<String> {
    let told = watchdog.pid.and_then(|pid| Trouble::of(state_dir, pid));
    let (what, since) = match (damage, told) {
        (None, None) => return None,
        (Some(damage), Some(told)) => (damage, Some(told.since)),
        (None, Some(told)) => (told.what, Some(told.since)),
        // Nobody writes a store that nobody can use, so its last change is what damaged it.
        (Some(damage), None) => (damage, changed(&agents_store::path(state_dir))),
    };
    Some(match since {
        Some(since) => format!(
            "{what}; so it is since {}",
            since.with_timezone(&chrono::Local).format("%Y-%m-%d %H:%M:%S")
        ),
        None => what,
    })
}

fn changed(file: &Path) -> Option<DateTime<Utc>> {
    Some(std::fs::metadata(file).ok()?.modified().ok()?.into())
}

fn phase(fleet: &Fleet, document: Option<&Document>) -> Option<PhaseId> {
    let sequence = document.and_then(|document| document.state.sequence.as_ref());
    if let Some(sequence) = sequence {
        return Some(sequence.phase().clone());
    }
    let plan = fleet.loop_plan.as_ref()?;
    crate::commands::phase::recorded(fleet, plan)
}

/// Whether the phase's status file says that it is done; `None` when it cannot be read.
pub fn is_done(fleet: &Fleet, phase: &PhaseId) -> Option<bool> {
    let plan = fleet.loop_plan.as_ref()?;
    let text = status_file(&plan.repo, &plan.state_subdir, &plan.phase(phase)?.status).ok()?;
    Some(text.is_some_and(|text| agents_decide::phase::is_done(&text, &plan.done_marker)))
}

fn unseen(cause: String) -> Terminals {
    Terminals::Unseen { cause, hangs: false }
}

fn terminals(
    place: &Place,
    listed: Listed,
    document: Option<&Document>,
    recorded: Option<&Path>,
) -> Terminals {
    let known = document.and_then(|document| document.state.server);
    let known = known.map(|server| ServerId { pid: server.pid, start_time: server.start_time });
    let living = known.filter(|server| server_process_alive(*server));
    if let Some(elsewhere) = servers::elsewhere(place, recorded, living) {
        return unseen(elsewhere);
    }
    let no_server = || match living {
        Some(server) => unseen(servers::without_socket(place, server)),
        None => Terminals::NoServer,
    };
    match listed {
        None | Some(Ok(Err(TmuxError::NoServer { .. }))) => no_server(),
        Some(Ok(Ok(listing))) => Terminals::Listed(listing),
        Some(Ok(Err(error))) => {
            Terminals::Unseen { cause: error.to_string(), hangs: error.is_time_out() }
        }
        Some(Err(error)) => unseen(error.to_string()),
    }
}

/// What of the terminals may be this fleet's. Sessions are known by their prefix, so where another living fleet has it
/// none of them is. A watchdog of ours has asked the server already.
fn own(
    app: &App,
    fleet: &Fleet,
    terminals: Terminals,
    watchdog: WatchdogView,
) -> (Terminals, Option<NeighbourView>) {
    let listing = match terminals {
        Terminals::Listed(listing) if watchdog.pid.is_none() && carries_prefix(fleet, &listing) => {
            listing
        }
        Terminals::Listed(_) | Terminals::NoServer | Terminals::Unseen { .. } => {
            return (terminals, None);
        }
    };
    let Ok(Some(neighbour)) = neighbours::found(app, fleet) else {
        return (Terminals::Listed(listing), None);
    };
    let (listing, runs) = without_prefix(fleet, listing);
    (Terminals::Listed(listing), Some(NeighbourView { problem: neighbour.to_string(), runs }))
}

/// Who watches the fleet, and since when it has not looked.
pub fn watchdog(fleet: &Fleet) -> Result<WatchdogView, Error> {
    let state_dir = fleet.state_dir();
    let (pid, is_known) = match FleetLock::holder(&state_dir) {
        Ok(holder) => {
            let watchdog = holder.filter(|holder| holder.what == "watchdog");
            (watchdog.map(|holder| holder.pid), true)
        }
        // A holder that has not said who it is yet is a verb or a watchdog at its start.
        Err(LockError::HeldByUnknown { .. }) => (None, false),
        Err(error) => return Err(Error::Unavailable(error.to_string())),
    };
    let age = age(&heartbeat_file(&state_dir));
    let watchdog = WatchdogView::of(pid, age, fleet.timing.signal_interval);
    let died = is_known && watch::is_unended(&state_dir);
    Ok(if died { watchdog.that_died() } else { watchdog })
}

fn age(file: &Path) -> Option<Duration> {
    let modified = std::fs::metadata(file).ok()?.modified().ok()?;
    // A file from the future was touched just now, by a clock that was set since.
    Some(modified.elapsed().unwrap_or(Duration::ZERO))
}
