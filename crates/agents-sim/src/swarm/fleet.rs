//! Which fleet does a seed draw? Its config, as a file that any fleet could have.

use agents_names::AgentName;

use crate::random::Random;

/// A key of the caller's environment. Programs print it, and nothing else is to show it.
pub(crate) const KEY: &str = "sk-hush-4711";

/// What a seed draws once.
#[derive(Debug, Clone)]
pub(super) struct Drawn {
    /// The config file.
    pub config: String,
    /// Agents and services that `up` starts, in the order of the file.
    pub members: Vec<AgentName>,
    /// Those of the loop: who is told of claims comes last.
    pub has_loop: bool,
    pub phases: u64,
    /// A part of the file that an edit can leave out: one agent, whole.
    pub optional: Option<(AgentName, String)>,
}

impl Drawn {
    pub fn of(random: &mut Random) -> Self {
        let mut config = watchdog(random);
        config.push_str(&backend(random));
        let mut members = Vec::new();
        let has_loop = random.chance(70);
        let phases = 2 + random.below(3);
        if has_loop {
            config.push_str(&loop_of(phases, random));
            members.extend(["builder", "adversary"]);
        }
        let services = random.below(3);
        for service in ["proxy", "store"].iter().take(usize::try_from(services).unwrap_or(0)) {
            config
                .push_str(&format!("[[service]]\nname = \"{service}\"\ncommand = \"{service}\"\n"));
            members.push(service);
        }
        if random.chance(50) {
            config.push_str("[[agent]]\nname = \"lead\"\nkind = \"orchestrator\"\nwake = { interval = \"10m\", prompt_file = \"wake.md\" }\n");
            members.push("lead");
        }
        let mut members: Vec<AgentName> =
            members.iter().filter_map(|name| AgentName::new(*name).ok()).collect();
        let mut optional = None;
        for nth in 1..=others(random, has_loop) {
            let Ok(name) = AgentName::new(format!("a{nth}")) else { continue };
            let table = agent(&name, random);
            config.push_str(&table);
            members.push(name.clone());
            optional = Some((name, table));
        }
        Self { config, members, has_loop, phases, optional }
    }
}

/// Most fleets are small; a few have fifty members.
fn others(random: &mut Random, has_loop: bool) -> u64 {
    match random.below(100) {
        0..=1 => 20 + random.below(27),
        2..=11 => 6 + random.below(10),
        _ => u64::from(!has_loop) + random.below(4),
    }
}

fn one_of(random: &mut Random, items: &[&'static str]) -> &'static str {
    random.pick(items).copied().unwrap_or_default()
}

fn watchdog(random: &mut Random) -> String {
    let signal = one_of(random, &["10", "20", "30", "30"]);
    let heavy = one_of(random, &["60", "120", "300"]);
    let grace = one_of(random, &["3", "10"]);
    let watch = one_of(random, &["heal", "heal+stall"]);
    format!(
        "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \".agents\"\ntmux_socket = \"t\"\nbackend = \"chat\"\nwatch = \"{watch}\"\nprompt = \"Work.\"\n[watchdog]\nsignal_interval = {signal}\nheavy_interval = {heavy}\nstop_grace = {grace}\n"
    )
}

fn backend(random: &mut Random) -> String {
    let stall = one_of(random, &["3m", "5m", "10m"]);
    let mut text = format!(
        "[backend.chat]\nbin = \"chat\"\nprocess_name = \"chat\"\nactive_re = \"esc to interrupt\"\nlimit_re = \"limit reached\"\nfatal_re = \"prompt is too long\"\nstall_idle = \"{stall}\"\n"
    );
    match random.below(100) {
        // Reads the composer: it matches an empty one, and none that holds a text.
        0..=39 => text.push_str("ready_re = \"^>$\"\n"),
        40..=69 => text.push_str("ready_re = \"for shortcuts|esc to interrupt\"\n"),
        _ => {}
    }
    if random.chance(50) {
        text.push_str("prompt_delivery = \"ping\"\n");
    }
    if random.chance(50) {
        text.push_str("supports_resume = true\nsession_flag = \"--session-id {id}\"\n");
    }
    if random.chance(30) {
        text.push_str("account = \"team\"\n");
    }
    text
}

fn loop_of(phases: u64, random: &mut Random) -> String {
    let watch = one_of(random, &["heal", "heal+stall"]);
    let mut text = format!(
        "[[agent]]\nname = \"builder\"\nkind = \"loop\"\nrole = \"builder\"\nwatch = \"{watch}\"\n[[agent]]\nname = \"adversary\"\nkind = \"loop\"\nrole = \"adversary\"\nwatch = \"{watch}\"\n[[agent]]\nname = \"report\"\nkind = \"task\"\nenabled = false\nwatch = \"none\"\n[loop]\n"
    );
    if random.chance(50) {
        text.push_str("advance_grace = \"1m\"\n");
    }
    for phase in 1..=phases {
        text.push_str(&format!(
            "[[loop.phases]]\nid = \"P{phase}\"\nstatus = \"STATUS-{phase}.md\"\n"
        ));
    }
    text.push_str("[loop.handoff]\ninboxes = [\"inbox-adversary.md\", \"inbox-builder.md\"]\n[loop.on_complete]\nrun = \"report\"\n");
    text
}

fn agent(name: &AgentName, random: &mut Random) -> String {
    let watch = one_of(random, &["heal", "heal+stall", "heal+stall", "none"]);
    format!("[[agent]]\nname = \"{name}\"\nwatch = \"{watch}\"\n")
}
