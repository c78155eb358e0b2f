//! What comes of a script?

mod expect;

use agents_names::{AgentName, SessionName};
use agents_tmux::fake::{Call, Fault};
use chrono::TimeDelta;

use crate::gate::{Effect, Trap};
use crate::script::{
    Line, MachineStep, Script, SessionStep, Step, TerminalStep, Until, WatchdogStep,
};
use crate::{SimError, Simulation, calendar};

/// Plays a script to its end.
///
/// # Errors
/// The first line that could not be played, or whose expectation failed.
pub fn play(script: &Script) -> Result<Simulation, SimError> {
    let mut simulation = Simulation::new(&script.config)?;
    play_on(&mut simulation, script)?;
    Ok(simulation)
}

/// Plays the lines of a script, on a machine with its config.
pub(crate) fn play_on(simulation: &mut Simulation, script: &Script) -> Result<(), SimError> {
    for line in &script.lines {
        if let Some(at) = line.at {
            let then = calendar::next(at, simulation.terminals().now());
            simulation.run_until(then)?;
        }
        simulation.play(line)?;
    }
    Ok(())
}

impl Simulation {
    fn play(&mut self, line: &Line) -> Result<(), SimError> {
        if !matches!(line.step, Step::Run(_) | Step::RunUntil(_) | Step::Expect(_)) {
            self.trace().done(&line.text);
        }
        self.take(line)?;
        self.machine.sync();
        Ok(())
    }

    fn take(&mut self, line: &Line) -> Result<(), SimError> {
        match &line.step {
            Step::Ask(verb) => self.ask(verb.clone()),
            Step::Watchdog(step) => self.watchdog_step(step)?,
            Step::Run(span) => self.run_for(*span)?,
            Step::RunUntil(time) => {
                let then = calendar::next(*time, self.terminals().now());
                self.run_until(then)?;
            }
            Step::Program(Some(name), program) => {
                self.terminals().program(&self.session(name), program.0.clone());
            }
            Step::Program(None, program) => self.terminals().default_program(program.0.clone()),
            Step::Session(name, step) => self.session_step(&self.session(name), step),
            Step::Terminals(step) => self.terminal_step(step),
            Step::Machine(step) => self.machine_step(step.clone()),
            Step::MachineRestarts => self.reboot(),
            Step::Tells(name, text) => {
                let now = self.terminals().now();
                let state = text.state(|time| calendar::wall(calendar::next(time, now)));
                self.tell(name, state);
            }
            Step::Replace(old, new) => {
                if !self.config.contains(old.as_str()) {
                    let reason = format!("the config does not say `{old}`");
                    return Err(wrong(line, reason));
                }
                let config = self.config.replace(old.as_str(), new);
                self.edit(config);
            }
            Step::Append(text) => {
                let config = format!("{}\n{text}\n", self.config);
                self.edit(config);
            }
            Step::Expect(expected) => self.expect(line.number, expected)?,
        }
        Ok(())
    }

    fn watchdog_step(&mut self, step: &WatchdogStep) -> Result<(), SimError> {
        match step {
            WatchdogStep::Starts => self.start_watchdog()?,
            WatchdogStep::Dies => self.kill_watchdog(),
            WatchdogStep::EarlierWakes => self.wake_earlier()?,
            WatchdogStep::Trap(trap) => {
                let trap = self.with_session(trap);
                self.set_trap(trap);
            }
            WatchdogStep::StoreFails(count) => self.disk.fail(*count),
        }
        Ok(())
    }

    /// A file that is refused leaves the last good fleet in force, as in the real loop.
    pub(crate) fn edit(&mut self, config: String) {
        match self.configure(config.clone()) {
            Ok(()) => self.trace().say("the config changed and is in force"),
            Err(_) => {
                self.config = config;
                self.trace().say("ALARM the config is broken, the last good one stays in force");
            }
        }
    }

