//! Each row is one note and its sentence, read at 12:00:00 of the day on which the fleet is judged.

mod orders;
mod rest;
mod words;

use std::time::Duration;

use agents_names::{AgentName, PhaseId};
use chrono::{TimeDelta, Utc};

use super::{Mood, Telling, count, span};
use crate::activity::fixture::now;
use crate::*;

/// Noon.
const NOON: u64 = 43_200;

fn name(text: &str) -> AgentName {
    AgentName::new(text).expect("valid")
}

fn phase(id: &str) -> PhaseId {
    PhaseId::new(id).expect("valid")
}

/// The moment so many seconds before or after noon.
fn noon(offset: i64) -> Moment {
    now(NOON.checked_add_signed(offset).expect("of the day")).at
}

fn wall(offset: i64) -> chrono::DateTime<Utc> {
    now(NOON).wall + TimeDelta::seconds(offset)
}

fn told(note: impl Into<Note>) -> String {
    note.into().told(&Telling::decided(Some(&name("ann")), now(NOON)))
}

fn foretold(note: impl Into<Note>) -> String {
    note.into().told(&Telling::foretold(Some(&name("ann")), now(NOON)))
}

fn gone() -> Why {
    Why::Gone { how: "exit code 1 after 2.0 s".to_owned() }
}

fn stalled() -> Why {
    let how = "and its screen shows no WAITING-UNTIL marker".to_owned();
    Why::Stall { since: Some(noon(-400)), how }
}

