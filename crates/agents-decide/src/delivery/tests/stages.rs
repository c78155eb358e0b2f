//! Every stage of a message meets every look: what is done, and how far is it then? In one table.

use std::fmt::Write as _;

use agents_config::Fleet;

use crate::activity::fixture::{
    ann, fleet_of, member, now, observation, pane, reading, screen, unknown,
};
use crate::delivery::Stage;
use crate::{
    Action, DeadSeen, FleetState, Heard, JobSeen, Life, MemberSeen, Message, MessageKind, Moment,
    PaneSeen, Prompted, RunId, Seen, ServerSeen, Shown, ShownState, Told, ToldState, decide,
};

/// When the look is made, in seconds.
const AT: u64 = 1000;
const TEXT: &str = "say hello";

fn fleet() -> Fleet {
    let text = "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\nbackend = \"c\"\nwatch = \"heal\"\n\
                [backend.c]\npreset = \"claude\"\n[[agent]]\nname = \"ann\"\n";
    fleet_of(text)
}

/// So many milliseconds before the look.
fn ago(milliseconds: u64) -> Moment {
    Moment(now(AT).at.0 - milliseconds)
}

fn stages() -> Vec<(String, Stage)> {
    let run = Some(RunId(3));
    let mut all = vec![("owed".to_owned(), Stage::Owed)];
    for span in [100, 2999, 3000] {
        all.push((format!("typing for {span} ms"), Stage::Typing { at: ago(span), run, tries: 1 }));
    }
    for span in [100, 1000, 9999, 10_000] {
        all.push((format!("typed {span} ms ago"), Stage::Typed { at: ago(span), run }));
    }
    for (tries, span) in [(1, 100), (1, 2499), (1, 2500), (1, 3000), (3, 2499), (3, 2500)] {
        let (before, first) = (vec![format!("> {TEXT}")].into(), Some(ago(span + 100)));
        let at = ago(span);
        let stage = Stage::Submitted { at, run, tries, before, first, drafted: true };
        all.push((format!("submitted {tries} times, {span} ms ago"), stage));
    }
    for span in [1000, 29_999, 30_000, 40_000] {
        let (before, first) = (vec![format!("> {TEXT}")].into(), Some(ago(span + 8000)));
        let stage = Stage::Stuck {
            since: ago(span),
            run,
            before,
            first,
            drafted: true,
            unsubmitted: false,
        };
        all.push((format!("stuck for {span} ms"), stage));
    }
    all
}

type Change = fn(&mut MemberSeen);

fn with_pane(seen: &mut MemberSeen, change: impl Fn(&mut PaneSeen)) {
    if let Seen::Known(pane) = &mut seen.pane {
        change(pane);
    }
}

fn shows(seen: &mut MemberSeen, rows: &str, state: ShownState, draft: Option<&str>) {
    seen.screen = Seen::Known(screen(rows));
    seen.shown = Some(Shown {
        rule: Some("r".to_owned()),
        draft: draft.map(str::to_owned),
        composer_empty: draft.is_none(),
        ..reading(state)
    });
}

fn takes(seen: &mut MemberSeen, text: &str, milliseconds_ago: u64) {
    let at_ms = now(AT).wall.timestamp_millis() - i64::try_from(milliseconds_ago).unwrap();
    let prompt = Some(Prompted { at_ms, text: text.to_owned() });
    seen.heard = Some(Heard { at_ms, prompt });
}

fn tells(seen: &mut MemberSeen, state: ToldState, milliseconds_ago: u64) {
    let since_ms = now(AT).wall.timestamp_millis() - i64::try_from(milliseconds_ago).unwrap();
    seen.told = Some(Told { state, since_ms, source: "hook X".to_owned() });
}

