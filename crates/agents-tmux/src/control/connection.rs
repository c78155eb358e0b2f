//! How is a control client started, asked and listened to?

use std::process::Stdio;

use agents_names::SessionName;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout};

use super::control_tag;
use super::parser::{Event, Parser};
use crate::TmuxError;
use crate::argv::{self, Words};
use crate::oneshot::run_tmux;
use crate::place::Place;
use crate::reply::Reply;
use crate::target::Target;
use crate::transport::mark;

/// A running control client.
#[derive(Debug)]
pub(super) struct Connection {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    /// The beginning of a line whose rest has not come yet.
    partial: Vec<u8>,
    parser: Parser,
    /// News that came between a request and its answer.
    pub(super) has_news: bool,
    /// News came, asked for or not, since this was last set to false.
    pub(super) has_changed: bool,
    /// tmux knows the client by now, and bears its sudden end.
    is_introduced: bool,
    /// A request was given up while it was written: what is written next would be taken for its rest.
    is_mid_line: bool,
    /// The line that ends the session, if nobody else sits in it.
    end: String,
}

/// As much as a pipe holds: the screens of a hundred panes come in a few pieces instead of dozens, each with its own wait.
const AT_ONCE: usize = 1 << 16;

/// tmux 3.3a has an option that ends a session with its last client, `destroy-unattached`, and crashes when
/// that client's owner dies while another client asks for something. So the session is ended by a
/// command, and one that was left behind by a killed owner waits for the next.
fn end_of(session: &SessionName) -> String {
    let kill = Words::new(["kill-session", "-t", Target::session(session).as_str()]);
    // `session_attached` counts clients a moment late.
    let is_last = "#{==:#{session_attached_list},#{client_name}}";
    argv::line(&[Words::new(["if-shell", "-F", is_last, &argv::line(&[kill])])]) + "\n"
}

impl Drop for Connection {
    /// Kills the client. One whose pipes are just closed while an answer is under way never ends.
    fn drop(&mut self) {
        if self.is_introduced {
            // It may have ended by itself.
            let _ = self.child.start_kill();
        }
    }
}

impl Connection {
    /// Attaches to a session of that name, which is created if need be; never starts a server.
    pub(super) async fn open(place: &Place, session: &SessionName) -> Result<Self, TmuxError> {
        let target = Target::pane_of(session);
        let make =
            ["new-session", "-d", "-s", session.as_str(), "-x", "80", "-y", "24", "--", "cat", "-"];
        // A user's config may have every detached session destroyed, and nobody is attached yet.
        let keep = ["set-option", "-t", target.as_str(), "destroy-unattached", "off"];
        let tag = control_tag(session);
        let tagged = ["set-option", "-t", target.as_str(), "@agents_id", &tag];
        let make = argv::arguments(&[Words::new(make), Words::new(keep), Words::new(tagged)]);
        // It may be there already; then nothing is set, and the next step tells whose it is.
        run_tmux(place, &[&["-N".to_owned()], &make[..]].concat(), None).await?;
        let whose = ["-N", "display-message", "-p", "-t", target.as_str(), "#{@agents_id}"];
        let whose = run_tmux(place, &whose.map(str::to_owned), None).await?;
        let whose = String::from_utf8_lossy(&whose.stdout).trim_end().to_owned();
        if whose != tag {
            return Err(lost(&format!("the session `{session}` was made by somebody else")));
        }
        let mut command = place.command();
        // Without no-output the client would be sent whatever the session prints.
        command.args(["-N", "-C", "attach-session", "-f", "no-output", "-t"]);
        command.arg(Target::session(session).as_str());
        // Not killed by whatever drops it: tmux up to 3.6 can crash when a control client vanishes while it connects.
        command.stdin(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(false);
        let mut child = command.spawn().map_err(|error| lost(&error.to_string()))?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(lost("it has no pipes"));
        };
        let stdout = BufReader::with_capacity(AT_ONCE, stdout);
        let parser = Parser::default();
        let end = end_of(session);
        let mut connection = Self {
            child,
            stdin,
            stdout,
            partial: Vec::new(),
            parser,
            has_news: false,
            has_changed: false,
            is_mid_line: false,
            is_introduced: false,
            end,
        };
        connection.attached().await?;
        connection.is_introduced = true;
        connection.ask(&[]).await?;
        connection.has_news = false;
        Ok(connection)
    }

