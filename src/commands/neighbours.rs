//! Does another living fleet have the names that a verb is about to use?

use agents_config::Fleet;
use agents_names::{AgentName, SessionName};
use agents_tmux::TmuxError;
use agents_watchdog::neighbour::{Neighbour, of_prefix, of_sessions};

use crate::app::App;
use crate::error::Error;
use crate::operate::runtime;

/// Refuses to touch anything where a living fleet of another config file has the same prefix on the same tmux server.
/// False when tmux let us wait: who asks it again waits again, and what cannot be seen is told by whoever needs it.
///
/// # Errors
/// [`Error::Usage`] names its config file; and when tmux cannot be run.
pub fn refuse(app: &App, fleet: &Fleet) -> Result<bool, Error> {
    match of_prefix_now(app, fleet)? {
        Ok(Some(neighbour)) => Err(neighbour.into()),
        Ok(None) => Ok(true),
        Err(error) => Ok(!error.is_time_out()),
    }
}

/// As [`refuse`], for a verb that would make the store of a fleet that has none yet: being refused leaves no files.
///
/// # Errors
/// As there.
pub fn refuse_before_first(app: &App, fleet: &Fleet) -> Result<(), Error> {
    if agents_store::path(&fleet.state_dir()).exists() {
        // Who watches it, or the verb itself, finds the neighbour as it takes the fleet.
        return Ok(());
    }
    refuse(app, fleet).map(drop)
}

/// The living fleet of another config file that has the prefix; none where tmux does not say so.
///
/// # Errors
/// When tmux cannot be run.
pub fn found(app: &App, fleet: &Fleet) -> Result<Option<Neighbour>, Error> {
    Ok(of_prefix_now(app, fleet)?.unwrap_or(None))
}

fn of_prefix_now(app: &App, fleet: &Fleet) -> Result<Result<Option<Neighbour>, TmuxError>, Error> {
    let terminals = app.terminals(fleet)?;
    Ok(runtime()?.block_on(of_prefix(&terminals, fleet)))
}

/// Refuses to start these members where another fleet has made a session of that name.
///
/// # Errors
/// As [`refuse`].
pub fn refuse_taken(app: &App, fleet: &Fleet, names: &[AgentName]) -> Result<(), Error> {
    let session = |name: &AgentName| match fleet.agent(name) {
        Some(agent) => agent.session.clone(),
        None => fleet.session_prefix.session_of(name),
    };
    let sessions: Vec<SessionName> = names.iter().map(session).collect();
    let terminals = app.terminals(fleet)?;
    let found = runtime()?.block_on(of_sessions(&terminals, fleet, &sessions)).unwrap_or(None);
    found.map_or(Ok(()), |neighbour| Err(neighbour.into()))
}

/// The members that a verb without names concerns.
pub fn enabled(fleet: &Fleet) -> Vec<AgentName> {
    let agents = fleet.agents.iter().filter(|agent| agent.enabled).map(|agent| &agent.name);
    let services = fleet.services.iter().filter(|it| it.enabled).map(|service| &service.name);
    agents.chain(services).cloned().collect()
}
