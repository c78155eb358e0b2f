//! What do the drivers of a real tmux share?

use std::future::Future;
use std::hash::{BuildHasher, RandomState};

use crate::argv::Words;
use crate::listing::Extent;
use crate::place::Place;
use crate::reply::Reply;
use crate::request::Request;
use crate::server::server_process_alive;
use crate::{Done, Fence, Listing, PaneId, Screen, ServerId, TmuxError, TmuxOp};
use crate::{capture, listing, request};

/// Commands for tmux, in the two ways in which they can depend on each other.
#[derive(Debug, Clone)]
pub(crate) enum Batch {
    /// Runs in turn, up to the first that fails.
    Chain { load: Option<Load>, commands: Vec<Words> },
    /// Lines: each runs up to its first command that fails, whatever became of the others.
    Independent(Vec<Vec<Words>>),
}

/// A text to be put into a paste buffer before the commands of a chain run.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    pub(crate) buffer: String,
    pub(crate) text: String,
}

/// What a driver remembers between requests.
#[derive(Debug, Clone)]
pub(crate) struct Memory {
    pub(crate) place: Place,
    pub(crate) fence: Option<Fence>,
    /// The server of the last listing: pane ids mean something only there.
    pub(crate) server: Option<ServerId>,
}

impl Memory {
    pub(crate) fn new(place: Place) -> Self {
        Self { place, fence: None, server: None }
    }

    /// How errors name the server.
    pub(crate) fn socket(&self) -> String {
        self.place.socket_path().display().to_string()
    }
}

/// One way to hand commands to a tmux server.
pub(crate) trait Transport: Send {
    fn memory(&self) -> &Memory;
    fn memory_mut(&mut self) -> &mut Memory;

    /// Runs the commands. An answer may hold errors: only what brought no answer at all is an `Err`.
    fn run(&mut self, batch: Batch) -> impl Future<Output = Result<Reply, TmuxError>> + Send;

    /// Runs commands of which each brings one answer, and tells the answers apart; `None` where that cannot be done.
    fn run_each(
        &mut self,
        _commands: &[Words],
    ) -> impl Future<Output = Result<Option<Answers>, TmuxError>> + Send {
        std::future::ready(Ok(None))
    }
}

/// What each of several commands printed, or what tmux complained of.
pub(crate) type Answers = Vec<Result<String, String>>;

pub(crate) async fn list<T: Transport>(transport: &mut T) -> Result<Listing, TmuxError> {
    listing(transport, Extent::Whole).await
}

/// Lists all panes.
pub(crate) async fn listing<T: Transport>(
    transport: &mut T,
    extent: Extent,
) -> Result<Listing, TmuxError> {
    let mark = mark();
    let commands = listing::ask(&mark, extent);
    let reply = transport.run(Batch::Chain { load: None, commands }).await?;
    let listing = listing::read(&reply, &mark, &transport.memory().socket())?;
    transport.memory_mut().server = Some(listing.server);
    Ok(listing)
}

pub(crate) async fn screens<T: Transport>(
    transport: &mut T,
    panes: &[PaneId],
) -> Vec<Result<Screen, TmuxError>> {
    if panes.is_empty() {
        return Vec::new();
    }
    match transport.run_each(&capture::ask_each(panes)).await {
        Ok(Some(answers)) => {
            return capture::read_each(answers, panes, &transport.memory().socket());
        }
        Ok(None) => {}
        Err(error) => return panes.iter().map(|_| Err(error.clone())).collect(),
    }
    let mark = mark();
    let lines = capture::ask(panes, &mark).into_iter().map(|command| vec![command]).collect();
    match transport.run(Batch::Independent(lines)).await {
        Ok(reply) => capture::read(&reply, panes, &mark, &transport.memory().socket()),
        Err(error) => panes.iter().map(|_| Err(error.clone())).collect(),
    }
}

pub(crate) async fn apply<T: Transport>(transport: &mut T, op: &TmuxOp) -> Result<Done, TmuxError> {
    let request = Request::of(op, transport.memory())?;
    match op {
        TmuxOp::Start(_) => start(transport, &request).await,
        TmuxOp::Type { .. }
        | TmuxOp::Submit { .. }
        | TmuxOp::Kill { .. }
        | TmuxOp::AttachLog { .. } => {
            let reply = transport.run(request.batch.clone()).await?;
            request.outcome(&reply, transport.memory())
        }
    }
}

/// How often a start is tried while a server is on its way out, and how long between.
const START_TRIES: u32 = 20;
const START_PAUSE: std::time::Duration = std::time::Duration::from_millis(50);

/// A server that is just ending still holds its socket, and turns a start away; the next try finds it gone.
/// Trying again is safe: tmux keeps session names apart, so a start that did happen is found.
async fn start<T: Transport>(transport: &mut T, request: &Request) -> Result<Done, TmuxError> {
    let mut tries = 1;
    loop {
        let outcome = if is_hidden(transport.memory()) {
            Err(TmuxError::NoServer { socket: transport.memory().socket() })
        } else {
            let reply = transport.run(request.batch.clone()).await?;
            request.outcome(&reply, transport.memory())
        };
        let is_passing = match &outcome {
            Err(TmuxError::NoServer { .. }) => true,
            Err(TmuxError::Unknown { cause }) => request::is_server_ending(cause),
            Ok(_) | Err(TmuxError::Refused { .. } | TmuxError::Missing { .. }) => false,
        };
        if !is_passing || tries == START_TRIES {
            return outcome;
        }
        tries += 1;
        tokio::time::sleep(START_PAUSE).await;
    }
}

/// Whether the server of the last listing lives without its socket: a start would make a second one.
fn is_hidden(memory: &Memory) -> bool {
    !memory.place.socket_path().exists() && memory.server.is_some_and(server_process_alive)
}

/// Guards every later change by the fence, and raises it in the server.
pub(crate) async fn claim_fence<T: Transport>(
    transport: &mut T,
    fence: Fence,
) -> Result<Done, TmuxError> {
    transport.memory_mut().fence = Some(fence);
    let request = Request::claim(transport.memory())?;
    let reply = transport.run(request.batch.clone()).await?;
    request.outcome(&reply, transport.memory())
}

/// Starts the server if nothing listens, with our options where it is ours alone.
pub(crate) async fn ensure_server<T: Transport>(transport: &mut T) -> Result<ServerId, TmuxError> {
    let reply = transport.run(request::server_start(transport.memory())).await?;
    if reply.output.is_empty() {
        return Err(reply.failure(&transport.memory().socket()));
    }
    Ok(list(transport).await?.server)
}

/// A word that nothing on the server can know beforehand.
pub(crate) fn mark() -> String {
    format!("{:016x}", RandomState::new().hash_one(std::process::id()))
}
