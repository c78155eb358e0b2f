//! How is tmux asked over one connection that stays open, without a process per request?

mod connection;
mod known;
pub(crate) mod parser;

use std::sync::Arc;
use std::time::Duration;

use agents_names::SessionName;
use tokio::time::{Instant, timeout};

use self::connection::Connection;
use self::known::Known;
use self::parser::Event;
use crate::argv::Words;
use crate::listing::Extent;
use crate::oneshot::OneShot;
use crate::place::Place;
use crate::reply::Reply;
use crate::together;
use crate::transport::{self, Answers, Batch, Memory, Transport};
use crate::{
    Done, Driver, Fence, Listing, PaneId, Screen, ServerId, SocketRepair, TmuxError, TmuxOp,
    server_process_alive,
};

/// The driver that keeps one tmux control client, in a session of its own that ends with it.
///
/// Until it is connected, and again after the connection was lost, it asks as [`OneShot`] does, so it is
/// never worse off. It connects after a listing, and only in a quiet moment: tmux up to 3.6 crashes, with
/// all its sessions, when a session comes or goes in the instant in which a control client introduces
/// itself (tmux pull request 4980). A server that is slow makes that instant long; one that has just
/// answered, and whose panes have stayed the same for a while, makes it some microseconds.
#[derive(Debug)]
pub struct ControlMode {
    memory: Memory,
    session: SessionName,
    connection: Option<Connection>,
    /// The last request found that its client had ended.
    was_lost: bool,
    quiet: Duration,
    /// The panes of the listings made without a connection, and since when they have been the same.
    calm: Option<(Instant, Vec<PaneId>)>,
    /// After a failure, not before then.
    connect_after: Option<Instant>,
    /// What the last listing over the connection told, if nothing was changed since.
    known: Option<Known>,
}

/// What the session of a control client carries in `@agents_id`, which tells it from one that a person made.
#[must_use]
pub fn control_tag(session: &SessionName) -> String {
    format!("control:{session}")
}

/// How long the panes must have been the same before the client connects.
const QUIET: Duration = Duration::from_secs(1);
/// How long to do without a connection after one could not be had.
const RECONNECT_PAUSE: Duration = Duration::from_secs(30);

impl ControlMode {
    /// A driver for the server at `place`, whose client sits in that session; nothing is started yet.
    ///
    /// The session is the fleet's `<prefix>control`; several drivers may share it.
    #[must_use]
    pub fn new(place: Place, session: SessionName) -> Self {
        Self {
            memory: Memory::new(place),
            session,
            connection: None,
            was_lost: false,
            quiet: QUIET,
            calm: None,
            connect_after: None,
            known: None,
        }
    }

    /// Connects with the first listing: for a server on which nothing else happens.
    #[must_use]
    pub(crate) fn at_once(mut self) -> Self {
        self.quiet = Duration::ZERO;
        self
    }

    /// The session that the control client sits in. Its pane is listed like any other.
    #[must_use]
    pub fn control_session(&self) -> &SessionName {
        &self.session
    }

