//! Whatever a program tells and shows in turn: is nothing typed into a question, and nobody restarted inside a limit?

use std::path::Path;
use std::time::Duration;

use agents_decide::{OneOffs, SendTerms, ToldState, Verb, Which};
use agents_names::{AgentName, SessionName};
use agents_sim::Simulation;
use agents_sim::random::Random;
use agents_tmux::TmuxOp;
use agents_tmux::fake::Program;

const CONFIG: &str = r#"
[backend.claude]
preset = "claude"
[[agent]]
name = "ann"
backend = "claude"
watch = "heal+stall"
"#;

const SESSION: &str = "t-ann";

fn ann() -> AgentName {
    AgentName::new("ann").unwrap()
}

fn screen(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../agents-screens/corpus/claude");
    std::fs::read_to_string(root.join(format!("{name}.txt"))).unwrap()
}

/// What the screen shows, and whether it asks.
const SCREENS: [(&str, bool); 8] = [
    ("oauth_turn_end", false),
    ("idle_reply_quotes_limit_and_working", false),
    ("active_reply_quotes_limit", false),
    ("approval_command", true),
    ("approval_edit", true),
    ("oauth_limit_weekly", true),
    ("limit_apikey.100x30", false),
    ("error_529_overloaded", false),
];

fn states() -> [Option<ToldState>; 7] {
    let text = || "its words".to_owned();
    [
        None,
        Some(ToldState::Active),
        Some(ToldState::Idle),
        Some(ToldState::Waiting),
        Some(ToldState::Limited {
            reset_ms: None,
            window_minutes: Some(300),
            goes_on: false,
            text: text(),
        }),
        Some(ToldState::Unauthenticated { text: text() }),
        Some(ToldState::Failed { text: text(), retried: false }),
    ]
}

fn fleet() -> Simulation {
    started(CONFIG, Duration::from_secs(60))
}

/// So long after its start.
fn started(config: &str, ago: Duration) -> Simulation {
    let mut simulation = Simulation::new(config).unwrap();
    let session = SessionName::new(SESSION).unwrap();
    let program = Program::shows(screen("oauth_turn_end")).titled("✳ Claude Code").named("claude");
    simulation.terminals().program(&session, program);
    simulation.start_watchdog().unwrap();
    let one_offs = OneOffs::new();
    simulation.ask(Verb::Up { names: Vec::new(), whole: true, one_offs, which: Which::default() });
    simulation.run_for(ago).unwrap();
    simulation
}

fn shows(simulation: &Simulation, text: &str) {
    simulation.terminals().clear(SESSION);
    simulation.terminals().print(SESSION, text);
}

/// How many keys and texts went to its pane.
fn touches(simulation: &Simulation) -> usize {
    let applied = simulation.terminals().applied();
    let keys = |op: &TmuxOp| matches!(op, TmuxOp::Type { .. } | TmuxOp::Submit { .. });
    applied.iter().filter(|it| keys(&it.op)).count()
}

fn starts(simulation: &Simulation) -> u32 {
    simulation.state().unwrap().members[&ann()].starts
}

fn send(simulation: &mut Simulation, number: u64) {
    let text = format!("how is it going, {number}?");
    simulation.ask(Verb::Send { name: ann(), text, terms: SendTerms::default() });
}

/// One seed; how many texts were typed in all.
fn walk(seed: u64) -> usize {
    let mut random = Random::new(seed);
    let mut simulation = fleet();
    let (mut state, mut place) = (None, 0);
    for step in 0..25 {
        if random.below(3) == 0 {
            send(&mut simulation, step);
        }
        if random.below(2) == 0 {
            state = random.pick(&states()).unwrap().clone();
            simulation.tell(&ann(), state.clone());
        } else {
            place = usize::try_from(random.below(SCREENS.len() as u64)).unwrap();
            shows(&simulation, &screen(SCREENS[place].0));
        }
        // What stood when the last tick looked may still be acted on; the next look finds what is there now.
        simulation.run_for(Duration::from_millis(1)).unwrap();
        let (touched, started) = (touches(&simulation), starts(&simulation));
        simulation.run_for(Duration::from_secs(5 + random.below(600))).unwrap();
        let (name, asks) = SCREENS[place];
        let is_told_to_ask = state == Some(ToldState::Waiting);
        let is_at_work = name.starts_with("active");
        let story = || format!("seed {seed}, step {step}: {state:?} on {name}");
        if asks || (is_told_to_ask && !is_at_work) {
            assert_eq!(touches(&simulation), touched, "typed into a question: {}", story());
        }
        let is_limited = matches!(state, Some(ToldState::Limited { .. }));
        let needs_person = matches!(state, Some(ToldState::Unauthenticated { .. }));
        if asks || is_limited || needs_person {
            assert_eq!(starts(&simulation), started, "restarted: {}", story());
        }
    }
    touches(&simulation)
}

#[test]
fn no_story_of_word_and_screen_leads_to_a_key_into_a_question_or_a_restart_inside_a_limit() {
    let touched: usize = (0..6).map(walk).sum();
    assert!(touched > 10, "only {touched} texts and keys were typed, so little was tried");
}

#[test]
fn an_interrupted_turn_that_nobody_told_of_gets_its_message_all_the_same() {
    let mut simulation = fleet();
    simulation.tell(&ann(), Some(ToldState::Active));
    send(&mut simulation, 1);
    simulation.run_for(Duration::from_secs(20)).unwrap();
    assert_eq!(touches(&simulation), 0, "it says that it works");
    simulation.run_for(Duration::from_secs(40)).unwrap();
    assert!(touches(&simulation) > 0, "its screen has shown for long that it rests");
    assert_eq!(starts(&simulation), 1);
}

#[test]
fn a_screen_that_quotes_a_limit_holds_nobody_who_says_that_he_rests() {
    let mut simulation = fleet();
    shows(&simulation, &screen("limit_apikey.100x30"));
    simulation.tell(&ann(), Some(ToldState::Idle));
    simulation.run_for(Duration::from_secs(120)).unwrap();
    assert!(!simulation.state().unwrap().members[&ann()].limit.silences());
    simulation.tell(&ann(), None);
    simulation.run_for(Duration::from_secs(120)).unwrap();
    assert!(simulation.state().unwrap().members[&ann()].limit.silences(), "the screen alone does");
}

#[test]
fn a_program_that_has_not_said_yet_that_it_took_its_first_prompt_gets_no_other() {
    let prompted = format!("{CONFIG}prompt = \"build it\"\n");
    for tells in [true, false] {
        let mut simulation = started(&prompted, Duration::from_secs(5));
        send(&mut simulation, 1);
        simulation.run_for(Duration::from_secs(15)).unwrap();
        assert_eq!(touches(&simulation), 0, "its composer may be gone a moment later");
        if tells {
            simulation.tell(&ann(), Some(ToldState::Idle));
        }
        simulation.run_for(Duration::from_secs(5)).unwrap();
        assert_eq!(touches(&simulation) > 0, tells, "what it says decides");
        simulation.run_for(Duration::from_secs(15)).unwrap();
        assert!(touches(&simulation) > 0, "one that never says anything gets it all the same");
    }
}
