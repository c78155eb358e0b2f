//! Which other fleet has the names of this one on the same tmux server?
//!
//! Sessions are known by their prefix, so two fleets with one prefix would take each other's agents for their own. The
//! server remembers for each prefix in which state folder its fleet is at home; who finds another living fleet there
//! touches nothing.

use std::path::{Path, PathBuf};

use agents_config::Fleet;
use agents_names::{AgentName, SessionName};
use agents_store::FleetLock;
use agents_tmux::{Driver, Fence, Listing, OneShot, Pane, Place, TmuxError};

use crate::WatchdogError;
use crate::in_force::InForce;
use crate::run::{Reign, holder};

/// A fleet that lives under names that this one wants.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Neighbour {
    #[error(
        "the session prefix `{prefix}` is in use on this tmux server by the fleet of {}; give one of the two another \
         `session_prefix` or `tmux_socket`, or end that fleet first: `agents down --config {}`",
        .config.display(), .config.display()
    )]
    Prefix { prefix: String, config: PathBuf },
    #[error(
        "the session `{session}` belongs to {owner} on the same tmux server; choose a `session_prefix` or a name that \
         gives this fleet sessions of its own, or another `tmux_socket`"
    )]
    Session { session: String, owner: String },
}

/// Whether the names are this fleet's, as far as the server knows.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Names {
    Ours,
    /// Nobody has them, and nobody living had them last.
    Free {
        /// What the server remembers, of a fleet that is no more.
        stale: bool,
    },
    Theirs(Neighbour),
}

/// The living fleet of another config file that has this one's prefix on the same server.
///
/// # Errors
/// When the server could not be asked.
pub async fn of_prefix(terminals: &Place, fleet: &Fleet) -> Result<Option<Neighbour>, TmuxError> {
    match names(terminals, fleet).await? {
        Names::Theirs(neighbour) => Ok(Some(neighbour)),
        Names::Ours | Names::Free { .. } => Ok(None),
    }
}

/// The listing without the sessions that carry this prefix, and whose they are: for a fleet that has found a
/// [`Neighbour::Prefix`], and can tell its own sessions and the other's apart by nothing else.
#[must_use]
pub fn without_prefix(fleet: &Fleet, mut listing: Listing) -> (Listing, Vec<AgentName>) {
    let prefix = fleet.session_prefix.as_str();
    let mut theirs = Vec::new();
    listing.panes.retain(|pane| {
        let tag = pane.agent_id.as_deref().filter(|tag| is_of(prefix, tag));
        let name = tag.and_then(|tag| tag.strip_prefix(prefix)?.strip_prefix('/'));
        theirs.extend(name.and_then(|name| AgentName::new(name).ok()));
        tag.is_none()
    });
    (listing, theirs)
}

/// Whether anything living on the server carries this prefix.
#[must_use]
pub fn carries_prefix(fleet: &Fleet, listing: &Listing) -> bool {
    lives_under(fleet.session_prefix.as_str(), listing)
}

/// The first of these sessions that another fleet has made.
///
/// # Errors
/// When the server could not be asked.
pub async fn of_sessions(
    terminals: &Place,
    fleet: &Fleet,
    sessions: &[SessionName],
) -> Result<Option<Neighbour>, TmuxError> {
    let listing = match OneShot::new(terminals.clone()).list().await {
        Err(TmuxError::NoServer { .. }) => return Ok(None),
        listing => listing?,
    };
    for session in sessions {
        let Some(tag) = foreign_tag(fleet, &listing, session) else { continue };
        let (prefix, name) = tag.rsplit_once('/').unwrap_or(("", tag));
        let home = terminals.server_option(&home_option(prefix)).await.ok().flatten();
        let config = home.map(|home| config_of(Path::new(&home)));
        let of = config.map_or_else(
            || format!("of the fleet with the session prefix `{prefix}`"),
            |config| format!("of the fleet of {}", config.display()),
        );
        let session = session.to_string();
        return Ok(Some(Neighbour::Session { session, owner: format!("`{name}` {of}") }));
    }
    Ok(None)
}

/// Why a session cannot be started: another fleet has one of that name.
pub(crate) fn taken(fleet: &Fleet, listing: &Listing, session: &SessionName) -> Option<String> {
    let (prefix, name) = foreign_tag(fleet, listing, session)?.rsplit_once('/')?;
    Some(format!(
        "its session `{session}` belongs to `{name}` of the fleet with the session prefix `{prefix}` on the same tmux server"
    ))
}

/// Why a program that lives in a session of another name by now could not be started again: somebody has made one of its name.
pub(crate) fn succeeded(listing: &Listing, session: &SessionName, own: &Pane) -> Option<String> {
    let is_own = own.session == session.as_str();
    let mut others = listing.panes.iter().filter(|pane| pane.session == session.as_str());
    let is_strangers = !is_own && others.any(|pane| pane.agent_id.is_none());
    is_strangers.then(|| {
        format!(
            "its session is called `{}` by now, and another one that was not started by `agents` is called `{session}`",
            own.session
        )
    })
}