/// Every note of a member that speaks of a time, and a few that name a command.
fn notes() -> Vec<(Note, &'static str)> {
    let text = |text: &str| text.to_owned();
    let budget = |again_at| Bar::Budget { limit: 5, window_seconds: 900, again_at };
    vec![
        (
            LifeNote::StartAt { at: noon(5), why: gone() }.into(),
            "it is to be started by the first look after 12:00:05 (in 5 s), because it is gone: exit code 1 after 2.0 s",
        ),
        (
            LifeNote::StartAt { at: noon(-300), why: gone() }.into(),
            "its start is due since 11:55:00 (5 min), and waits for the next look, because it is gone: exit code 1 after 2.0 s",
        ),
        (
            LifeNote::Parked {
                reason: text("5 automatic starts within 15 min"),
                retry_at: noon(3600),
            }
            .into(),
            "it is parked (5 automatic starts within 15 min); one more try is due at 13:00:00 (in 60 min), and `agents up ann` tries at once",
        ),
        (
            LifeNote::NotRestarted { why: stalled(), bar: budget(Some(noon(540))) }.into(),
            "it needs a restart, because it stalled: no sign of work since 11:53:20, and its screen shows no WAITING-UNTIL marker, but its restart budget is used up (5 automatic starts within 15 min): it is left running; a restart is possible again at 12:09:00 (in 9 min), and `agents restart ann` does it at once",
        ),
        (
            LifeNote::NotRestarted {
                why: Why::Fatal { row: text("Error: too long") },
                bar: Bar::InVain { restarts: 1, again_at: noon(60) },
            }
            .into(),
            "it needs a restart, because its screen shows a fatal error: Error: too long, but 1 restart in a row brought it to no work: it is left running; the next restart is possible at 12:01:00 (in 60 s), and `agents restart ann` does it at once",
        ),
        (
            LifeNote::WaitsForTurn { hold: Hold::InFlight { starting: 1 } }.into(),
            "its start is due and waits: 1 start under way, and `max_starts_in_flight` allows no more at once",
        ),
        (
            ActivityNote::PatternSeen { row: text(" working (3s) "), at: noon(-90) }.into(),
            "it is at work: at 11:58:30 its screen showed \"working (3s)\"",
        ),
        (ActivityNote::Idle { since: noon(-90) }.into(), "it is idle since 11:58:30 (90 s)"),
        (
            LimitNote::Holding { until: Some(wall(86_400)), probe_at: noon(1500) }.into(),
            "it is held inside its usage window until 2026-11-22 12:00:00: nothing restarts it, and a probe is due at 12:25:00 (in 25 min) at the latest",
        ),
        (
            LimitNote::StillLimited { probes: 1, probe_at: noon(600) }.into(),
            "its usage window still holds after 1 probe: nothing restarts it, and the next probe is due at 12:10:00 (in 10 min)",
        ),
        (
            StallNote::Idle { since: noon(-45), stalls_at: noon(255) }.into(),
            "it is idle since 11:59:15 (45 s); unless it works before, it counts as stalled from 12:04:15 (in 4 min) on",
        ),
        (
            StallNote::Promise { until: wall(60), ends: noon(240) }.into(),
            "its screen promises to go on at 12:01:00 (WAITING-UNTIL), so its idling counts only from 12:04:00 (in 4 min) on",
        ),
        (WakeNote::At { at: noon(7200) }.into(), "its next wake is due at 14:00:00 (in 2 h 0 min)"),
        (
            WakeNote::Due { since: noon(-130), reason: text("it is at work") }.into(),
            "its wake is due since 11:57:50 (2 min), and waits: it is at work",
        ),
        (
            FatalNote::Once {
                what: text("its screen shows a fatal error: x"),
                decided_at: noon(5),
            }
            .into(),
            "its screen shows a fatal error: x; a second look decides what to do, at 12:00:05 (in 5 s)",
        ),
        (
            MessageNote::Stuck { message: text("wake"), tries: 3 }.into(),
            "the wake is typed, but did not go after 3 submits; `agents attach ann` shows why",
        ),
        (
            MessageNote::Behind { message: text("wake") }.into(),
            "the wake stands in the composer behind a text of somebody's, and is not submitted with it; `agents attach ann` shows both",
        ),
        (
            MessageNote::Seen {
                message: text("probe"),
                evidence: crate::Went::Told,
                submits: 2,
                request: None,
            }
            .into(),
            "the probe was submitted and seen to go (try 2): the program itself said that it took it",
        ),
        (
            MessageNote::OwedAnew { message: text("claim ping"), at: noon(60) }.into(),
            "nothing shows whether the claim ping went, and nothing of it stands in the composer, so it is typed again at 12:01:00 (in 60 s)",
        ),
        (
            MessageNote::EndedUnproven { message: text("wake"), request: 7 }.into(),
            "nothing shows whether the wake went before its program ended; it is not typed again",
        ),
        (
            MessageNote::Unproven { message: text("wake"), request: None }.into(),
            "nothing shows whether the wake went: nothing of it stands in the composer; it is not typed again",
        ),
        (
            LifeNote::MissingOnce.into(),
            "one look did not find its session; the next, within a second, decides",
        ),
        (
            LifeNote::Starting { since: noon(-3) }.into(),
            "its start was sent, and its session is awaited since 11:59:57 (3 s)",
        ),
        (
            LifeNote::StartAt { at: noon(0), why: Why::Asked }.into(),
            "its start is due since 12:00:00 (0 s), and waits for the next look, because the operator asked for it",
        ),
        (
            MessageNote::Waits { message: text("wake"), reason: text("it is at work") }.into(),
            "the wake waits: it is at work",
        ),
        (
            crate::PilotNote::Off { asked: false }.into(),
            "its pilot is off, as the config says; `agents pilot start ann`",
        ),
        (
            crate::PilotNote::Discarded.into(),
            "its analyzer is called off, since it is idle no longer or shows something else",
        ),
        (
            crate::PilotNote::Analysing { since: noon(-5), attempt: 1 }.into(),
            "it is idle, and its analyzer judges the screen since 11:59:55 (5 s)",
        ),
        (
            LifeNote::StaysDown {
                how: text("exit code 0 after 1.0 s"),
                why: StaysDown::NotWatched,
            }
            .into(),
            "it ended by itself (exit code 0 after 1.0 s) and stays down, since its `watch` is `none`; `agents up ann` starts it",
        ),
    ]
}

#[test]
fn every_sentence_names_its_times() {
    for (note, sentence) in notes() {
        assert_eq!(told(note), sentence);
    }
}

