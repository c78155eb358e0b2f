//! What does the file say, key by key, before any default? The doc comments are the schema's descriptions.

use std::collections::BTreeMap;

use agents_names::{AgentName, BackendName, PhaseId, RoleName, SessionName, SessionPrefix};

use crate::entry::{Entry, Field, Named, Rows, Section};
use crate::problem::Span;
use crate::reader::{Reader, Table};
use crate::schema::{Property, table_schema};
use crate::value::{Count, FileName, Filled, GitName, Interval, Seconds};
use crate::{Kind, Pattern, PromptDelivery, Watch};

/// Declares a raw table once: its struct, how it is read, and its schema.
macro_rules! table {
    (
        $(#[doc = $about:literal])+
        $name:ident {
            $( $(#[doc = $doc:literal])+ $($required:ident)? $key:literal => $field:ident: $type:ty, )*
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug)]
        pub(crate) struct $name {
            /// Where the table begins.
            #[allow(dead_code, reason = "some tables never need to be pointed at")]
            pub header: Span,
            $( $(#[doc = $doc])+ #[allow(dead_code, reason = "`$schema` is for editors")] pub $field: $type, )*
        }

        impl Table for $name {
            const KEYS: &'static [&'static str] = &[$($key),*];

            fn read(mut reader: Reader<'_, '_>) -> Self {
                let raw = Self {
                    header: reader.header(),
                    $( $field: reader.take($key, required!($($required)?)), )*
                };
                reader.finish();
                raw
            }

            fn schema() -> serde_json::Value {
                table_schema(concat!($($about),+), vec![
                    $( Property {
                        key: $key,
                        about: concat!($($doc),+),
                        required: required!($($required)?),
                        schema: <$type as Entry>::schema(),
                    }, )*
                ])
            }
        }
    };
}

macro_rules! required {
    (required) => {
        true
    };
    () => {
        false
    };
}

mod answer;
mod homes;
mod notify;
mod pilot;
mod sample;
mod service;
mod task;
mod wake;

pub(crate) use answer::RawAnswer;
pub(crate) use homes::homes_of;
pub(crate) use notify::{RawNotify, RawNotifyTarget};
pub(crate) use pilot::RawPilot;
pub(crate) use sample::RawSample;
pub(crate) use service::RawService;
pub(crate) use task::{RawTask, RawTasks};
pub(crate) use wake::RawWake;

table! {
    /// One fleet of agents: the whole of `agents.toml`.
    RawFile {
        /// Where an editor finds the schema of this file; the program does not read it.
        "$schema" => schema: Field<String>,
        /// What all agents and services share, and where the fleet lives.
        required "defaults" => defaults: Section<RawDefaults>,
        /// How often the watchdog looks, and how long it waits.
        "watchdog" => watchdog: Section<RawWatchdog>,
        /// The program families that run agents, `[backend.NAME]` each.
        "backend" => backend: Named<RawBackend>,
        /// The agents, in the order in which they are started and shown.
        "agent" => agent: Rows<RawAgent>,
        /// Plain commands kept in sessions beside the agents.
        "service" => service: Rows<RawService>,
        /// The sequence of phases that loop agents follow.
        "loop" => r#loop: Section<RawLoop>,
        /// By which rules the tasks of this file are carried out.
        "tasks" => tasks: Section<RawTasks>,
        /// The tasks that the watchdog carries out beside the agents, each once.
        "task" => task: Rows<RawTask>,
        /// Who is told when something needs a person.
        "notify" => notify: Section<RawNotify>,
    }
}

table! {
    /// What all agents and services share. An agent's own key wins over the one here.
    RawDefaults {
        /// What every session name begins with, `myproj-` for example. No `.` or `:`: tmux would change them.
        required "session_prefix" => session_prefix: Field<SessionPrefix>,
        /// The folder of session logs and state; relative to the project root.
        required "log_dir" => log_dir: Field<Filled>,
        /// The project root that relative paths start from; itself relative to the config file's folder. Default `.`.
        "project_dir" => project_dir: Field<String>,
        /// The tmux server of the fleet: a name as for `tmux -L`, or a socket path when it contains `/`. Default: your own server.
        "tmux_socket" => tmux_socket: Field<Filled>,
        /// The working directory of agents that name none. Default: `.`, the project root.
        "dir" => dir: Field<String>,
        /// Whether missing working directories are made. Default `false`.
        "create_dir" => create_dir: Field<bool>,
        /// Whether panes are logged to `<log_dir>/<session>.log`. Default `true`.
        "log" => log: Field<bool>,
        /// A folder of your own presets, `NAME.toml` each; they win over those that come with the program.
        "presets_dir" => presets_dir: Field<String>,
        /// The folder of stored screens, `BACKEND/STATE-*.txt` each, on which `agents check` proves the rules. Default: `samples` beside the config file.
        "samples_dir" => samples_dir: Field<String>,
        /// The backend of agents that name none.
        "backend" => backend: Field<BackendName>,
        /// The model of agents that name none.
        "model" => model: Field<String>,
        /// The role of agents that name none.
        "role" => role: Field<RoleName>,
        /// The prompt of agents that have none.
        "prompt" => prompt: Field<String>,
        /// The prompt file of agents that have none.
        "prompt_file" => prompt_file: Field<String>,
        /// Whether agents that do not say are enabled. Services do not inherit it. Default `true`.
        "enabled" => enabled: Field<bool>,
        /// What the watchdog does for agents that do not say. Default `none`.
        "watch" => watch: Field<Watch>,
        /// Whether starts continue the agent's own conversation, where the backend can. Default `false`; `true` for a backend with a preset that can.
        "resume" => resume: Field<bool>,
        /// The wake schedule of agents that have none.
        "wake" => wake: Section<RawWake>,
        /// The pilot of agents that have none.
        "pilot" => pilot: Section<RawPilot>,
        /// The account of agents that name none, where their backend names none either; see `agent.account`.
        "account" => account: Field<String>,
        /// The command of services that have none.
        "command" => command: Field<Filled>,
    }
}

table! {
    /// How often the watchdog looks, and how long it waits. Durations are seconds, or texts such as `"5m"` and `"1h30m"`.
    RawWatchdog {
        /// Between two ticks. Default `30s`.
        "signal_interval" => signal_interval: Field<Interval>,
        /// Between two heavy ticks, which also judge phases. Default `5m`.
        "heavy_interval" => heavy_interval: Field<Interval>,
        /// How long past its `WAITING-UNTIL` promise an agent is left alone. Default `3m`.
        "stall_grace" => stall_grace: Field<Seconds>,
        /// Between probes when a usage-limit banner names no reset time; it doubles, up to 30 minutes. Default `5m`.
        "limit_probe_fallback" => limit_probe_fallback: Field<Interval>,
        /// Added to an announced reset, since banners round down. Default `45s`.
        "limit_reset_slack" => limit_reset_slack: Field<Seconds>,
        /// The longest time an agent is held without a probe, whatever its screen says; a reset time in the record of its program is believed up to 32 days ahead. Default `6h`.
        "limit_hold_cap" => limit_hold_cap: Field<Interval>,
        /// The longest promise that is honoured. Default `6h`.
        "promise_cap" => promise_cap: Field<Seconds>,
        /// The first delay before an automatic restart; it doubles. Default `5s`.
        "restart_delay" => restart_delay: Field<Seconds>,
        /// The longest delay before an automatic restart. Default `5m`.
        "restart_delay_max" => restart_delay_max: Field<Seconds>,
        /// Automatic starts within `restart_window` after which an agent is parked. Default `5`.
        "restart_limit" => restart_limit: Field<Count>,
        /// The time in which automatic starts are counted. Default `15m`.
        "restart_window" => restart_window: Field<Interval>,
        /// How long an agent must run for its restart budget to be whole again. Default `10m`.
        "healthy_after" => healthy_after: Field<Seconds>,
        /// Between tries of a parked agent. Default `1h`.
        "parked_retry" => parked_retry: Field<Interval>,
        /// How long a process may take to end before it is killed. Default `10s`.
        "stop_grace" => stop_grace: Field<Seconds>,
        /// How many starts may be in flight at once. Default `8`.
        "max_starts_in_flight" => max_starts_in_flight: Field<Count>,
        /// The gap between starts of agents with one account. Default `0s`.
        "account_gap" => account_gap: Field<Seconds>,
        /// The gap between agents of one account that go on after a usage limit, or that the watchdog starts by itself. Default `20s`.
        "account_stagger" => account_stagger: Field<Seconds>,
        /// The limit on any one call to tmux. Default `5s`.
        "tmux_timeout" => tmux_timeout: Field<Interval>,
        /// How long an entry of the journal is kept; the newest 1000 stay. Default `30days`.
        "journal_age" => journal_age: Field<Interval>,
        /// How many entries of the journal are kept, 1000 at least; the oldest go first, once a day. Default `200000`.
        "journal_entries" => journal_entries: Field<Count>,
        /// How long a log in `log_dir` may become, in MiB. Of a longer one the end, as much again, is kept as `<log>.1`. Default `64`.
        "log_megabytes" => log_megabytes: Field<Count>,
    }
}

table! {
    /// A program family that runs agents: how it is started, spoken to and read. Patterns are regular expressions that ignore case.
    RawBackend {
        /// What is known of a program: `claude`, `codex`, `gemini`, `opencode`, `pi` or `qwen`, or a file of `defaults.presets_dir`. It fills in the keys below, and reads the screens.
        "preset" => preset: Field<Filled>,
        /// The shell command line; needed without a preset. With `exec` delivery a template with the slots `{kickoff}`, `{session}`, `{model}`.
        "bin" => bin: Field<Filled>,
        /// How the kickoff gets in: `arg` as the last argument, `ping` typed once the program is ready, `exec` as a file the command reads. Default `arg`.
        "prompt_delivery" => prompt_delivery: Field<PromptDelivery>,
        /// The foreground process of a healthy session; used to notice that another backend runs there.
        "process_name" => process_name: Field<String>,
        /// The tmux key that sends a typed message. Default `Enter`; `C-m` with `ping` delivery.
        "submit_key" => submit_key: Field<Filled>,
        /// The wait between typing a message and the submit key. Default `400ms`.
        "submit_pause" => submit_pause: Field<Seconds>,
        /// On the screen while the program works.
        "active_re" => active_re: Field<Pattern>,
        /// On the screen while the provider refuses work.
        "limit_re" => limit_re: Field<Pattern>,
        /// On the screen when the program shows an error it cannot leave.
        "fatal_re" => fatal_re: Field<Pattern>,
        /// On the screen only when the program can take input; without it `connect_delay` must do.
        "ready_re" => ready_re: Field<Pattern>,
        /// Whether it is a TUI whose footer tells nothing after a turn: a session log that was just written counts as activity, too. Default `false`.
        "footer_ui" => footer_ui: Field<bool>,
        /// With `footer_ui`: how recently the session log must be written to count as activity. Default `3m`.
        "log_grace" => log_grace: Field<Seconds>,
        /// How long an agent without a promise may be idle. Default `5m`.
        "stall_idle" => stall_idle: Field<Interval>,
        /// Further arguments, as shell code.
        "flags" => flags: Field<String>,
        /// Whether the program can continue an earlier conversation. Default `false`.
        "supports_resume" => supports_resume: Field<bool>,
        /// The argument that does so, with the slot `{id}`. Default `--resume '{id}'`.
        "resume_flag" => resume_flag: Field<String>,
        /// What the program prints when it does not know that conversation, with the slot `{id}`: the agent then begins a new one. Two ends with an error within 10 s of a start count as a refusal, too. Default `[]`.
        "resume_refused" => resume_refused: Field<Vec<String>>,
        /// The argument that gives a new conversation its id, with the slot `{id}`, which is filled with a UUID. Default: none, the program chooses.
        "session_flag" => session_flag: Field<String>,
        /// The argument that the kickoff stands behind, with `arg` delivery. Default: none, the kickoff is the last argument.
        "prompt_flag" => prompt_flag: Field<String>,
        /// Whether the program is started so that it reports what it does, by hooks for this one start; needs a preset. With `codex` it also runs hooks that the user has not reviewed; `opencode` gets a port of the loopback address and a password. Default: `true` for `claude`, `opencode` and `pi` started by their own name, else `false`.
        "hooks" => hooks: Field<bool>,
        /// Whether the program is started with remote control. Default `false`.
        "remote_control" => remote_control: Field<bool>,
        /// The argument that does so, with the slot `{session}`. Default `--remote-control '{session}'`.
        "remote_control_flag" => remote_control_flag: Field<String>,
        /// The argument that picks the model, with the slot `{model}`. Default `--model '{model}'`.
        "model_flag" => model_flag: Field<String>,
        /// With `ping` delivery: hands the model over in `OPENCODE_CONFIG_CONTENT`. Default `false`.
        "model_env" => model_env: Field<bool>,
        /// With `ping` delivery: shell code before the attach command.
        "preamble" => preamble: Field<String>,
        /// With `ping` delivery: the command, with the slots `{bin}`, `{server}`, `{dir}`. Default `{bin}`.
        "attach" => attach: Field<Filled>,
        /// With `ping` delivery: what fills `{server}`.
        "server" => server: Field<String>,
        /// The account of agents that run on it and name none; see `agent.account`. Default: that of `[defaults]`, then none.
        "account" => account: Field<String>,
        /// How long the program takes until it can take input, where no `ready_re` tells. Without `ping` delivery at most 5 s of it are waited. Default `12s`.
        "connect_delay" => connect_delay: Field<Seconds>,
        /// What its agents' programs are started through, as a list of words: a preset, `none`, `bwrap` (only the worktree and the program's own home can be written) or `systemd-scope` (limits on memory and tasks), and further words for it; or a program of your own. With the slots `{dir}` and `{home}`. Default `[]`, nothing.
        "wrap" => wrap: Field<Vec<String>>,
        /// Stored screens, and what each shows; beside those of `defaults.samples_dir`.
        "sample" => sample: Rows<RawSample>,
        /// Dialogs that the watchdog may answer. Default: none, each question is reported.
        "answer" => answer: Rows<RawAnswer>,
    }
}

table! {
    /// One declared agent, in a tmux session of its own.
    RawAgent {
        /// The name: letters, digits, `-` and `_`. Agents and services share one name space.
        required "name" => name: Field<AgentName>,
        /// The tmux session. Default: session prefix and name.
        "session" => session: Field<SessionName>,
        /// How its life is managed: `loop` follows the phases, `persistent` stays up, `orchestrator` stays up and supervises others, `task` runs once. Default `persistent`.
        "kind" => kind: Field<Kind>,
        /// The `[backend.NAME]` that runs it. Default: that of `[defaults]`.
        "backend" => backend: Field<BackendName>,
        /// The model handed to the backend. Default: the backend's own.
        "model" => model: Field<String>,
        /// The part a loop agent plays; also the stem of its prompt file in `loop.roles_dir`.
        "role" => role: Field<RoleName>,
        /// The working directory, relative to the project root.
        "dir" => dir: Field<String>,
        /// Whether a missing working directory is made. Default `false`.
        "create_dir" => create_dir: Field<bool>,
        /// The kickoff itself.
        "prompt" => prompt: Field<String>,
        /// The file that holds the kickoff; it wins over `prompt`.
        "prompt_file" => prompt_file: Field<String>,
        /// Whether `agents up` starts it without being told its name. Default `true`.
        "enabled" => enabled: Field<bool>,
        /// What the watchdog does: `none`, `heal` (restart what is gone or broken), `heal+stall` (also what stalls). Default `none`.
        "watch" => watch: Field<Watch>,
        /// Whether a start continues the agent's own conversation of the same phase, where the backend can. Default `false`; `true` for a backend with a preset that can.
        "resume" => resume: Field<bool>,
        /// A scheduled nudge while it is idle.
        "wake" => wake: Section<RawWake>,
        /// Keeps it going when it goes idle with work left.
        "pilot" => pilot: Section<RawPilot>,
        /// Agents of one account share a provider's allowance: a usage limit of one holds all of them, and they start with a gap between them; see `watchdog.account_gap` and `watchdog.account_stagger`. Default: that of the backend, then of `[defaults]`, then none.
        "account" => account: Field<String>,
        /// What its program is started through; see `backend.wrap`. Default: that of the backend.
        "wrap" => wrap: Field<Vec<String>>,
        /// Whether the pane is logged to `<log_dir>/<session>.log`. Default `true`.
        "log" => log: Field<bool>,
    }
}

table! {
    /// The sequence of phases that loop agents follow.
    RawLoop {
        /// The phases, in order.
        "phases" => phases: Rows<RawPhase>,
        /// The file under the state folder that mirrors the position. Default `phase-idx`.
        "state_file" => state_file: Field<FileName>,
        /// The line in a status file that ends its phase. Default `## DONE`.
        "done_marker" => done_marker: Field<Filled>,
        /// Whether a finished phase moves on by itself. Default `true`.
        "auto_advance" => auto_advance: Field<bool>,
        /// How long agents of the loop that are at work when their phase is done may finish before they are stopped; zero stops them at once. Default `2m`.
        "advance_grace" => advance_grace: Field<Seconds>,
        /// Without effect, known for the sake of older files: where no position is recorded, the build begins at the first phase in any case.
        "resume_phase" => resume_phase: Field<bool>,
        /// The frame of loop kickoffs, with the slots `{phase_id}`, `{plan}`, `{status}`, `{role}`.
        "kickoff_template" => kickoff_template: Field<String>,
        /// The folder of the roles' prompts, `<role>.md` each. Default `prompts`.
        "roles_dir" => roles_dir: Field<String>,
        /// How the turn passes between builder and reviewer.
        "handoff" => handoff: Section<RawHandoff>,
        /// What happens when the last phase is done.
        "on_complete" => on_complete: Section<RawOnComplete>,
    }
}

table! {
    /// One step of the build.
    RawPhase {
        /// The id, unique in the sequence.
        required "id" => id: Field<PhaseId>,
        /// The plan's file name, for the kickoff. Default empty.
        "plan" => plan: Field<String>,
        /// The name of the status file that ends the phase.
        required "status" => status: Field<Filled>,
        /// Models for this phase, by role; they win over the agents' own.
        "models" => models: Field<BTreeMap<RoleName, String>>,
    }
}

table! {
    /// How the turn passes between roles: which pushed commits and files tell whom.
    RawHandoff {
        /// The repository, relative to the project root. Default: the project root.
        "repo" => repo: Field<String>,
        /// The folder of status files and inboxes inside the repository. Default `machine-docs`.
        "state_subdir" => state_subdir: Field<String>,
        /// The remote that is fetched. Default `origin`.
        "remote" => remote: Field<GitName>,
        /// The branch whose commits are read. Default: the remote's default branch, else `main`, else `master`.
        "branch" => branch: Field<GitName>,
        /// Matched against commit subjects: the builder says a gate is met. Default `^claim`.
        "claim_pattern" => claim_pattern: Field<Pattern>,
        /// Matched against commit subjects: the reviewer has answered. Default `^review`.
        "review_pattern" => review_pattern: Field<Pattern>,
        /// The agent told of a claim: the reviewer. Default `adversary`.
        "claim_pings" => claim_pings: Field<AgentName>,
        /// The agent told of a review: the builder. Default `builder`.
        "review_pings" => review_pings: Field<AgentName>,
        /// Up to two files whose pushed content is told of: the first to the reviewer, the second to the builder.
        "inboxes" => inboxes: Field<Vec<String>>,
        /// How long between two fetches. Default: `watchdog.signal_interval`.
        "fetch_interval" => fetch_interval: Field<Interval>,
        /// How long a fetch may take. Default `30s`.
        "fetch_timeout" => fetch_timeout: Field<Interval>,
    }
}

table! {
    /// What happens when the last phase is done.
    RawOnComplete {
        /// The agent to start then.
        "run" => run: Field<AgentName>,
        /// The file in the log folder that is deleted then. Default `.run-on-complete`.
        "trigger_file" => trigger_file: Field<FileName>,
    }
}
