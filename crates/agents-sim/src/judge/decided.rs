//! Was what was decided allowed, as things really were?

use std::time::Duration;

use agents_config::Fleet;
use agents_decide::stall::promise::{self, Promise};
use agents_decide::{Action, Answer, FleetState, Life, Limit, Member, RequestId, Stall, Verb, Why};
use agents_names::AgentName;
use agents_watchdog::tick::Ticked;
use chrono::TimeDelta;

use super::{Judge, Judged};

/// Over the whole fleet, at most so many automatic starts in the span.
const FLEET_STARTS: usize = 3;
const FLEET_SPAN: Duration = Duration::from_secs(10);
/// A banner rounds its time down, and the hold is counted from the next look.
const SLACK: Duration = Duration::from_secs(60);
/// A look and a second one lie between what happens and what is decided.
const LOOKS: Duration = Duration::from_secs(2);
/// The simulated programs promise no longer than this, or for years, which nobody honours.
const LONGEST_PROMISE: TimeDelta = TimeDelta::minutes(30);
/// So long a member that left the file is remembered.
const REMEMBERED_FOR: Duration = Duration::from_secs(24 * 3600);
/// No member is owed more than this.
const MESSAGES: usize = 60;

impl Judge {
    pub(super) fn decided(&mut self, tick: &Judged<'_>, ticked: &Ticked, found: &mut Vec<String>) {
        self.heed(tick.fleet, &ticked.decision.next);
        // Whoever comes back into the file after a day is new, and a new member is started whatever was asked of an earlier
        // one of its name. A machine whose clock was set forward while it was off has been off for days, as far as it knows.
        let (now, left) = (ticked.now.at, &self.left);
        self.down
            .retain(|name| left.get(name).is_none_or(|since| now.since(*since) < REMEMBERED_FOR));
        for action in &ticked.decision.actions {
            if let Some(name) = action.about().filter(|name| !tick.is_declared(name)) {
                undeclared(name, action, tick, ticked, found);
            }
            match action {
                Action::Start { name, why, run, .. } => {
                    // Asked for again, since nothing was seen of it. What a person or a phase asked for gives a whole budget
                    // with each request of it: the decision of the first may have died with a watchdog, unjudged.
                    let known = tick.before.state.members.get(name);
                    let is_again = known.is_some_and(|member| {
                        matches!(&member.life, Life::Starting { run: of, .. } if of == run)
                    });
                    if is_whole(why) {
                        self.starts.remove(name);
                    } else if !is_again {
                        self.start(name, why, tick, ticked, found);
                    }
                }
                Action::Stop { name, why, .. } => {
                    stop(name, why, tick, found);
                    promised(name, why, tick, ticked, found);
                    confirmed(name, why, tick, found);
                }
                Action::Reply { request, answers } => {
                    let is_down = |verb: &Verb| matches!(verb, Verb::Down { .. });
                    let mut all = asked_for(tick, ticked);
                    if all.any(|(id, verb)| id == *request && is_down(verb)) {
                        down(answers, tick, found);
                    }
                }
                Action::Exit => {
                    let may = |verb: &Verb| {
                        matches!(verb, Verb::Down { whole: true, .. } | Verb::StopWatchdog)
                    };
                    if !asked_for(tick, ticked).any(|(_, verb)| may(verb)) {
                        found.push("L5: the watchdog ends, and nobody asked for that".to_owned());
                    }
                }
                Action::Type { .. }
                | Action::Submit { .. }
                | Action::Choose { .. }
                | Action::Analyze { .. }
                | Action::EndAnalysis { .. }
                | Action::RestoreSocket { .. }
                | Action::LookAgain
                | Action::WritePosition { .. }
                | Action::MarkComplete { .. }
                | Action::ClearComplete
                | Action::StopUndeclared { .. }
                | Action::Alarm { .. } => {}
            }
        }
        for (name, member) in &ticked.decision.next.members {
            bounded(name, member, tick, ticked, found);
        }
        blind(tick, ticked, found);
    }

    /// Who has left the file, also where the decision that forgets it dies with its watchdog, as many in a row may.
    pub(super) fn see_off(&mut self, before: &FleetState) {
        self.left.retain(|name, _| !before.members.contains_key(name));
        for (name, left) in &before.left {
            // A verb about one that was forgotten meanwhile makes no later leaving of it.
            self.left.entry(name.clone()).or_insert(left.since);
        }
    }

    /// Whoever is asked for begins with a whole budget, and is down no longer: from the decision on that took it up.
    pub(super) fn heed(&mut self, fleet: &Fleet, state: &FleetState) {
        while self.asked.front().is_some_and(|(id, _)| *id <= state.last_request) {
            if let Some((_, verb)) = self.asked.pop_front() {
                self.heed_one(fleet, state, &verb);
            }
        }
    }

