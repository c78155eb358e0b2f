//! What can happen in a script? One line, one step, in a closed grammar.

use std::time::Duration;

use agents_decide::Verb;
use agents_names::{AgentName, PhaseId};
use agents_tmux::fake::{Call, Fault};

use super::program::ProgramText;
use super::tells::TellsText;
use crate::branch::LocalCopy;
use crate::gate::Trap;
use crate::runs::Stubborn;

/// One step of a script. Sessions are named by their agent.
#[derive(Debug, Clone)]
pub enum Step {
    Ask(Verb),
    Watchdog(WatchdogStep),
    Run(Duration),
    RunUntil(Duration),
    /// What later starts run; without a name, all.
    Program(Option<AgentName>, Box<ProgramText>),
    Session(AgentName, SessionStep),
    Terminals(TerminalStep),
    Machine(MachineStep),
    /// The power fails, and comes back.
    MachineRestarts,
    /// What a program says of itself from now on.
    Tells(AgentName, TellsText),
    Replace(String, String),
    Append(String),
    Expect(Expect),
}

/// What happens to the watchdog and its store.
#[derive(Debug, Clone)]
pub enum WatchdogStep {
    Starts,
    Dies,
    /// The one before the last start was asleep, and wakes up.
    EarlierWakes,
    /// It dies at an effect; the name is that of an agent, still without its session.
    Trap(Trap),
    StoreFails(u32),
}

/// What happens in one session.
#[derive(Debug, Clone)]
pub enum SessionStep {
    Exits(i32),
    Killed,
    Prints(String),
    Clears,
    Works(Duration),
    Refused(Until, String),
    Foreground(String),
    CopyMode(bool),
    PersonPressesEnter,
    PersonTypes(String),
    PersonStartsIt,
    /// The listing lacks the session, so many times.
    Overlooked(u64),
}

/// What happens to the terminals as a whole.
#[derive(Debug, Clone)]
pub enum TerminalStep {
    Fault(Call, u64, Fault),
    ServerLost,
    SocketRemoved,
    ServerHangs(bool),
    TellsNews,
    DeadPanesStay,
}

/// What happens to processes, files, git and clocks.
#[derive(Debug, Clone)]
pub enum MachineStep {
    Habit(AgentName, Stubborn),
    Busy(AgentName, bool),
    Push(String),
    Inbox(String, Option<String>),
    Rewritten(String),
    FetchesFail(u32),
    Copy(LocalCopy),
    /// Without a text the file cannot be read.
    Status(PhaseId, Option<String>),
    /// Whether the prompt file is there.
    Prompt(AgentName, bool),
    WakeText(AgentName, Option<String>),
    ResumeId(AgentName, String),
    /// The agent's program says that it is in this conversation.
    Conversation(AgentName, String),
    LegacyPosition(usize),
    /// The wall clock is set, by so many milliseconds.
    Wall(i64),
}

/// The end of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    Time(Duration),
    Span(Duration),
}

/// What a script claims, beside its golden trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expect {
    Runs(AgentName),
    Gone(AgentName),
    /// That many submitted texts that contain this.
    Got(AgentName, usize, String),
    Phase(PhaseId),
    /// That many starts so far.
    Starts(AgentName, u32),
    /// The trace has no such line since the last `clear` — since the beginning.
    Never(String),
    /// The trace has that many such lines.
    Said(usize, String),
    Servers(usize),
    /// The file that other programs read names that phase.
    Recorded(PhaseId),
    /// The file that says the sequence is complete is there.
    Marked(bool),
}
