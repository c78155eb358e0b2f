//! What is done about agents whose real screens ask something, or show a limit? Nothing is typed into a question, and
//! nothing is restarted for either.

#[path = "corpus/mod.rs"]
mod corpus;

use std::time::Duration;

use agents_decide::{OneOffs, SendTerms, Verb, Which};
use agents_names::{AgentName, SessionName};
use agents_sim::Simulation;
use agents_tmux::TmuxOp;
use agents_tmux::fake::Program;
use corpus::{Recorded, corpus};

fn name(number: usize) -> AgentName {
    AgentName::new(format!("a{number}")).unwrap()
}

/// A fleet with an agent for each screen, which shows nothing else, after it ran for that long.
fn fleet(screens: &[Recorded], span: Duration) -> Simulation {
    let mut config = String::from("[watchdog]\nsignal_interval = 60\nmax_starts_in_flight = 500\n");
    for cli in agents_screens::BUILTIN_NAMES {
        config.push_str(&format!("[backend.{cli}]\npreset = \"{cli}\"\n"));
    }
    for (number, screen) in screens.iter().enumerate() {
        let cli = &screen.cli;
        config.push_str(&format!(
            "[[agent]]\nname = \"a{number}\"\nbackend = \"{cli}\"\nwatch = \"heal+stall\"\n"
        ));
    }
    let mut simulation = Simulation::new(&config).unwrap();
    for (number, screen) in screens.iter().enumerate() {
        let session = SessionName::new(format!("t-a{number}")).unwrap();
        let program =
            Program::shows(&screen.text).titled(&screen.title).named(screen.command.as_str());
        simulation.terminals().program(&session, program);
    }
    simulation.start_watchdog().unwrap();
    let one_offs = OneOffs::new();
    simulation.ask(Verb::Up { names: Vec::new(), whole: true, one_offs, which: Which::Own });
    simulation.run_for(Duration::from_secs(60)).unwrap();
    for number in 0..screens.len() {
        simulation.ask(Verb::Send {
            name: name(number),
            text: "how is it going".to_owned(),
            terms: SendTerms::default(),
        });
    }
    simulation.run_for(span).unwrap();
    simulation
}

/// The panes at which something was typed or a key was pressed.
fn touched(simulation: &Simulation) -> Vec<u32> {
    let applied = simulation.terminals().applied();
    let panes = applied.iter().filter_map(|it| match &it.op {
        TmuxOp::Type { pane, .. } | TmuxOp::Submit { pane, .. } => Some(pane.0),
        _ => None,
    });
    panes.collect()
}

fn starts(simulation: &Simulation, number: usize) -> u32 {
    simulation.state().unwrap().members[&name(number)].starts
}

#[test]
fn no_key_reaches_a_question_and_nobody_is_restarted_for_asking() {
    let asking: Vec<Recorded> =
        corpus().into_iter().filter(|it| it.expected == "waiting_input").collect();
    assert!(asking.len() > 20, "only {} screens ask", asking.len());
    let simulation = fleet(&asking, Duration::from_secs(40 * 60));
    assert_eq!(touched(&simulation), Vec::<u32>::new());
    let members = &simulation.state().unwrap().members;
    for number in 0..asking.len() {
        let member = &members[&name(number)];
        assert!(member.asks.is_some(), "{}: {}", asking[number].cli, asking[number].text);
        assert_eq!(starts(&simulation, number), 1, "{}", asking[number].text);
    }
    let alarms = simulation.trace().with("ALARM").len();
    assert_eq!(alarms, asking.len(), "each question is told once");
}

#[test]
fn a_limit_restarts_nobody_and_one_that_goes_on_by_itself_is_left_alone() {
    let limited: Vec<Recorded> =
        corpus().into_iter().filter(|it| it.expected == "limited").collect();
    assert!(limited.len() > 10, "only {} screens are limited", limited.len());
    let simulation = fleet(&limited, Duration::from_secs(70 * 60));
    let touched = touched(&simulation);
    for (number, screen) in limited.iter().enumerate() {
        assert_eq!(starts(&simulation, number), 1, "{}", screen.text);
        let pane = simulation.terminals().pane(&format!("t-a{number}")).unwrap();
        assert!(!screen.goes_on || !touched.contains(&pane.0), "{}", screen.text);
    }
}
