//! The notes that speak of no time: each with its sentence, which a person reads in the morning.

use super::*;

fn text(text: &str) -> String {
    text.to_owned()
}

fn limited(source: LimitSource, goes_on: GoesOn) -> LimitNote {
    let (banner, until, probe_at) = (text(" limit "), Some(wall(60)), noon(60));
    LimitNote::Entered { banner, until, probe_at, source, goes_on }
}

fn of_lives() -> Vec<(Note, &'static str)> {
    let down = |why| LifeNote::StaysDown { how: text("exit code 0"), why }.into();
    let held = |hold| LifeNote::WaitsForTurn { hold }.into();
    vec![
        (
            LifeNote::Adopted.into(),
            "its session was not started by `agents`; it is left as it is, and watched",
        ),
        (
            LifeNote::FoundAgain.into(),
            "one look did not find its session, the next one did; nothing was done",
        ),
        (LifeNote::NeverStarted.into(), "it was never started; `agents up ann` starts it"),
        (
            LifeNote::DownOnPurpose.into(),
            "it is down, as the operator asked; `agents up ann` starts it",
        ),
        (
            LifeNote::Stopped.into(),
            "it was stopped, and not asked up since; `agents up ann` starts it",
        ),
        (LifeNote::Disabled.into(), "it is disabled in the config; only `agents up ann` starts it"),
        (
            LifeNote::WaitsForPhase.into(),
            "it starts with the new phase, once all loop agents have stopped",
        ),
        (
            LifeNote::LoopComplete.into(),
            "it rests, since the phase sequence is complete; `agents phase set` goes back to a phase",
        ),
        (
            LifeNote::Unsupervised.into(),
            "it is left as it is: no watchdog runs, and `agents up ann` was not asked for",
        ),
        (
            LifeNote::TaskEnded { how: text("exit code 0"), again: true }.into(),
            "it is a task and ran once: exit code 0; `agents up ann` runs it again",
        ),
        (
            LifeNote::TaskEnded { how: text("exit code 0"), again: false }.into(),
            "its program ended: exit code 0",
        ),
        (
            down(StaysDown::Disabled),
            "it ended by itself (exit code 0) and stays down, since the config disables it; `agents up ann` starts it",
        ),
        (
            down(StaysDown::AskedDown),
            "it ended by itself (exit code 0) and stays down, as the operator asked; `agents up ann` starts it",
        ),
        (
            down(StaysDown::NeverAsked),
            "it ended by itself (exit code 0) and stays down, since nobody has asked for it; `agents up ann` starts it",
        ),
        (
            down(StaysDown::NotThen),
            "it ended by itself (exit code 0) and stays down, since it was not to be restarted at that time; `agents up ann` starts it",
        ),
        (
            LifeNote::StraysEnded { count: 1 }.into(),
            "a process that it had left running outside of its session was ended too",
        ),
        (
            LifeNote::StraysEnded { count: 3 }.into(),
            "3 processes that it had left running outside of its session were ended too",
        ),
        (
            LifeNote::Unstartable { reason: text("no such file"), by_itself: true }.into(),
            "it cannot be started: no such file; it is started as soon as that is mended",
        ),
        (
            LifeNote::Unstartable { reason: text("no such file"), by_itself: false }.into(),
            "it could not be started: no such file; `agents up ann` tries again",
        ),
        (
            held(Hold::Pace { starts: 3, seconds: 10 }),
            "its start is due and waits: the fleet has had 3 automatic starts within the last 10 s, and gets no more in that time, so that a fault of the machine does not become a storm of starts",
        ),
        (
            held(Hold::Account { account: text("team"), free_at: noon(9) }),
            "its start is due and waits: another agent of account `team` was just started, and they start one by one; it is free at 12:00:09 (in 9 s)",
        ),
        (
            held(Hold::Services),
            "its start is due and waits: the services come first after the loss of the tmux server",
        ),
        (
            LifeNote::NotRestarted {
                why: Why::Mismatch { found: text("sh"), expected: text("claude") },
                bar: Bar::Unstartable { reason: text("no such file") },
            }
            .into(),
            "it needs a restart, because `sh` runs in its session, where `claude` belongs, but could not be started again, so it is left running: no such file",
        ),
        (
            LifeNote::NotRestarted {
                why: Why::Stall { since: None, how: text("for long") },
                bar: Bar::Budget { limit: 1, window_seconds: 900, again_at: None },
            }
            .into(),
            "it needs a restart, because it stalled: for long, but its restart budget is used up (1 automatic start within 15 min): it is left running; a restart is possible again never, and `agents restart ann` does it at once",
        ),
    ]
}