    fn session_step(&self, name: &SessionName, step: &SessionStep) {
        let (world, session) = (self.terminals(), name.as_str());
        match step {
            SessionStep::Exits(code) => world.end_program(session, *code),
            SessionStep::Killed => world.kill_session(session),
            SessionStep::Prints(text) => world.print(session, text),
            SessionStep::Clears => world.clear(session),
            SessionStep::Works(span) => world.work(session, *span),
            SessionStep::Refused(until, banner) => {
                let span = match until {
                    Until::Time(time) => calendar::next(*time, world.now()) - world.now(),
                    Until::Span(span) => *span,
                };
                world.refuse(session, Some(banner), span);
            }
            SessionStep::Foreground(command) => world.foreground(session, command),
            SessionStep::CopyMode(on) => world.copy_mode(session, *on),
            SessionStep::PersonPressesEnter => world.press(session, "Enter"),
            SessionStep::PersonTypes(text) => world.type_by_hand(session, text),
            SessionStep::PersonStartsIt => world.strange_session(name),
            SessionStep::Overlooked(count) => {
                let fault = Fault::Omit(name.to_string());
                (1..=*count).for_each(|nth| world.fault(Call::List, nth, fault.clone()));
            }
        }
    }

    fn terminal_step(&mut self, step: &TerminalStep) {
        let world = self.terminals();
        match step {
            TerminalStep::Fault(call, count, fault) => {
                (1..=*count).for_each(|nth| world.fault(*call, nth, fault.clone()));
            }
            TerminalStep::ServerLost => world.lose_server(),
            TerminalStep::SocketRemoved => world.remove_socket(),
            TerminalStep::ServerHangs(hangs) => world.stop_server(*hangs),
            TerminalStep::TellsNews => self.tells_news = true,
            TerminalStep::DeadPanesStay => world.keep_dead_panes(true),
        }
    }

    fn machine_step(&self, step: MachineStep) {
        let now = self.terminals().now();
        let mut parts = self.machine.parts();
        match step {
            MachineStep::Habit(name, stubborn) => parts.runs.habit(&name, stubborn),
            MachineStep::Busy(name, busy) => parts.runs.busy(&name, busy, now),
            MachineStep::Push(subject) => parts.branch.push(&subject),
            MachineStep::Inbox(file, content) => parts.branch.inbox(&file, content.as_deref()),
            MachineStep::Rewritten(subject) => parts.branch.rewrite(&subject),
            MachineStep::FetchesFail(count) => parts.branch.failures = count,
            MachineStep::Copy(copy) => parts.branch.copy = copy,
            MachineStep::Status(phase, text) => drop(parts.status.insert(phase, text)),
            MachineStep::Prompt(name, true) => drop(parts.missing_prompts.remove(&name)),
            MachineStep::Prompt(name, false) => drop(parts.missing_prompts.insert(name)),
            MachineStep::WakeText(name, text) => drop(parts.wake_texts.insert(name, text)),
            MachineStep::Conversation(name, id) => drop(parts.conversations.insert(name, id)),
            MachineStep::ResumeId(name, id) => drop(parts.resume_ids.insert(name, id)),
            MachineStep::LegacyPosition(index) => parts.legacy_position = Some(index),
            MachineStep::Wall(millis) => parts.jumps.push((now, TimeDelta::milliseconds(millis))),
        }
    }

    fn session(&self, name: &AgentName) -> SessionName {
        self.fleet().session_prefix.session_of(name)
    }

    /// A script names agents where effects name sessions.
    fn with_session(&self, trap: &Trap) -> Trap {
        let session = |name: &String| format!("{}{name}", self.fleet().session_prefix.as_str());
        let effect = match &trap.effect {
            Effect::Start(name) => Effect::Start(session(name)),
            Effect::Stop(name) => Effect::Stop(session(name)),
            Effect::Type(name) => Effect::Type(session(name)),
            Effect::Submit(name) => Effect::Submit(session(name)),
            Effect::Position => Effect::Position,
            Effect::Complete => Effect::Complete,
            Effect::Any => Effect::Any,
        };
        Trap { effect, ..trap.clone() }
    }
}

fn wrong(line: &Line, reason: String) -> SimError {
    SimError::Step { line: line.number, text: line.text.clone(), reason }
}
