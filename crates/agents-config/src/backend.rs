//! What is one declared backend: how a program of that family is started, spoken to and read?

use std::time::Duration;

use agents_names::BackendName;

use crate::{DialogAnswer, Pattern, Preset, Sample, Wrap};

/// The declared program family that runs an agent.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Backend {
    pub name: BackendName,
    /// What is known of the program; `None` for a program that the config file alone describes.
    pub preset: Option<Preset>,
    /// A shell command line; with `exec`, a template with the slots `{kickoff}`, `{session}`, `{model}`.
    pub bin: String,
    pub prompt_delivery: PromptDelivery,
    /// The name of the foreground process of a healthy session; only used to notice another backend's.
    pub process_name: Option<String>,
    /// The tmux key that sends a typed message.
    pub submit_key: String,
    /// The wait between typing a message and pressing the submit key; TUIs take a key that follows at once as part of a paste.
    pub submit_pause: Duration,
    pub active_re: Option<Pattern>,
    pub limit_re: Option<Pattern>,
    pub fatal_re: Option<Pattern>,
    /// A row that is on the screen only when the program can take input; without it `connect_delay` must do.
    pub ready_re: Option<Pattern>,
    /// A TUI whose footer lingers after a turn: a recently written session log counts as activity too.
    pub footer_ui: bool,
    pub log_grace: Duration,
    pub stall_idle: Duration,
    pub flags: Option<String>,
    pub supports_resume: bool,
    /// A shell fragment with the slot `{id}`.
    pub resume_flag: String,
    /// A kickoff that comes with a resumed conversation as an argument arrives; else it is typed. From the preset.
    pub resume_takes_prompt: bool,
    /// What the program prints when it does not know the conversation `{id}`.
    pub resume_refused: Vec<String>,
    /// What programs of agents are started through that do not say it themselves.
    pub wrap: Wrap,
    /// A shell fragment with the slot `{id}`: gives a new conversation its id. `None`: the program chooses.
    pub session_flag: Option<String>,
    /// A shell fragment before the kickoff argument.
    pub prompt_flag: Option<String>,
    /// The program is started so that it reports what it does; only with a preset that knows how.
    pub hooks: bool,
    /// Set in the program's environment; from the preset.
    pub env: Vec<(String, String)>,
    pub remote_control: bool,
    /// A shell fragment with the slot `{session}`.
    pub remote_control_flag: String,
    /// A shell fragment with the slot `{model}`.
    pub model_flag: String,
    /// Hands the model over in `OPENCODE_CONFIG_CONTENT` (as JSON) with `ping` delivery.
    pub model_env: bool,
    /// Shell code before the attach command of a `ping` backend.
    pub preamble: Option<String>,
    /// The command of a `ping` backend, with the slots `{bin}`, `{server}`, `{dir}`.
    pub attach: String,
    pub server: String,
    /// The account of agents that name none: the backend's own, else that of `[defaults]`.
    pub account: Option<String>,
    /// How long a `ping` backend takes until it can take input.
    pub connect_delay: Duration,
    /// Stored screens that the file names.
    pub samples: Vec<Sample>,
    /// Dialogs that the watchdog may answer.
    pub answers: Vec<DialogAnswer>,
}

/// How an agent gets its kickoff.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum PromptDelivery {
    /// As the last argument of the command.
    Arg,
    /// Typed once the program is ready: a line that points to the kickoff file.
    Ping,
    /// The command takes the path of the kickoff file itself.
    Exec,
}

impl Backend {
    /// Stands in for one that the file has no more while its program runs: it starts nothing, and reads nothing.
    #[must_use]
    pub fn missing(name: BackendName) -> Self {
        Self {
            name,
            preset: None,
            bin: String::new(),
            prompt_delivery: PromptDelivery::Exec,
            process_name: None,
            submit_key: "Enter".to_owned(),
            submit_pause: Duration::ZERO,
            active_re: None,
            limit_re: None,
            fatal_re: None,
            ready_re: None,
            footer_ui: false,
            log_grace: Duration::ZERO,
            stall_idle: Duration::MAX,
            flags: None,
            supports_resume: false,
            resume_flag: String::new(),
            resume_takes_prompt: true,
            resume_refused: Vec::new(),
            wrap: Wrap::None,
            session_flag: None,
            prompt_flag: None,
            hooks: false,
            env: Vec::new(),
            remote_control: false,
            remote_control_flag: String::new(),
            model_flag: String::new(),
            model_env: false,
            preamble: None,
            attach: String::new(),
            server: String::new(),
            account: None,
            connect_delay: Duration::ZERO,
            samples: Vec::new(),
            answers: Vec::new(),
        }
    }

    /// Whether it only stands in for one: no file declares a backend without a program.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.bin.is_empty()
    }
}
