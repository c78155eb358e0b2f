//! What comes of a script?

mod expect;

use std::time::Duration;

use agents_names::{AgentName, SessionName};
use agents_tmux::fake::{Call, Fault};
use chrono::TimeDelta;

use crate::gate::{Effect, Trap};
use crate::script::{Line, Script, Step, Until};
use crate::{SimError, Simulation, calendar};

/// Plays a script to its end.
///
/// # Errors
/// The first line that could not be played, or whose expectation failed.
pub fn play(script: &Script) -> Result<Simulation, SimError> {
    let mut simulation = Simulation::new(&script.config)?;
    for line in &script.lines {
        if let Some(at) = line.at {
            let then = calendar::next(at, simulation.terminals().now());
            simulation.run_until(then)?;
        }
        simulation.play(line)?;
    }
    Ok(simulation)
}

impl Simulation {
    fn play(&mut self, line: &Line) -> Result<(), SimError> {
        match &line.step {
            Step::Run(_) | Step::RunUntil(_) | Step::Expect(_) => {}
            _ => self.trace().done(&line.text),
        }
        self.fleet_step(line)?;
        self.machine.sync();
        Ok(())
    }

    fn fleet_step(&mut self, line: &Line) -> Result<(), SimError> {
        match &line.step {
            Step::Ask(verb) => self.ask(verb.clone()),
            Step::WatchdogStarts => self.start_watchdog()?,
            Step::WatchdogDies => self.kill_watchdog(),
            Step::Trap(trap) => {
                let trap = self.with_session(trap);
                self.set_trap(trap);
            }
            Step::StoreFails(count) => self.disk.fail(*count),
            Step::Run(span) => self.run_for(*span)?,
            Step::RunUntil(time) => {
                let then = calendar::next(*time, self.terminals().now());
                self.run_until(then)?;
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
            _ => self.world_step(line),
        }
        Ok(())
    }

    /// A file that is refused leaves the last good fleet in force, as in the real loop.
    fn edit(&mut self, config: String) {
        match self.configure(config.clone()) {
            Ok(()) => self.trace().say("the config changed and is in force"),
            Err(_) => {
                self.config = config;
                self.trace().say("ALARM the config is broken, the last good one stays in force");
            }
        }
    }

    fn world_step(&mut self, line: &Line) {
        let world = self.terminals().clone();
        let now = world.now();
        match &line.step {
            Step::Program(Some(name), program) => {
                world.program(&self.session(name), program.0.clone());
            }
            Step::Program(None, program) => world.default_program(program.0.clone()),
            Step::Exits(name, code) => world.end_program(self.session(name).as_str(), *code),
            Step::Killed(name) => world.kill_session(self.session(name).as_str()),
            Step::Prints(name, text) => world.print(self.session(name).as_str(), text),
            Step::Scrolls(name) => world.clear(self.session(name).as_str()),
            Step::Works(name, span) => world.work(self.session(name).as_str(), *span),
            Step::Refused(name, until, banner) => {
                let span = match until {
                    Until::Time(time) => calendar::next(*time, now) - now,
                    Until::Span(span) => *span,
                };
                world.refuse(self.session(name).as_str(), Some(banner), span);
            }
            Step::Foreground(name, command) => {
                world.foreground(self.session(name).as_str(), command);
            }
            Step::CopyMode(name, on) => world.copy_mode(self.session(name).as_str(), *on),
            Step::Keys(name) => world.press(self.session(name).as_str(), "Enter"),
            Step::DeadPanesStay => world.keep_dead_panes(true),
            Step::Stranger(name) => world.strange_session(&self.session(name)),
            Step::Fault(call, count, fault) => {
                // A change fails once; so many looks in a row fail.
                let times = if *call == Call::Apply { 1 } else { *count };
                (1..=times).for_each(|nth| world.fault(*call, nth, fault.clone()));
            }
            Step::Overlooked(name, count) => {
                let fault = Fault::Omit(self.session(name).to_string());
                (1..=*count).for_each(|nth| world.fault(Call::List, nth, fault.clone()));
            }
            Step::ServerLost => world.lose_server(),
            Step::SocketRemoved => world.remove_socket(),
            Step::ServerHangs(hangs) => world.stop_server(*hangs),
            Step::TellsNews => self.tells_news = true,
            _ => self.machine_step(&line.step, now),
        }
    }

    fn machine_step(&mut self, step: &Step, now: Duration) {
        let mut parts = self.machine.parts();
        match step.clone() {
            Step::Habit(name, stubborn) => parts.runs.habit(&name, stubborn),
            Step::Busy(name, busy) => parts.runs.busy(&name, busy, now),
            Step::Push(subject) => parts.branch.push(&subject),
            Step::Inbox(file, content) => parts.branch.inbox(&file, content.as_deref()),
            Step::Rewritten(subject) => parts.branch.rewrite(&subject),
            Step::FetchesFail(count) => parts.branch.failures = count,
            Step::Status(phase, text) => drop(parts.status.insert(phase, text)),
            Step::Prompt(name, true) => drop(parts.missing_prompts.remove(&name)),
            Step::Prompt(name, false) => drop(parts.missing_prompts.insert(name)),
            Step::WakeText(name, text) => drop(parts.wake_texts.insert(name, text)),
            Step::ResumeId(name, id) => drop(parts.resume_ids.insert(name, id)),
            Step::LegacyPosition(index) => parts.legacy_position = Some(index),
            Step::Wall(millis) => parts.jumps.push((now, TimeDelta::milliseconds(millis))),
            // The others have been taken by now.
            _ => {}
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
