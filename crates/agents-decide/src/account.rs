//! Does a provider serve an account? The first of its agents that is limited holds all of them, and one probe tells for
//! all.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::time::Duration;

use agents_config::Agent;
use agents_names::AgentName;

use crate::draft::{Declared, Draft};
use crate::life::Life;
use crate::limit::{self, GoesOn};
use crate::state::Member;
use crate::{Limit, Moment};

/// A limit that comes back so soon after the account was found open is the same one.
const SAME_WINDOW: Duration = Duration::from_secs(10 * 60);

/// So long after its probe was due an agent has told nothing, and another one is asked.
const CANARY_PATIENCE: Duration = Duration::from_secs(5 * 60);

/// An account whose agents are held. One that serves has no entry in the state.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Account {
    /// Its allowance is used up.
    Closed(Closed),
    /// One of its agents was served, or none is left that could tell: the others follow one by one.
    Opening(Reopening),
}

/// [`Account::Closed`].
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Closed {
    pub since: Moment,
    /// Who met the limit first.
    pub first: AgentName,
    /// The one that is probed.
    pub canary: AgentName,
    /// How many times the account closed again right after it had opened.
    pub tries: u32,
    /// Nobody is probed before.
    pub not_before: Moment,
}

/// [`Account::Opening`].
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reopening {
    pub since: Moment,
    pub canary: AgentName,
    /// When the next one goes on.
    pub next_at: Moment,
    /// Those that went on already.
    pub followed: BTreeSet<AgentName>,
    /// As in [`Closed`].
    pub tries: u32,
}

/// What the machine says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum AccountNote {
    /// Of the fleet: the account is held from now on.
    Closed { account: String, first: AgentName },
    /// Of the fleet: another agent is probed from now on.
    ProbesAnother { account: String, canary: AgentName },
    /// Of the fleet: its agents go on, one by one.
    Opening { account: String, canary: AgentName },
    /// Of an agent that is not limited itself.
    Held { account: String, canary: AgentName },
    /// Of an agent whose turn to go on comes by then.
    Follows { account: String, at: Moment },
}

/// Judges all accounts, before their agents are judged.
pub(crate) fn step(draft: &mut Draft<'_>) {
    if !draft.seen.supervised {
        return;
    }
    for (name, account) in std::mem::take(&mut draft.next.accounts) {
        let agents = agents_of(draft, &name);
        let next = match account {
            _ if agents.is_empty() => None,
            Account::Closed(closed) => Some(closed.step(draft, &name, &agents)),
            Account::Opening(opening) => opening.step(draft, &agents),
        };
        draft.next.accounts.extend(next.map(|account| (name, account)));
    }
}

/// An agent has met the limit: at first, or again after its probe.
pub(crate) fn limited(draft: &mut Draft<'_>, agent: &Agent) {
    let Some(name) = draft.fleet.account_of(agent) else { return };
    let now = draft.now.at;
    let canary = agent.name.clone();
    let closed = match draft.next.accounts.get_mut(name) {
        Some(Account::Closed(closed)) => {
            if closed.canary == canary {
                closed.not_before = now;
            }
            return;
        }
        Some(Account::Opening(opening)) if now.since(opening.since) < SAME_WINDOW => {
            let tries = opening.tries.saturating_add(1);
            let not_before = now.after(limit::pause(&draft.fleet.timing, tries));
            Closed { since: now, first: canary.clone(), canary, tries, not_before }
        }
        Some(Account::Opening(_)) | None => {
            Closed { since: now, first: canary.clone(), canary, tries: 0, not_before: now }
        }
    };
    draft.next.accounts.insert(name.to_owned(), Account::Closed(closed));
    if agents_of(draft, name).len() > 1 {
        let (account, first) = (name.to_owned(), agent.name.clone());
        draft.note_fleet(AccountNote::Closed { account, first });
    }
}

/// An agent is limited no longer. `works`: it was seen at work.
pub(crate) fn lifted(draft: &mut Draft<'_>, agent: &Agent, works: bool) {
    let Some(name) = draft.fleet.account_of(agent) else { return };
    let now = draft.now.at;
    match draft.next.accounts.get_mut(name) {
        Some(Account::Opening(opening)) => drop(opening.followed.insert(agent.name.clone())),
        Some(Account::Closed(closed)) if works || closed.canary == agent.name => {
            let (tries, canary) = (closed.tries, agent.name.clone());
            let next_at = now.after(draft.fleet.timing.account_stagger);
            let opening = open(draft, name, Reopening::at(now, next_at, canary, tries));
            draft.next.accounts.insert(name.to_owned(), opening);
        }
        Some(Account::Closed(_)) | None => {}
    }
}

/// Whether an agent that is limited itself waits for another one's probe, or for its turn after it.
pub(crate) fn is_probed_later(draft: &Draft<'_>, agent: &Agent) -> bool {
    match entry(draft, agent) {
        None => false,
        Some((_, Account::Closed(closed))) => {
            closed.canary != agent.name || draft.now.at < closed.not_before
        }
        Some((_, Account::Opening(opening))) => !opening.has_gone_on(agent),
    }
}

/// Whether the alarms of another agent tell of the same limit.
pub(crate) fn is_spoken_for(draft: &Draft<'_>, agent: &Agent) -> bool {
    let account = entry(draft, agent).map(|(_, account)| account);
    matches!(account, Some(Account::Closed(closed)) if closed.canary != agent.name)
}