fn of_judges() -> Vec<(Note, &'static str)> {
    let told_limit = || LimitSource::Told { place: text("its record"), since_ms: 0 };
    vec![
        (
            ActivityNote::Told { by: text("hook Stop") }.into(),
            "it is at work, as the program itself says (hook Stop)",
        ),
        (
            ActivityNote::ToldLongAgo { by: text("hook"), since: noon(-60) }.into(),
            "the program said that it works (hook), but there is no sign of it since 11:59:00 (60 s)",
        ),
        (
            ActivityNote::PatternStale { row: text(" working "), since: noon(-60) }.into(),
            "its screen shows \"working\", but has stood still since 11:59:00 (60 s), so that proves no work",
        ),
        (ActivityNote::ScreenMoves.into(), "its screen changes"),
        (ActivityNote::LogGrows.into(), "its session log grows"),
        (ActivityNote::ProcessesWork.into(), "its processes work"),
        (
            ActivityNote::LogYoung { grace: Duration::from_secs(180) }.into(),
            "it counts as at work until its log has not grown for 3 min (`log_grace`)",
        ),
        (
            ActivityNote::ScreenUnseen { cause: text("no answer") }.into(),
            "its screen cannot be seen (no answer), so nothing is judged by it",
        ),
        (
            limited(told_limit(), GoesOn::Told).into(),
            "its program (its record) says \"limit\": it is held inside its usage window, where nothing restarts it, and goes on by itself by 12:01:00",
        ),
        (
            limited(LimitSource::Shown { rule: None }, GoesOn::No).into(),
            "its screen says \"limit\": it is held inside its usage window, where nothing restarts it, and probed at 12:01:00 (in 60 s)",
        ),
        (
            LimitNote::Holding { until: None, probe_at: noon(60) }.into(),
            "it is held inside its usage window, whose end is not known: nothing restarts it, and a probe is due at 12:01:00 (in 60 s)",
        ),
        (
            LimitNote::GoesOn { until: Some(wall(60)) }.into(),
            "it is limited, and goes on by itself at 12:01:00: nothing is typed at it, and nothing restarts it",
        ),
        (
            LimitNote::DidNotGoOn { until: None }.into(),
            "it was to go on by itself, and has not; nothing is typed at it, so `agents attach ann` helps",
        ),
        (
            LimitNote::WaitsForAccount.into(),
            "its usage window should be over; it goes on after another agent of its account",
        ),
        (
            LimitNote::WindowOver.into(),
            "its usage window should be over, so it may be started again",
        ),
        (
            LimitNote::Probing { probes: 2 }.into(),
            "its usage window should be over: a probe asks whether it is (probe 2 of this window)",
        ),
        (
            LimitNote::Lifted { how: text("it works again") }.into(),
            "its usage window is over: it works again",
        ),
        (
            LimitNote::GoneInside { over_by: noon(60) }.into(),
            "it ended inside its usage window, and is started when the window is over, at 12:01:00 (in 60 s) at the latest",
        ),
        (
            StallNote::OthersTurn { awaits: text("a claim commit") }.into(),
            "it is not its turn: it waits for a claim commit, so its idling is no stall",
        ),
        (
            StallNote::Unsettled { since: noon(-60) }.into(),
            "it is idle since 11:59:00 (60 s), which would be a stall, but a message for it is on its way",
        ),
        (
            StallNote::PromiseTooFar { until: wall(86_400), due: noon(3600) }.into(),
            "its screen promises to go on only at 2026-11-22 12:00:00 (WAITING-UNTIL); such a promise is honoured no longer than `promise_cap`, until 13:00:00 (in 60 min)",
        ),
        (
            StallNote::PromiseUnreadable { text: text("soon") }.into(),
            "its WAITING-UNTIL marker cannot be read, and counts for nothing: soon",
        ),
        (
            StallNote::Suspected { since: noon(-60) }.into(),
            "it has shown no sign of work since 11:59:00 (60 s); a closer look, 5 s later or more, restarts it if there is none then",
        ),
        (
            StallNote::NotProven { since: noon(-60), reason: text("no log") }.into(),
            "it is idle since 11:59:00 (60 s) and looks stalled, but is not restarted, since that is not proven: no log",
        ),
        (
            AccountNote::ProbesAnother { account: text("team"), canary: name("bob") }.into(),
            "for account `team` bob is probed from now on",
        ),
        (
            AccountNote::Opening { account: text("team"), canary: name("bob") }.into(),
            "account `team` is open again as far as bob tells; its agents go on one by one",
        ),
        (
            AccountNote::Held { account: text("team"), canary: name("bob") }.into(),
            "its account `team` is inside a usage window: until bob is served again nothing is typed at it, and nothing restarts it",
        ),
        (
            AccountNote::Follows { account: text("team"), at: noon(9) }.into(),
            "its account `team` is open again, and its agents go on one by one, the next at 12:00:09 (in 9 s)",
        ),
        (
            LoginNote::Refused { text: text(" 401 "), place: text("screen") }.into(),
            "its key or login is refused: \"401\" (screen); it is not restarted: mend the login, then `agents restart ann`",
        ),
        (
            LoginNote::AccountRefused { account: text("team"), by: name("bob") }.into(),
            "the login of bob, which uses the same account `team`, is refused: it is not started before one of them works again; `agents up ann` tries at once",
        ),
    ]
}

