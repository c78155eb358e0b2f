//! Whose log has ended, or lost its file, while its program goes on, and how does it go on? A disk that was full ends the
//! writer of a log, and so does whoever turns a pane's pipe off; whoever moves or deletes the file leaves its writer to
//! write where nobody reads, and where nothing bounds it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use agents_config::Fleet;
use agents_names::{AgentName, SessionName};
use agents_store::Identity;
use agents_tmux::{Done, Driver, Listing, PaneId, ServerId, TmuxError, TmuxOp};

use crate::ledger::EntryKind;
use crate::observe::{sessions::panes_of_members, tag};
use crate::place::log_file;
use crate::run::Reign;
use look::{Named, Written};

mod look;

/// Asking all panes takes a request, which not every tick is to make.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(10);
/// Whoever deletes a log again and again has it opened again less often, but often enough for the cap on its length.
const AGAIN_AT_MOST: Duration = Duration::from_secs(60);
/// A log that has kept its file for so long starts anew.
const CALM: Duration = Duration::from_secs(600);
/// So many times in a row its loss is told.
const TOLD_TIMES: u32 = 2;

/// When was looked last, whose log had ended then, and which file each writer has open.
#[derive(Debug, Default)]
pub(crate) struct LostLogs {
    looked_at: Option<Instant>,
    ended: BTreeSet<AgentName>,
    /// The panes are this server's.
    server: Option<ServerId>,
    opened: BTreeMap<PaneId, Identity>,
    /// Nobody was seen to write to their logs, once: a writer that has just been begun has not opened its file yet.
    doubted: BTreeSet<PaneId>,
    vanished: BTreeMap<AgentName, Vanished>,
    /// Why a log could not be opened again; told once.
    refused: BTreeMap<AgentName, String>,
}

/// A log that lost its file.
#[derive(Debug, Clone, Copy)]
struct Vanished {
    times: u32,
    last: Instant,
}

impl Vanished {
    /// Whether it is not yet to be opened again.
    fn waits(&self, now: Instant) -> bool {
        let pause = LOOKED_AT_EVERY * 2_u32.saturating_pow(self.times.saturating_sub(1).min(8));
        now.duration_since(self.last) < pause.min(AGAIN_AT_MOST)
    }
}

/// The pane of a member that is logged, and what was seen of its log.
#[derive(Debug, Clone)]
struct Log {
    name: AgentName,
    pane: PaneId,
    /// It has a writer.
    piped: bool,
    file: PathBuf,
    named: Named,
    /// Somebody writes to the file of that name; asked only where that is not known from before.
    written: Option<bool>,
}

/// What follows for one log.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// A writer takes the place of none, or of one that has lost its file.
    Open { name: AgentName, op: TmuxOp, told: Option<String> },
    /// Something stands in its place.
    Blocked { name: AgentName, file: PathBuf },
}

impl LostLogs {
    fn is_due(&self) -> bool {
        self.looked_at.is_none_or(|at| at.elapsed() >= LOOKED_AT_EVERY)
    }

    /// What is to be seen of all logs that this fleet writes.
    fn look(&mut self, fleet: &Fleet, listing: &Listing) -> Vec<Log> {
        if self.server != Some(listing.server) {
            (self.opened, self.doubted) = Default::default();
            self.server = Some(listing.server);
        }
        let mut logs = Vec::new();
        for (name, pane) in panes_of_members(fleet, Some(listing)) {
            let is_ours = pane.agent_id.as_deref() == Some(tag(fleet, name).as_str());
            let Some(session) = logged_session(fleet, name).filter(|_| is_ours) else { continue };
            if pane.dead.is_some() {
                self.ended.remove(name);
                continue;
            }
            let file = log_file(fleet, session);
            let (name, named) = (name.clone(), Named::at(&file));
            logs.push(Log { name, pane: pane.id, piped: pane.logged, file, named, written: None });
        }
        let is_new = |log: &Log| log.piped && !self.opened.contains_key(&log.pane);
        if logs.iter().any(is_new) {
            let written = Written::by_server(listing.server.pid);
            for log in logs.iter_mut().filter(|log| is_new(log)) {
                if let Named::File(file) = log.named {
                    log.written = written.has(file);
                }
            }
        }
        logs
    }

    /// What follows from that.
    fn judge(&mut self, logs: &[Log], now: Instant) -> Vec<Step> {
        let seen: BTreeSet<PaneId> = logs.iter().map(|log| log.pane).collect();
        self.opened.retain(|pane, _| seen.contains(pane));
        self.doubted.retain(|pane| seen.contains(pane));
        logs.iter().filter_map(|log| self.step(log, now)).collect()
    }

    fn step(&mut self, log: &Log, now: Instant) -> Option<Step> {
        if log.named == Named::Other {
            return Some(Step::Blocked { name: log.name.clone(), file: log.file.clone() });
        }
        if !log.piped {
            self.opened.remove(&log.pane);
            return Some(self.reopen(log));
        }
        if self.ended.remove(&log.name) {
            let name = &log.name;
            tracing::info!("what {name} prints is logged again; what it printed before is not");
        }
        if self.keeps_its_file(log) {
            if self.vanished.get(&log.name).is_some_and(|it| now.duration_since(it.last) >= CALM) {
                self.vanished.remove(&log.name);
            }
            return None;
        }
        self.open_anew(log, now)
    }

