//! Which agent programs does `agents init` know, and how is each named as a backend?
//!
//! How a program is started, read and resumed stands in its preset; here is only what its user should decide.

/// A program that can be found on the PATH.
pub struct Program {
    /// The name of its backend and of its preset.
    pub name: &'static str,
    pub bin: &'static str,
    /// The version that the preset was made for.
    measured: &'static str,
    /// The keys of its block beside `preset`, as TOML.
    keys: &'static str,
}

impl Program {
    /// Its block of the config file.
    pub fn block(&self) -> String {
        let Self { name, bin: _, measured, keys } = self;
        format!(
            "# Made for {name} {measured}; `agents config show --origin` lists what the preset says.\n\
             [backend.{name}]\npreset = \"{name}\"\n{}",
            keys.trim_start()
        )
    }
}

/// The first that is found runs the worker.
pub const PROGRAMS: &[Program] = &[
    Program {
        name: "claude",
        bin: "claude",
        measured: "2.1.330",
        keys: r#"
# What it may do without asking. Nobody answers its questions at night: on a machine that is itself the sandbox,
# "--dangerously-skip-permissions" asks nothing (as root it also needs IS_SANDBOX=1).
flags = "--permission-mode acceptEdits"
"#,
    },
    Program {
        name: "codex",
        bin: "codex",
        measured: "0.169.0",
        keys: r#"
# What it may do without asking is set in its own config.toml (approval_policy, sandbox_mode); where the machine is the
# sandbox, `flags = "--dangerously-bypass-approvals-and-sandbox"` asks nothing.
"#,
    },
    Program { name: "opencode", bin: "opencode", measured: "1.18.33", keys: "" },
    Program { name: "pi", bin: "pi", measured: "0.87.1", keys: "" },
    Program { name: "gemini", bin: "gemini", measured: "0.61.0", keys: "" },
    Program { name: "qwen", bin: "qwen", measured: "0.24.4", keys: "" },
];
