//! What does a check need besides a driver?

use std::future::Future;
use std::path::{Path, PathBuf};

use agents_names::SessionName;

use crate::{Done, Driver, Pane, PaneId, StartSession, TmuxError, TmuxOp, Token};

/// What a check found; an error says what was expected and what was seen.
pub(crate) type Outcome = Result<(), String>;

/// A server for one check, and hands to disturb it.
pub(crate) trait Bench: Send {
    type Driver: Driver;

    fn driver(&mut self) -> &mut Self::Driver;

    /// The words that run the program in that session.
    fn words(&mut self, session: &SessionName, program: Actor) -> Vec<String>;

    /// All bytes that the sink in that session has read.
    fn received(&mut self, session: &SessionName) -> String;

    /// A folder of that name, for logs.
    fn folder(&mut self, name: &str) -> PathBuf;

    /// What a log holds.
    fn log(&mut self, path: &Path) -> String;

    fn disturb(&mut self, disturbance: Disturbance) -> impl Future<Output = Outcome> + Send;

    /// Lets a little time pass.
    fn pause(&mut self) -> impl Future<Output = ()> + Send;

    /// Another driver of the same kind for the same server.
    fn second_driver(&mut self) -> Self::Driver;

    /// Whether the driver still reaches a server whose socket file is gone.
    fn holds_a_connection(&self) -> bool;

    /// Whether the driver hears of sessions that end.
    fn hears_news(&self) -> bool;

    /// Names of the paste buffers, where there are any to look at.
    fn buffers(&mut self) -> impl Future<Output = Result<String, String>> + Send;
}

/// A program for a check.
#[derive(Debug, Clone)]
pub(crate) enum Actor {
    /// Shows `ready`, then keeps all that it reads.
    Sink,
    /// A sink that asks for bracketed pastes.
    BracketedSink,
    /// Shows what is typed.
    Echo,
    /// Shows the text and waits.
    Shows(String),
    /// Shows its words, a line each, and ends.
    Prints(Vec<String>),
    /// Sets that title and waits.
    Titled(String),
    /// Ends with that code when it is told to.
    EndsWhenTold(u8),
}

/// What people, programs and accidents do.
#[derive(Debug, Clone)]
pub(crate) enum Disturbance {
    CopyMode(PaneId, bool),
    InputOff(PaneId, bool),
    /// Ends the `EndsWhenTold` program, and has its pane kept.
    EndKept(SessionName),
    /// Ends the `EndsWhenTold` program.
    End(SessionName),
    Rename(SessionName, SessionName),
    /// A session without tags.
    Stranger(SessionName),
    KillServer,
    StopServer,
    /// Lets it go on; from then on requests wait as long as they did at first.
    ResumeServer,
    RemoveSocket,
    /// Until the server goes on, a request waits only briefly.
    ShortLimit,
}

/// How often a state is waited for before it is taken not to come; with the real pause that is a minute.
pub(crate) const LOOKS: u32 = 3000;

pub(crate) fn name(text: &str) -> Result<SessionName, String> {
    SessionName::new(text).map_err(|error| error.to_string())
}

/// The start of a session of 80 by 24, tagged by its own name.
pub(crate) fn start_of(session: &SessionName, argv: Vec<String>) -> StartSession {
    StartSession {
        session: session.clone(),
        agent_id: session.to_string(),
        run: "run1".to_owned(),
        argv,
        log: None,
        columns: 80,
        rows: 24,
    }
}

pub(crate) fn typing(pane: PaneId, text: &str, token: &str) -> TmuxOp {
    TmuxOp::Type { pane, text: text.to_owned(), token: Token(token.to_owned()) }
}

pub(crate) fn submit(pane: PaneId, token: &str) -> TmuxOp {
    TmuxOp::Submit { pane, key: "Enter".to_owned(), token: Token(token.to_owned()) }
}

pub(crate) fn kill(session: &SessionName, agent_id: &str) -> TmuxOp {
    let (session, agent_id) = (session.clone(), agent_id.to_owned());
    TmuxOp::Kill { session, pane: None, agent_id, untagged_too: false }
}

/// Starts the program in a session of that name, and returns its pane.
pub(crate) async fn started<B: Bench>(
    bench: &mut B,
    session: &str,
    program: Actor,
) -> Result<(SessionName, PaneId), String> {
    let session = name(session)?;
    let argv = bench.words(&session, program);
    changed(bench, &TmuxOp::Start(start_of(&session, argv))).await?;
    let pane = pane(bench, session.as_str()).await?;
    Ok((session, pane.id))
}

/// Starts a sink, and waits until it reads.
pub(crate) async fn sink<B: Bench>(
    bench: &mut B,
    session: &str,
) -> Result<(SessionName, PaneId), String> {
    ready(bench, session, Actor::Sink).await
}

