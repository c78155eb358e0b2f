//! The launcher itself: what runs in the pane between tmux and the program.

use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::signal::unix::{SignalKind, signal};

use crate::place::make_private_dir;
use crate::process::{NAME_VARIABLE, RUN_VARIABLE, StartMark, find};
use crate::report::STATE_VARIABLE;

use super::gate::Gate;
use super::{EndRecord, LaunchSpec, RunFiles, StartRecord, kept_keys};

/// Variables that would lead the program, or a test suite it runs, to the fleet's tmux server:
/// tmux 3.3a lets a plain `tmux kill-server` inside a pane end the whole fleet.
/// And those by which a service manager would take the program for the watchdog.
const HIDDEN: [&str; 5] = ["TMUX", "TMUX_PANE", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];

/// tmux 3.3a drops what the log pipe has not taken yet when the pane ends, and a busy machine starts the
/// pipe's process late. Only the last words of a program that dies at once are in danger, so only then is
/// the pane kept for a moment. Its end is recorded before, so that nobody takes it for running meanwhile.
const BRIEF: Duration = Duration::from_secs(1);
const LINGER: Duration = Duration::from_millis(200);

/// Runs the spec in this pane and returns the exit code that the pane ends with.
///
/// SIGHUP and SIGTERM do not end the launcher: it passes them on, and stays until it has recorded how the program ended.
#[must_use]
pub fn launch(spec_path: &Path) -> i32 {
    let spec = match LaunchSpec::read(spec_path) {
        Ok(spec) => spec,
        Err(error) => {
            eprintln!("agents launch: cannot read {}: {error}", spec_path.display());
            return 1;
        }
    };
    let files = RunFiles::new(&spec.records);
    let began = Instant::now();
    let launcher = std::process::id();
    let launcher_mark = mark_of(launcher);
    let mut record = StartRecord { launcher, program: 0, launcher_mark, program_mark: None };
    if let Err(error) = files.claim(&spec.name, spec.run, &record) {
        eprintln!(
            "agents launch: run {} of {} is not started, since it ran before or was taken back: {error}",
            spec.run, spec.name
        );
        return 1;
    }
    // A disk may be full by the time of the end: what could not be recorded is not begun.
    if let Err(error) = files.reserve_end(&spec.name, spec.run) {
        eprintln!(
            "agents launch: {} is not started, since its end could not be recorded: {error}",
            spec.name
        );
        return 1;
    }
    let ended = run(&spec, spec_path, &files, &mut record);
    let was_brief = ended.as_ref().is_ok_and(|(_, lived)| *lived < BRIEF);
    let end = match ended {
        Ok((status, _)) => EndRecord {
            code: status.code(),
            signal: status.signal(),
            alive_ms: millis(began.elapsed()),
            failure: None,
            session_closed: terminal_is_gone(),
        },
        Err(failure) => {
            eprintln!("agents launch: {failure}");
            EndRecord {
                code: None,
                signal: None,
                alive_ms: 0,
                failure: Some(failure),
                session_closed: false,
            }
        }
    };
    let code = end.code.unwrap_or_else(|| end.signal.map_or(127, |signal| 128 + signal));
    if let Err(error) = files.write_end(&spec.name, spec.run, &end) {
        eprintln!("agents launch: cannot record the end of {}: {error}", spec.name);
    }
    if was_brief {
        std::thread::sleep(LINGER);
    }
    code
}

