//! Is one that computes in silence told from one that hangs, look by look?

use proptest::prelude::*;

use super::*;
use crate::Why;
use crate::activity::fixture::processes;

/// Between two looks that nobody asked for.
const ORDINARY_MS: u64 = 30_000;
/// An agent without a promise may be idle for so long.
const STALL_IDLE_MS: u64 = 300_000;

/// One agent that shows the same screen for ever.
fn silent() -> Scene {
    Scene::running(&["ann"], "watch = \"heal+stall\"\n")
}

/// Processor time that is used from one moment on, in milliseconds of the test; `share` of one processor.
fn from(began_ms: u64, share: f64) -> impl Fn(u64) -> u64 {
    move |at| (at.saturating_sub(began_ms) as f64 * share) as u64
}

/// A program that does nothing but wake once in a while: `burst_ms` at the end of each period.
fn heartbeat(period_ms: u64, burst_ms: u64, phase_ms: u64) -> impl Fn(u64) -> u64 {
    move |at| {
        let into = (at + phase_ms) % period_ms;
        let quiet = period_ms - burst_ms;
        (at + phase_ms) / period_ms * burst_ms + into.saturating_sub(quiet)
    }
}

/// How long after the first look it is ended for a stall, if it is within that time.
fn ended(scene: &mut Scene, used: impl Fn(u64) -> u64, within_ms: u64) -> Option<u64> {
    let began = scene.at_ms;
    while scene.at_ms - began <= within_ms {
        let (at, now) = (scene.at_ms - began, scene.now().at);
        scene.look("ann").processes = processes(used(at), 1);
        let decision = scene.tick(0);
        let stalled = |it: &Action| matches!(it, Action::Stop { why: Why::Stall { .. }, .. });
        if decision.actions.iter().any(stalled) {
            return Some(at);
        }
        let asked = decision.look_by.map_or(u64::MAX, |by| by.0.saturating_sub(now.0));
        scene.at_ms += asked.clamp(1, ORDINARY_MS);
    }
    None
}

#[test]
fn f21_one_that_rests_is_ended_at_a_closer_look() {
    let at = ended(&mut silent(), |_| 0, 2 * STALL_IDLE_MS).unwrap();
    assert_eq!(at, STALL_IDLE_MS + 5_100);
}

#[test]
fn f21_one_that_begins_to_compute_just_before_it_would_be_ended_is_not() {
    // Two seconds before the end of the time that it may be idle; at the first look after it; between that and the second.
    for began in [298_000, 300_000, 301_000, 303_000] {
        for share in [0.3, 0.6, 1.0] {
            let at = ended(&mut silent(), from(began, share), 2 * STALL_IDLE_MS);
            assert_eq!(at, None, "began at {began} with {share}");
        }
    }
}

#[test]
fn f21_a_watchdog_that_comes_back_compares_before_it_ends_anybody() {
    let mut scene = silent();
    let used = from(0, 0.6);
    assert_eq!(ended(&mut scene, |_| 0, 0), None);
    // It died before it had read the processes, and comes back long after the end of the time to be idle.
    scene.state.members.get_mut(&name("ann")).unwrap().activity.cpu = None;
    scene.at_ms += 2 * STALL_IDLE_MS;
    assert_eq!(ended(&mut scene, used, STALL_IDLE_MS), None);
}

#[test]
fn f21_one_that_wakes_now_and_then_is_ended_all_the_same() {
    // Each burst is more than a closer look lets pass, and falls into the first one.
    for period in [12_000, 50_000, 305_100] {
        let used = heartbeat(period, 400, period - 303_000 % period);
        let at = ended(&mut silent(), used, 2 * STALL_IDLE_MS).unwrap();
        assert!((310_000..330_000).contains(&at), "every {period} ms: {at}");
    }
}