    fn heed_one(&mut self, fleet: &Fleet, state: &FleetState, verb: &Verb) {
        match verb {
            Verb::Up { whole: true, .. } => {
                self.starts.clear();
                self.down.clear();
            }
            Verb::Up { names, .. } | Verb::Restart { names, .. } => {
                self.starts.retain(|name, _| !names.contains(name));
                self.down.retain(|name| !names.contains(name));
            }
            Verb::Phase { .. } => {
                let is_loop = |name: &AgentName| {
                    let agent = fleet.agent(name);
                    agent.is_some_and(|agent| agent.kind == agents_config::Kind::Loop)
                };
                self.starts.retain(|name, _| !is_loop(name));
            }
            Verb::Down { names, whole } => {
                self.down.extend(names.iter().cloned());
                if *whole {
                    self.down.extend(state.members.keys().cloned());
                }
            }
            Verb::DownUndeclared | Verb::Send { .. } | Verb::Pilot { .. } | Verb::StopWatchdog => {}
        }
    }

    fn start(
        &mut self,
        name: &AgentName,
        why: &Why,
        tick: &Judged<'_>,
        ticked: &Ticked,
        found: &mut Vec<String>,
    ) {
        if self.down.contains(name) {
            found.push(format!("I17: {name} was asked down, and is started ({why:?})"));
        }
        let now = ticked.now.at;
        if let Some(Limit::Held { probe_at, until, .. }) =
            tick.before.state.members.get(name).map(|member| &member.limit)
            && *probe_at > now
            && until.is_none_or(|until| until > ticked.now.wall)
        {
            found.push(format!("I3: {name} is started inside its usage window ({why:?})"));
        }
        let timing = &tick.fleet.timing;
        let starts = self.starts.entry(name.clone()).or_default();
        starts.push(now);
        starts.retain(|start| now.since(*start) < timing.restart_window);
        if starts.len() > timing.restart_limit as usize {
            let (count, window) = (starts.len(), timing.restart_window);
            found.push(format!("I7: {name} is started {count} times within {window:?} ({why:?})"));
        }
        self.fleet_starts.push(now);
        self.fleet_starts.retain(|start| now.since(*start) < FLEET_SPAN);
        if self.fleet_starts.len() > FLEET_STARTS {
            let count = self.fleet_starts.len();
            found.push(format!("I7: the fleet has {count} automatic starts within {FLEET_SPAN:?}"));
        }
    }
}

/// Whether who is started for this begins with a whole budget.
fn is_whole(why: &Why) -> bool {
    matches!(why, Why::Asked | Why::Phase { .. } | Why::SequenceComplete)
}

/// What the operator waits for.
fn asked_for<'a>(
    tick: &'a Judged<'_>,
    ticked: &'a Ticked,
) -> impl Iterator<Item = (RequestId, &'a Verb)> {
    let open = tick.before.state.open.iter().map(|open| (open.id, &open.verb));
    open.chain(ticked.observation.requests.iter().map(|it| (it.id, &it.verb)))
}

fn undeclared(
    name: &AgentName,
    action: &Action,
    tick: &Judged<'_>,
    ticked: &Ticked,
    found: &mut Vec<String>,
) {
    let is_asked = |verb: &Verb| *verb == Verb::DownUndeclared;
    let open = tick.before.state.open.iter().chain(&ticked.decision.next.open);
    let mut open = open.map(|open| &open.verb);
    let may = match action {
        Action::StopUndeclared { .. } => open.any(is_asked),
        Action::Alarm { .. } | Action::Reply { .. } => true,
        _ => false,
    };
    if !may {
        found.push(format!("I10: {name} is not declared, and there is {action:?}"));
    }
}

/// Nobody ends a program that works, or that moved lately, on its own account.
fn stop(name: &AgentName, why: &Why, tick: &Judged<'_>, found: &mut Vec<String>) {
    let life = tick.before.state.members.get(name).map(|member| &member.life);
    if matches!(life, None | Some(Life::Stopping { .. })) {
        return;
    }
    let Some(truth) = tick.truth(name).filter(|truth| truth.has_program) else { return };
    match why {
        Why::Asked | Why::Phase { .. } | Why::SequenceComplete => {}
        Why::Stall { .. } => {
            if truth.is_working {
                found.push(format!("I2: {name} is ended for a stall while it works"));
            }
            let still = tick.before.at.saturating_sub(truth.changed_at) + LOOKS;
            let agent = tick.fleet.agent(name);
            let least = agent.map(|agent| tick.fleet.backend_of(agent).stall_idle);
            if least.is_some_and(|least| still < least) {
                found.push(format!("I2: {name} is ended for a stall, and moved {still:?} before"));
            }
            // Who begins between the last two looks has used nothing yet that a look could tell.
            let busy = tick.machine.parts().runs.busy_since(name);
            if busy.is_some_and(|since| tick.before.at.saturating_sub(since) >= LOOKS) {
                found.push(format!("I2: {name} is ended for a stall while it computes"));
            }
        }
        Why::Fatal { .. } | Why::Mismatch { .. } => {
            if truth.is_working {
                found.push(format!("I2: {name} is ended while it works ({why:?})"));
            }
        }
        Why::New
        | Why::Gone { .. }
        | Why::ServerLost
        | Why::ParkedRetry
        | Why::Refused { .. }
        | Why::Retry { .. } => {
            if truth.run.is_some() {
                found.push(format!("I12: {name} lives, and is ended because of {why:?}"));
            }
        }
    }
}

