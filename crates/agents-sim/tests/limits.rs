//! What is done about a fleet whose agents show real limits, menus and errors, one after another, in any order? Nobody is
//! restarted, no key reaches a menu, and whoever rests is served in the end.

#[path = "corpus/mod.rs"]
mod corpus;

use std::time::Duration;

use agents_decide::{OneOffs, Verb, Which};
use agents_names::{AgentName, SessionName};
use agents_sim::Simulation;
use agents_tmux::TmuxOp;
use agents_tmux::fake::Program;
use corpus::{Recorded, corpus};

/// Limits, questions and errors of one program.
fn troubles(all: &[Recorded], cli: &str) -> Vec<Recorded> {
    let is_trouble = |it: &&Recorded| {
        it.cli == cli && ["limited", "waiting_input", "fatal"].contains(&it.expected.as_str())
    };
    all.iter().filter(is_trouble).cloned().collect()
}

/// A sequence that is the same for a seed.
struct Order(u64);

impl Order {
    fn below(&mut self, count: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % count as u64).unwrap()
    }
}

fn name(text: &str) -> AgentName {
    AgentName::new(text).unwrap()
}

/// Three agents of two programs with one account, each of which shows these screens, so long each.
fn fleet(clis: [&str; 3], screens: &[Vec<Recorded>; 3], each: Duration) -> Simulation {
    let mut config = String::from(
        "[watchdog]\nsignal_interval = 30\n[defaults]\nsession_prefix = \"t-\"\nlog_dir = \".agents\"\n\
         tmux_socket = \"t\"\nprompt = \"Work.\"\nwatch = \"heal+stall\"\naccount = \"team\"\n",
    );
    for cli in agents_screens::BUILTIN_NAMES {
        config.push_str(&format!("[backend.{cli}]\npreset = \"{cli}\"\nstall_idle = \"20h\"\n"));
    }
    for (agent, cli) in ["ann", "bob", "cy"].iter().zip(clis) {
        config.push_str(&format!("[[agent]]\nname = \"{agent}\"\nbackend = \"{cli}\"\n"));
    }
    let mut simulation = Simulation::new(&config).unwrap();
    for (agent, shown) in ["ann", "bob", "cy"].iter().zip(screens) {
        let session = SessionName::new(format!("t-{agent}")).unwrap();
        let parts = (0u32..).zip(shown).map(|(at, screen)| (each * at, screen.text.clone()));
        let program = Program::screens(parts).titled(&shown[0].title);
        simulation.terminals().program(&session, program.named(shown[0].command.as_str()));
    }
    simulation.start_watchdog().unwrap();
    let (one_offs, which) = (OneOffs::new(), Which::Own);
    simulation.ask(Verb::Up { names: Vec::new(), whole: true, one_offs, which });
    simulation
}

/// The screens at which something was typed or a key was pressed, by the time at which it was.
fn touched<'s>(
    simulation: &Simulation,
    screens: &'s [Vec<Recorded>; 3],
    each: Duration,
) -> Vec<&'s Recorded> {
    let panes =
        ["ann", "bob", "cy"].map(|agent| simulation.terminals().pane(&format!("t-{agent}")));
    let applied = simulation.terminals().applied();
    let touched = applied.iter().filter_map(|it| {
        let (TmuxOp::Type { pane, .. } | TmuxOp::Submit { pane, .. }) = &it.op else { return None };
        let shown = &screens[panes.iter().position(|known| *known == Some(*pane))?];
        let part = usize::try_from(it.at.as_millis() / each.as_millis()).ok()?;
        shown.get(part).or(shown.last())
    });
    touched.collect()
}

fn starts(simulation: &Simulation, agent: &str) -> u32 {
    simulation.state().unwrap().members[&name(agent)].starts
}

const EACH: Duration = Duration::from_secs(20 * 60);

