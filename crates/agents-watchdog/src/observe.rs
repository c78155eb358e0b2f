//! What is there to see? One listing, the screens that changed, and what the place knows.

pub mod git;
pub(crate) mod look;
pub mod phase;
pub(crate) mod screens;
pub mod sessions;
pub(crate) mod shown;

use std::collections::BTreeMap;
use std::sync::Arc;

use agents_config::{Agent, Fleet};
use agents_decide::{
    Base, Life, MemberSeen, Now, Observation, RunId, Seen, ServerSeen, Shown, Stall, Trial, Verb,
    Wanted,
};
use agents_names::AgentName;
use agents_screens::SessionIdFrom;
use agents_tmux::{Driver, Listing, Pane, ServerId, TmuxError};

use crate::ledger::{Ledger, LedgerError};
use crate::neighbour;
use crate::place::{Facts, Need, Place};
use crate::tick::Engine;

use look::{HeldHandoff, Look};
pub(crate) use sessions::session_of;
pub use sessions::tag;

impl<D: Driver, P: Place, L: Ledger> Engine<D, P, L> {
    /// Looks at everything once. Whatever fails becomes `Unknown` in its place.
    ///
    /// # Errors
    /// When the requests cannot be read: who does not know what the operator wants decides nothing.
    pub(crate) async fn observe(
        &mut self,
        fleet: &Fleet,
        now: Now,
        look: Look,
    ) -> Result<Observation, LedgerError> {
        // Before the look: what a request is decided on was seen after it was made.
        let requests = self.ledger.requests()?;
        let look = if requests.is_empty() { look } else { look.max(Look::Whole) };
        self.looked = look;
        let listing = self.list(fleet, look).await;
        let server = self.server_seen(&listing);
        // What another server shows says nothing about the members.
        let shown = listing.as_deref().ok().filter(|_| server.known().is_some());
        let panes = sessions::panes_of_members(fleet, shown);
        let mut screens = self.screens.look(&mut self.driver, fleet, &panes, now).await;
        let hangs = listing.as_ref().is_err_and(TmuxError::is_time_out);
        self.tmux_hangs = hangs || self.screens.timed_out;
        let mut members = BTreeMap::new();
        let mut names: Vec<&AgentName> = sessions::member_names(fleet).collect();
        // What is seen of each is large, and is put where it belongs soonest in the order of the names.
        names.sort_unstable();
        for name in names {
            let pane = panes.get(name);
            let ours = pane.is_some_and(|pane| self.is_ours(fleet, name, pane));
            let digest = screens.get(name).and_then(|screen| screen.known()).map(|it| it.digest);
            let mut need = self.need(fleet, name, (pane.copied(), ours, digest), (look, now));
            // What the operator asks for may need a start, or an end of what is left.
            need.startable |= !requests.is_empty();
            need.processes |= !requests.is_empty() && !need.lives;
            need.strays |= requests.iter().any(|request| match &request.verb {
                Verb::Down { names, whole } => *whole || names.contains(name),
                Verb::Up { .. }
                | Verb::DownUndeclared
                | Verb::Restart { .. }
                | Verb::Phase { .. }
                | Verb::Send { .. }
                | Verb::Pilot { .. }
                | Verb::StopWatchdog => false,
            });
            let is_judged = need.startable;
            let mut facts = self.place.facts(fleet, name, need);
            if let (Some(listing), Some(session)) = (shown, session_of(fleet, name)) {
                let taken = match pane {
                    None => neighbour::taken(fleet, listing, session),
                    Some(pane) if is_judged => neighbour::succeeded(listing, session, pane),
                    Some(_) => None,
                };
                facts.unstartable = taken.or(facts.unstartable);
            }
            let screen = screens.remove(name).unwrap_or(Seen::Absent);
            let shown = self.readings.of(fleet, name, pane.copied(), &screen);
            let pane = pane.copied().map(|pane| (pane, ours));
            let seen = sessions::pane_seen(pane, &server);
            members.insert(name.clone(), self.member_seen(name, seen, (screen, shown), facts));
        }
        let phase = self.state.sequence.as_ref().map(|sequence| sequence.phase().clone());
        let status = phase.map_or(Seen::Absent, |phase| self.place.status(fleet, &phase));
        let (copy, handoff) = self.handoff(fleet).await;
        let socket_lost = listing.is_ok() && !self.driver.has_socket();
        let undeclared = sessions::undeclared(fleet, shown);
        Ok(Observation {
            server,
            hangs,
            socket_lost,
            independent: look == Look::Independent,
            supervised: self.supervises,
            members,
            undeclared,
            status,
            copy,
            handoff,
            requests,
            legacy_position: None,
        })
    }

