//! What does each fault do?

use std::time::Duration;

use agents_names::{AgentName, PhaseId, SessionName};
use agents_tmux::fake::{Call, Chat, Fault, Program};
use chrono::TimeDelta;

use super::fleet::KEY;
use super::kind::Kind;
use super::life::LifeOf;
use crate::ledger::CommitFault;
use crate::{Effect, Point, SimError, Stubborn, Trap};

impl LifeOf {
    /// Lets one fault strike; whether it could.
    pub(super) fn strike(&mut self, kind: Kind) -> Result<bool, SimError> {
        match kind {
            Kind::SessionKilled
            | Kind::Exit
            | Kind::CrashLoop
            | Kind::HupProof
            | Kind::TermProof
            | Kind::FolderMissing
            | Kind::PromptMissing
            | Kind::Shell
            | Kind::DeadPane
            | Kind::SlowBoot => Ok(self.strike_program(kind)),
            Kind::SilentWork
            | Kind::LyingActive
            | Kind::LyingIdle
            | Kind::Promise
            | Kind::FarPromise
            | Kind::Limited
            | Kind::LimitedWithReset
            | Kind::QuotedLimit
            | Kind::Fatal
            | Kind::QuotedFatal
            | Kind::SwallowsEnter
            | Kind::Scrolled
            | Kind::TypesByHand
            | Kind::PressesEnter => Ok(self.strike_screen(kind)),
            Kind::LookMisses
            | Kind::LookMissesAll
            | Kind::ServerLost
            | Kind::ServerLostInCall
            | Kind::ServerHangs
            | Kind::ChangeHangs
            | Kind::ChangeLate
            | Kind::Foreign
            | Kind::SocketRemoved
            | Kind::LookUnknown
            | Kind::ScreensUnknown
            | Kind::ChangeUnknown
            | Kind::ChangeUnheard
            | Kind::HalfDrawn
            | Kind::TextLost => Ok(self.strike_terminals(kind)),
            Kind::FetchFails
            | Kind::Rewritten
            | Kind::WatchdogDies
            | Kind::DiesBefore
            | Kind::DiesAfter
            | Kind::KilledUnsynced
            | Kind::PowerFails
            | Kind::StatusUnread
            | Kind::StoreFull
            | Kind::ConfigBroken
            | Kind::ConfigShrinks
            | Kind::Replaced
            | Kind::Asleep
            | Kind::ClockJumps
            | Kind::Reboot => self.strike_host(kind),
        }
    }

    fn someone(&mut self, kind: Kind) -> (AgentName, SessionName) {
        let name = self.member();
        let session = self.simulation.fleet().session_prefix.session_of(&name);
        self.say(&format!("{}: {name}", kind.name()));
        (name, session)
    }

    fn strike_program(&mut self, kind: Kind) -> bool {
        let (name, session) = self.someone(kind);
        let world = self.simulation.terminals().clone();
        let chat = || Program::chat(Chat::default());
        let seconds = Duration::from_secs(1 + self.random.below(40));
        match kind {
            Kind::SessionKilled => world.kill_session(session.as_str()),
            Kind::Exit => world.end_program(session.as_str(), 1),
            Kind::CrashLoop => {
                world.program(&session, chat().exits(seconds, 1));
                world.end_program(session.as_str(), 1);
            }
            Kind::HupProof => self.simulation.machine.parts().runs.habit(&name, Stubborn::Hangup),
            Kind::TermProof => {
                self.simulation.machine.parts().runs.habit(&name, Stubborn::Terminate);
            }
            Kind::FolderMissing => {
                // The launcher refuses to run its program anywhere else.
                world.program(&session, chat().exits(Duration::from_millis(100), 78));
                world.end_program(session.as_str(), 1);
            }
            Kind::PromptMissing => {
                let missing = self.random.chance(60);
                let mut parts = self.simulation.machine.parts();
                if missing {
                    parts.missing_prompts.insert(name);
                } else {
                    parts.missing_prompts.remove(&name);
                }
            }
            Kind::Shell => {
                let shell = if self.random.chance(60) { "bash" } else { "chat" };
                world.foreground(session.as_str(), shell);
            }
            Kind::DeadPane => {
                let keep = self.random.chance(50);
                world.keep_dead_panes(keep);
                if keep {
                    // And another one ends just as something is done to it.
                    world.fault(Call::Apply, 2, Fault::ProgramEnds);
                }
                world.end_program(session.as_str(), 1);
            }
            Kind::SlowBoot => {
                world.program(&session, chat().ready_after(seconds));
                world.end_program(session.as_str(), 0);
            }
            other => unreachable_kind(other),
        }
        if !matches!(kind, Kind::CrashLoop | Kind::FolderMissing | Kind::SlowBoot)
            && self.random.chance(50)
        {
            // What was wrong with its program is mended some time.
            world.program(&session, chat());
        }
        true
    }

