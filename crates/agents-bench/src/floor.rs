//! What would the least cost that asks tmux at all? One control client that lists four short fields of each pane and,
//! where all of them printed, captures each; it reads the answers and does nothing with them.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::bed::Bed;
use crate::error::Error;
use crate::machine;
use crate::series::Series;
use crate::ticks::TickCost;

/// The least that a look costs.
#[derive(Debug, Serialize)]
pub struct Floor {
    /// One listing.
    pub idle: TickCost,
    /// A listing, and a capture of each pane.
    pub printed: TickCost,
}

const LISTING: &str =
    "list-panes -a -F '#{pane_id} #{window_activity} #{history_bytes} #{cursor_x},#{cursor_y}'";
const SESSION: &str = "bn-floor";
/// A word that no screen of the fleet shows.
const END: &str = "the-end-of-the-floor";

/// Measures so many of each on the server of the bed.
pub fn measure(bed: &Bed, server: u32, times: usize) -> Result<Floor, Error> {
    bed.tmux(&["new-session", "-d", "-s", SESSION, "cat"]);
    let panes = bed.tmux(&["list-panes", "-a", "-F", "#{pane_id}"]);
    let captures = panes.lines().map(|pane| format!("capture-pane -p -J -t {pane}"));
    let all: Vec<String> = std::iter::once(LISTING.to_owned()).chain(captures).collect();
    let mut client = Client::attach(bed)?;
    client.ask(&[])?;
    let idle: Result<Vec<Sample>, Error> =
        (0..times).map(|_| client.sample(&all[..1], server)).collect();
    let printed: Result<Vec<Sample>, Error> = (0..times)
        .map(|_| {
            // As before a tick with output: what is asked for was just drawn, and is in no cache of the last answer.
            bed.print_after_the_second(server);
            client.sample(&all, server)
        })
        .collect();
    let floor = Floor { idle: cost(idle?), printed: cost(printed?) };
    bed.tmux(&["kill-session", "-t", &format!("={SESSION}")]);
    Ok(floor)
}

struct Sample {
    wall: Duration,
    own: Duration,
    client: Duration,
    server: Duration,
}

fn cost(samples: Vec<Sample>) -> TickCost {
    TickCost {
        wall: Series::of(samples.iter().map(|it| it.wall)),
        own: Series::of(samples.iter().map(|it| it.own)),
        client: Series::of(samples.iter().map(|it| it.client)),
        server: Series::of(samples.iter().map(|it| it.server)),
    }
}

struct Client {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Client {
    fn attach(bed: &Bed) -> Result<Self, Error> {
        let mut command = Command::new(bed.tmux_program());
        command.env_remove("TMUX").args(["-u", "-S"]).arg(bed.socket());
        command.args(["-C", "attach-session", "-f", "no-output", "-t", SESSION]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let Some((stdin, stdout)) = pipes else {
            return Err(Error::failed("the control client", "it has no pipes"));
        };
        Ok(Self { child, stdin, stdout: BufReader::new(stdout) })
    }

    fn ask(&mut self, lines: &[String]) -> Result<(), Error> {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        self.stdin.write_all(format!("{text}display-message -p {END}\n").as_bytes())?;
        let mut line = String::new();
        loop {
            line.clear();
            if self.stdout.read_line(&mut line)? == 0 {
                return Err(Error::failed("the control client", "it ended"));
            }
            if line.trim_end() == END {
                return Ok(());
            }
        }
    }

    fn sample(&mut self, lines: &[String], server: u32) -> Result<Sample, Error> {
        // As before a tick: whoever took part in the last request comes to its end.
        let rest = Duration::from_millis(15);
        std::thread::sleep(rest);
        let pid = self.child.id();
        let before = (machine::cpu(pid), machine::cpu(server));
        let (own, began) = (machine::own_cpu(), Instant::now());
        self.ask(lines)?;
        let (own, wall) = (machine::own_cpu().saturating_sub(own), began.elapsed());
        std::thread::sleep(rest);
        let client = machine::cpu(pid).saturating_sub(before.0);
        let server = machine::cpu(server).saturating_sub(before.1);
        Ok(Sample { wall, own, client, server })
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // A line without a command detaches it; its session is ended by whoever made it.
        drop(self.stdin.write_all(b"\n"));
        drop(self.child.wait());
    }
}
