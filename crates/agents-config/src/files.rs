//! Are the files and folders that agents need there? A missing one concerns its agent, not the fleet.

use std::path::{Path, PathBuf};

use agents_names::AgentName;

use crate::{Agent, Fleet, PromptSource};

/// What one agent or service lacks on disk. It may appear later; starting looks again.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AgentProblem {
    /// The agent, or the service.
    pub agent: AgentName,
    pub lack: Lack,
    pub path: PathBuf,
}

/// Which file or folder is lacking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// The kickoff's file.
    PromptFile,
    /// The kickoff template of the loop.
    KickoffTemplate,
    /// The prompt of a loop agent's role.
    RolePrompt,
    /// The text of a wake; the agent runs, its wakes are skipped.
    WakePrompt,
    /// The working directory, with `create_dir = false`.
    WorkingDir,
}

impl std::fmt::Display for AgentProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = match self.lack {
            Lack::PromptFile => "the prompt file",
            Lack::KickoffTemplate => "the kickoff template",
            Lack::RolePrompt => "the prompt of its role",
            Lack::WakePrompt => "the wake prompt",
            Lack::WorkingDir => "the working directory",
        };
        write!(f, "{}: {what} {} is missing", self.agent, self.path.display())
    }
}

/// What the agents and services of `fleet` lack now.
pub(crate) fn problems_of(fleet: &Fleet) -> Vec<AgentProblem> {
    let agents = fleet.agents.iter().flat_map(lacks_of);
    let services = fleet.services.iter().filter_map(|service| {
        let lack = working_dir(&service.dir, service.create_dir)?;
        Some(AgentProblem { agent: service.name.clone(), lack, path: service.dir.clone() })
    });
    agents.chain(services).collect()
}

fn lacks_of(agent: &Agent) -> Vec<AgentProblem> {
    let mut lacks: Vec<(Lack, &Path)> = match &agent.prompt {
        PromptSource::Loop { template, role_file } => {
            let template = template.iter().map(|path| (Lack::KickoffTemplate, path.as_path()));
            template.chain([(Lack::RolePrompt, role_file.as_path())]).collect()
        }
        PromptSource::File(path) => vec![(Lack::PromptFile, path)],
        PromptSource::Text(_) => Vec::new(),
    };
    lacks.extend(agent.wake.iter().map(|wake| (Lack::WakePrompt, wake.prompt_file.as_path())));
    lacks.retain(|(_, path)| !path.is_file());
    lacks.extend(working_dir(&agent.dir, agent.create_dir).map(|lack| (lack, agent.dir.as_path())));
    let problem = |(lack, path): (Lack, &Path)| AgentProblem {
        agent: agent.name.clone(),
        lack,
        path: path.to_owned(),
    };
    lacks.into_iter().map(problem).collect()
}

fn working_dir(dir: &Path, create_dir: bool) -> Option<Lack> {
    (!create_dir && !dir.is_dir()).then_some(Lack::WorkingDir)
}
