//! How is tmux asked with one process per request?

use std::process::{Output, Stdio};

use tokio::io::AsyncWriteExt;

use crate::argv;
use crate::capture;
use crate::listing::Extent;
use crate::place::Place;
use crate::reply::Reply;
use crate::together;
use crate::transport::{self, Batch, Memory, Transport};
use crate::{
    Done, Driver, Fence, Listing, PaneId, Screen, ServerId, SocketRepair, TmuxError, TmuxOp,
    server_process_alive,
};

/// The driver that starts one tmux process for each request. It holds nothing open, so it suits short-lived commands.
#[derive(Debug, Clone)]
pub struct OneShot {
    memory: Memory,
}

impl OneShot {
    /// A driver for the server at `place`; nothing is started yet.
    #[must_use]
    pub fn new(place: Place) -> Self {
        Self { memory: Memory::new(place) }
    }

    pub(crate) fn over(memory: Memory) -> Self {
        Self { memory }
    }

    /// All panes, for who only shows them: whose each is, which program runs in it, and whether it lives; of how it ended,
    /// what it printed and what was typed into it nothing.
    ///
    /// # Errors
    /// As for [`Driver::list`].
    pub async fn outline(&mut self) -> Result<Listing, TmuxError> {
        transport::listing(self, Extent::Outline).await
    }

    /// What a pane shows and, above it, so many rows of its history; wrapped rows are joined.
    ///
    /// # Errors
    /// [`TmuxError::Missing`] when the pane is not there; [`TmuxError::Unknown`] when the look failed.
    pub async fn history(&mut self, pane: PaneId, rows: u32) -> Result<Screen, TmuxError> {
        let socket = self.memory.place.socket_path();
        let commands = vec![capture::ask_history(pane, rows)];
        let reply = self.run(Batch::Chain { load: None, commands }).await?;
        if !reply.errors.is_empty() {
            return Err(reply.failure(&socket.to_string_lossy()));
        }
        Ok(Screen::from_text(&reply.output))
    }
}

impl Driver for OneShot {
    async fn list(&mut self) -> Result<Listing, TmuxError> {
        transport::list(self).await
    }

    async fn screens(&mut self, panes: &[PaneId]) -> Vec<Result<Screen, TmuxError>> {
        transport::screens(self, panes).await
    }

    async fn apply(&mut self, op: &TmuxOp) -> Result<Done, TmuxError> {
        transport::apply(self, op).await
    }

    async fn apply_all(&mut self, ops: &[TmuxOp]) -> Vec<Result<Done, TmuxError>> {
        together::apply_all(self, ops).await
    }

    async fn news(&mut self) {
        std::future::pending().await
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

impl Transport for OneShot {
    fn memory(&self) -> &Memory {
        &self.memory
    }

    fn memory_mut(&mut self) -> &mut Memory {
        &mut self.memory
    }

    async fn run(&mut self, batch: Batch) -> Result<Reply, TmuxError> {
        let (arguments, input) = invocation(&batch);
        let output = run_tmux(&self.memory.place, &arguments, input.as_deref()).await?;
        Ok(reply(&output))
    }
}

/// The arguments after the server's address, and what goes to standard input.
fn invocation(batch: &Batch) -> (Vec<String>, Option<String>) {
    match batch {
        Batch::Chain { load: None, commands } => (argv::arguments(commands), None),
        Batch::Chain { load: Some(load), commands } => {
            let first = argv::Words::new(["load-buffer", "-b", &load.buffer, "-"]);
            let all: Vec<_> = std::iter::once(first).chain(commands.iter().cloned()).collect();
            (argv::arguments(&all), Some(load.text.clone()))
        }
        Batch::Independent(lines) => {
            let lines: Vec<_> = lines.iter().map(|line| argv::line(line) + "\n").collect();
            (vec!["source-file".to_owned(), "-".to_owned()], Some(lines.concat()))
        }
    }
}

/// Runs the tmux program to its end, or kills it at the time limit; what it asked for may then still happen.
pub(crate) async fn run_tmux(
    place: &Place,
    arguments: &[String],
    input: Option<&str>,
) -> Result<Output, TmuxError> {
    let mut command = place.command();
    command.args(arguments);
    if input.is_some() {
        command.stdin(Stdio::piped());
    }
    let unknown = |cause: String| TmuxError::Unknown { cause };
    let program = place.program().display();
    let mut child =
        command.spawn().map_err(|error| unknown(format!("cannot run {program}: {error}")))?;
    let stdin = child.stdin.take();
    let talk = async {
        let feed = async {
            if let (Some(mut stdin), Some(input)) = (stdin, input) {
                // A client that gives up early closes the pipe; its complaint says more than ours would.
                let _ = stdin.write_all(input.as_bytes()).await;
            }
        };
        // The pipes are read while the text is written: either side may fill first.
        let (_, output) = tokio::join!(feed, child.wait_with_output());
        output
    };
    // Dropping the future at the limit kills the process.
    match tokio::time::timeout(place.time_limit(), talk).await {
        Ok(Ok(output)) => Ok(output),
        Ok(Err(error)) => Err(unknown(format!("cannot read from {program}: {error}"))),
        Err(_) => Err(TmuxError::no_answer(place.time_limit())),
    }
}

fn reply(output: &Output) -> Reply {
    let mut errors: Vec<String> =
        String::from_utf8_lossy(&output.stderr).lines().map(str::to_owned).collect();
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    // A server that does not let us in says so on standard output, with success.
    if text.trim_end() == "access not allowed" {
        errors.push(text.trim_end().to_owned());
        text.clear();
    }
    if errors.is_empty() && !output.status.success() {
        errors.push(format!("tmux ended with {}", output.status));
    }
    Reply { output: text, errors }
}

#[cfg(test)]
mod tests;