fn looks() -> Vec<(&'static str, Change)> {
    vec![
        ("the text stands in the composer", |_| {}),
        ("the same, tmux was not heard", |seen| seen.unheard = true),
        ("the composer is empty", |seen| shows(seen, "> ", ShownState::Idle, None)),
        ("another text in the composer", |seen| {
            shows(seen, "> good morning", ShownState::Idle, Some("good morning"));
        }),
        ("work begins", |seen| shows(seen, "> / esc to interrupt", ShownState::Active, None)),
        ("it asks", |seen| shows(seen, "? / > ", ShownState::WaitingInput, None)),
        ("it asks, with the text", |seen| {
            shows(seen, "? / > say hello", ShownState::WaitingInput, Some(TEXT));
        }),
        ("the text is echoed", |seen| {
            shows(seen, "say hello / say hello / > ", ShownState::Idle, None);
        }),
        ("the screen cannot be read", |seen| (seen.screen, seen.shown) = (unknown(), None)),
        ("no rule reads the screen", |seen| seen.shown = None),
        ("the pane is deaf", |seen| with_pane(seen, |pane| pane.deaf = true)),
        ("deaf, tmux was not heard", |seen| {
            with_pane(seen, |pane| pane.deaf = true);
            seen.unheard = true;
        }),
        ("a signal stopped the program", |seen| {
            seen.job = Some(JobSeen { pid: 7, suspended: true });
        }),
        ("another run", |seen| with_pane(seen, |pane| pane.run = Some(RunId(4)))),
        ("the pane is dead", |seen| {
            let dead = Some(DeadSeen { status: Some(1), signal: None });
            with_pane(seen, |pane| pane.dead = dead);
        }),
        ("a shell in front", |seen| with_pane(seen, |pane| pane.command = "sh".to_owned())),
        ("nothing of it arrived", |seen| {
            with_pane(seen, |pane| (pane.typed, pane.submitted) = (None, None));
        }),
        ("nothing of it arrived, tmux was not heard", |seen| {
            with_pane(seen, |pane| (pane.typed, pane.submitted) = (None, None));
            seen.unheard = true;
        }),
        ("nothing arrived, deaf", |seen| {
            with_pane(seen, |pane| {
                (pane.typed, pane.submitted, pane.deaf) = (None, None, true);
            });
        }),
        ("an earlier key arrived", |seen| {
            with_pane(seen, |pane| pane.submitted = Some("m7/9".to_owned()));
        }),
        ("says that it took it", |seen| takes(seen, TEXT, 0)),
        ("says that it took it with more", |seen| takes(seen, "oh: say  hello", 0)),
        ("said that it took it, before", |seen| takes(seen, TEXT, 60_000)),
        ("says that it took another", |seen| takes(seen, "good morning", 0)),
        ("tells work since now", |seen| tells(seen, ToldState::Active, 0)),
        ("tells work since before", |seen| tells(seen, ToldState::Active, 60_000)),
        ("tells rest since now", |seen| tells(seen, ToldState::Idle, 0)),
    ]
}

fn state(stage: &Stage, is_urgent: bool) -> FleetState {
    let mut state = FleetState { at: now(AT - 1).at, ..FleetState::default() };
    state.server = Some(ServerSeen { pid: 1, start_time: 1 });
    (state.next_run, state.next_message) = (3, 7);
    let member = state.members.entry(ann()).or_default();
    member.wanted = crate::state::Wanted::Up;
    (member.last_run, member.in_front) = (Some(RunId(3)), Some(RunId(3)));
    member.began = Some((RunId(3), now(100).at));
    member.life = Life::Up { since: now(100).at, run: Some(RunId(3)) };
    member.mailbox.stage = stage.clone();
    let now_until = is_urgent.then(|| now(AT + 60).at);
    let kind = if is_urgent { MessageKind::Operator(1) } else { MessageKind::Claim };
    member.mailbox.queue.push_back(Message {
        id: 7,
        kind,
        text: TEXT.to_owned(),
        owed_since: now(AT - 90).at,
        now_until,
        again: None,
    });
    state
}