/// Starts a program that shows `ready`, and waits for that.
pub(crate) async fn ready<B: Bench>(
    bench: &mut B,
    session: &str,
    program: Actor,
) -> Result<(SessionName, PaneId), String> {
    let (session, pane) = started(bench, session, program).await?;
    shows(bench, pane, "ready").await?;
    Ok((session, pane))
}

/// Waits until the pane shows the text.
pub(crate) async fn shows<B: Bench>(bench: &mut B, pane: PaneId, text: &str) -> Outcome {
    let mut last = String::new();
    for _ in 0..LOOKS {
        last = match bench.driver().screens(&[pane]).await.pop() {
            Some(Ok(screen)) => screen.text(),
            Some(Err(error)) => error.to_string(),
            None => "no answer".to_owned(),
        };
        if last.contains(text) {
            return Ok(());
        }
        bench.pause().await;
    }
    Err(format!("pane {pane} never showed {text:?}, but {last:?}"))
}

/// Waits until the sink has read exactly the text.
pub(crate) async fn receives<B: Bench>(
    bench: &mut B,
    session: &SessionName,
    text: &str,
) -> Outcome {
    let mut last = String::new();
    for _ in 0..LOOKS {
        last = bench.received(session);
        if last == text {
            return Ok(());
        }
        bench.pause().await;
    }
    Err(format!("`{session}` should have read {}, but read {}", brief(text), brief(&last)))
}

/// Waits until the log holds the text.
pub(crate) async fn logs<B: Bench>(bench: &mut B, log: &Path, text: &str) -> Outcome {
    let mut last = String::new();
    for _ in 0..LOOKS {
        last = bench.log(log);
        if last.contains(text) {
            return Ok(());
        }
        bench.pause().await;
    }
    Err(format!("{} should hold {text:?}, but holds {}", log.display(), brief(&last)))
}

/// The pane of that session.
pub(crate) async fn pane<B: Bench>(bench: &mut B, session: &str) -> Result<Pane, String> {
    let listing = bench.driver().list().await.map_err(|error| error.to_string())?;
    let found = listing.panes.into_iter().find(|pane| pane.session == session);
    found.ok_or_else(|| format!("no session `{session}` is listed"))
}

/// Waits until the listing holds the session no more.
pub(crate) async fn vanishes<B: Bench>(bench: &mut B, session: &SessionName) -> Outcome {
    for _ in 0..LOOKS {
        let listing = bench.driver().list().await.map_err(|error| error.to_string())?;
        if listing.panes.iter().all(|pane| pane.session != session.as_str()) {
            return Ok(());
        }
        bench.pause().await;
    }
    Err(format!("`{session}` did not go"))
}

/// The change is made.
pub(crate) async fn changed<B: Bench>(bench: &mut B, op: &TmuxOp) -> Outcome {
    expect(bench, op, Ok(Done::Changed)).await
}

/// The change is refused for a reason that has these words.
pub(crate) async fn refused<B: Bench>(bench: &mut B, op: &TmuxOp, words: &str) -> Outcome {
    match bench.driver().apply(op).await {
        Err(TmuxError::Refused { reason }) if reason.contains(words) => Ok(()),
        other => Err(format!("{} should be refused ({words}), but: {other:?}", brief_op(op))),
    }
}

/// The change names something that is not there.
pub(crate) async fn missing<B: Bench>(bench: &mut B, op: &TmuxOp) -> Outcome {
    match bench.driver().apply(op).await {
        Err(TmuxError::Missing { .. }) => Ok(()),
        other => Err(format!("{} should miss its pane, but: {other:?}", brief_op(op))),
    }
}

/// The change has that outcome.
pub(crate) async fn expect<B: Bench>(
    bench: &mut B,
    op: &TmuxOp,
    outcome: Result<Done, TmuxError>,
) -> Outcome {
    let found = bench.driver().apply(op).await;
    that(found == outcome, || format!("{} should bring {outcome:?}, but: {found:?}", brief_op(op)))
}

/// The claim holds, or else is what was found.
pub(crate) fn that(holds: bool, found: impl FnOnce() -> String) -> Outcome {
    if holds { Ok(()) } else { Err(found()) }
}

fn brief_op(op: &TmuxOp) -> String {
    brief(&format!("{op:?}"))
}

/// The text, or its ends when it is long.
fn brief(text: &str) -> String {
    let count = text.chars().count();
    if count <= 300 {
        return format!("{text:?}");
    }
    let head: String = text.chars().take(100).collect();
    let tail: String = text.chars().skip(count - 100).collect();
    format!("{count} characters, {head:?} … {tail:?}")
}
