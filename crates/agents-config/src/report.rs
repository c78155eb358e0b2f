//! What is there to say about a file that loads: what it doubtfully says, and what it names that is not there?

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::environment::Environment;
use crate::problem::{Problem, Problems, Span};
use crate::programs::{self, MissingProgram, Owner};
use crate::{AgentProblem, Lack, Loaded, Report, nearby, unused_model};

impl Loaded {
    /// The warnings, also of programs that are not there, of models that nobody hears of and of overrides that concern
    /// nobody, and an error for each file or folder that an agent or service lacks; in the order of the file.
    #[must_use]
    pub fn report(&self, environment: &Environment) -> Report {
        let (file, text) = (self.warnings.file(), self.text.as_str());
        let mut problems = Problems::new(file, text);
        for lack in &self.problems_of_agents {
            self.note_lack(lack, &mut problems);
        }
        for missing in self.missing_programs(environment) {
            let span = self.place_of_program(&missing);
            let problem = problems.warning_at(span, missing.to_string());
            problem.label(missing.found).help(missing.help);
        }
        for unused in unused_model::unused(&self.fleet, &self.origins) {
            let span = self.origins.span_of(&unused.key);
            let problem = problems.warning_at(span, unused.to_string());
            problem.label("its program does not hear of it").help(unused.help);
        }
        for stray in environment.stray_overrides(&self.fleet) {
            problems.warning_at(None, stray.to_string()).help(stray.help);
        }
        let warnings = self.warnings.problems().iter().cloned();
        Report::new(file, text, in_order(warnings.chain(problems.into_sorted()).collect()))
    }

    /// The programs that backends and services start, as far as that can be told, and that are not there.
    #[must_use]
    pub fn missing_programs(&self, environment: &Environment) -> Vec<MissingProgram> {
        programs::missing(&self.fleet, environment)
    }

    /// Where the text names the program, or the preset that does.
    fn place_of_program(&self, missing: &MissingProgram) -> Option<Span> {
        let own = self.origins.span_of(&missing.key);
        own.or_else(|| match &missing.of {
            Owner::Backend(name) => self.origins.span_of(&format!("backend.{name}.preset")),
            Owner::Service(_) => self.origins.span_of("defaults.command"),
        })
    }

    fn note_lack(&self, lack: &AgentProblem, problems: &mut Problems<'_>) {
        let problem = problems.error_at(self.place_of(lack), lack.to_string());
        problem.label(where_looked(lack)).help(self.way_out(lack));
        problem.agent = Some(lack.agent.clone());
        problem.path = Some(lack.path.clone());
    }

    /// Where the text names what is lacking; a default is named by what it follows from.
    fn place_of(&self, lack: &AgentProblem) -> Option<Span> {
        let table = if self.fleet.service(&lack.agent).is_some() { "service" } else { "agent" };
        let own = |key: &str| format!("{table}.{}.{key}", lack.agent);
        let keys = match lack.lack {
            Lack::PromptFile => vec![own("prompt_file")],
            Lack::KickoffTemplate => vec!["loop.kickoff_template".to_owned()],
            Lack::RolePrompt => vec![own("role"), own("kind")],
            Lack::WakePrompt => vec![own("wake.prompt_file")],
            Lack::WorkingDir => vec![own("dir"), "defaults.project_dir".to_owned()],
        };
        keys.iter().find_map(|key| self.origins.span_of(key))
    }

    fn way_out(&self, lack: &AgentProblem) -> String {
        let is_folder = lack.lack == Lack::WorkingDir;
        let near =
            nearby::instead_of(
                &lack.path,
                |path| {
                    if is_folder { path.is_dir() } else { path.is_file() }
                },
            );
        let otherwise = match lack.lack {
            Lack::WorkingDir if lack.path.exists() => "name a folder",
            Lack::WorkingDir => "`create_dir = true` makes it at the start",
            Lack::RolePrompt => "write it, or set `loop.roles_dir` to the folder that holds it",
            Lack::PromptFile | Lack::KickoffTemplate | Lack::WakePrompt => {
                "write it, or name another; relative paths start from the project root"
            }
        };
        match near {
            Some(near) => format!("did you mean `{}`? Else: {otherwise}", self.meant(lack, &near)),
            None => otherwise.to_owned(),
        }
    }

    /// The path as it would be written in the file.
    fn meant(&self, lack: &AgentProblem, near: &Path) -> String {
        let stem = near.file_stem().filter(|_| near.parent() == lack.path.parent());
        match (lack.lack, stem) {
            (Lack::RolePrompt, Some(stem)) => format!("role = \"{}\"", stem.to_string_lossy()),
            (
                Lack::RolePrompt
                | Lack::PromptFile
                | Lack::KickoffTemplate
                | Lack::WakePrompt
                | Lack::WorkingDir,
                _,
            ) => {
                let root = &self.fleet.project_dir;
                near.strip_prefix(root).unwrap_or(near).display().to_string()
            }
        }
    }
}

/// What stands under the marked value: what is at the path instead, or which part of it is not there.
fn where_looked(lack: &AgentProblem) -> String {
    let wanted = if lack.lack == Lack::WorkingDir { "folder" } else { "file" };
    let path = &lack.path;
    match fs::metadata(path) {
        Ok(it) if it.is_dir() => "it is a folder".to_owned(),
        Ok(it) if it.is_file() => "it is a file".to_owned(),
        Ok(_) => format!("it is no {wanted}"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => match first_missing(path) {
            missing if missing == *path => {
                let folder = path.parent().unwrap_or(path).display();
                let name = path.file_name().unwrap_or_default().display();
                format!("no {wanted} `{name}` in {folder}")
            }
            missing => format!("there is no folder {}", missing.display()),
        },
        Err(error) => format!("cannot be looked at: {error}"),
    }
}

/// The shortest beginning of the path that does not exist.
fn first_missing(path: &Path) -> PathBuf {
    let missing = path.ancestors().take_while(|ancestor| fs::metadata(ancestor).is_err());
    missing.last().unwrap_or(path).to_owned()
}

/// By place; what has none comes first, as in the report of a file that does not load.
fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by_key(|problem| problem.span.as_ref().map_or(0, |span| span.start));
    problems
}