    /// Whether requests go over an open connection now.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.connection.is_some()
    }

    /// Ends the client and, unless another client sits in it too, its session.
    ///
    /// A driver that is just dropped ends them too, a moment later, as long as its runtime runs; one whose
    /// process is killed leaves the session behind, and the next driver uses it.
    pub async fn close(mut self) {
        let Some(connection) = self.connection.take() else { return };
        farewell(connection, self.memory.place.time_limit()).await;
    }

    /// Whether the client still runs; one that has ended cannot have taken a request.
    fn check_connection(&mut self) -> bool {
        if self.connection.as_mut().is_some_and(|connection| !connection.is_running()) {
            self.connection = None;
        }
        self.connection.is_some()
    }

    async fn look(&mut self, with_command: bool) -> Result<Listing, TmuxError> {
        if let Some(connection) = &mut self.connection {
            connection.has_changed = false;
        }
        let begun = Known::wall();
        let extent = if with_command { Extent::Whole } else { Extent::Brief };
        let mut listing = transport::listing(self, extent).await;
        // A look may be repeated, and tells more without the connection: whether the server is still there.
        if listing.is_err() && std::mem::take(&mut self.was_lost) {
            listing = transport::listing(self, extent).await;
        }
        let listing = listing?;
        if !self.check_connection() {
            self.consider_connecting(&listing).await?;
        } else {
            self.known = Some(Known::of(listing.clone(), with_command, begun));
        }
        Ok(listing)
    }

    /// The light listing; `None` when only a whole one can tell.
    ///
    /// # Errors
    /// When the server let us wait through the whole limit.
    async fn look_lightly(&mut self, programs: bool) -> Result<Option<Arc<Listing>>, TmuxError> {
        let Some(mut known) = self.known.take() else { return Ok(None) };
        let unheard = self.connection.as_ref().is_some_and(|it| !it.has_changed);
        if !unheard || !known.holds(programs) {
            return Ok(None);
        }
        let begun = Known::wall();
        let Some(rows) = self.answers(&[known::ask()]).await? else { return Ok(None) };
        let [Ok(rows)] = rows.as_slice() else { return Ok(None) };
        if known.update(rows).is_none() {
            return Ok(None);
        }
        let moved = if programs { known.unsettled() } else { Vec::new() };
        if !moved.is_empty() {
            // More than so many take tmux longer than a listing of all.
            if moved.len() * 2 > known.listing().panes.len() {
                return Ok(None);
            }
            let mark = transport::mark();
            let Some(texts) = self.answers(&known.ask_texts(&moved, &mark)).await? else {
                return Ok(None);
            };
            if known.retell(&moved, &texts, &mark, begun).is_none() {
                return Ok(None);
            }
        }
        let listing = Arc::clone(known.listing());
        self.known = Some(known);
        Ok(Some(listing))
    }

    /// Answers over the connection; `None` without one, also when it is lost by the asking.
    ///
    /// # Errors
    /// When the server let us wait through the whole limit.
    async fn answers(&mut self, commands: &[Words]) -> Result<Option<Answers>, TmuxError> {
        match self.run_each(commands).await {
            Err(error) if !error.is_time_out() => Ok(None),
            other => other,
        }
    }

    /// Connects, if this is the moment; the listing has just come, so the server answers.
    ///
    /// # Errors
    /// When the server let the client wait through the whole limit: it hangs since the listing.
    async fn consider_connecting(&mut self, listing: &Listing) -> Result<(), TmuxError> {
        let now = Instant::now();
        let panes: Vec<PaneId> = listing.panes.iter().map(|pane| pane.id).collect();
        let since = match self.calm.take() {
            Some((since, before)) if before == panes => since,
            Some(_) | None => now,
        };
        self.calm = Some((since, panes));
        if now < since + self.quiet || self.connect_after.is_some_and(|then| now < then) {
            return Ok(());
        }
        let (place, session) = (self.memory.place.clone(), self.session.clone());
        let limit = place.time_limit();
        // In a task of its own, so that a client that takes too long is still seen through.
        let opening = tokio::spawn(async move { Connection::open(&place, &session).await });
        match timeout(limit, opening).await {
            Ok(Ok(Ok(connection))) => {
                self.connection = Some(connection);
                self.calm = None;
                Ok(())
            }
            Ok(Ok(Err(error))) => {
                tracing::debug!(%error, "no control client; asking with one process per request");
                self.connect_after = Some(now + RECONNECT_PAUSE);
                if error.is_time_out() { Err(error) } else { Ok(()) }
            }
            Ok(Err(_)) => {
                self.connect_after = Some(now + RECONNECT_PAUSE);
                Ok(())
            }
            Err(_) => {
                self.connect_after = Some(now + RECONNECT_PAUSE);
                Err(TmuxError::no_answer(limit))
            }
        }
    }
}

/// A client that does not end in time ends when its server goes on.
async fn farewell(connection: Connection, limit: Duration) {
    let _ = timeout(limit, connection.close()).await;
}

impl Drop for ControlMode {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        // Without a runtime the pipes are just closed, and the session stays for the next driver.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(farewell(connection, self.memory.place.time_limit()));
        }
    }
}

impl Driver for ControlMode {
    async fn list(&mut self) -> Result<Listing, TmuxError> {
        self.look(true).await
    }

    async fn list_briefly(&mut self) -> Result<Listing, TmuxError> {
        self.look(false).await
    }

