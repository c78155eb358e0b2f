//! Does a state say more than the one before it, or only that time went by?

use agents_decide::{FleetState, Member, Moment, Stall};

/// Whether any member showed a sign of work since.
pub(super) fn is_at_work(before: &FleetState, now: &FleetState) -> bool {
    let shown = |state: &FleetState| -> Vec<_> {
        let activities = state.members.values().map(|member| &member.activity);
        activities.map(|it| (it.evidence_at, it.changed_at, it.active_at, it.digest)).collect()
    };
    shown(before) != shown(now)
}

/// Whether a member differs only in what it was seen to do, which stays the same in what it says.
pub(super) fn only_counts_on(before: &Member, now: &Member) -> bool {
    let stood = before.standing.as_ref().zip(now.standing.as_ref());
    let stands_alike = before.standing == now.standing
        || stood.is_some_and(|(stood, stands)| stood.says_the_same(stands));
    stands_alike
        && beside_time(&before.stall) == beside_time(&now.stall)
        && beside_activity(before) == beside_activity(now)
}

/// All but since when it is idle: that is when its last sign of work was, which its activity tells as well.
fn beside_time(stall: &Stall) -> impl PartialEq {
    const ALIKE: Moment = Moment(0);
    match stall {
        Stall::Working => Stall::Working,
        Stall::Idle { since: _, vow } => Stall::Idle { since: ALIKE, vow: *vow },
        Stall::Promised { idle_since: _, vow } => Stall::Promised { idle_since: ALIKE, vow: *vow },
        suspect @ Stall::Suspect { .. } => suspect.clone(),
    }
}

/// All but what it was seen to do, and what follows from that alone.
fn beside_activity(member: &Member) -> impl PartialEq + '_ {
    let Member {
        activity: _,
        stall: _,
        standing: _,
        wanted,
        life,
        budget,
        limit,
        mailbox,
        suspended,
        asks,
        answering,
        login,
        wake_at,
        pilot,
        suspicion,
        starts,
        restarts,
        last_run,
        sent,
        one_off,
        program,
        conversations,
        began,
        roots,
        in_front,
    } = member;
    let machines = (wanted, life, budget, limit, mailbox, wake_at, suspicion);
    let asked = (suspended, asks, answering, login, pilot);
    let runs =
        (starts, restarts, last_run, sent, one_off, program, conversations, began, roots, in_front);
    (machines, asked, runs)
}

/// All but the members, the number of the tick, and its time.
pub(super) fn beside_members(state: &FleetState) -> impl PartialEq + '_ {
    let FleetState {
        tick: _,
        at: _,
        members: _,
        left,
        server,
        wanted,
        sequence,
        handoff,
        open,
        last_request,
        recent_starts,
        next_run,
        next_message,
        blind,
        socket_asked_at,
        doubted_since,
        accounts,
        alarms,
    } = state;
    let terminals = (server, blind, socket_asked_at, doubted_since);
    let requests = (wanted, open, last_request, recent_starts, next_run, next_message);
    (terminals, requests, sequence, handoff, accounts, alarms, left)
}

#[cfg(test)]
mod tests;