    /// Whether its writer writes where people look; also where nobody can tell.
    fn keeps_its_file(&mut self, log: &Log) -> bool {
        let file = match log.named {
            Named::File(file) => file,
            Named::Nothing => return false,
            Named::Other | Named::Unknown => return true,
        };
        if let Some(opened) = self.opened.get(&log.pane) {
            return *opened == file;
        }
        if log.written == Some(false) && !self.doubted.insert(log.pane) {
            return false;
        }
        if log.written != Some(false) {
            self.doubted.remove(&log.pane);
            self.opened.insert(log.pane, file);
        }
        true
    }

    /// Its writer has ended.
    fn reopen(&mut self, log: &Log) -> Step {
        let name = log.name.clone();
        if self.ended.insert(name.clone()) {
            let file = log.file.display();
            tracing::warn!("the log of {name} had ended, so it is opened again: {file}");
        }
        let op = TmuxOp::AttachLog { pane: log.pane, log: log.file.clone(), anew: false };
        Step::Open { name, op, told: None }
    }

    /// Its writer has lost its file.
    fn open_anew(&mut self, log: &Log, now: Instant) -> Option<Step> {
        let name = log.name.clone();
        if self.vanished.get(&name).is_some_and(|before| before.waits(now)) {
            return None;
        }
        let before = self.vanished.get(&name).map_or(0, |before| before.times);
        let times = before.saturating_add(1);
        self.vanished.insert(name.clone(), Vanished { times, last: now });
        let rest = if times == TOLD_TIMES {
            "; as often as that happens again it is opened again, and that is told no more"
        } else {
            ""
        };
        let told = (times <= TOLD_TIMES).then(|| {
            let file = log.file.display();
            format!(
                "its log was deleted or replaced while it was written, so it is opened again: {file}; \
                 what was printed in between is not in it{rest}"
            )
        });
        let op = TmuxOp::AttachLog { pane: log.pane, log: log.file.clone(), anew: true };
        Some(Step::Open { name, op, told })
    }

    /// A new writer was begun on what the name stands for now.
    fn has_opened(&mut self, op: &TmuxOp) {
        let TmuxOp::AttachLog { pane, log, .. } = op else { return };
        self.doubted.remove(pane);
        match Named::at(log) {
            Named::File(file) => self.opened.insert(*pane, file),
            Named::Nothing | Named::Other | Named::Unknown => self.opened.remove(pane),
        };
    }
}

/// The session whose pane is to be logged; `None` for a member that is not.
fn logged_session<'a>(fleet: &'a Fleet, name: &AgentName) -> Option<&'a SessionName> {
    let agent = fleet.agent(name).filter(|agent| agent.log).map(|agent| &agent.session);
    let service = || fleet.service(name).filter(|service| service.log).map(|it| &it.session);
    agent.or_else(service)
}

impl<D: Driver> Reign<D> {
    /// Opens the logs again that have ended, or lost their files, under a program that goes on.
    pub(crate) async fn mend_logs(&mut self) {
        let can_ask = self.engine.supervises && !self.engine.tmux_hangs;
        if !can_ask || !self.lost_logs.is_due() {
            return;
        }
        self.lost_logs.looked_at = Some(Instant::now());
        self.settle_log_alarms();
        // Whatever is wrong with tmux is told by the ticks.
        let Ok(listing) = self.engine.driver.list_briefly().await else { return };
        let fleet = self.desk.fleet(self.config.fleet());
        let logs = self.lost_logs.look(&fleet, &listing);
        for step in self.lost_logs.judge(&logs, Instant::now()) {
            match step {
                Step::Blocked { name, file } => self.alarm_of_name(&name, &file),
                Step::Open { name, op, told } => {
                    let opened = self.engine.driver.apply(&op).await;
                    let hangs = opened.as_ref().is_err_and(TmuxError::is_time_out);
                    self.opened(&name, &op, told, opened);
                    if hangs {
                        break;
                    }
                }
            }
        }
    }

    fn opened(
        &mut self,
        name: &AgentName,
        op: &TmuxOp,
        told: Option<String>,
        opened: Result<Done, TmuxError>,
    ) {
        if let Err(error) = opened {
            let why = error.to_string();
            if self.lost_logs.refused.get(name) != Some(&why) {
                tracing::warn!("the log of {name} cannot be opened: {why}");
                self.lost_logs.refused.insert(name.clone(), why);
            }
            return;
        }
        self.lost_logs.refused.remove(name);
        self.lost_logs.has_opened(op);
        if let Some(text) = told {
            tracing::warn!("{name}: {text}");
            self.note_of_log(EntryKind::Outcome, Some(name), text);
        }
    }

    fn alarm_of_name(&mut self, name: &AgentName, file: &Path) {
        let text = format!(
            "{name}: something that is no plain file stands in the place of its log {}, so nobody can read what it \
             prints, and nothing bounds it: delete or move away what is there, and the log is opened again",
            file.display()
        );
        self.alarm_of_log(file, Some(name), text);
    }
}

#[cfg(test)]
mod tests;