#[test]
fn f05_f21_one_that_was_heard_while_tmux_hung_has_not_been_idle() {
    let log = |ago_ms| Some(std::time::Duration::from_millis(ago_ms));
    // What is heard at 295 s, while nothing can be seen; and when it is ended, if it rests from then on.
    let cases = [
        (None, 0, STALL_IDLE_MS + 5_100),
        (log(48_000), 0, STALL_IDLE_MS + 247_000 + 5_100),
        (None, 60_000, STALL_IDLE_MS + 295_000 + 5_100),
    ];
    for (log_age, cpu_ms, ends_at) in cases {
        let mut scene = silent();
        let began = scene.at_ms;
        assert_eq!(ended(&mut scene, |_| 0, 250_000), None);
        scene.at_ms = began + 295_000;
        let known = scene.look("ann").clone();
        *scene.look("ann") = MemberSeen {
            screen: Seen::Absent,
            processes: processes(cpu_ms, 1),
            log_age,
            ..unseen()
        };
        let _ = scene.tick(0);
        *scene.look("ann") = known;
        let since = scene.at_ms - began;
        let at = ended(&mut scene, |_| cpu_ms, 2 * STALL_IDLE_MS).map(|at| at + since);
        let late = at.and_then(|at| at.checked_sub(ends_at));
        assert!(late.is_some_and(|late| late < ORDINARY_MS), "{log_age:?} {cpu_ms}: {at:?}");
    }
}

#[test]
fn f45_what_was_seen_of_its_work_is_known_though_nothing_could_be_recorded() {
    let mut scene = silent();
    let known = scene.look("ann").clone();
    assert_eq!(ended(&mut scene, |_| 0, 250_000), None);
    // A look saw another screen, and the one after it the same as before.
    scene.screen("ann", "half of it");
    let (before, worked_at) = (scene.state.clone(), scene.now().at);
    let next = scene.tick(0).next;
    scene.state = before;
    scene.state.remember_seen(&next);
    *scene.look("ann") = known;
    assert_eq!(scene.state.members[&name("ann")].activity.evidence_at, Some(worked_at));
    let at = ended(&mut scene, |_| 0, 2 * STALL_IDLE_MS);
    assert!(at.is_some_and(|at| at >= STALL_IDLE_MS), "{at:?}");
    // Of another run it says nothing.
    let member = scene.state.members.get_mut(&name("ann")).unwrap();
    (member.last_run, member.activity.evidence_at) = (Some(RunId(9)), None);
    scene.state.remember_seen(&next);
    assert_eq!(scene.state.members[&name("ann")].activity.evidence_at, None);
}

#[test]
fn many_that_rest_are_ended_once_another_way_of_looking_agrees() {
    let mut scene = Scene::running(&["ann", "bob", "cy"], "");
    for agent in &mut scene.fleet.agents {
        agent.watch = agents_config::Watch::HealStall;
    }
    let is_ended =
        |scene: &Scene| scene.done.iter().any(|(_, it)| matches!(it, Action::Stop { .. }));
    while !is_ended(&scene) && scene.at_ms < 1_000_000 + 2 * STALL_IDLE_MS {
        let now = scene.now().at;
        let decision = scene.tick(0);
        scene.seen.independent = decision.actions.contains(&Action::LookAgain);
        let asked = decision.look_by.map_or(u64::MAX, |by| by.0.saturating_sub(now.0));
        scene.at_ms += asked.clamp(1, ORDINARY_MS);
    }
    assert!(is_ended(&scene), "{:?}", scene.done);
}

proptest! {
    /// Whatever it did before: who has computed for the last two seconds is not ended.
    #[test]
    fn f21_who_computes_is_never_ended(began in 285_000_u64..315_000, percent in 30_u64..400) {
        let share = percent as f64 / 100.0;
        let at = ended(&mut silent(), from(began, share), 2 * STALL_IDLE_MS);
        prop_assert!(at.is_none_or(|at| at < began + 2_000), "began at {began}, ended at {at:?}");
    }

    /// One in a hundred is no work, however it is spread, and is found out within seconds of when rest would be.
    #[test]
    fn f21_who_uses_a_hundredth_for_ever_is_ended(
        period in 200_u64..60_000,
        phase in 0_u64..60_000,
    ) {
        let used = heartbeat(period, period / 100, phase);
        let at = ended(&mut silent(), used, 2 * STALL_IDLE_MS);
        prop_assert!(at.is_some_and(|at| at < STALL_IDLE_MS + 20_000), "{at:?}");
    }

    /// Who uses more than is let pass at each closer look is said to work before long: nobody is suspected for ever.
    #[test]
    fn f21_a_suspicion_ends(began in 250_000_u64..310_000, percent in 6_u64..30) {
        let mut scene = silent();
        let at = ended(&mut scene, from(began, percent as f64 / 100.0), 400_000);
        let stall = &scene.state.members[&name("ann")].stall;
        prop_assert!(at.is_some() || matches!(stall, crate::Stall::Idle { .. }), "{stall:?}");
    }
}