    /// Waits for the answer to the attaching itself.
    ///
    /// tmux 3.3a on a loaded machine reads the client's lines before it attaches the client, and a client
    /// that is not attached yet answers in the name of another.
    async fn attached(&mut self) -> Result<(), TmuxError> {
        loop {
            match self.event().await? {
                Event::Answer { succeeded: true, .. } => return Ok(()),
                Event::Answer { succeeded: false, text } => return Err(lost(text.trim_end())),
                Event::News => {}
                Event::Exit { reason } => return Err(lost(&reason)),
            }
        }
    }

    /// Runs lines of commands, each up to its first failure, and returns all that they print.
    ///
    /// A command may bring any number of answers, so the end is a mark of our own.
    pub(super) async fn ask(&mut self, lines: &[Vec<Words>]) -> Result<Reply, TmuxError> {
        let end = format!("end-{}", mark());
        let mut text: String = lines.iter().map(|line| argv::line(line) + "\n").collect();
        text.push_str(&argv::line(&[Words::new(["display-message", "-p", &end])]));
        text.push('\n');
        self.is_mid_line = true;
        self.stdin.write_all(text.as_bytes()).await.map_err(|error| lost(&error.to_string()))?;
        self.is_mid_line = false;
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

    /// Runs commands that bring one answer each, and returns the answers in their order.
    ///
    /// No mark tells their end, so this is not for commands that run others.
    pub(super) async fn ask_each(
        &mut self,
        commands: &[Words],
    ) -> Result<Vec<Result<String, String>>, TmuxError> {
        let text: String = commands
            .iter()
            .map(|command| argv::line(std::slice::from_ref(command)) + "\n")
            .collect();
        self.is_mid_line = true;
        self.stdin.write_all(text.as_bytes()).await.map_err(|error| lost(&error.to_string()))?;
        self.is_mid_line = false;
        let mut answers = Vec::with_capacity(commands.len());
        while answers.len() < commands.len() {
            match self.event().await? {
                Event::Answer { succeeded: true, text } => answers.push(Ok(text)),
                Event::Answer { succeeded: false, text } => answers.push(Err(text)),
                Event::News => self.has_news = true,
                Event::Exit { reason } => return Err(lost(&reason)),
            }
        }
        Ok(answers)
    }

    /// The next event. A call that is dropped loses nothing: what has been read is kept.
    pub(super) async fn event(&mut self) -> Result<Event, TmuxError> {
        loop {
            let read = self.stdout.read_until(b'\n', &mut self.partial).await;
            read.map_err(|error| lost(&error.to_string()))?;
            if self.partial.pop_if(|byte| *byte == b'\n').is_none() {
                return Err(lost("it ended"));
            }
            let event = self.parser.line(&String::from_utf8_lossy(&self.partial));
            // Its room is kept for the next line.
            self.partial.clear();
            if let Some(event) = event {
                self.has_changed |= event == Event::News;
                return Ok(event);
            }
        }
    }

    /// Whether the client still runs; one that has ended cannot have taken a request.
    pub(super) fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Leaves the client alone with closed pipes, as the death of this process would.
    #[cfg(test)]
    pub(super) fn abandon(mut self) {
        self.is_introduced = false;
    }

    /// Ends the session, unless another client sits in it too, and then the client.
    pub(super) async fn close(mut self) {
        // tmux detaches a client that sends an empty line.
        let text = format!("{}\n", self.end);
        if !self.is_mid_line && self.stdin.write_all(text.as_bytes()).await.is_ok() {
            // The limit is the caller's.
            let _ = self.child.wait().await;
        }
    }
}

fn lost(cause: &str) -> TmuxError {
    TmuxError::Unknown { cause: format!("the tmux control client was lost: {cause}") }
}