/// Who promises on its screen to go on soon is not ended for a stall; only a clock that nobody sets tells.
fn promised(
    name: &AgentName,
    why: &Why,
    tick: &Judged<'_>,
    ticked: &Ticked,
    found: &mut Vec<String>,
) {
    let is_stall = matches!(why, Why::Stall { .. });
    // It promised after it had been condemned, and is being ended.
    let life = tick.before.state.members.get(name).map(|member| &member.life);
    if matches!(life, Some(Life::Stopping { .. })) {
        return;
    }
    if !is_stall || !tick.machine.parts().jumps.is_empty() {
        return;
    }
    let seen = ticked.observation.members.get(name);
    let Some(screen) = seen.and_then(|member| member.screen.known()) else { return };
    let Promise::Until(until) = promise::last(&screen.rows, ticked.now) else { return };
    let ahead = until - ticked.now.wall;
    if ahead > TimeDelta::zero() && ahead < LONGEST_PROMISE {
        found.push(format!("I2: {name} is ended for a stall, and promised {until}"));
    }
}

/// What condemns a program was seen twice. A pane whose program has ended is only cleared away, and says why it ended.
fn confirmed(name: &AgentName, why: &Why, tick: &Judged<'_>, found: &mut Vec<String>) {
    let Some(member) = tick.before.state.members.get(name) else { return };
    if tick.truth(name).is_some_and(|truth| truth.is_dead) {
        return;
    }
    let is_twice = match why {
        Why::Stall { .. } => matches!(member.stall, Stall::Suspect { .. }),
        Why::Fatal { .. } | Why::Mismatch { .. } => member.suspicion.is_some(),
        Why::Asked
        | Why::New
        | Why::Gone { .. }
        | Why::ServerLost
        | Why::Phase { .. }
        | Why::SequenceComplete
        | Why::ParkedRetry
        | Why::Refused { .. }
        | Why::Retry { .. } => true,
    };
    if !is_twice && !matches!(member.life, Life::Stopping { .. }) {
        found.push(format!("I2: {name} is ended after one look ({why:?})"));
    }
}

/// Whoever is said to be down has no process left.
fn down(answers: &[(AgentName, Answer)], tick: &Judged<'_>, found: &mut Vec<String>) {
    for (name, answer) in answers {
        let is_down = matches!(
            answer,
            Answer::Stopped
                | Answer::StoppedWith(_)
                | Answer::NotRunning
                | Answer::NotRunningWith(_)
        );
        if !is_down {
            continue;
        }
        if tick.before.living.contains(name) {
            found.push(format!("I17: {name} is said to be down ({answer:?}), and lives"));
        }
    }
}

/// What is remembered, and how long somebody is held, has bounds.
fn bounded(
    name: &AgentName,
    member: &Member,
    tick: &Judged<'_>,
    ticked: &Ticked,
    found: &mut Vec<String>,
) {
    if member.mailbox.queue.len() > MESSAGES {
        found.push(format!("I15: {name} is owed {} messages", member.mailbox.queue.len()));
    }
    if let Limit::Held { probe_at, .. } = &member.limit {
        let held = probe_at.since(ticked.now.at);
        if held > tick.fleet.timing.limit_hold_cap + SLACK {
            found.push(format!("I3: {name} is held for {held:?}"));
        }
    }
}

/// Who sees nothing for long says so.
fn blind(tick: &Judged<'_>, ticked: &Ticked, found: &mut Vec<String>) {
    let next = &ticked.decision.next;
    let patience = (tick.fleet.timing.signal_interval * 3).max(Duration::from_secs(30));
    let Some(blind) = next.blind else { return };
    let since = ticked.now.at.since(blind.since);
    if since > patience && !next.alarms.keys().any(|key| key.contains("blind")) {
        found.push(format!("L6: nothing is seen for {since:?}, and there is no alarm"));
    }
}
