//! What do ticks and verbs cost with so many agents, and how does that compare with the original?

use std::path::PathBuf;

use clap::Parser;

mod bed;
mod delay;
mod error;
mod floor;
mod idle;
mod machine;
mod original;
mod report;
mod series;
mod skipping;
mod soak;
mod ticks;
mod verbs;

use bed::Bed;
use error::Error;
use report::{Measured, Memory};
use ticks::Plan;
use verbs::Runs;

/// Measures fleets of agents that run `cat`, each on a tmux server of its own.
#[derive(Debug, Parser)]
struct Arguments {
    /// The sizes of the fleets
    #[arg(default_values_t = [1, 10, 50, 100, 200])]
    sizes: Vec<usize>,
    /// The release binary that is measured; else `agents` beside this program
    #[arg(long)]
    agents: Option<PathBuf>,
    /// The folder with the original's bench.py, to be run for the same sizes
    #[arg(long, env = "AGENTS_BASELINE")]
    baseline: Option<PathBuf>,
    /// The Python that runs the original
    #[arg(long, default_value = "python3")]
    python: String,
    /// Also write all figures to this file, as JSON
    #[arg(long)]
    json: Option<PathBuf>,
    /// Signal ticks per size; at least 15 tell something
    #[arg(long, default_value_t = 40)]
    ticks: usize,
    /// Runs of `up` and `down` per size
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Leave the verbs out
    #[arg(long)]
    only_ticks: bool,
    /// So many deaths of programs and reports per size, to see how soon they are known
    #[arg(long, default_value_t = 5)]
    delays: usize,
    /// Watch the watchdog while nothing happens, for so many seconds per size
    #[arg(long, default_value_t = 0)]
    idle: u64,
    /// Instead of measuring, let fleets of these sizes live through deaths and floods for so many seconds each, and fail
    /// where the watchdog grows
    #[arg(long)]
    soak: Option<u64>,
}

fn main() {
    let arguments = Arguments::parse();
    if let Err(error) = run(&arguments) {
        eprintln!("agents-bench: {error}");
        std::process::exit(1);
    }
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let program = match &arguments.agents {
        Some(program) => std::path::absolute(program)?,
        None => std::env::current_exe()?.with_file_name("agents"),
    };
    if !program.is_file() {
        return Err(Error::NoProgram { path: program });
    }
    if let Some(seconds) = arguments.soak {
        println!(
            "{} on {}",
            chrono::Utc::now().format("%Y-%m-%d %H:%M UTC"),
            machine::description()
        );
        for agents in &arguments.sizes {
            soak::run(*agents, &program, std::time::Duration::from_secs(seconds))?;
        }
        return Ok(());
    }
    println!(
        "{} on {}; processor times in ms, means",
        chrono::Utc::now().format("%Y-%m-%d %H:%M UTC"),
        machine::description()
    );
    print!("{}", report::heading());
    let mut all = Vec::new();
    for agents in &arguments.sizes {
        let measured = one_size(arguments, &program, *agents)?;
        print!("{}", report::rows(&measured));
        all.push(measured);
    }
    if let Some(file) = &arguments.json {
        let document = serde_json::json!({ "machine": machine::description(), "sizes": all });
        std::fs::write(file, format!("{document:#}\n"))?;
    }
    Ok(())
}

fn one_size(
    arguments: &Arguments,
    program: &std::path::Path,
    agents: usize,
) -> Result<Measured, Error> {
    let load = machine::load();
    let bed = Bed::new(agents, program)?;
    let (mut up, mut down, mut status) = (Runs::default(), Runs::default(), Runs::default());
    let rounds = if arguments.only_ticks { 1 } else { arguments.rounds.max(1) };
    for _ in 1..rounds {
        up.run(&bed, &["up"])?;
        bed.settle()?;
        down.run(&bed, &["down"])?;
    }
    up.run(&bed, &["up"])?;
    bed.settle()?;
    let server = bed.server().ok_or_else(|| Error::failed("the tmux server", "it is gone"))?;
    bed.calm(server);
    for _ in 0..if arguments.only_ticks { 1 } else { 15 } {
        status.run(&bed, &["status"])?;
    }
    let memory = Memory {
        watchdog_kib: bed.watchdog().map_or(0, machine::resident_kib),
        launcher_kib: bed.launchers().into_iter().map(machine::resident_kib).max().unwrap_or(0),
        server_kib: machine::resident_kib(server),
    };
    let watchdog =
        bed.watchdog().ok_or_else(|| Error::failed("the watchdog", "it does not run"))?;
    let span = std::time::Duration::from_secs(arguments.idle);
    let idle = (arguments.idle > 0).then(|| idle::measure(watchdog, server, span));
    let delays = match arguments.delays {
        0 => None,
        times => Some(delay::measure(&bed, times)?),
    };
    bed.settle()?;
    command(&bed, &["down", "watchdog"])?;
    bed.calm(server);
    bed.fill_screens(server);
    let floor = floor::measure(&bed, server, 15)?;
    bed.calm(server);
    let plan = Plan { signal: arguments.ticks, heavy: 15, printed: 15 };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ticks = runtime.block_on(ticks::measure(&bed, plan))?;
    command(&bed, &["up", "watchdog"])?;
    bed.calm(server);
    down.run(&bed, &["down"])?;
    drop(bed);
    let original = match &arguments.baseline {
        Some(folder) => Some(original::measure(folder, agents, &arguments.python)?),
        None => None,
    };
    let (up, status, down) = (up.cost(), status.cost(), down.cost());
    Ok(Measured { agents, load, ticks, floor, status, up, down, memory, idle, delays, original })
}

/// Runs a verb that is not measured.
fn command(bed: &Bed, words: &[&str]) -> Result<(), Error> {
    Runs::default().run(bed, words)
}