    /// What the shared branch says. Whoever starts agents first knows from where on it is read: a claim may be pushed
    /// before a fetch has succeeded, and before there is a watchdog that fetches.
    async fn handoff(&mut self, fleet: &Fleet) -> HeldHandoff {
        if let Some(held) = self.held.take() {
            return held;
        }
        let Some(handoff) = fleet.loop_plan.as_ref().and_then(|plan| plan.handoff.as_ref()) else {
            return (None, Seen::Absent);
        };
        let mut base = self.state.handoff.base.clone();
        let mut copy = None;
        if !self.state.handoff.has_begun(handoff) {
            let found = self.place.copy_of_branch(fleet).await;
            base = Base::of_copy(&found);
            copy = Some(found);
        }
        let fetched = if self.supervises { self.place.handoff(fleet, &base) } else { Seen::Absent };
        (copy, fetched)
    }

    fn member_seen(
        &self,
        name: &AgentName,
        pane: Seen<agents_decide::PaneSeen>,
        (screen, shown): (Seen<agents_decide::ScreenSeen>, Option<Shown>),
        facts: Facts,
    ) -> MemberSeen {
        let Facts {
            exit,
            log_age,
            log_dated,
            log_size,
            processes,
            unstartable,
            began,
            roots,
            strays,
            job,
            resume_id,
            conversation,
            wake_text,
            told,
            heard,
            analysis,
        } = facts;
        let start_failed = self.failed.get(name).cloned();
        let unheard = self.unheard.contains(name);
        MemberSeen {
            pane,
            screen,
            shown,
            told,
            heard,
            conversation,
            exit,
            log_age,
            log_dated,
            log_size,
            processes,
            job,
            unstartable,
            start_failed,
            began,
            roots,
            strays,
            unheard,
            resume_id,
            wake_text,
            analysis,
        }
    }

    /// Neither no answer on the socket nor that of another server proves anything while the server's process lives.
    fn server_seen(&mut self, listing: &Result<Arc<Listing>, TmuxError>) -> Seen<ServerSeen> {
        let before = self.state.server;
        match listing {
            Ok(listing) => {
                let ServerId { pid, start_time } = listing.server;
                let seen = ServerSeen { pid, start_time };
                match before.filter(|before| self.lives_behind(*before, seen)) {
                    Some(before) => Seen::Unknown(format!(
                        "tmux server {pid} answers on the socket, but tmux server {}, which holds the fleet, still lives, and is asked to take its socket back",
                        before.pid
                    )),
                    None => Seen::Known(seen),
                }
            }
            Err(TmuxError::NoServer { socket }) => match before {
                Some(server) if self.driver.is_alive(id_of(server)) => Seen::Unknown(format!(
                    "nothing answers on {socket}, but tmux server {} still lives, and is asked to make its socket anew",
                    server.pid
                )),
                Some(_) | None => Seen::Absent,
            },
            Err(error) => Seen::Unknown(error.to_string()),
        }
    }

    /// Whether the fleet's server lives behind another one, that somebody started where its socket was removed. One of
    /// the same process id is its successor, and one that holds nobody of ours is no loss.
    fn lives_behind(&self, before: ServerSeen, seen: ServerSeen) -> bool {
        let holds = |life: &Life| match life {
            Life::Up { .. }
            | Life::Missing { .. }
            | Life::Starting { .. }
            | Life::Stopping { .. } => true,
            Life::Stopped { .. } | Life::Due { .. } | Life::Parked { .. } => false,
        };
        before.pid != seen.pid
            && self.state.members.values().any(|member| holds(&member.life))
            && self.driver.is_alive(id_of(before))
    }