#[test]
fn a_note_ages_with_its_reader() {
    let note = Note::from(ActivityNote::Idle { since: noon(-12) });
    let at = |seconds| note.told(&Telling::decided(None, now(NOON + seconds)));
    assert_eq!(at(0), "it is idle since 11:59:48 (12 s)");
    assert_eq!(at(600), "it is idle since 11:59:48 (10 min)");
    // The next day the clock alone would mislead.
    assert_eq!(at(86_400), "it is idle since 2026-11-21 11:59:48 (24 h 0 min)");
}

#[test]
fn what_is_foretold_is_conditional() {
    for (note, part) in [
        (LifeNote::StartAt { at: noon(5), why: gone() }.into(), "it would be started by"),
        (
            LifeNote::Parked { reason: String::new(), retry_at: noon(1) }.into(),
            "it would be parked",
        ),
        (
            LimitNote::Entered {
                banner: "limit".to_owned(),
                until: None,
                probe_at: noon(1),
                source: crate::LimitSource::Pattern,
                goes_on: crate::GoesOn::No,
            }
            .into(),
            "would be held",
        ),
        (
            PhaseNote::Advancing { from: phase("P1"), to: phase("P2") }.into(),
            "phase P1 would give way to P2; the loop agents would be stopped first",
        ),
        (
            LifeNote::Stopping { since: noon(0), why: Why::Asked }.into(),
            "it would be on its way down, because the operator asked for it",
        ),
        (
            PhaseNote::Finishing {
                phase: phase("P1"),
                agents: vec![name("ann"), name("bob")],
                until: noon(2),
            }
            .into(),
            "phase P1 is done; ann and bob may finish what they are at, until 12:00:02",
        ),
        (
            PhaseNote::Advancing { from: phase("P2"), to: phase("P2") }.into(),
            "phase P2 would begin again; the loop agents would be stopped first",
        ),
        (Note::ServerLost, "would be brought back"),
    ] {
        let note: Note = note;
        assert!(foretold(note.clone()).contains(part), "{}", foretold(note.clone()));
        assert!(!told(note.clone()).contains("would"), "{}", told(note));
    }
    let start = Action::Start {
        name: name("ann"),
        run: RunId(1),
        phase: Some(phase("P2")),
        opening: crate::Opening::Unnamed,
        one_off: agents_config::OneOff::default(),
        why: Why::Phase { phase: phase("P2") },
    };
    assert_eq!(start.told(now(NOON)), "start ann on phase P2, because phase P2 comes next");
}

#[test]
fn a_reset_that_is_not_believed_is_told_from_one_that_is_not_named() {
    let entered = |banner: &str| {
        told(LimitNote::Entered {
            banner: banner.to_owned(),
            until: None,
            probe_at: noon(300),
            source: crate::LimitSource::Pattern,
            goes_on: crate::GoesOn::No,
        })
    };
    let (named, unnamed) = (entered("limit reached, resets 10:30am"), entered("limit reached"));
    assert!(named.contains("with a reset time too far ahead to be believed"), "{named}");
    assert!(unnamed.contains("without a reset time that can be read"), "{unnamed}");
}

#[test]
fn what_has_no_session_left_is_not_said_to_be_stopped() {
    let stop = |why| {
        let stage = StopStage::Terminate;
        Action::Stop { name: name("ann"), pane: None, run: Some(RunId(1)), stage, why }
            .told(now(NOON))
    };
    assert_eq!(stop(Why::Asked), "stop ann, because the operator asked for it");
    let left = "end what is left of ann, because it is gone: exit code 1 after 2.0 s";
    assert_eq!(stop(gone()), left);
    assert_eq!(stop(Why::ServerLost), "end what is left of ann, because the tmux server was lost");
}

#[test]
fn who_asked_for_the_session_of_a_task_is_not_said_to_be_the_operator() {
    let text = "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\nbackend = \"c\"\n\
                [backend.c]\nbin = \"c\"\n[[agent]]\nname = \"ann\"\nkind = \"task\"\n[[agent]]\nname = \"bob\"\n";
    let mut fleet = crate::activity::fixture::fleet_of(text);
    fleet.agents[0].dir = fleet.log_dir.join("worktrees/ann");
    let stop = |who, why| {
        let stage = StopStage::Terminate;
        Action::Stop { name: name(who), pane: None, run: Some(RunId(1)), stage, why }
            .told_of(&fleet, now(NOON))
    };
    for why in [Why::Asked, Why::New] {
        assert_eq!(stop("ann", why), "stop ann, because its task or the operator asked for it");
    }
    assert_eq!(
        stop("ann", Why::ServerLost),
        "end what is left of ann, because the tmux server was lost"
    );
    assert_eq!(stop("bob", Why::Asked), "stop bob, because the operator asked for it");
}

