//! What does a tmux that stops answering cost a tick? Its time limit once, however much there is to do.

use std::time::Duration;

use agents_decide::{OneOffs, Verb, Which};
use agents_sim::Simulation;
use agents_tmux::fake::{Call, Fault};

/// The time limit of the fake, which is the one that the real drivers have when nothing else is said.
const LIMIT: Duration = agents_tmux::Place::TIME_LIMIT;

fn fleet_of(agents: usize) -> Simulation {
    let config: String =
        (0..agents).map(|number| format!("[[agent]]\nname = \"a{number}\"\n")).collect();
    let config = format!(
        "[watchdog]\nsignal_interval = 10\nheavy_interval = 60\nmax_starts_in_flight = 100\n{config}"
    );
    Simulation::new(&config).unwrap()
}

fn up() -> Verb {
    Verb::Up { names: Vec::new(), whole: true, one_offs: OneOffs::new(), which: Which::Own }
}

fn running(simulation: &Simulation) -> usize {
    simulation.terminals().panes().iter().filter(|pane| pane.agent_id.is_some()).count()
}

/// The time that one tick takes, and how many changes it asks for.
fn tick(simulation: &mut Simulation) -> (Duration, u64) {
    let (began, calls) = (simulation.terminals().now(), simulation.terminals().calls(Call::Apply));
    simulation.tick().unwrap();
    let terminals = simulation.terminals();
    (terminals.now() - began, terminals.calls(Call::Apply) - calls)
}

#[test]
fn the_first_change_that_hangs_is_the_last_of_its_tick() {
    let mut simulation = fleet_of(20);
    simulation.start_watchdog().unwrap();
    simulation.ask(up());
    // Seven start, the eighth waits in vain, and twelve are not tried.
    simulation.terminals().fault(Call::Apply, 8, Fault::Hangs);
    assert_eq!(tick(&mut simulation), (LIMIT, 8));
    assert_eq!(running(&simulation), 7);
    // Nobody waits for them to appear: they were never asked for.
    assert_eq!(tick(&mut simulation), (Duration::ZERO, 13));
    assert_eq!(running(&simulation), 20);
    simulation.run_for(Duration::from_secs(5)).unwrap();
    assert_eq!(simulation.unanswered(), 0);
    assert!(simulation.trace().with("failed").is_empty(), "{}", simulation.trace().text());
    assert_eq!(simulation.trace().with("answer 1").len(), 1);
}

#[test]
fn after_screens_that_hang_nothing_is_sent() {
    let mut simulation = fleet_of(6);
    simulation.start_watchdog().unwrap();
    simulation.ask(up());
    // So soon after the start a screen is taken anew at each look.
    simulation.run_for(Duration::from_secs(1)).unwrap();
    assert_eq!(running(&simulation), 6);
    simulation.ask(Verb::Down { names: Vec::new(), whole: true });
    // A screen that changed is looked at.
    simulation.terminals().print("t-a0", "news");
    simulation.terminals().fault(Call::Screens, 1, Fault::Hangs);
    assert_eq!(tick(&mut simulation), (LIMIT, 0));
    assert_eq!(running(&simulation), 6);
    assert_eq!(tick(&mut simulation), (Duration::ZERO, 6));
    assert_eq!(running(&simulation), 0);
}

#[test]
fn each_tick_of_a_long_hang_costs_one_limit_and_afterwards_all_is_done() {
    let mut simulation = fleet_of(12);
    simulation.start_watchdog().unwrap();
    simulation.ask(up());
    simulation.run_for(Duration::from_secs(20)).unwrap();
    let down = ["a1", "a2", "a3"].map(|name| agents_names::AgentName::new(name).unwrap());
    simulation.terminals().stop_server(true);
    simulation.ask(Verb::Down { names: down.to_vec(), whole: false });
    for _ in 0..10 {
        assert_eq!(tick(&mut simulation), (LIMIT, 0));
    }
    assert_eq!(running(&simulation), 12);
    simulation.terminals().stop_server(false);
    simulation.run_for(Duration::from_secs(5)).unwrap();
    assert_eq!(running(&simulation), 9);
    assert_eq!(simulation.unanswered(), 0);
}
