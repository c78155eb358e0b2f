//! How is a control client started, asked and listened to?

use std::process::Stdio;

use agents_names::SessionName;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout};

use super::parser::{Event, Parser};
use crate::TmuxError;
use crate::argv::{self, Words};
use crate::place::Place;
use crate::reply::Reply;
use crate::target::Target;
use crate::transport::mark;

/// A running control client.
#[derive(Debug)]
pub(super) struct Connection {
    /// Killed when dropped.
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    /// The beginning of a line whose rest has not come yet.
    partial: Vec<u8>,
    parser: Parser,
    /// News that came between a request and its answer.
    pub(super) has_news: bool,
}

impl Connection {
    /// Sits in a new session of that name; never starts a server.
    pub(super) async fn open(place: &Place, session: &SessionName) -> Result<Self, TmuxError> {
        let mut command = place.command();
        command.args(["-N", "-C", "new-session", "-s", session.as_str()]);
        // Without no-output the client would be sent whatever the session prints.
        command.args(["-f", "no-output", "-x", "80", "-y", "24", "cat", "-"]);
        command.stdin(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| lost(&error.to_string()))?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(lost("it has no pipes"));
        };
        let stdout = BufReader::new(stdout);
        let parser = Parser::default();
        let mut connection =
            Self { child, stdin, stdout, partial: Vec::new(), parser, has_news: false };
        // Not `destroy-unattached`: tmux 3.3a crashes when any other client leaves while the only client of such
        // a session is on its way out.
        connection.sweep(session).await?;
        connection.has_news = false;
        Ok(connection)
    }

    /// Ends the sessions of earlier clients of ours that were killed: nobody else would.
    async fn sweep(&mut self, session: &SessionName) -> Result<(), TmuxError> {
        let Some((kin, _)) = family(session.as_str()) else { return Ok(()) };
        let list = ["list-sessions", "-F", "#{session_attached} #{session_name}"];
        let reply = self.ask(&[vec![Words::new(list)]]).await?;
        let left = reply.output.lines().filter_map(|row| row.strip_prefix("0 "));
        let left = left.filter(|name| {
            *name != session.as_str() && family(name).is_some_and(|(of, _)| of == kin)
        });
        for name in left.filter_map(|name| SessionName::new(name).ok()) {
            let target = Target::session(&name);
            self.ask(&[vec![Words::new(["kill-session", "-t", target.as_str()])]]).await?;
        }
        Ok(())
    }

    /// Ends the session, and with it this client.
    pub(super) async fn end(mut self, session: &SessionName) {
        let target = Target::session(session);
        // The answer may be the client's own end.
        drop(self.ask(&[vec![Words::new(["kill-session", "-t", target.as_str()])]]).await);
    }

    /// Runs lines of commands, each up to its first failure, and returns all that they print.
    ///
    /// A command may bring any number of answers, so the end is a mark of our own.
    pub(super) async fn ask(&mut self, lines: &[Vec<Words>]) -> Result<Reply, TmuxError> {
        let end = format!("end-{}", mark());
        let mut text: String = lines.iter().map(|line| argv::line(line) + "\n").collect();
        text.push_str(&argv::line(&[Words::new(["display-message", "-p", &end])]));
        text.push('\n');
        self.stdin.write_all(text.as_bytes()).await.map_err(|error| lost(&error.to_string()))?;
        let mut reply = Reply::default();
        loop {
            match self.event().await? {
                Event::Answer { succeeded: true, text } if text.trim_end() == end => {
                    return Ok(reply);
                }
                Event::Answer { succeeded: true, text } => reply.output.push_str(&text),
                Event::Answer { succeeded: false, text } => {
                    reply.errors.extend(text.lines().map(str::to_owned));
                }
                Event::News => self.has_news = true,
                Event::Exit { reason } => return Err(lost(&reason)),
            }
        }
    }

    /// The next event. A call that is dropped loses nothing: what has been read is kept.
    pub(super) async fn event(&mut self) -> Result<Event, TmuxError> {
        loop {
            let read = self.stdout.read_until(b'\n', &mut self.partial).await;
            read.map_err(|error| lost(&error.to_string()))?;
            if self.partial.pop_if(|byte| *byte == b'\n').is_none() {
                return Err(lost("it ended"));
            }
            let line = std::mem::take(&mut self.partial);
            if let Some(event) = self.parser.line(&String::from_utf8_lossy(&line)) {
                return Ok(event);
            }
        }
    }

    /// Whether the client still runs; one that has ended cannot have taken a request.
    pub(super) fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

fn lost(cause: &str) -> TmuxError {
    TmuxError::Unknown { cause: format!("the tmux control client was lost: {cause}") }
}

/// Splits `<base>-<process>-<number>`, the name of a control session.
fn family(name: &str) -> Option<(&str, &str)> {
    let (rest, number) = name.rsplit_once('-')?;
    let (base, process) = rest.rsplit_once('-')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(number) && digits(process)).then_some((base, process))
}