#[test]
fn no_sentence_speaks_of_the_code() {
    for (note, _) in notes() {
        let said = told(note);
        for word in ["token", "fence", "epoch", "baseline", "ordinal", "digest", "None", "Some("] {
            assert!(!said.contains(word), "{said}");
        }
    }
}

#[test]
fn the_gist_of_a_note_is_the_same_while_nothing_happens() {
    let same = |left: Note, right: Note| left.gist() == right.gist();
    let seen = |row: &str, at| Note::from(ActivityNote::PatternSeen { row: row.to_owned(), at });
    assert!(same(seen("working (3s)", noon(0)), seen("working (14s)", noon(11))));
    assert!(!same(seen("working (3s)", noon(0)), seen("thinking (3s)", noon(0))));
    let barred = |since| {
        let why = Why::Stall { since: Some(since), how: String::new() };
        Note::from(LifeNote::NotRestarted {
            why,
            bar: Bar::InVain { restarts: 2, again_at: noon(0) },
        })
    };
    assert!(same(barred(noon(-1)), barred(noon(0))));
    let due = |at| Note::from(LifeNote::StartAt { at, why: gone() });
    assert!(!same(due(noon(5)), due(noon(10))), "another time is another fact");
}

#[test]
fn numbers_agree_with_their_nouns_and_spans_with_their_size() {
    assert_eq!((count(0, "death").as_str(), count(1, "death").as_str()), ("0 deaths", "1 death"));
    assert_eq!(count(2, "death"), "2 deaths");
    assert_eq!(
        [1, 119, 120, 7199, 7200].map(span),
        ["1 s", "119 s", "2 min", "119 min", "2 h 0 min"]
    );
    // What lies ahead is never due "in 0 s".
    let soon = Moment(noon(0).0 + 1);
    assert_eq!(now(NOON).point(soon), "12:00:00 (in 1 s)");
    assert_eq!(now(NOON).point(noon(0)), "12:00:00 (0 s ago)");
}

#[test]
fn clocks_are_those_of_this_machine() {
    let mut here = now(NOON);
    here.zone = Zone::Fixed(3600);
    assert_eq!(here.clock(wall(0)), "13:00:00");
    here.zone = Zone::Named("Asia/Tokyo".parse().unwrap());
    assert_eq!(here.clock(wall(4 * 3600)), "2026-11-22 01:00:00");
    assert_eq!(here.wall_of(here.at.after(Duration::from_secs(5))), wall(5));
}

#[test]
fn the_operator_hears_who_fared_alike() {
    let reply = |answers: Vec<(AgentName, Answer)>| {
        Action::Reply { request: RequestId(2), answers }.told(now(NOON))
    };
    assert_eq!(reply(Vec::new()), "tell the operator: done");
    let answers = vec![
        (name("a"), Answer::Started),
        (name("b"), Answer::Failed("no such file".to_owned())),
        (name("c"), Answer::Started),
    ];
    assert_eq!(
        reply(answers),
        "tell the operator: a and c started; what was asked of b failed (no such file)"
    );
    let answers = vec![(name("a"), Answer::Waiting("it is at work".to_owned()))];
    let later = "tell the operator: what was asked of a is accepted for later (it is at work)";
    assert_eq!(reply(answers), later);
}

#[test]
fn about_puts_the_subject_before_the_sentence() {
    let about = |name| About { name, note: LifeNote::Running.into() };
    let told = |it: About| it.told(now(NOON), Mood::Decided);
    assert_eq!(told(about(Some(name("ann")))), "ann: its session is there, and its program runs");
    assert!(told(About { name: None, note: Note::ServerLost }).starts_with("fleet: the tmux"));
}