    fn strike_screen(&mut self, kind: Kind) -> bool {
        let (name, session) = self.someone(kind);
        let world = self.simulation.terminals().clone();
        let (session, now) = (session.as_str(), world.now());
        let span = Duration::from_secs(30 + self.random.below(1200));
        let on = self.random.chance(60);
        match kind {
            Kind::SilentWork => self.simulation.machine.parts().runs.busy(&name, on, now),
            Kind::LyingActive => world.print(session, "press esc to interrupt"),
            Kind::LyingIdle => {
                let nth = self.random.below(1000);
                (0..3).for_each(|row| world.print(session, &format!("compiling {nth} {row}")));
            }
            Kind::Promise => {
                let until = self.simulation.machine.wall() + span;
                world.print(session, &format!("WAITING-UNTIL: {}", until.format("%FT%TZ")));
            }
            Kind::FarPromise => world.print(session, "WAITING-UNTIL: 2099-01-01T00:00:00Z"),
            Kind::Limited => world.refuse(session, Some("usage limit reached"), span),
            Kind::LimitedWithReset => {
                let until = self.simulation.machine.wall() + span;
                let banner = format!("usage limit reached, resets {} UTC", until.format("%H:%M"));
                world.refuse(session, Some(&banner), span);
            }
            Kind::QuotedLimit => {
                world.print(session, "the docs say: usage limit reached, resets 3pm");
                world.work(session, Duration::from_secs(self.random.below(120)));
            }
            Kind::Fatal => {
                world.print(session, "Error: prompt is too long");
                world.lose_program(session);
            }
            Kind::QuotedFatal => {
                world.print(session, &format!("a test says: prompt is too long {KEY}"));
            }
            Kind::SwallowsEnter => world.swallow(session, 1 + self.count(3)),
            Kind::Scrolled => world.copy_mode(session, on),
            Kind::TypesByHand => self.types_by_hand(session),
            Kind::PressesEnter => world.press(session, "Enter"),
            other => unreachable_kind(other),
        }
        true
    }

    /// A person types a line and sends it, as one does who reads along, or is called away.
    fn types_by_hand(&mut self, session: &str) {
        let nth = self.random.below(100);
        let text = format!("a person says {nth}");
        if let Some(judge) = &mut self.simulation.judge {
            judge.typed_by_hand(session, &text);
        }
        let world = self.simulation.terminals();
        if world.has_empty_composer(session) {
            world.type_by_hand(session, &text);
            if nth % 10 < 7 {
                world.press(session, "Enter");
            }
        }
    }

    fn count(&mut self, end: u64) -> u32 {
        u32::try_from(self.random.below(end)).unwrap_or(0)
    }

    fn strike_terminals(&mut self, kind: Kind) -> bool {
        let world = self.simulation.terminals().clone();
        let count = 1 + self.random.below(4);
        let nth = 1 + self.random.below(6);
        self.say(&format!("{} ({count}, {nth})", kind.name()));
        match kind {
            // Two looks in a row that one server answers without a session prove that it is gone.
            Kind::LookMisses | Kind::LookMissesAll
                if world.calls(Call::List) + nth <= self.lacking + 1 =>
            {
                return false;
            }
            Kind::LookMisses => {
                self.lacking = world.calls(Call::List) + nth;
                let name = self.member();
                let session = self.simulation.fleet().session_prefix.session_of(&name);
                world.fault(Call::List, nth, Fault::Omit(session.to_string()));
            }
            Kind::LookMissesAll => {
                self.lacking = world.calls(Call::List) + nth;
                for name in self.drawn.members.clone() {
                    let session = self.simulation.fleet().session_prefix.session_of(&name);
                    world.fault(Call::List, nth, Fault::Omit(session.to_string()));
                }
            }
            Kind::ServerLost => world.lose_server(),
            Kind::ServerLostInCall => world.fault(Call::Apply, nth, Fault::LoseServer),
            Kind::ServerHangs => {
                world.stop_server(true);
                let span = Duration::from_secs(1 + self.random.below(90));
                self.hangs_until = Some(world.now() + span);
            }
            Kind::ChangeHangs => world.fault(Call::Apply, nth, Fault::Hangs),
            Kind::ChangeLate => {
                let delay = Duration::from_millis(self.random.below(2500));
                world.fault(Call::Apply, nth, Fault::Late(delay));
            }
            Kind::Foreign => return self.foreign(),
            Kind::SocketRemoved => {
                // A server that no watchdog has seen cannot be told from none once its socket is gone.
                if !self.server_is_known() {
                    return false;
                }
                world.remove_socket();
            }
            Kind::LookUnknown => {
                (1..=count).for_each(|nth| world.fault(Call::List, nth, Fault::Unknown));
            }
            Kind::ScreensUnknown => {
                (1..=count).for_each(|nth| world.fault(Call::Screens, nth, Fault::Unknown));
            }
            Kind::ChangeUnknown => world.fault(Call::Apply, nth, Fault::Unknown),
            Kind::ChangeUnheard => world.fault(Call::Apply, nth, Fault::DoneUnheard),
            Kind::HalfDrawn => world.fault(Call::Screens, nth, Fault::HalfDrawn),
            Kind::TextLost => world.fault(Call::Apply, nth, Fault::Swallowed),
            other => unreachable_kind(other),
        }
        true
    }