    fn lists_lightly(&self) -> bool {
        self.known.is_some() && self.connection.as_ref().is_some_and(|it| !it.has_changed)
    }

    async fn list_lightly(&mut self, programs: bool) -> Result<Arc<Listing>, TmuxError> {
        match self.look_lightly(programs).await? {
            Some(listing) => Ok(listing),
            None => self.look(programs).await.map(Arc::new),
        }
    }

    async fn screens(&mut self, panes: &[PaneId]) -> Vec<Result<Screen, TmuxError>> {
        let screens = transport::screens(self, panes).await;
        if std::mem::take(&mut self.was_lost) {
            return transport::screens(self, panes).await;
        }
        screens
    }

    async fn apply(&mut self, op: &TmuxOp) -> Result<Done, TmuxError> {
        transport::apply(self, op).await
    }

    async fn apply_all(&mut self, ops: &[TmuxOp]) -> Vec<Result<Done, TmuxError>> {
        together::apply_all(self, ops).await
    }

    async fn news(&mut self) {
        loop {
            let Some(connection) = &mut self.connection else {
                return std::future::pending().await;
            };
            if std::mem::take(&mut connection.has_news) {
                return;
            }
            match connection.event().await {
                Ok(Event::News) => return,
                // The answer to a request that was given up.
                Ok(Event::Answer { .. }) => {}
                // A connection that is lost may mean that the server is.
                Ok(Event::Exit { .. }) | Err(_) => {
                    self.connection = None;
                    return;
                }
            }
        }
    }

    async fn ensure_server(&mut self) -> Result<ServerId, TmuxError> {
        transport::ensure_server(self).await
    }

    async fn claim_fence(&mut self, fence: Fence) -> Result<Done, TmuxError> {
        transport::claim_fence(self, fence).await
    }

    fn is_alive(&self, server: ServerId) -> bool {
        server_process_alive(server)
    }

    fn has_socket(&self) -> bool {
        self.memory.place.socket_path().exists()
    }

    async fn restore_socket(&mut self, server: ServerId) -> Result<SocketRepair, TmuxError> {
        self.memory.place.restore_socket(server).await
    }
}

impl Transport for ControlMode {
    fn memory(&self) -> &Memory {
        &self.memory
    }

    fn memory_mut(&mut self) -> &mut Memory {
        &mut self.memory
    }

    async fn run(&mut self, batch: Batch) -> Result<Reply, TmuxError> {
        self.was_lost = false;
        // Whatever it is, it may be a change.
        self.known = None;
        self.check_connection();
        let Some(mut connection) = self.connection.take() else {
            return OneShot::over(self.memory.clone()).run(batch).await;
        };
        let limit = self.memory.place.time_limit();
        // A connection whose answer was not awaited to its end is dropped: what came next would be taken for another's.
        let reply = timeout(limit, connection.ask(&lines(batch))).await;
        let reply = reply.map_err(|_| TmuxError::no_answer(limit))?;
        match reply {
            Ok(_) => self.connection = Some(connection),
            Err(_) => self.was_lost = true,
        }
        reply
    }

    async fn run_each(&mut self, commands: &[Words]) -> Result<Option<Answers>, TmuxError> {
        self.was_lost = false;
        self.check_connection();
        let Some(mut connection) = self.connection.take() else { return Ok(None) };
        let limit = self.memory.place.time_limit();
        let answers = timeout(limit, connection.ask_each(commands)).await;
        let answers = answers.map_err(|_| TmuxError::no_answer(limit))?;
        match answers {
            Ok(_) => self.connection = Some(connection),
            Err(_) => self.was_lost = true,
        }
        answers.map(Some)
    }
}

/// The batch as lines for a control client, which has no standard input to load a text from.
fn lines(batch: Batch) -> Vec<Vec<Words>> {
    match batch {
        Batch::Independent(lines) => lines,
        Batch::Chain { load: None, commands } => vec![commands],
        Batch::Chain { load: Some(load), mut commands } => {
            let set = ["set-buffer", "-b", &load.buffer, "--", &load.text];
            commands.insert(0, Words::new(set));
            vec![commands]
        }
    }
}

#[cfg(test)]
mod tests;
