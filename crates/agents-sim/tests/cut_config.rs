//! Does half a config, whatever half, make the watchdog start, end or type anything?

use std::time::Duration;

use agents_config::Fleet;
use agents_sim::Simulation;

const CONFIG: &str = r#"
[defaults]
session_prefix = "t-"
log_dir = ".agents"
tmux_socket = "t"
backend = "chat"
prompt = "Work."
watch = "heal+stall"

[watchdog]
signal_interval = 10
heavy_interval = 60

[backend.chat]
bin = "chat"
process_name = "chat"
active_re = "esc to interrupt"
limit_re = "limit reached"
stall_idle = "5m"

[[service]]
name = "proxy"
command = "proxy"

[[agent]]
name = "builder"
kind = "loop"
role = "builder"

[[agent]]
name = "adversary"
kind = "loop"
role = "adversary"

[[agent]]
name = "tester"
watch = "heal"
wake = { interval = "1h", prompt_file = "wake.md" }

[loop]
[[loop.phases]]
id = "P1"
status = "STATUS-1.md"
[[loop.phases]]
id = "P2"
status = "STATUS-2.md"
[loop.handoff]
inboxes = ["inbox-adversary.md", "inbox-builder.md"]

[[agent]]
name = "writer"
backend = "chat"
"#;

const SECOND: Duration = Duration::from_secs(1);

/// What the watchdog itself refuses to change under a living fleet.
fn is_elsewhere(fleet: &Fleet, other: &Fleet) -> bool {
    let place = |fleet: &Fleet| {
        (fleet.session_prefix.clone(), fleet.log_dir.clone(), fleet.tmux_socket.clone())
    };
    place(fleet) != place(other)
}

#[test]
fn f47_no_half_of_a_config_causes_an_action() {
    let mut simulation = Simulation::new(CONFIG).unwrap();
    simulation.start_watchdog().unwrap();
    simulation.ask(agents_decide::Verb::Up {
        names: Vec::new(),
        whole: true,
        one_offs: agents_decide::OneOffs::new(),
        which: agents_decide::Which::Own,
    });
    simulation.run_for(120 * SECOND).unwrap();
    let whole = simulation.fleet().clone();
    let before = simulation.terminals().applied_count();
    assert!(before > 4, "the fleet was started");
    let (mut obeyed, mut refused) = (0, 0);
    for end in 0..CONFIG.len() {
        match simulation.configure(CONFIG[..end].to_owned()) {
            Ok(()) if is_elsewhere(&whole, simulation.fleet()) => refused += 1,
            Ok(()) => {
                obeyed += 1;
                simulation.tick().unwrap();
            }
            Err(_) => refused += 1,
        }
        // The rest of it arrives.
        simulation.configure(CONFIG.to_owned()).unwrap();
        simulation.tick().unwrap();
        let applied = simulation.terminals().applied_since(before);
        assert!(applied.is_empty(), "after {:?}: {applied:?}", &CONFIG[..end]);
    }
    assert!(obeyed > 30 && refused > 30, "{obeyed} obeyed, {refused} refused");
    assert_eq!(simulation.trace().violations(), Vec::<String>::new());
}