fn of_the_fleet() -> Vec<(Note, &'static str)> {
    let server = ServerSeen { pid: 7, start_time: 0 };
    let news = |told: &[&str]| Note::HandoffNews {
        news: text("S.md changed"),
        told: told.iter().map(|it| name(it)).collect(),
    };
    vec![
        (
            Note::CannotSee { cause: text("no answer") },
            "it cannot be seen (no answer), so nothing is done about it",
        ),
        (
            Note::Doubted,
            "it looks gone together with many others, which a second look must confirm first",
        ),
        (
            Note::TerminalsUnseen { cause: text("no answer"), server: None },
            "the terminals cannot be seen (no answer); nothing is started or stopped until they can",
        ),
        (
            Note::TerminalsUnseen { cause: text("no answer"), server: Some(server) },
            "the terminals cannot be seen (no answer); nothing is started or stopped until they can; `kill -CONT 7` wakes a tmux server that was stopped, `kill -9 7` ends it with its sessions, and the watchdog brings the fleet back",
        ),
        (
            Note::MassVerdict { count: 4, of: 5 },
            "4 of 5 look dead or stalled at once, which speaks against the look; another connection to tmux must confirm it first",
        ),
        (
            Note::BranchUnread { cause: text("no route") },
            "the shared branch could not be read (no route); the next fetch reads from the same commit on",
        ),
        (
            Note::HandoffBegins { head: text("0123456789abcdef") },
            "handoff: the shared branch is followed from commit 0123456789 on; what came before is not told",
        ),
        (news(&[]), "handoff: S.md changed; nobody is told"),
        (news(&["ann"]), "handoff: S.md changed; ann is to be told"),
        (news(&["ann", "bob"]), "handoff: S.md changed; ann and bob are to be told"),
        (
            Note::Undeclared { session: text("t-eve") },
            "its session t-eve runs, but the config no longer declares it; `agents down --undeclared` ends it",
        ),
        (
            AnswerNote::Answers { dialog: text("trust-folder"), choose: text("Yes") }.into(),
            "its dialog trust-folder is answered with \"Yes\", as the config says",
        ),
        (
            AnswerNote::Left { dialog: text("trust-folder"), why: text("no such row") }.into(),
            "the config's answer to its dialog trust-folder is not given: no such row",
        ),
        (
            FatalNote::Asked { what: text("FATAL") }.into(),
            "FATAL; it takes input all the same, so its answer to a message decides",
        ),
        (
            FatalNote::Quoted { what: text("FATAL") }.into(),
            "FATAL; but it has answered a message with something else, so that is old or quoted",
        ),
        (
            MessageNote::Typed { message: text("wake") }.into(),
            "the wake is typed, and about to be submitted",
        ),
        (
            MessageNote::Submitted { message: text("wake"), tries: 2 }.into(),
            "the wake was submitted (try 2), and its screen does not show yet that it went",
        ),
        (MessageNote::Kept { count: 1 }.into(), "1 message kept for its next start"),
        (MessageNote::Overtaken { count: 1 }.into(), "1 ping about the phase that ends is dropped"),
        (
            MessageNote::Overtaken { count: 2 }.into(),
            "2 pings about the phase that ends are dropped",
        ),
        (
            WakeNote::FileMissing.into(),
            "its wake is skipped, since its prompt file is missing or blank",
        ),
        (
            WakeNote::Rests.into(),
            "its wakes rest, since the phase sequence is complete; `agents phase set` goes back to a phase",
        ),
        (
            PhaseNote::InProgress { phase: phase("P1"), reason: text("no marker") }.into(),
            "phase P1 is in progress: no marker",
        ),
        (
            PhaseNote::Done { phase: phase("P1"), within: Duration::from_secs(300) }.into(),
            "phase P1 is done; the watchdog judges phases every 5 min (`heavy_interval`), and moves on when it does so next; `agents phase next` goes on at once",
        ),
        (
            PhaseNote::NoAutoAdvance { phase: phase("P1") }.into(),
            "phase P1 is done; `auto_advance` is off, so it stays until `agents phase next`",
        ),
        (
            PhaseNote::Complete.into(),
            "the last phase is done, so the loop agents rest: the phase sequence is complete",
        ),
        (
            PhaseNote::Unknown { phase: phase("P9") }.into(),
            "phase P9 is not in the config, so the phases stand still; `agents phase set` chooses one",
        ),
    ]
}

