//! How many instructions does one decision take? Decides about a fleet at rest, again and again; `just instructions` counts.

use std::collections::BTreeMap;

use agents_config::{Environment, Fleet, load_text};
use agents_decide::{
    FleetState, MemberSeen, Moment, Now, Observation, PaneSeen, ProcessesSeen, RunId, ScreenSeen,
    Seen, ServerSeen, Shared, Zone, decide,
};

const HEAD: &str = r#"[defaults]
session_prefix = "pt-"
log_dir = ".state"
backend = "tui"
watch = "heal+stall"
[backend.tui]
bin = "tui"
process_name = "tui"
active_re = "esc to interrupt|Running tool|\u00b7 \\d+"
limit_re = "usage limit|limit reached|reached your .*limit"
fatal_re = "session state error|FATAL"
"#;

/// What a program at its composer shows, in as many rows as a terminal has.
const SCREEN: &str = "\n  I have read the plan and the review. Two points are open:\n\n  1. the parser \
    accepts a trailing comma\n  2. the second phase names no owner\n\n  Changed src/parse.rs (+12 -3), \
    src/plan.rs (+4 -4).\n\n  $ cargo test -p parser\n    running 214 tests\n    test result: ok. 214 passed; 0 \
    failed\n\n  Both are done; the review commit is pushed.\n\n  Worked for 6m 12s\n\n\
    ────────────────────────────────────\n› Ask for anything\n────────────────────────────────────\n  \
    model small · 71% of the context left\n";

fn main() -> Result<(), String> {
    let mut words = std::env::args().skip(1).map(|word| word.parse::<usize>());
    let (Some(Ok(agents)), Some(Ok(ticks))) = (words.next(), words.next()) else {
        return Err("usage: pure_tick AGENTS TICKS".to_owned());
    };
    let fleet = fleet(agents).map_err(|error| error.to_string())?;
    let observation = observation(&fleet);
    let mut state = Shared::<FleetState>::default();
    for tick in 0..ticks {
        let seconds = 30 * u64::try_from(tick).unwrap_or(u64::MAX);
        let now = now(seconds);
        let decision = decide(&fleet, &state, &observation, tick % 10 == 0, now);
        std::hint::black_box(&decision.notes);
        state = decision.next;
    }
    println!("{agents} agents, {ticks} ticks, {} remembered", state.members.len());
    Ok(())
}

fn fleet(agents: usize) -> Result<Fleet, agents_config::LoadError> {
    let mut text = HEAD.to_owned();
    for number in 0..agents {
        text.push_str(&format!("[[agent]]\nname = \"a{number:04}\"\nprompt = \"do the work\"\n"));
    }
    let path = std::path::Path::new("/project/agents.toml");
    Ok(load_text(&text, path, &Environment::without_overrides())?.fleet)
}

fn now(seconds: u64) -> Now {
    let wall = chrono::DateTime::from_timestamp(1_790_000_000, 0).unwrap_or_default();
    let later = chrono::TimeDelta::seconds(i64::try_from(seconds).unwrap_or(i64::MAX));
    Now { at: Moment((86_400 + seconds) * 1000), wall: wall + later, zone: Zone::Fixed(0) }
}

fn observation(fleet: &Fleet) -> Observation {
    let rows: Vec<String> = SCREEN.lines().map(str::to_owned).collect();
    let screen = ScreenSeen { rows: rows.into(), digest: 7 };
    let numbered = fleet.agents.iter().zip(1..);
    let members: BTreeMap<_, _> =
        numbered.map(|(agent, number)| (agent.name.clone(), member(number, &screen))).collect();
    Observation {
        server: Seen::Known(ServerSeen { pid: 7, start_time: 1_789_000_000 }),
        hangs: false,
        socket_lost: false,
        independent: false,
        supervised: true,
        members,
        undeclared: Vec::new(),
        status: Seen::Absent,
        copy: None,
        handoff: Seen::Absent,
        requests: Vec::new(),
        legacy_position: None,
    }
}

fn member(number: u32, screen: &ScreenSeen) -> MemberSeen {
    let pane = PaneSeen {
        pane: number,
        ours: true,
        run: Some(RunId(u64::from(number))),
        dead: None,
        deaf: false,
        command: "tui".to_owned(),
        typed: None,
        submitted: None,
    };
    MemberSeen {
        pane: Seen::Known(pane),
        screen: Seen::Known(screen.clone()),
        shown: None,
        told: None,
        heard: None,
        conversation: None,
        exit: None,
        log_age: None,
        log_dated: None,
        log_size: None,
        processes: Seen::Known(ProcessesSeen { cpu_ms: 100, digest: 1, count: 1 }),
        job: None,
        unstartable: None,
        start_failed: None,
        began: None,
        roots: None,
        strays: 0,
        unheard: false,
        resume_id: None,
        wake_text: None,
        analysis: None,
    }
}
