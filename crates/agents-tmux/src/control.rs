//! How is tmux asked over one connection that stays open, without a process per request?

mod connection;
mod parser;

use std::time::Duration;

use agents_names::SessionName;
use tokio::time::{Instant, timeout};

use self::connection::Connection;
use self::parser::Event;
use crate::argv::Words;
use crate::oneshot::OneShot;
use crate::place::Place;
use crate::reply::Reply;
use crate::transport::{self, Batch, Memory, Transport};
use crate::{
    Done, Driver, Fence, Listing, PaneId, Screen, ServerId, SocketRepair, TmuxError, TmuxOp,
    server_process_alive,
};

/// The driver that keeps one tmux control client, in a hidden session of its own that ends with it.
///
/// It connects when it is first asked, and again after the connection was lost. While it cannot connect it
/// asks as [`OneShot`] does, so it is never worse off.
#[derive(Debug)]
pub struct ControlMode {
    memory: Memory,
    base: SessionName,
    /// The session of the last connection.
    session: SessionName,
    connections: u32,
    connection: Option<Connection>,
    /// After a failure, not before then.
    connect_after: Option<Instant>,
}

/// How long to do without a connection after one could not be had.
const RECONNECT_PAUSE: Duration = Duration::from_secs(2);

impl ControlMode {
    /// A driver for the server at `place`, whose clients sit in sessions named after `base`; nothing is started yet.
    ///
    /// Each connection has a session of its own: tmux 3.3a crashes when a client is lost from a session with
    /// `destroy-unattached` that another client has just entered.
    #[must_use]
    pub fn new(place: Place, base: SessionName) -> Self {
        let session = base.clone();
        Self {
            memory: Memory::new(place),
            base,
            session,
            connections: 0,
            connection: None,
            connect_after: None,
        }
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

    /// Ends the client and its session. The session of a driver that is just dropped is ended by the next one.
    pub async fn close(mut self) {
        let Some(connection) = self.connection.take() else { return };
        let limit = self.memory.place.time_limit();
        // A client that does not end in time is killed.
        let _ = timeout(limit, connection.end(&self.session)).await;
    }

    /// A connection, if one can be had.
    async fn connect(&mut self) -> Option<Connection> {
        if let Some(mut connection) = self.connection.take()
            && connection.is_running()
        {
            return Some(connection);
        }
        if self.connect_after.is_some_and(|then| Instant::now() < then) {
            return None;
        }
        self.connections += 1;
        let name = format!("{}-{}-{}", self.base, std::process::id(), self.connections);
        self.session = SessionName::new(name).unwrap_or_else(|_| self.base.clone());
        let place = &self.memory.place;
        match timeout(place.time_limit(), Connection::open(place, &self.session)).await {
            Ok(Ok(connection)) => {
                self.connect_after = None;
                Some(connection)
            }
            Ok(Err(error)) => {
                tracing::debug!(%error, "no control client; asking with one process per request");
                None
            }
            Err(_) => {
                // A server that does not answer would cost the limit again with each request.
                self.connect_after = Some(Instant::now() + RECONNECT_PAUSE);
                None
            }
        }
    }
}

impl Driver for ControlMode {
    async fn list(&mut self) -> Result<Listing, TmuxError> {
        transport::list(self).await
    }

    async fn screens(&mut self, panes: &[PaneId]) -> Vec<Result<Screen, TmuxError>> {
        transport::screens(self, panes).await
    }

    async fn apply(&mut self, op: &TmuxOp) -> Result<Done, TmuxError> {
        transport::apply(self, op).await
    }

    async fn news(&mut self) {
        if self.connection.is_none() {
            self.connection = self.connect().await;
        }
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
        let Some(mut connection) = self.connect().await else {
            return OneShot::over(self.memory.clone()).run(batch).await;
        };
        let limit = self.memory.place.time_limit();
        // A connection whose answer was not awaited to its end is dropped: what came next would be taken for another's.
        let reply = timeout(limit, connection.ask(&lines(batch))).await;
        let reply = reply
            .map_err(|_| TmuxError::Unknown { cause: format!("no answer within {limit:?}") })?;
        if reply.is_ok() {
            self.connection = Some(connection);
        }
        reply
    }
}

/// The batch as lines for a control client, which has no standard input to load a text from.
fn lines(batch: Batch) -> Vec<Vec<Words>> {
    match batch {
        Batch::Independent(commands) => commands.into_iter().map(|command| vec![command]).collect(),
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