fn mark_of(pid: u32) -> Option<StartMark> {
    Some(find(pid).ok()??.start)
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// Runs the program to its end; returns how it ended and how long it lived.
fn run(
    spec: &LaunchSpec,
    spec_path: &Path,
    files: &RunFiles,
    record: &mut StartRecord,
) -> Result<(std::process::ExitStatus, Duration), String> {
    if spec.create_dir && !spec.dir.exists() {
        std::fs::create_dir_all(&spec.dir).map_err(|error| {
            format!("cannot make the working directory {}: {error}", spec.dir.display())
        })?;
    }
    std::env::set_current_dir(&spec.dir).map_err(|error| {
        format!("cannot enter the working directory {}: {error}", spec.dir.display())
    })?;
    // Before the runtime, which takes the low numbers of descriptors.
    let gate = Gate::before(&spec.argv);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot wait for signals: {error}"))?;
    runtime.block_on(async {
        // Registered before the program runs: from here on only its end ends the launcher.
        let mut deaf = [SignalKind::hangup(), SignalKind::terminate(), SignalKind::interrupt(), SignalKind::quit()]
            .map(|kind| signal(kind).ok());
        let mut command = match &gate {
            Some(gate) => gate.command(),
            None => second_stage(spec_path)?,
        };
        command.process_group(0);
        for name in HIDDEN {
            command.env_remove(name);
        }
        command.env("AGENTS_TMUX_TMPDIR", std::env::var_os("TMUX_TMPDIR").unwrap_or_default());
        // It must be there: without it tmux 3.3a takes /tmp, and with it the operator's own server.
        let no_tmux = files.dir().join("no-tmux");
        make_private_dir(&no_tmux)?;
        command.env("TMUX_TMPDIR", no_tmux);
        command.env(STATE_VARIABLE, &spec.records);
        command.env(NAME_VARIABLE, spec.name.as_str()).env(RUN_VARIABLE, spec.run.to_string());
        command.envs(kept_keys(&spec.records));
        command.envs(spec.env.iter().map(|(name, value)| (name, value)));
        let mut command = tokio::process::Command::from(command);
        let mut program =
            command.spawn().map_err(|error| format!("cannot start {}: {error}", spec.argv[0]))?;
        let pid = program.id().unwrap_or_default();
        let began = Instant::now();
        record.program = pid;
        record.program_mark = mark_of(pid);
        // Without the record the program still runs; only its process group is unknown to the watchdog.
        drop(files.update_start(&spec.name, spec.run, record));
        hand_over_terminal(pid);
        if let Some(gate) = gate {
            gate.open();
        }
        let [hangup, terminate, interrupt, quit] = &mut deaf;
        loop {
            tokio::select! {
                status = program.wait() => {
                    return status.map(|status| (status, began.elapsed())).map_err(|error| format!("cannot wait for {}: {error}", spec.argv[0]));
                }
                // When tmux closes a terminal, the kernel tells the leader of its session alone: us.
                () = received(hangup) => pass_on(pid, Signal::HUP),
                () = received(terminate) => pass_on(pid, Signal::TERM),
                () = received(interrupt) => {}
                () = received(quit) => {}
            }
        }
    })
}

async fn received(signal: &mut Option<tokio::signal::unix::Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// Signals the program's group, which is its own; a stopped program is woken, or it would never hear of it.
fn pass_on(pid: u32, signal: Signal) {
    if let Some(group) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // Whoever has ended meanwhile needs no signal.
        let _ = kill_process_group(group, signal);
        let _ = kill_process_group(group, Signal::CONT);
    }
}

/// Whether tmux has closed our terminal, as it does when a session is killed; then every question to it fails.
fn terminal_is_gone() -> bool {
    use rustix::io::Errno;
    matches!(rustix::termios::tcgetattr(std::io::stdin()), Err(Errno::IO | Errno::NXIO))
}

/// Makes the program's group the terminal's foreground group, so that it gets keys and tmux names it.
fn hand_over_terminal(pid: u32) {
    if let Some(group) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // Without a terminal there is nothing to hand over.
        let _ = rustix::termios::tcsetpgrp(std::io::stdin(), group);
    }
}

/// The program behind another process of ours, for one that no shell begins.
fn second_stage(spec_path: &Path) -> Result<Command, String> {
    let myself = std::env::current_exe().map_err(|error| format!("cannot find myself: {error}"))?;
    let mut command = Command::new(myself);
    command.args(["launch", "--exec"]).arg(spec_path);
    Ok(command)
}

/// The second stage: waits until it holds the terminal, then becomes the program. Returns only on failure.
#[must_use]
pub fn launch_exec(spec_path: &Path) -> i32 {
    let spec = match LaunchSpec::read(spec_path) {
        Ok(spec) => spec,
        Err(error) => {
            eprintln!("agents launch: cannot read {}: {error}", spec_path.display());
            return 127;
        }
    };
    await_terminal();
    let error = Command::new(&spec.argv[0]).args(&spec.argv[1..]).exec();
    eprintln!("agents launch: cannot run {}: {error}", spec.argv[0]);
    127
}

/// A program that reads before it is in the foreground is stopped by SIGTTIN; the first stage hands over
/// within microseconds, so this polls, with a limit for the case without a terminal.
fn await_terminal() {
    let own = rustix::process::getpgrp();
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(1) {
        match rustix::termios::tcgetpgrp(std::io::stdin()) {
            Ok(group) if group == own => return,
            Ok(_) => std::thread::sleep(Duration::from_micros(200)),
            Err(_) => return,
        }
    }
}
