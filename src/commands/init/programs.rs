//! Which agent programs does `agents init` know, and how is each run as a backend?
//!
//! The patterns are those that `agents selftest` tries on recorded screens; the rest was measured on the versions named
//! in docs/backends.md or beside the block.

use agents_decide::corpus::rules::{PLANS, Plan};

use super::file::toml_text;

/// A program that can be found on the PATH.
pub struct Program {
    /// The name of its backend.
    pub name: &'static str,
    pub bin: &'static str,
    /// The version that the block was measured on.
    measured: &'static str,
    /// The keys of its block beside `bin` and the patterns, as TOML.
    keys: &'static str,
}

impl Program {
    /// Its block of the config file.
    pub fn block(&self) -> String {
        let Self { name, bin, measured, keys } = self;
        let plan = PLANS.iter().find(|plan| plan.backend == *name);
        let patterns = plan.map(patterns).unwrap_or_default();
        format!(
            "# Measured on {name} {measured}.\n[backend.{name}]\nbin = \"{bin}\"\n{}{patterns}",
            keys.trim_start()
        )
    }
}

fn patterns(plan: &Plan) -> String {
    let named =
        [("active_re", plan.active_re), ("limit_re", plan.limit_re), ("fatal_re", plan.fatal_re)];
    let lines = named
        .iter()
        .filter_map(|(key, pattern)| Some(format!("{key} = {}\n", toml_text((*pattern)?))));
    lines.collect()
}

/// The first that is found runs the worker.
pub const PROGRAMS: &[Program] = &[
    Program {
        name: "claude",
        bin: "claude",
        measured: "2.1.330",
        keys: r#"
prompt_delivery = "arg"
process_name = "claude"
# What it may do without asking. Nobody answers its questions at night: on a machine that is itself the sandbox,
# "--dangerously-skip-permissions" asks nothing (as root it also needs IS_SANDBOX=1).
flags = "--permission-mode acceptEdits"
# Each conversation gets an id of its own, under which the next start goes on with it.
session_flag = "--session-id '{id}'"
supports_resume = true
resume_refused = ["No conversation found with session ID: {id}"]
submit_pause = "400ms"
ready_re = '\? for shortcuts|esc to interrupt'
stall_idle = "10m"
"#,
    },
    Program {
        name: "codex",
        bin: "codex",
        measured: "0.169.0",
        keys: r#"
prompt_delivery = "arg"
process_name = "codex"
# Without --no-daemon the work goes on in a background server after its pane was ended. What it may do without asking
# is set in its own config.toml (approval_policy, sandbox_mode); where the machine is the sandbox,
# "--dangerously-bypass-approvals-and-sandbox" asks nothing.
flags = "--no-daemon"
submit_pause = "400ms"
ready_re = '\? for shortcuts'
# While an answer streams no row tells work from rest; the session log does.
footer_ui = true
log_grace = "5s"
stall_idle = "5m"
"#,
    },
    Program {
        name: "opencode",
        bin: "opencode",
        measured: "1.18.33",
        keys: r#"
prompt_delivery = "arg"
process_name = "opencode"
# The kickoff follows as the value of this flag, so it stays the last one.
flags = "--prompt"
submit_pause = "400ms"
stall_idle = "10m"
"#,
    },
    Program {
        name: "pi",
        bin: "pi",
        measured: "0.87.1",
        keys: r#"
prompt_delivery = "arg"
process_name = "pi"
# Each conversation gets an id of its own, under which the next start goes on with it.
session_flag = "--session-id '{id}'"
supports_resume = true
resume_flag = "--session-id '{id}'"
resume_refused = ["No project session found with id '{id}'"]
submit_pause = "400ms"
stall_idle = "5m"
"#,
    },
    Program {
        name: "gemini",
        bin: "gemini",
        measured: "0.61.0",
        keys: r#"
# Its process is called `node`, as many are, so no process_name tells it from others.
prompt_delivery = "ping"
submit_key = "Enter"
submit_pause = "400ms"
connect_delay = "12s"
stall_idle = "10m"
"#,
    },
    Program {
        name: "qwen",
        bin: "qwen",
        measured: "0.24.4",
        keys: r#"
# Its process is called `node`, as many are, so no process_name tells it from others. When the provider refuses work it
# retries by itself and shows nothing of it.
prompt_delivery = "ping"
submit_key = "Enter"
submit_pause = "400ms"
connect_delay = "12s"
stall_idle = "10m"
"#,
    },
];