fn of_pilots() -> Vec<(Note, &'static str)> {
    let text = |text: &str| text.to_owned();
    let reason = text("it is at work");
    vec![
        (
            PilotNote::Off { asked: true }.into(),
            "its pilot is off, as the operator asked; `agents pilot start ann`",
        ),
        (
            PilotNote::Watches { given: 1, most: 5, reason }.into(),
            "its pilot waits (1 of 5 prompts given): it is at work",
        ),
        (
            PilotNote::Prompts { number: 2, most: 5, shown: Preview::default() }.into(),
            "it is idle, and is prompted by its pilot (2 of 5)",
        ),
        (
            PilotNote::OnItsWay { number: 2, most: 5 }.into(),
            "the prompt of its pilot (2 of 5) is on its way",
        ),
        (
            PilotNote::Analysing { since: noon(-5), attempt: 2 }.into(),
            "it is idle, and its analyzer judges the screen since 11:59:55 (5 s), attempt 2",
        ),
        (
            PilotNote::NoAnswer { attempt: 1, of: 3, reason: text("no JSON") }.into(),
            "its analyzer gave no answer (attempt 1 of 3), and is asked again: no JSON",
        ),
        (
            PilotNote::NoAnswer { attempt: 3, of: 3, reason: text("no JSON") }.into(),
            "its analyzer gave no answer in 3 attempts, which counts as a prompt: no JSON",
        ),
        (
            PilotNote::Stopped { most: 1 }.into(),
            "is idle again after 1 prompt of its pilot, which stops there; `agents send ann TEXT` or `agents pilot start ann` goes on",
        ),
    ]
}

#[test]
fn every_other_note_has_its_sentence() {
    let members = of_lives().into_iter().chain(of_judges()).chain(of_pilots());
    for (note, sentence) in members.chain(of_the_fleet()) {
        assert_eq!(told(note), sentence);
    }
    let prompts = PilotNote::Prompts { number: 1, most: 5, shown: Preview::default() };
    assert_eq!(foretold(prompts), "it is idle, and would be prompted by its pilot (1 of 5)");
}
