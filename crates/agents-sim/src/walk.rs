//! What happens when anything may happen? A random walk that its seed fixes: faults for a while, then none.

mod event;

use std::time::Duration;

use agents_decide::{Life, OneOffs, Verb, Which};
use agents_names::{AgentName, PhaseId};

use crate::random::Random;
use crate::{SimError, Simulation};

/// How long faults strike, and how long the fleet has to recover from them.
const FAULTS: Duration = Duration::from_secs(20 * 60);
const RECOVERY: Duration = Duration::from_secs(50 * 60);

const CONFIG: &str = r#"
[watchdog]
signal_interval = 20
heavy_interval = 60
[backend.chat]
bin = "chat"
process_name = "chat"
active_re = "esc to interrupt"
limit_re = "limit reached"
fatal_re = "prompt is too long"
stall_idle = "5m"
supports_resume = true
session_flag = "--session-id {id}"
[[agent]]
name = "builder"
kind = "loop"
role = "builder"
resume = true
[[agent]]
name = "adversary"
kind = "loop"
role = "adversary"
watch = "heal+stall"
resume = true
[[agent]]
name = "lead"
kind = "orchestrator"
wake = { interval = "10m", prompt_file = "wake.md" }
[[service]]
name = "proxy"
command = "proxy"
[[agent]]
name = "report"
kind = "task"
enabled = false
watch = "none"
[loop]
[[loop.phases]]
id = "P1"
status = "STATUS-1.md"
[[loop.phases]]
id = "P2"
status = "STATUS-2.md"
[loop.handoff]
inboxes = ["inbox-adversary.md", "inbox-builder.md"]
[loop.on_complete]
run = "report"
"#;

/// What a walk came to.
#[derive(Debug)]
pub struct Walked {
    pub trace: String,
    /// What should have held, and did not.
    pub problems: Vec<String>,
    pub ticks: u64,
}

/// Walks once.
///
/// # Errors
/// When the simulation itself fails.
pub fn walk(seed: u64) -> Result<Walked, SimError> {
    let mut walk = Walk::new(seed)?;
    walk.faults()?;
    walk.recover()?;
    let problems = walk.problems();
    let trace = walk.simulation.trace().text();
    Ok(Walked { trace, problems, ticks: walk.simulation.ticks() })
}

struct Walk {
    simulation: Simulation,
    random: Random,
    members: Vec<AgentName>,
    /// How often the reviewer had been told of a claim when the last one was pushed, and in which phase that was; `None`
    /// when none is owed.
    claim_owed: Option<(usize, Option<PhaseId>)>,
    /// When a server that hangs answers again.
    hangs_until: Option<Duration>,
}

impl Walk {
    fn new(seed: u64) -> Result<Self, SimError> {
        let mut simulation = Simulation::new(CONFIG)?;
        simulation.tells_news = seed.is_multiple_of(2);
        let members = ["proxy", "builder", "adversary", "lead"];
        let members = members.iter().filter_map(|name| AgentName::new(*name).ok()).collect();
        let random = Random::new(seed);
        Ok(Self { simulation, random, members, claim_owed: None, hangs_until: None })
    }

    /// The phase that the fleet is in, whether a watchdog lives or not.
    fn phase(&self) -> Option<PhaseId> {
        self.simulation.machine.parts().position.clone()
    }

    fn faults(&mut self) -> Result<(), SimError> {
        self.simulation.machine.parts().branch.push("start of the build");
        self.simulation.start_watchdog()?;
        self.simulation.ask(Verb::Up {
            names: Vec::new(),
            whole: true,
            one_offs: OneOffs::new(),
            which: Which::Own,
        });
        self.simulation.run_for(Duration::from_secs(30))?;
        let end = self.simulation.terminals().now() + FAULTS;
        while self.simulation.terminals().now() < end {
            let pause = Duration::from_millis(500 + self.random.below(60_000));
            self.simulation.run_for(pause)?;
            let now = self.simulation.terminals().now();
            if self.hangs_until.take_if(|until| now >= *until).is_some() {
                self.simulation.terminals().stop_server(false);
            }
            self.happen()?;
        }
        Ok(())
    }

    /// No more faults: everything must come back by itself, but for what the operator asked down.
    fn recover(&mut self) -> Result<(), SimError> {
        let simulation = &mut self.simulation;
        simulation.trace().done("no more faults");
        simulation.calm();
        for name in &self.members {
            let session = simulation.fleet().session_prefix.session_of(name);
            simulation.terminals().copy_mode(session.as_str(), false);
        }
        if simulation.state().is_none() {
            simulation.start_watchdog()?;
        }
        simulation.ask(Verb::Up {
            names: Vec::new(),
            whole: true,
            one_offs: OneOffs::new(),
            which: Which::Own,
        });
        simulation.run_for(RECOVERY)
    }

    fn problems(&self) -> Vec<String> {
        let trace = self.simulation.trace();
        let mut problems = trace.with("VIOLATION");
        problems.extend(trace.with("refused ("));
        if self.simulation.terminals().live_servers() != 1 {
            problems.push(format!("{} servers live", self.simulation.terminals().live_servers()));
        }
        if self.simulation.unanswered() > 0 {
            problems.push(format!("{} requests are unanswered", self.simulation.unanswered()));
        }
        let Some(state) = self.simulation.state() else {
            problems.push("no watchdog lives".to_owned());
            return problems;
        };
        let complete = state.sequence.as_ref().is_some_and(agents_decide::Sequence::is_complete);
        for name in &self.members {
            let is_loop = matches!(name.as_str(), "builder" | "adversary");
            let runs = self.simulation.runs(name);
            let life = state.members.get(name).map(|member| &member.life);
            let is_up = runs && matches!(life, Some(Life::Up { .. }));
            // After the last phase a loop agent runs only when the operator asked for it by name.
            let may_rest = is_loop && complete;
            if !is_up && !may_rest {
                problems.push(format!("{name} runs: {runs}, and its life is {life:?}"));
            }
        }
        // Another phase came with a new kickoff, and what was owed before is forgotten.
        let owed =
            self.claim_owed.as_ref().filter(|(_, phase)| !complete && *phase == self.phase());
        if let Some((before, _)) = owed {
            let told = self.told_of_claims();
            if told <= *before {
                problems.push(format!("the last claim was never told ({told} pings)"));
            }
        }
        problems
    }

    fn told_of_claims(&self) -> usize {
        let reviewer = &self.members[2];
        self.simulation.submitted(reviewer, "gate CLAIM")
            + self.simulation.submitted(reviewer, "was rewritten")
    }
}