/// The tag of an agent of another fleet that the session of that name carries.
fn foreign_tag<'l>(fleet: &Fleet, listing: &'l Listing, session: &SessionName) -> Option<&'l str> {
    let named = listing.panes.iter().filter(|pane| pane.session == session.as_str());
    let mut tags = named.filter_map(|pane| pane.agent_id.as_deref());
    tags.find(|tag| tag.contains('/') && !is_of(fleet.session_prefix.as_str(), tag))
}

fn is_of(prefix: &str, tag: &str) -> bool {
    tag.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'))
}

/// The option of the server that says where the fleet with that prefix is at home.
fn home_option(prefix: &str) -> String {
    format!("@agents_home_{prefix}")
}

async fn names(terminals: &Place, fleet: &Fleet) -> Result<Names, TmuxError> {
    let prefix = fleet.session_prefix.as_str();
    let Some(home) = terminals.server_option(&home_option(prefix)).await? else {
        return Ok(Names::Free { stale: false });
    };
    let home = PathBuf::from(home);
    if home == fleet.state_dir() {
        return Ok(Names::Ours);
    }
    let config = config_of(&home);
    // The same fleet, whose folder was changed while it is up.
    if config == fleet.config || !home.exists() {
        return Ok(Names::Free { stale: true });
    }
    if is_held(&home, fleet) || has_sessions(terminals, prefix).await? {
        return Ok(Names::Theirs(Neighbour::Prefix { prefix: prefix.to_owned(), config }));
    }
    Ok(Names::Free { stale: true })
}

/// Whether somebody holds the fleet in that state folder, and it still goes by the names of this one.
fn is_held(home: &Path, fleet: &Fleet) -> bool {
    if matches!(FleetLock::holder(home), Ok(None)) {
        return false;
    }
    let kept = InForce::recall(home).ok().flatten().and_then(|kept| kept.load().ok());
    kept.is_none_or(|kept| {
        kept.fleet.session_prefix == fleet.session_prefix
            && kept.fleet.tmux_socket == fleet.tmux_socket
    })
}

/// The config file of the fleet in that state folder; the folder itself where its store does not tell.
fn config_of(home: &Path) -> PathBuf {
    let kept = InForce::recall(home).ok().flatten();
    kept.map_or_else(|| home.to_owned(), |kept| kept.config)
}

async fn has_sessions(terminals: &Place, prefix: &str) -> Result<bool, TmuxError> {
    let listing = match OneShot::new(terminals.clone()).list().await {
        Err(TmuxError::NoServer { .. }) => return Ok(false),
        listing => listing?,
    };
    Ok(lives_under(prefix, &listing))
}

fn lives_under(prefix: &str, listing: &Listing) -> bool {
    let mut living = listing.panes.iter().filter(|pane| pane.dead.is_none());
    living.any(|pane| pane.tag().is_some_and(|tag| is_of(prefix, tag)))
}

/// Tells the server that the names are this fleet's, unless another living fleet has them.
async fn hold(terminals: &Place, fleet: &Fleet) -> Result<Names, TmuxError> {
    let found = names(terminals, fleet).await?;
    let Names::Free { stale } = found else { return Ok(found) };
    let Some(home) = fleet.state_dir().to_str().map(str::to_owned) else { return Ok(found) };
    let option = home_option(fleet.session_prefix.as_str());
    if !terminals.set_server_option(&option, &home, !stale).await? && !stale {
        // There is no server yet, or another fleet was quicker.
        return names(terminals, fleet).await;
    }
    Ok(Names::Ours)
}

impl<D: Driver> Reign<D> {
    /// Sees that the fleet's names on the tmux server are its own; false when the server did not answer in time.
    ///
    /// # Errors
    /// [`WatchdogError::Neighbour`] when another living fleet has them: nothing may be touched then.
    pub(crate) async fn hold_names(&mut self) -> Result<bool, WatchdogError> {
        let server = self.engine.state().server;
        if server.is_some() && self.named_on == server {
            return Ok(true);
        }
        match hold(&self.terminals, self.config.fleet()).await {
            Ok(Names::Theirs(neighbour)) => Err(neighbour.into()),
            Ok(Names::Ours | Names::Free { .. }) => {
                self.named_on = server;
                Ok(true)
            }
            Err(error) => {
                tracing::debug!("the tmux server cannot be asked whose names these are: {error}");
                Ok(!error.is_time_out())
            }
        }
    }

    /// Makes the tmux server refuse writers of earlier epochs; false when it did not answer in time.
    pub async fn fence(&mut self) -> bool {
        let Ok(mut epoch) = self.engine.ledger.store().epoch() else { return true };
        let prefix = self.config.fleet().session_prefix.as_str().to_owned();
        let option = format!("@agents_epoch_{prefix}");
        loop {
            let fence = Fence { option: option.clone(), epoch };
            let Err(error) = self.engine.driver.claim_fence(fence).await else { return true };
            // The lock says who writes. A store that was lost, or lies in another folder by now, counts anew.
            let again = error.is_superseded() && self.engine.ledger.store().is_in_place();
            let claimed = again.then(|| self.engine.ledger.store().claim_epoch(&holder("fence")));
            match claimed {
                Some(Ok(next)) => epoch = next,
                Some(Err(_)) | None => {
                    tracing::warn!("the tmux server cannot be told who holds the fleet: {error}");
                    return !error.is_time_out();
                }
            }
        }
    }
}
