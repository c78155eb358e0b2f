//! What is on the screens? Captured only where something may have changed since the last capture.

use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash as _, Hasher as _};

use agents_config::Fleet;
use agents_decide::{Now, ScreenSeen, Seen};
use agents_names::AgentName;
use agents_tmux::{Driver, Pane, PaneId, TmuxError};

/// The last capture of each pane.
#[derive(Default)]
pub(crate) struct Screens {
    kept: HashMap<PaneId, Kept>,
    /// The last look brought no answer within the time limit.
    pub timed_out: bool,
}

struct Kept {
    /// Tells a pane from another one with its number, on another server.
    pid: u32,
    activity: u64,
    ink: String,
    captured_at: i64,
    screen: ScreenSeen,
}

impl Screens {
    /// The screens of the agents that have a living pane.
    pub async fn look<'f, D: Driver>(
        &mut self,
        driver: &mut D,
        fleet: &Fleet,
        panes: &BTreeMap<&'f AgentName, &Pane>,
        now: Now,
    ) -> BTreeMap<&'f AgentName, Seen<ScreenSeen>> {
        let judged: Vec<(&AgentName, &Pane)> = panes
            .iter()
            .filter(|(name, pane)| fleet.agent(name).is_some() && pane.dead.is_none())
            .map(|(name, pane)| (*name, *pane))
            .collect();
        let wanted: Vec<PaneId> = judged
            .iter()
            .filter(|(_, pane)| !self.is_fresh(pane))
            .map(|(_, pane)| pane.id)
            .collect();
        let captured = if wanted.is_empty() { Vec::new() } else { driver.screens(&wanted).await };
        self.timed_out =
            captured.iter().any(|screen| screen.as_ref().is_err_and(TmuxError::is_time_out));
        let mut captured: HashMap<PaneId, _> = wanted.into_iter().zip(captured).collect();
        let mut seen = BTreeMap::new();
        let mut kept = HashMap::new();
        for (name, pane) in judged {
            let screen = match captured.remove(&pane.id) {
                Some(Ok(screen)) => {
                    let screen =
                        ScreenSeen { digest: digest(&screen.rows), rows: screen.rows.into() };
                    kept.insert(pane.id, keep(pane, &screen, now));
                    Seen::Known(screen)
                }
                Some(Err(TmuxError::Missing { .. })) => Seen::Absent,
                Some(Err(error)) => Seen::Unknown(error.to_string()),
                None => match self.kept.remove(&pane.id) {
                    Some(old) => {
                        let screen = old.screen.clone();
                        kept.insert(pane.id, old);
                        Seen::Known(screen)
                    }
                    None => Seen::Unknown("it was not captured".to_owned()),
                },
            };
            seen.insert(name, screen);
        }
        self.kept = kept;
        seen
    }

    /// tmux dates output by the second, so a capture within that second proves nothing.
    fn is_fresh(&self, pane: &Pane) -> bool {
        self.kept.get(&pane.id).is_some_and(|kept| {
            kept.pid == pane.pid
                && kept.activity == pane.activity
                && kept.ink == pane.ink
                && i64::try_from(pane.activity)
                    .is_ok_and(|activity| kept.captured_at > activity + 1)
        })
    }
}

fn keep(pane: &Pane, screen: &ScreenSeen, now: Now) -> Kept {
    Kept {
        pid: pane.pid,
        activity: pane.activity,
        ink: pane.ink.clone(),
        captured_at: now.wall.timestamp(),
        screen: screen.clone(),
    }
}

fn digest(rows: &[String]) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    rows.hash(&mut hasher);
    hasher.finish()
}