fn far(stage: &Stage, queue: usize) -> String {
    let span = |at: &Moment| now(AT).at.since(*at).as_millis();
    match stage {
        Stage::Owed if queue == 0 => "gone".to_owned(),
        Stage::Owed => "owed".to_owned(),
        Stage::Typing { at, tries, .. } => format!("typing for {} ms, {tries}", span(at)),
        Stage::Typed { at, .. } => format!("typed {} ms ago", span(at)),
        Stage::Submitted { at, tries, first, drafted, .. } => {
            let first = first.as_ref().map(span);
            format!("submitted {tries} times, {} ms ago, {first:?}, {drafted}", span(at))
        }
        Stage::Stuck { since, .. } => format!("stuck for {} ms", span(since)),
    }
}

/// What is done and said, and how far the message is then.
fn outcome(fleet: &Fleet, stage: &Stage, seen: &MemberSeen, is_urgent: bool) -> String {
    let observation = observation([(ann(), seen.clone())]);
    let before = state(stage, is_urgent);
    let decision = decide(fleet, &before, &observation, false, now(AT));
    let broken = crate::invariants::check(fleet, &before, &observation, &decision, now(AT));
    assert_eq!(broken, []);
    let mailbox = &decision.next.members[&ann()].mailbox;
    let mut said = far(&mailbox.stage, mailbox.queue.len());
    if let Some(again) = mailbox.queue.front().and_then(|message| message.again) {
        write!(said, "; {} in vain", again.times).unwrap();
    }
    if mailbox.hinted.is_some() {
        said.push_str("; hinted");
    }
    for action in &decision.actions {
        match action {
            Action::Type { token, .. } => write!(said, "; type {token}").unwrap(),
            Action::Submit { token, .. } => write!(said, "; submit {token}").unwrap(),
            Action::Alarm { key, .. } => write!(said, "; alarm {key}").unwrap(),
            Action::Start { .. }
            | Action::Stop { .. }
            | Action::Choose { .. }
            | Action::Reply { .. }
            | Action::RestoreSocket { .. }
            | Action::LookAgain
            | Action::WritePosition { .. }
            | Action::MarkComplete { .. }
            | Action::ClearComplete
            | Action::Analyze { .. }
            | Action::EndAnalysis { .. }
            | Action::StopUndeclared { .. }
            | Action::Exit => {}
        }
    }
    let look_in = decision.look_by.map(|at| at.since(now(AT).at).as_millis());
    format!("{said}{}", look_in.map_or_else(String::new, |span| format!(" (again in {span} ms)")))
}

fn seen_by(stage: &Stage, change: Change) -> MemberSeen {
    let mut seen = member("", 0);
    let submitted = match stage {
        Stage::Submitted { tries, .. } => Some(format!("m7/{tries}")),
        Stage::Stuck { .. } => Some("m7/3".to_owned()),
        Stage::Owed | Stage::Typing { .. } | Stage::Typed { .. } => None,
    };
    let typed = (*stage != Stage::Owed).then(|| "m7".to_owned());
    let command = "claude".to_owned();
    seen.pane = Seen::Known(PaneSeen { run: Some(RunId(3)), command, typed, submitted, ..pane() });
    shows(&mut seen, "> say hello", ShownState::Idle, Some(TEXT));
    change(&mut seen);
    seen
}

#[test]
fn every_stage_meets_every_look() {
    let fleet = fleet();
    let mut table = String::new();
    for (stage_name, stage) in stages() {
        writeln!(table, "{stage_name}").unwrap();
        for (look_name, change) in looks() {
            let seen = seen_by(&stage, change);
            let usual = outcome(&fleet, &stage, &seen, false);
            let urgent = outcome(&fleet, &stage, &seen, true);
            writeln!(table, "  {look_name:42}{usual}").unwrap();
            if urgent != usual {
                writeln!(table, "  {:>40}  {urgent}", "with --now").unwrap();
            }
        }
    }
    insta::assert_snapshot!(table);
}
