//! Which sessions are the watchdog's own, and who else sits under their names?

use agents_config::Fleet;
use agents_names::{SessionName, SessionPrefix};
use agents_tmux::{Driver as _, Listing, OneShot, Pane, Place, TmuxOp, control_tag};
use rustix::process::{Pid, Signal, kill_process};

use crate::app::App;
use crate::error::Error;
use crate::operate::runtime;

/// The names of the watchdog's own sessions, each with the tag that proves it to be ours.
struct Own([(SessionName, String); 2]);

impl Own {
    fn of(prefix: &SessionPrefix) -> Self {
        let (watchdog, control) = (prefix.watchdog_session(), prefix.control_session());
        let tag = control_tag(&control);
        Self([(watchdog, format!("{}/watchdog", prefix.as_str())), (control, tag)])
    }

    fn is_ours(&self, pane: &Pane) -> bool {
        self.0.iter().any(|(_, tag)| pane.agent_id.as_ref() == Some(tag))
    }

    /// The sessions of these names that somebody else made.
    fn strangers(&self, listing: &Listing) -> Vec<String> {
        let is_named = |pane: &&Pane| self.0.iter().any(|(name, _)| name.as_str() == pane.session);
        let strange = listing.panes.iter().filter(is_named).filter(|pane| !self.is_ours(pane));
        let mut names: Vec<String> = strange.map(|pane| pane.session.clone()).collect();
        names.dedup();
        names
    }
}

/// Ends the watchdog's sessions, and what runs in them: no watchdog holds the fleet by its state folder, so one that
/// is found there belongs to another folder of the same fleet. A watchdog outlives its terminal, so it is told.
///
/// Ours is what carries our tag, whatever it is called by now. Returns who else has the names.
pub async fn clear(terminals: &Place, prefix: &SessionPrefix) -> Vec<String> {
    let mut driver = OneShot::new(terminals.clone());
    // Where nothing answers there is nothing to end; who needs the server hears it from there.
    let Ok(listing) = driver.list().await else { return Vec::new() };
    let own = Own::of(prefix);
    let [(_, watchdog), (control, _)] = &own.0;
    let living = listing.panes.iter().filter(|pane| pane.dead.is_none());
    for pane in living.filter(|pane| pane.tag() == Some(watchdog.as_str())) {
        let pid = i32::try_from(pane.pid).ok().and_then(Pid::from_raw);
        // One that has ended meanwhile needs no signal.
        let _ = pid.map(|pid| kill_process(pid, Signal::TERM));
    }
    drop(terminals.end_control_clients(control).await);
    // The control session ends with its client, unless that was killed.
    for (session, agent_id) in &own.0 {
        let panes = listing.panes.iter().filter(|pane| pane.agent_id.as_ref() == Some(agent_id));
        for pane in panes {
            let op = TmuxOp::Kill {
                session: session.clone(),
                pane: Some(pane.id),
                agent_id: agent_id.clone(),
                untagged_too: false,
            };
            // A session that is not there is as good as ended.
            drop(driver.apply(&op).await);
        }
    }
    own.strangers(&listing)
}

/// Refuses to go on where a session that `agents` did not start has a name that the watchdog needs.
///
/// # Errors
/// When there is one; it is left as it is.
pub fn refuse(fleet: &Fleet, strangers: &[String]) -> Result<(), Error> {
    let Some(session) = strangers.first() else { return Ok(()) };
    let end = fleet.command_that_ends(session);
    Err(Error::Failed(format!(
        "the watchdog needs the name of the session `{session}`, which was not started by `agents` and is left as it \
         is: `{end}` ends it, or set another `session_prefix`"
    )))
}

/// As [`refuse`], by a look of its own, before anything is started.
///
/// # Errors
/// As there, and when tmux cannot be run.
pub fn refuse_taken(app: &App, fleet: &Fleet) -> Result<(), Error> {
    let terminals = app.terminals(fleet)?;
    let listing = runtime()?.block_on(async { OneShot::new(terminals).list().await });
    // What cannot be seen is told by whoever needs it.
    let Ok(listing) = listing else { return Ok(()) };
    refuse(fleet, &Own::of(&fleet.session_prefix).strangers(&listing))
}
