//! What does one config file declare? The checked fleet; an `Option` here means that absence means something.

use std::path::PathBuf;

use agents_names::{AgentName, BackendName, PhaseId, SessionPrefix};

use crate::{Agent, Agents, Backend, LoopPlan, Notify, Service, Tasks, Timing, Wrap};

/// All agents and services of one config file, with every default applied and every path absolute.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Fleet {
    /// The config file, absolute.
    pub config: PathBuf,
    /// The project root that relative paths in the file start from.
    pub project_dir: PathBuf,
    /// Where session logs and the state folder lie.
    pub log_dir: PathBuf,
    pub session_prefix: SessionPrefix,
    /// `None`: the user's default tmux server.
    pub tmux_socket: Option<TmuxSocket>,
    /// The folder of a person's own presets: `defaults.presets_dir`, absolute.
    #[serde(skip)]
    pub presets_dir: Option<PathBuf>,
    pub timing: Timing,
    pub backends: std::collections::BTreeMap<BackendName, Backend>,
    /// The backend of `[defaults]`, which runs who names none.
    #[serde(skip)]
    pub default_backend: Option<BackendName>,
    /// In the order of the file.
    pub agents: Agents,
    /// In the order of the file.
    pub services: Vec<Service>,
    pub loop_plan: Option<LoopPlan>,
    pub notify: Notify,
    /// `None`: the file declares no task.
    pub tasks: Option<Tasks>,
    /// Where `agents check` finds stored screens, `BACKEND/STATE-*.txt` each; need not exist.
    pub samples_dir: PathBuf,
}

/// Which tmux server the fleet lives on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum TmuxSocket {
    /// A socket name, as for `tmux -L`.
    Name(String),
    /// A socket path, as for `tmux -S`.
    Path(PathBuf),
}

impl Fleet {
    /// The declared agent of that name.
    #[must_use]
    pub fn agent(&self, name: &AgentName) -> Option<&Agent> {
        self.agents.named(name)
    }

    /// The declared service of that name.
    #[must_use]
    pub fn service(&self, name: &AgentName) -> Option<&Service> {
        self.services.iter().find(|service| service.name == *name)
    }

    /// The backend that runs `agent`; loading has proved that it is declared.
    #[must_use]
    pub fn backend_of(&self, agent: &Agent) -> &Backend {
        &self.backends[&agent.backend]
    }

    /// Whose allowance `agent` uses: its own account, else that of its backend, which may come from `[defaults]`. `None`:
    /// nobody else's.
    #[must_use]
    pub fn account_of<'a>(&'a self, agent: &'a Agent) -> Option<&'a str> {
        agent.account.as_deref().or_else(|| self.backends.get(&agent.backend)?.account.as_deref())
    }

    /// What the program of `agent` is started through: its own word, else that of its backend.
    #[must_use]
    pub fn wrap_of<'a>(&'a self, agent: &'a Agent) -> &'a Wrap {
        agent.wrap.as_ref().unwrap_or(&self.backend_of(agent).wrap)
    }

    /// The command that ends a session of that name on the fleet's server, for a person to type.
    #[must_use]
    pub fn command_that_ends(&self, session: &str) -> String {
        let server = match &self.tmux_socket {
            None => String::new(),
            Some(TmuxSocket::Name(name)) => format!(" -L {name}"),
            Some(TmuxSocket::Path(path)) => format!(" -S '{}'", path.display()),
        };
        format!("tmux{server} kill-session -t '={session}'")
    }

    /// Where the store, prompts and launch records lie: `<log_dir>/state`.
    #[must_use]
    pub fn state_dir(&self) -> PathBuf {
        self.log_dir.join("state")
    }

    /// The model `agent` runs with in `phase`: the phase's for its role, else its own.
    #[must_use]
    pub fn model_of<'a>(&'a self, agent: &'a Agent, phase: Option<&PhaseId>) -> Option<&'a str> {
        let own = || agent.model.as_deref().filter(|model| !model.is_empty());
        self.model_of_phase(agent, phase).or_else(own)
    }

    /// The model that `phase` names for the role of `agent`.
    #[must_use]
    pub fn model_of_phase(&self, agent: &Agent, phase: Option<&PhaseId>) -> Option<&str> {
        let phase = self.loop_plan.as_ref()?.phase(phase?)?;
        let model = phase.models.get(agent.role.as_ref()?)?;
        Some(model.as_str()).filter(|model| !model.is_empty())
    }
}