/// Why a member that is not limited itself is held all the same.
pub(crate) fn hold(draft: &Draft<'_>, what: Declared<'_>) -> Option<AccountNote> {
    let Declared::Agent(agent) = what else { return None };
    let (account, state) = entry(draft, agent)?;
    let account = account.to_owned();
    match state {
        Account::Closed(closed) if closed.canary == agent.name => None,
        Account::Closed(closed) => {
            Some(AccountNote::Held { account, canary: closed.canary.clone() })
        }
        Account::Opening(opening) if opening.has_gone_on(agent) => None,
        Account::Opening(opening) => Some(AccountNote::Follows { account, at: opening.next_at }),
    }
}

fn entry<'d>(draft: &'d Draft<'_>, agent: &Agent) -> Option<(&'d str, &'d Account)> {
    let name = draft.fleet.account_of(agent)?;
    draft.next.accounts.get_key_value(name).map(|(name, account)| (name.as_str(), account))
}

fn agents_of<'a>(draft: &Draft<'a>, account: &str) -> Vec<&'a Agent> {
    let fleet = draft.fleet;
    fleet.agents.iter().filter(|agent| fleet.account_of(agent) == Some(account)).collect()
}

fn open(draft: &mut Draft<'_>, name: &str, opening: Reopening) -> Account {
    draft.look_in(opening.next_at.since(draft.now.at));
    if agents_of(draft, name).len() > 1 {
        let (account, canary) = (name.to_owned(), opening.canary.clone());
        draft.note_fleet(AccountNote::Opening { account, canary });
    }
    Account::Opening(opening)
}

impl Closed {
    /// Whoever is to tell must be able to: inside its window, and not stuck in it.
    fn step(mut self, draft: &mut Draft<'_>, name: &str, agents: &[&Agent]) -> Account {
        let now = draft.now.at;
        let able = |agent: &&&Agent| {
            let member = draft.next.members.get(&agent.name);
            member.is_some_and(|member| self.can_tell(member, now))
        };
        let able: Vec<AgentName> =
            agents.iter().filter(able).map(|agent| agent.name.clone()).collect();
        let canary = draft.next.members.get(&self.canary);
        let runs = canary.is_some_and(runs);
        // One that died tells only when it is started again, after its window.
        if able.contains(&self.canary) && (runs || able.len() == 1) {
            if now < self.not_before {
                draft.look_in(self.not_before.since(now));
            }
            return Account::Closed(self);
        }
        let rank = |name: &&AgentName| draft.next.members.get(name).map(rank);
        let Some(next) = able.iter().min_by_key(rank).cloned() else {
            return open(draft, name, Reopening::at(now, now, self.canary, self.tries));
        };
        if next == self.canary {
            return Account::Closed(self);
        }
        self.canary = next.clone();
        draft.note_fleet(AccountNote::ProbesAnother { account: name.to_owned(), canary: next });
        Account::Closed(self)
    }

    fn can_tell(&self, member: &Member, now: Moment) -> bool {
        let Some((due, _)) = member.limit.due() else { return false };
        let late = now.since(due.max(self.not_before));
        let is_stuck = late > CANARY_PATIENCE || (member.asks.is_some() && !late.is_zero());
        let is_there = match member.life {
            Life::Up { .. } | Life::Missing { .. } | Life::Due { .. } | Life::Starting { .. } => {
                true
            }
            Life::Stopped { .. } | Life::Stopping { .. } | Life::Parked { .. } => false,
        };
        is_there && !is_stuck
    }
}

fn runs(member: &Member) -> bool {
    matches!(member.life, Life::Up { .. } | Life::Missing { .. })
}

/// One that runs and takes a probe tells soonest; the least is the best.
fn rank(member: &Member) -> (bool, bool, Option<Moment>) {
    let goes_on = match &member.limit {
        Limit::Held { goes_on, .. } => *goes_on != GoesOn::No,
        Limit::Clear { .. } | Limit::Probing { .. } => false,
    };
    (!runs(member), goes_on, member.limit.due().map(|(at, _)| at))
}

impl Reopening {
    /// Whether an agent of the account has not gone on yet.
    #[must_use]
    pub fn waits(&self, name: &AgentName) -> bool {
        self.canary != *name && !self.followed.contains(name)
    }

    fn at(since: Moment, next_at: Moment, canary: AgentName, tries: u32) -> Self {
        Self { since, canary, next_at, followed: BTreeSet::new(), tries }
    }

    fn has_gone_on(&self, agent: &Agent) -> bool {
        !self.waits(&agent.name)
    }

    /// One more goes on, when its time has come; `None`: the account is open as if nothing had been.
    fn step(mut self, draft: &mut Draft<'_>, agents: &[&Agent]) -> Option<Account> {
        let now = draft.now;
        let mut waiting = Vec::new();
        for agent in agents.iter().filter(|agent| !self.has_gone_on(agent)) {
            let Some(member) = draft.next.members.get(&agent.name) else { continue };
            match member.life {
                Life::Up { .. }
                | Life::Missing { .. }
                | Life::Due { .. }
                | Life::Starting { .. } => {
                    waiting.push(&agent.name);
                }
                // Nobody is at work there who could be refused.
                Life::Stopped { .. } | Life::Stopping { .. } | Life::Parked { .. } => {}
            }
        }
        if now.at >= self.next_at
            && let Some(&name) = waiting.first()
        {
            waiting.remove(0);
            self.followed.insert(name.clone());
            let member = draft.member(name);
            member.limit.follow(now);
            // That it rested while it was held is no stall.
            member.activity.evidence_at = member.activity.evidence_at.max(Some(now.at));
            self.next_at = now.at.after(draft.fleet.timing.account_stagger);
        }
        if !waiting.is_empty() {
            draft.look_in(self.next_at.since(now.at));
        }
        let is_settled = now.at.since(self.since) >= SAME_WINDOW;
        (!waiting.is_empty() || !is_settled).then_some(Account::Opening(self))
    }
}