/// One fleet for a seed: five troubles an agent, then rest.
fn play(all: &[Recorded], seed: u64) {
    let mut order = Order(seed);
    let known: Vec<&str> = agents_screens::BUILTIN_NAMES.to_vec();
    let first = known[order.below(known.len())];
    let clis = [first, known[order.below(known.len())], first];
    let screens = clis.map(|cli| {
        let rest = all.iter().find(|it| it.cli == cli && it.name.starts_with("turn_end"));
        let rest = rest.unwrap().clone();
        let mut troubles = troubles(all, cli);
        // A terminal of the tests has one title for all that it shows.
        troubles.retain(|it| it.title == rest.title);
        let mut shown: Vec<Recorded> =
            (0..5).map(|_| troubles[order.below(troubles.len())].clone()).collect();
        shown.push(rest);
        shown
    });
    let mut simulation = fleet(clis, &screens, EACH);
    simulation.run_for(EACH * 2 + Duration::from_secs(300)).unwrap();
    // Its successor goes on where it was.
    simulation.kill_watchdog();
    simulation.start_watchdog().unwrap();
    simulation.run_for(EACH * 3).unwrap();
    // Everything that was announced is over by then, and so is the longest hold.
    simulation.run_for(Duration::from_secs(9 * 3600)).unwrap();
    let names = |screens: &[Recorded]| {
        screens.iter().map(|it| format!("{}/{}", it.cli, it.name)).collect::<Vec<_>>()
    };
    let what = format!("seed {seed}: {:?}", screens.each_ref().map(|it| names(it)));
    for agent in ["ann", "bob", "cy"] {
        assert_eq!(starts(&simulation, agent), 1, "{agent}, {what}");
    }
    for screen in touched(&simulation, &screens, EACH) {
        let asks = screen.expected == "waiting_input";
        let goes_on = screen.expected == "limited" && screen.goes_on;
        assert!(!asks && !goes_on, "{}/{} got a key, {what}", screen.cli, screen.name);
    }
    // Nobody rests in a hold for ever.
    let state = simulation.state().unwrap();
    let closed = state.accounts.values().any(|it| matches!(it, agents_decide::Account::Closed(_)));
    assert!(!closed, "{:?}, {what}", state.accounts);
    simulation.ask(Verb::Send {
        name: name("ann"),
        text: "how is it going".to_owned(),
        terms: agents_decide::SendTerms::default(),
    });
    simulation.run_for(Duration::from_secs(120)).unwrap();
    let typed =
        simulation.terminals().applied().into_iter().any(
            |it| matches!(it.op, TmuxOp::Type { text, .. } if text.contains("how is it going")),
        );
    assert!(
        typed,
        "{what}\n{}",
        simulation.trace().text().lines().rev().take(14).collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn no_sequence_of_real_screens_restarts_touches_a_menu_or_freezes() {
    let all = corpus();
    for seed in 0..12 {
        play(&all, seed);
    }
}

#[test]
fn a_login_that_a_real_screen_shows_as_refused_is_told_once_and_heals_nobody() {
    let refused: Vec<Recorded> = corpus()
        .into_iter()
        .filter(|it| {
            it.expected == "fatal" && (it.name.contains("401") || it.name.contains("auth"))
        })
        .collect();
    assert!(refused.len() >= 8, "only {} screens", refused.len());
    for screen in refused {
        let cli = screen.cli.clone();
        let shown = [vec![screen.clone()], vec![screen.clone()], vec![screen.clone()]];
        let mut simulation = fleet([&cli, &cli, &cli], &shown, EACH);
        simulation.run_for(Duration::from_secs(120)).unwrap();
        let state = simulation.state().unwrap();
        let login = &state.members[&name("ann")].login;
        let what = format!("{cli}/{}", screen.name);
        assert!(login.as_ref().is_some_and(|it| it.confirmed), "{what}: {}", screen.text);
        simulation.terminals().kill_session("t-bob");
        simulation.run_for(Duration::from_secs(1800)).unwrap();
        for agent in ["ann", "bob", "cy"] {
            assert_eq!(starts(&simulation, agent), 1, "{agent}, {what}");
        }
        assert_eq!(simulation.trace().with("ALARM").len(), 3, "{what}");
    }
}

#[test]
fn an_error_that_is_no_refused_login_is_not_taken_for_one() {
    let others: Vec<Recorded> = corpus()
        .into_iter()
        .filter(|it| {
            it.expected == "fatal"
                && !it.text.contains("401")
                && !it.text.contains("API key")
                && !it.name.contains("auth")
        })
        .collect();
    assert!(others.len() > 10, "only {} screens", others.len());
    for screens in others.chunks(3).filter(|it| it.len() == 3) {
        let clis = [screens[0].cli.as_str(), screens[1].cli.as_str(), screens[2].cli.as_str()];
        let shown = [0, 1, 2].map(|at| vec![screens[at].clone()]);
        let mut simulation = fleet(clis, &shown, EACH);
        simulation.run_for(Duration::from_secs(60)).unwrap();
        for (agent, screen) in ["ann", "bob", "cy"].iter().zip(screens) {
            let login = simulation.state().unwrap().members[&name(agent)].login.clone();
            assert_eq!(login, None, "{}/{}", screen.cli, screen.name);
        }
    }
}