    /// Another fleet and a person have sessions on the same server, with names that are much alike.
    fn foreign(&mut self) -> bool {
        let world = self.simulation.terminals().clone();
        if world.live_servers() == 0 || !self.server_is_known() {
            return false;
        }
        for name in ["tt-builder", "u-a1", "private"] {
            let Ok(session) = SessionName::new(name) else { continue };
            if let Some(judge) = &mut self.simulation.judge {
                judge.leave_alone(name);
            }
            if world.pane(name).is_none() {
                world.strange_session(&session);
            }
        }
        true
    }

    fn strike_host(&mut self, kind: Kind) -> Result<bool, SimError> {
        let skip = self.count(4);
        self.say(&format!("{} ({skip})", kind.name()));
        let lives = self.simulation.state().is_some();
        match kind {
            Kind::FetchFails => self.simulation.machine.parts().branch.failures = skip + 1,
            Kind::Rewritten => {
                if !self.drawn.has_loop {
                    return Ok(false);
                }
                self.claim_owed = Some((self.told_of_claims(), self.phase()));
                self.simulation.machine.parts().branch.rewrite("claim: all anew");
            }
            Kind::WatchdogDies => self.simulation.kill_watchdog(),
            Kind::DiesBefore | Kind::DiesAfter => {
                let point = if kind == Kind::DiesBefore { Point::Before } else { Point::After };
                self.simulation.set_trap(Trap { point, effect: Effect::Any, skip });
            }
            Kind::KilledUnsynced => {
                self.simulation.disk.fault(Some(CommitFault::KilledUnsynced));
            }
            Kind::PowerFails => {
                // Up to and beyond the last byte of the write.
                let kept = self.random.below(1050).min(1000);
                self.simulation.disk.fault(Some(CommitFault::PowerFails(kept)));
            }
            Kind::StatusUnread => {
                if !self.drawn.has_loop {
                    return Ok(false);
                }
                if let Some(phase) = self.some_phase() {
                    self.claim_owed = None;
                    self.simulation.machine.parts().status.insert(phase, None);
                }
            }
            Kind::StoreFull => self.simulation.disk.fail(skip + 1),
            Kind::ConfigBroken => self.half_write(),
            Kind::ConfigShrinks => return Ok(self.shrink()),
            Kind::Replaced => {
                if !lives {
                    return Ok(false);
                }
                self.simulation.start_watchdog()?;
            }
            Kind::Asleep => {
                if !lives {
                    return Ok(false);
                }
                self.simulation.start_watchdog()?;
                self.simulation.run_for(Duration::from_secs(u64::from(skip) * 7))?;
                self.simulation.wake_earlier()?;
            }
            Kind::ClockJumps => {
                let days = i64::from(self.count(20)) - 10;
                let now = self.now();
                self.simulation.machine.parts().jumps.push((now, TimeDelta::days(days)));
            }
            Kind::Reboot => self.simulation.reboot(),
            other => unreachable_kind(other),
        }
        Ok(true)
    }

    pub(super) fn some_phase(&mut self) -> Option<PhaseId> {
        let nth = 1 + self.random.below(self.drawn.phases);
        PhaseId::new(format!("P{nth}")).ok()
    }

    /// The config is cut off in the middle, as by an editor that saves.
    fn half_write(&mut self) {
        let whole = &self.drawn.config;
        let length = usize::try_from(self.random.below(whole.len() as u64)).unwrap_or(0);
        let cut = whole.get(..length).unwrap_or_default().to_owned();
        self.simulation.edit(cut);
        self.config_back = Some(self.now() + Duration::from_secs(5 + self.random.below(60)));
    }

    /// One agent leaves the config, and comes back after a while.
    fn shrink(&mut self) -> bool {
        let Some((_, table)) = self.drawn.optional.clone() else { return false };
        let config = self.drawn.config.replace(&table, "");
        self.simulation.edit(config);
        self.config_back = Some(self.now() + Duration::from_secs(30 + self.random.below(300)));
        true
    }
}

/// Each kind has one place above.
fn unreachable_kind(kind: Kind) {
    debug_assert!(false, "{} has no such effect", kind.name());
}
