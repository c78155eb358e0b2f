//! Which limits and refused logins hold which agents, who says so, and when is that looked at again?

#[cfg(test)]
mod tests;

use agents_config::{Agent, Fleet};
use agents_decide::{Account, FleetState, GoesOn, Life, Limit, Member, Moment, Now, program};
use agents_names::AgentName;
use chrono::{DateTime, TimeDelta, Utc};

/// One hold, as `agents limits` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldView {
    pub kind: HoldKind,
    /// `None`: the hold concerns one agent only.
    pub account: Option<String>,
    /// Everybody who is held by it.
    pub agents: Vec<AgentName>,
    /// Those of them that met it themselves.
    pub limited: Vec<AgentName>,
    pub since: Moment,
    /// What says so, and in which words.
    pub evidence: Option<Evidence>,
    /// The announced end, without the slack.
    pub reset: Option<DateTime<Utc>>,
    /// Who is probed next, and when at the latest.
    pub probe: Option<(AgentName, Moment)>,
    /// How many probes were in vain.
    pub probes: u32,
    /// The program goes on by itself when the window ends.
    pub goes_on: bool,
    /// Who would be probed is down: nobody is probed until it is up.
    pub down: Option<AgentName>,
}

/// What a hold is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldKind {
    /// The provider refuses work until the allowance begins anew.
    Limit,
    /// The provider serves again; agents go on one by one.
    Opening,
    /// A key or a login is refused: no time ends that.
    Login,
}

impl HoldKind {
    /// The word in `--json` output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::Opening => "opening",
            Self::Login => "login",
        }
    }
}

/// Where a hold comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    pub agent: AgentName,
    /// The record's line, the hook, or the rule of the screen.
    pub source: String,
    pub text: String,
}

/// All holds: those of accounts first, then those of single agents, then logins.
#[must_use]
pub fn holds(fleet: &Fleet, state: &FleetState, now: &Now) -> Vec<HoldView> {
    let judged = program::judged(fleet, state);
    let look = Look { fleet: &judged, state, now };
    let accounts = state.accounts.iter().filter_map(|(name, account)| look.account(name, account));
    let single = judged.agents.iter().filter_map(|agent| look.single(agent));
    let logins = judged.agents.iter().filter_map(|agent| look.login(agent));
    accounts.chain(single).chain(logins).collect()
}

struct Look<'a> {
    fleet: &'a Fleet,
    state: &'a FleetState,
    now: &'a Now,
}

impl<'a> Look<'a> {
    fn member(&self, name: &AgentName) -> Option<&'a Member> {
        self.state.members.get(name)
    }

    fn of_account(&self, account: &str) -> Vec<&'a AgentName> {
        let agents = self.fleet.agents.iter();
        let same = agents.filter(|agent| self.fleet.account_of(agent) == Some(account));
        same.map(|agent| &agent.name).collect()
    }

    fn is_limited(&self, name: &AgentName) -> bool {
        self.member(name).is_some_and(|member| member.limit.silences())
    }

    fn account(&self, name: &str, account: &Account) -> Option<HoldView> {
        let mut agents = self.of_account(name);
        let (kind, since, canary, not_before) = match account {
            Account::Closed(closed) => {
                (HoldKind::Limit, closed.since, &closed.canary, closed.not_before)
            }
            Account::Opening(opening) => {
                agents.retain(|name| opening.waits(name));
                (HoldKind::Opening, opening.since, &opening.canary, opening.next_at)
            }
        };
        if agents.is_empty() {
            return None;
        }
        let limited = agents.iter().copied().filter(|name| self.is_limited(name));
        let limited = limited.cloned().collect();
        let agents: Vec<AgentName> = agents.into_iter().cloned().collect();
        let view = match kind {
            HoldKind::Limit => self.window(canary, since, not_before),
            HoldKind::Opening | HoldKind::Login => {
                let next = agents.first().map(|next| (next.clone(), not_before));
                HoldView { probe: next, ..blank(kind, since) }
            }
        };
        Some(HoldView { account: Some(name.to_owned()), agents, limited, ..view })
    }

    /// An agent that is limited, and whose account says nothing of it.
    fn single(&self, agent: &Agent) -> Option<HoldView> {
        let told = self.fleet.account_of(agent).and_then(|name| self.state.accounts.get(name));
        let is_told = match told {
            Some(Account::Closed(_)) => true,
            Some(Account::Opening(opening)) => opening.waits(&agent.name),
            None => false,
        };
        if is_told || !self.is_limited(&agent.name) {
            return None;
        }
        let since = match &self.member(&agent.name)?.limit {
            Limit::Held { since, .. } | Limit::Probing { since, .. } => *since,
            Limit::Clear { .. } => return None,
        };
        let names = vec![agent.name.clone()];
        let view = self.window(&agent.name, since, Moment::default());
        Some(HoldView { agents: names.clone(), limited: names, ..view })
    }

    /// What the window of one agent says.
    fn window(&self, name: &AgentName, since: Moment, not_before: Moment) -> HoldView {
        let blank = blank(HoldKind::Limit, since);
        let Some(member) = self.member(name) else { return blank };
        let is_down = matches!(member.life, Life::Stopped { .. });
        let down = is_down.then(|| name.clone());
        let said = |source: String, text: &str| {
            Some(Evidence { agent: name.clone(), source, text: text.trim().to_owned() })
        };
        match &member.limit {
            Limit::Held { probe_at, until, banner, probes, source, goes_on, .. } => {
                let slack = TimeDelta::from_std(self.fleet.timing.limit_reset_slack);
                let by_wall = until.map(|until| {
                    self.now.at.after((until - self.now.wall).to_std().unwrap_or_default())
                });
                let probe_at = by_wall.map_or(*probe_at, |by_wall| by_wall.min(*probe_at));
                let goes_on = *goes_on != GoesOn::No;
                HoldView {
                    evidence: said(source.to_string(), banner),
                    reset: until.map(|until| until - slack.unwrap_or_default()),
                    probe: (!goes_on && !is_down).then(|| (name.clone(), probe_at.max(not_before))),
                    down,
                    probes: *probes,
                    goes_on,
                    ..blank
                }
            }
            Limit::Probing { since, banner, probes, source, .. } => HoldView {
                evidence: said(source.to_string(), banner),
                probe: (!is_down).then(|| (name.clone(), *since)),
                down,
                probes: *probes,
                ..blank
            },
            Limit::Clear { .. } => blank,
        }
    }

    fn login(&self, agent: &Agent) -> Option<HoldView> {
        let login = self.member(&agent.name)?.login.as_ref().filter(|login| login.confirmed)?;
        let account = self.fleet.account_of(agent);
        let (text, source) = (login.text.trim().to_owned(), login.place.clone());
        Some(HoldView {
            account: account.map(str::to_owned),
            agents: account.map_or_else(
                || vec![agent.name.clone()],
                |account| self.of_account(account).into_iter().cloned().collect(),
            ),
            limited: vec![agent.name.clone()],
            evidence: Some(Evidence { agent: agent.name.clone(), source, text }),
            ..blank(HoldKind::Login, login.since)
        })
    }
}

fn blank(kind: HoldKind, since: Moment) -> HoldView {
    HoldView {
        kind,
        account: None,
        agents: Vec::new(),
        limited: Vec::new(),
        since,
        evidence: None,
        reset: None,
        probe: None,
        probes: 0,
        goes_on: false,
        down: None,
    }
}
