//! What do the tests of the judging machines look at? One agent with one backend, and looks at it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use agents_config::{
    Agent, Backend, Environment, Fleet, Kind, Pattern, PromptDelivery, PromptSource, Timing, Watch,
    load_text,
};
use agents_names::{AgentName, BackendName, SessionName};
use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    GoesOn, Limit, LimitSource, MemberSeen, Moment, Now, Observation, PaneSeen, ProcessesSeen,
    RunId, ScreenSeen, Seen, ServerSeen, Shown, ShownState, Zone,
};

/// The only agent of many a test.
pub(crate) fn ann() -> AgentName {
    AgentName::new("ann").expect("valid")
}

/// The fleet of `/p/agents.toml` with that text.
pub(crate) fn fleet_of(text: &str) -> Fleet {
    let path = std::path::Path::new("/p/agents.toml");
    load_text(text, path, &Environment::default()).unwrap_or_else(|it| panic!("{it:?}")).fleet
}

pub(crate) fn agent() -> Agent {
    Agent {
        name: AgentName::new("builder").expect("valid"),
        session: SessionName::new("t-builder").expect("valid"),
        kind: Kind::Loop,
        backend: BackendName::new("tui").expect("valid"),
        model: None,
        role: None,
        dir: PathBuf::from("/project"),
        create_dir: false,
        prompt: PromptSource::Text(String::new()),
        enabled: true,
        watch: Watch::HealStall,
        resume: false,
        wake: None,
        pilot: None,
        account: None,
        wrap: None,
        log: true,
    }
}

/// Active while it shows `esc interrupt`, limited at `limit reached`; stalls after 300 s.
pub(crate) fn backend() -> Backend {
    // Compiling its patterns anew would take most of the time of the property tests.
    static BACKEND: LazyLock<Backend> = LazyLock::new(new_backend);
    BACKEND.clone()
}

fn new_backend() -> Backend {
    Backend {
        preset: None,
        prompt_flag: None,
        hooks: false,
        env: Vec::new(),
        name: BackendName::new("tui").expect("valid"),
        bin: "tui".to_owned(),
        prompt_delivery: PromptDelivery::Arg,
        process_name: None,
        submit_key: "Enter".to_owned(),
        submit_pause: Duration::from_millis(300),
        active_re: Some(Pattern::new("esc interrupt").expect("valid")),
        limit_re: Some(Pattern::new("limit reached").expect("valid")),
        fatal_re: None,
        ready_re: None,
        footer_ui: false,
        log_grace: Duration::from_secs(180),
        stall_idle: Duration::from_secs(300),
        flags: None,
        supports_resume: false,
        resume_flag: String::new(),
        resume_takes_prompt: true,
        resume_refused: Vec::new(),
        wrap: agents_config::Wrap::None,
        session_flag: None,
        remote_control: false,
        remote_control_flag: String::new(),
        model_flag: String::new(),
        model_env: false,
        account: None,
        preamble: None,
        attach: String::new(),
        server: String::new(),
        connect_delay: Duration::from_secs(12),
        samples: Vec::new(),
        answers: Vec::new(),
    }
}

pub(crate) fn timing() -> Timing {
    Timing::default()
}

/// So many seconds after midnight of a Saturday, by both clocks; fleet time began a day before.
pub(crate) fn now(seconds: u64) -> Now {
    let at = Moment((86_400 + seconds) * 1000);
    let since = TimeDelta::seconds(i64::try_from(seconds).expect("small"));
    Now { at, wall: midnight() + since, zone: Zone::Named(crate::Tz::utc()) }
}

pub(crate) fn midnight() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-21T00:00:00Z").expect("valid").to_utc()
}

/// A screen; ` / ` stands between its rows.
pub(crate) fn screen(text: &str) -> ScreenSeen {
    let rows: Vec<String> = text.split(" / ").map(str::to_owned).collect();
    let mut hasher = DefaultHasher::new();
    rows.hash(&mut hasher);
    ScreenSeen { rows: rows.into(), digest: hasher.finish() }
}

pub(crate) fn pane() -> PaneSeen {
    PaneSeen {
        pane: 1,
        ours: true,
        run: None,
        dead: None,
        deaf: false,
        command: "tui".to_owned(),
        typed: None,
        submitted: None,
    }
}

pub(crate) fn processes(cpu_ms: u64, digest: u64) -> Seen<ProcessesSeen> {
    Seen::Known(ProcessesSeen { cpu_ms, digest, count: 1 })
}

pub(crate) fn unknown<T>() -> Seen<T> {
    Seen::Unknown("the server does not answer".to_owned())
}

/// A look that saw a screen, and processes that have used that much CPU time.
pub(crate) fn member(text: &str, cpu_ms: u64) -> MemberSeen {
    MemberSeen {
        pane: Seen::Known(pane()),
        screen: Seen::Known(screen(text)),
        shown: None,
        told: None,
        heard: None,
        conversation: None,
        exit: None,
        log_age: None,
        log_dated: None,
        log_size: None,
        processes: processes(cpu_ms, 1),
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

/// The same, of an agent that has its session, in this run.
pub(crate) fn up(run: u64) -> MemberSeen {
    let pane = PaneSeen { run: Some(RunId(run)), ..pane() };
    MemberSeen { pane: Seen::Known(pane), ..member("> ", 0) }
}

/// What a preset read of a screen: this state, and nothing else.
pub(crate) fn reading(state: ShownState) -> Shown {
    Shown {
        state,
        rule: None,
        proof: String::new(),
        menu: false,
        dialog: None,
        goes_on: false,
        reset_text: None,
        draft: None,
        composer_empty: false,
    }
}

/// Held in a usage window that a row told of, which is probed then.
pub(crate) fn held(probe_at: Moment, until: Option<DateTime<Utc>>, goes_on: GoesOn) -> Limit {
    let (since, banner, source) = (Moment(0), "limit".to_owned(), LimitSource::Pattern);
    Limit::Held { since, probe_at, until, banner, probes: 0, source, goes_on }
}

/// A look that saw a server with these members, and nothing else.
pub(crate) fn observation(
    members: impl IntoIterator<Item = (AgentName, MemberSeen)>,
) -> Observation {
    Observation {
        server: Seen::Known(ServerSeen { pid: 1, start_time: 1 }),
        hangs: false,
        socket_lost: false,
        independent: false,
        supervised: true,
        members: members.into_iter().collect(),
        undeclared: Vec::new(),
        status: Seen::Absent,
        copy: None,
        handoff: Seen::Absent,
        requests: Vec::new(),
        legacy_position: None,
    }
}
