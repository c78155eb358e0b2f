//! Whose log has ended while its program goes on, and how does it go on? A disk that was full ends the writer of a log,
//! and so does whoever turns a pane's pipe off.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use agents_config::Fleet;
use agents_names::{AgentName, SessionName};
use agents_tmux::{Driver, Listing, TmuxOp};

use crate::observe::{sessions::panes_of_members, tag};
use crate::place::log_file;
use crate::run::Reign;

/// Asking all panes takes a request, which not every tick is to make.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(10);

/// When was looked last, and whose log had ended then.
#[derive(Debug, Default)]
pub(crate) struct LostLogs {
    looked_at: Option<Instant>,
    ended: BTreeSet<AgentName>,
}

impl LostLogs {
    fn is_due(&self) -> bool {
        self.looked_at.is_none_or(|at| at.elapsed() >= LOOKED_AT_EVERY)
    }

    /// Says once what has ended and what goes on; returns what is to be attached.
    fn judge(&mut self, fleet: &Fleet, listing: &Listing) -> Vec<(AgentName, TmuxOp)> {
        let mut ops = Vec::new();
        for (name, pane) in panes_of_members(fleet, Some(listing)) {
            let is_ours = pane.agent_id.as_deref() == Some(tag(fleet, &name).as_str());
            let Some(session) = logged_session(fleet, &name).filter(|_| is_ours) else { continue };
            if pane.logged || pane.dead.is_some() {
                if self.ended.remove(&name) && pane.logged {
                    tracing::info!(
                        "what {name} prints is logged again; what it printed before is not"
                    );
                }
                continue;
            }
            let log = log_file(fleet, session);
            if self.ended.insert(name.clone()) {
                tracing::warn!(
                    "the log of {name} had ended, so it is opened again: {}",
                    log.display()
                );
            }
            ops.push((name, TmuxOp::AttachLog { pane: pane.id, log }));
        }
        ops
    }
}

/// The session whose pane is to be logged; `None` for a member that is not.
fn logged_session<'a>(fleet: &'a Fleet, name: &AgentName) -> Option<&'a SessionName> {
    let agent = fleet.agent(name).filter(|agent| agent.log).map(|agent| &agent.session);
    let service = || fleet.service(name).filter(|service| service.log).map(|it| &it.session);
    agent.or_else(service)
}

impl<D: Driver> Reign<D> {
    /// Opens the logs again that have ended under a program that goes on.
    pub(crate) async fn mend_logs(&mut self) {
        let can_ask = self.engine.supervises && !self.engine.tmux_hangs;
        if !can_ask || !self.lost_logs.is_due() {
            return;
        }
        self.lost_logs.looked_at = Some(Instant::now());
        // Whatever is wrong with tmux is told by the ticks.
        let Ok(listing) = self.engine.driver.list_briefly().await else { return };
        for (name, op) in self.lost_logs.judge(self.config.fleet(), &listing) {
            if let Err(error) = self.engine.driver.apply(&op).await {
                tracing::warn!("the log of {name} cannot be opened: {error}");
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests;