    /// Which facts this look needs of a member.
    fn need(
        &self,
        fleet: &Fleet,
        name: &AgentName,
        (pane, ours, digest): (Option<&Pane>, bool, Option<u64>),
        (look, now): (Look, Now),
    ) -> Need {
        // One that is back in the file may run, or have left processes, as one that never left it.
        let left = || self.state.left.get(name).map(|left| &left.member);
        let member = self.state.members.get(name).or_else(left);
        let starts = member.is_some_and(|member| matches!(member.life, Life::Starting { .. }));
        let stops = member.is_some_and(|member| matches!(member.life, Life::Stopping { .. }));
        let run = member.and_then(|member| run_of_life(&member.life).or(member.last_run));
        // A stranger under the name of a session that was ended is no sign of life.
        let alive = pane.is_some_and(|pane| pane.dead.is_none()) && (ours || !stops);
        let still = member.is_some_and(|member| {
            let since = member.activity.evidence_at.or(member.activity.changed_at);
            since.is_some_and(|since| now.at.since(since).as_secs() >= 2)
        });
        // What an error on its screen is held against must not work, whatever a capture caught of it.
        let is_suspected = member
            .and_then(|member| member.suspicion.as_ref())
            .is_some_and(|suspicion| suspicion.trial == Trial::Open);
        let is_halted = member.is_some_and(|member| member.suspended.is_some());
        let up = member.is_some_and(|member| matches!(member.life, Life::Up { .. }));
        let stalls = fleet.agent(name).is_some_and(|agent| {
            let stall_idle = fleet.backend_of(agent).stall_idle;
            let rests = || {
                member.is_some_and(|member| {
                    look::is_changed(member, digest) || look::rests(member, stall_idle, now)
                })
            };
            agent.watch == agents_config::Watch::HealStall && !(look == Look::Light && rests())
        });
        let wake_due = member.is_some_and(|member| member.wake_at.is_some_and(|due| due <= now.at));
        let judged = up && alive && !self.recent_start(member, now);
        let began = member.and_then(|member| member.began).filter(|(of, _)| Some(*of) == run);
        // One that dies at once leaves its record before its session goes.
        let is_fresh = began.is_none_or(|(_, at)| now.at.since(at).as_secs() < 2);
        let roots = member.and_then(|member| member.roots.clone());
        Need {
            run,
            launcher: pane.filter(|pane| ours && pane.dead.is_none()).map(|pane| pane.pid),
            roots: roots.filter(|roots| Some(roots.run) == run),
            // One that began, and lost its session before a look found it, is not waited for.
            beginning: (alive || starts) && began.is_none(),
            end: !alive || !up || is_fresh,
            lives: alive,
            processes: match member.map(|member| &member.life) {
                Some(Life::Up { .. }) => !alive || (still && stalls) || is_suspected,
                // Whether it has gone, and all of it, is just being asked.
                Some(Life::Missing { .. } | Life::Starting { .. } | Life::Stopping { .. }) => {
                    !alive
                }
                // Reading the processes of the machine takes longer than all the rest of a look.
                Some(Life::Stopped { .. } | Life::Due { .. } | Life::Parked { .. }) | None => false,
            },
            strays: stops,
            // One file for each: a light look reads it of those alone whose processes it reads as well. Before anything is
            // typed comes a whole look.
            job: up
                && alive
                && fleet.agent(name).is_some()
                && (look != Look::Light || (still && stalls) || is_suspected || is_halted),
            // A running member is restarted only on a suspicion that an earlier tick had.
            startable: !judged
                || member.is_some_and(|member| matches!(member.stall, Stall::Suspect { .. }))
                || member.is_some_and(|member| member.suspicion.is_some())
                || member.is_none_or(|member| member.wanted == Wanted::Unsaid),
            wake: wake_due,
            conversation: alive
                && up
                && fleet.agent(name).is_some_and(|it| leaves_record(fleet, it)),
            own: member
                .and_then(|member| member.conversations.own())
                .filter(|own| Some(own.run) == run)
                .map(|own| own.id.clone()),
        }
    }

    /// Whether a pane carries our tag for this member, or holds the launcher of its last run.
    fn is_ours(&mut self, fleet: &Fleet, name: &AgentName, pane: &Pane) -> bool {
        if let Some(id) = &pane.agent_id {
            return sessions::tagged(fleet, id) == Some(name.as_str());
        }
        let last = self.state.members.get(name).and_then(|member| member.last_run);
        let run = run_of(pane.run.as_deref()).or(last);
        run.is_some_and(|run| self.place.has_launched(name, run, pane.pid))
    }

    fn recent_start(&self, member: Option<&agents_decide::Member>, now: Now) -> bool {
        member.is_some_and(|member| match &member.life {
            Life::Up { since, .. } => now.at.since(*since).as_secs() < 2,
            _ => false,
        })
    }
}

fn id_of(server: ServerSeen) -> ServerId {
    ServerId { pid: server.pid, start_time: server.start_time }
}

/// Whether a pane's program tells anything: one backend's could be found where another's belongs, and a preset's rules
/// read it.
fn tells_programs_apart(fleet: &Fleet) -> bool {
    if fleet.backends.values().any(|backend| backend.preset.is_some()) {
        return true;
    }
    let mut names = fleet.backends.values().filter_map(|backend| backend.process_name.as_ref());
    let first = names.next();
    names.any(|name| Some(name) != first)
}

/// Whether the program chooses the id of its conversation, and keeps a record that tells it.
fn leaves_record(fleet: &Fleet, agent: &Agent) -> bool {
    let preset = fleet.backend_of(agent).preset.as_ref();
    let launch = preset.and_then(|preset| preset.head().launch.as_ref());
    launch.is_some_and(|launch| {
        let session = &launch.session;
        session.choose.is_empty() && session.from.contains(&SessionIdFrom::Transcript)
    })
}

/// The run that a session's tag names.
pub(crate) fn run_of(tag: Option<&str>) -> Option<RunId> {
    tag?.strip_prefix('r')?.parse().ok().map(RunId)
}

/// The run that a life is about; after the loss of a store only the session's tag tells it.
fn run_of_life(life: &Life) -> Option<RunId> {
    match life {
        Life::Up { run, .. } | Life::Missing { run, .. } | Life::Stopping { run, .. } => *run,
        Life::Starting { run, .. } => Some(*run),
        Life::Stopped { .. } | Life::Due { .. } | Life::Parked { .. } => None,
    }
}
