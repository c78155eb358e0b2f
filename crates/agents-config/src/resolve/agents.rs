//! The `[[agent]]` and `[[service]]` tables, with what they inherit.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use agents_names::{AgentName, BackendName, RoleName, SessionName, SessionPrefix};
use serde_json::json;

use super::pick_derived;
use super::pilot::pilot;
use crate::entry::Field;
use crate::environment::Environment;
use crate::origin::{Origin, dotted};
use crate::picker::{Layers, Picker, inherited, own};
use crate::raw::{RawAgent, RawDefaults, RawFile, RawLoop, RawService};
use crate::value::{Filled, Interval, nearest};
use crate::{Agent, Backend, Kind, PromptSource, Service, Wake, Watch, Wrap};

/// What every agent and service starts from.
pub(super) struct Inheritance<'r> {
    pub raw: &'r RawFile,
    pub defaults: &'r RawDefaults,
    pub environment: &'r Environment,
    pub backends: &'r BTreeMap<BackendName, Backend>,
    /// `None` when the file's prefix is missing or wrong.
    pub prefix: Option<&'r SessionPrefix>,
}

impl Inheritance<'_> {
    /// The agent; `None` only after a problem was noted.
    pub(super) fn agent(&self, raw: &RawAgent, picker: &mut Picker<'_, '_>) -> Option<Agent> {
        let name = raw.name.value()?;
        let defaults = self.defaults;
        let key = |key: &str| dotted(&["agent", name.as_str(), key]);
        let kind = picker.pick_or(key("kind"), &own(&raw.kind), Kind::Persistent);
        let role = picker.pick(key("role"), &inherited(&raw.role, &defaults.role));
        let backend = self.backend(name, raw, picker);
        let continues = backend.as_ref().is_some_and(|backend| self.continues(backend));
        let prompt = self.prompt(name, kind, role.as_ref(), raw, picker);
        Some(Agent {
            session: self.session(name, &raw.session, "agent", picker)?,
            kind,
            backend: backend?,
            model: self.model(name, raw, picker),
            dir: picker.pick_path_or(key("dir"), &inherited(&raw.dir, &defaults.dir), "."),
            create_dir: picker.pick_or(
                key("create_dir"),
                &inherited(&raw.create_dir, &defaults.create_dir),
                false,
            ),
            prompt: prompt?,
            enabled: picker.pick_or(
                key("enabled"),
                &inherited(&raw.enabled, &defaults.enabled),
                true,
            ),
            watch: picker.pick_or(
                key("watch"),
                &inherited(&raw.watch, &defaults.watch),
                Watch::None,
            ),
            resume: picker.pick_or(
                key("resume"),
                &inherited(&raw.resume, &defaults.resume),
                continues,
            ),
            wake: self.wake(name, raw, picker),
            pilot: pilot(name, raw, defaults, picker),
            account: picker.pick_text(key("account"), &own(&raw.account)),
            wrap: picker.pick(key("wrap"), &own(&raw.wrap)).map(Wrap::of),
            log: picker.pick_or(key("log"), &inherited(&raw.log, &defaults.log), true),
            role,
            name: name.clone(),
        })
    }

    /// Whether agents of a backend continue their conversations when nothing is said of it: what a preset knows was measured, while a
    /// file without one may be of a time when nobody knew the ids.
    fn continues(&self, backend: &BackendName) -> bool {
        let backend = self.backends.get(backend);
        backend.is_some_and(|backend| backend.preset.is_some() && backend.supports_resume)
    }

    /// The service; `None` only after a problem was noted.
    pub(super) fn service(&self, raw: &RawService, picker: &mut Picker<'_, '_>) -> Option<Service> {
        let name = raw.name.value()?;
        let defaults = self.defaults;
        let key = |key: &str| dotted(&["service", name.as_str(), key]);
        let command = inherited(&raw.command, &defaults.command);
        let command = self.command(name, raw, &command, picker);
        Some(Service {
            session: self.session(name, &Field::Absent, "service", picker)?,
            command: command?.0,
            dir: picker.pick_path_or(key("dir"), &own(&raw.dir), "."),
            create_dir: picker.pick_or(
                key("create_dir"),
                &inherited(&raw.create_dir, &defaults.create_dir),
                false,
            ),
            enabled: picker.pick_or(key("enabled"), &own(&raw.enabled), true),
            log: picker.pick_or(key("log"), &inherited(&raw.log, &defaults.log), true),
            name: name.clone(),
        })
    }

    fn session(
        &self,
        name: &AgentName,
        field: &Field<SessionName>,
        table: &str,
        picker: &mut Picker<'_, '_>,
    ) -> Option<SessionName> {
        let derived = || Some(self.prefix?.session_of(name));
        pick_derived(picker, dotted(&[table, name.as_str(), "session"]), field, derived)
    }

    fn command(
        &self,
        name: &AgentName,
        raw: &RawService,
        layers: &Layers<'_, Filled>,
        picker: &mut Picker<'_, '_>,
    ) -> Option<Filled> {
        let command = picker.pick(format!("service.{name}.command"), layers);
        if command.is_none() && !raw.command.is_wrong() {
            let message = format!("the service `{name}` has no `command`");
            let problem = picker.problems.error(raw.header.clone(), message);
            problem.label("needs `command`").help("add `command = \"npm run dev\"`, for example");
        }
        command
    }

    fn model(
        &self,
        name: &AgentName,
        raw: &RawAgent,
        picker: &mut Picker<'_, '_>,
    ) -> Option<String> {
        let key = dotted(&["agent", name.as_str(), "model"]);
        if let Some((variable, model)) = self.environment.model_of(name) {
            let origin = Origin::Environment { variable };
            picker.origins.record(key, json!(model), origin, None);
            return Some(model.to_owned());
        }
        picker.pick_text(key, &inherited(&raw.model, &self.defaults.model))
    }

    fn backend(
        &self,
        name: &AgentName,
        raw: &RawAgent,
        picker: &mut Picker<'_, '_>,
    ) -> Option<BackendName> {
        let key = dotted(&["agent", name.as_str(), "backend"]);
        if let Some((variable, backend)) = self.environment.backend_of(name) {
            let origin = Origin::Environment { variable: variable.clone() };
            picker.origins.record(key, json!(backend), origin, None);
            if !self.declares(backend) {
                let message =
                    format!("{variable} names the backend `{backend}`, which is not declared");
                picker.problems.error_outside(message).help(self.declared_backends(backend));
                return None;
            }
            return BackendName::new(backend).ok();
        }
        let backend = picker.pick(key, &inherited(&raw.backend, &self.defaults.backend));
        if backend.is_none() && !raw.backend.is_wrong() && !self.defaults.backend.is_wrong() {
            let message = format!("the agent `{name}` has no backend");
            let problem =
                picker.problems.error(raw.header.clone(), message).label("needs `backend`");
            problem.help("set `backend` here, or once in `[defaults]`");
        }
        let backend = backend?;
        if self.declares(backend.as_str()) {
            return Some(backend);
        }
        let span =
            raw.backend.span().or(self.defaults.backend.span()).unwrap_or(raw.header.clone());
        let problem = picker.problems.error(span, format!("unknown backend `{backend}`"));
        problem.label(format!("there is no `[backend.{backend}]`"));
        problem.help(self.declared_backends(backend.as_str()));
        None
    }

    /// Whether the file has that table, even one with problems of its own.
    fn declares(&self, backend: &str) -> bool {
        self.raw.backend.0.iter().any(|(name, ..)| name == backend)
    }

    fn declared_backends(&self, wanted: &str) -> String {
        let names: Vec<&str> = self.raw.backend.0.iter().map(|(name, ..)| name.as_str()).collect();
        match nearest(wanted, &names) {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => format!("add a table `[backend.{wanted}]`"),
            None => format!("declared: {}", names.join(", ")),
        }
    }

    fn prompt(
        &self,
        name: &AgentName,
        kind: Kind,
        role: Option<&RoleName>,
        raw: &RawAgent,
        picker: &mut Picker<'_, '_>,
    ) -> Option<PromptSource> {
        match kind {
            Kind::Loop => Some(self.loop_prompt(role?, picker)),
            Kind::Persistent | Kind::Orchestrator | Kind::Task => {
                let key = |key: &str| dotted(&["agent", name.as_str(), key]);
                let file = inherited(&raw.prompt_file, &self.defaults.prompt_file);
                let text = inherited(&raw.prompt, &self.defaults.prompt);
                Some(match picker.pick_path(key("prompt_file"), &file) {
                    Some(file) => PromptSource::File(file),
                    None => PromptSource::Text(picker.pick_or(key("prompt"), &text, String::new())),
                })
            }
        }
    }

    fn loop_prompt(&self, role: &RoleName, picker: &mut Picker<'_, '_>) -> PromptSource {
        let LoopFiles { template, roles_dir } = loop_files(self.raw.r#loop.table.as_ref(), picker);
        PromptSource::Loop { template, role_file: roles_dir.join(format!("{role}.md")) }
    }

    fn wake(&self, name: &AgentName, raw: &RawAgent, picker: &mut Picker<'_, '_>) -> Option<Wake> {
        let layers = Inherited::of(raw.wake.table.as_ref(), self.defaults.wake.table.as_ref())?;
        let wake = layers.table;
        let key = |key: &str| format!("agent.{name}.wake.{key}");
        let interval = Interval(Duration::from_secs(3600));
        let interval = picker.pick_or(key("interval"), &layers.layers(&wake.interval), interval);
        let Filled(file) = picker.pick(key("prompt_file"), &layers.layers(&wake.prompt_file))?;
        let prompt_file = picker.absolute(&file, wake.prompt_file.span());
        Some(Wake { interval: interval.0, prompt_file })
    }
}

/// A table that is inherited as a whole, so its keys have one origin.
pub(super) struct Inherited<'r, T> {
    pub table: &'r T,
    is_own: bool,
}

impl<'r, T> Inherited<'r, T> {
    pub(super) fn of(own: Option<&'r T>, defaults: Option<&'r T>) -> Option<Self> {
        let own = own.map(|table| Self { table, is_own: true });
        own.or_else(|| defaults.map(|table| Self { table, is_own: false }))
    }

    pub(super) fn layers<'f, V>(&self, field: &'f Field<V>) -> Layers<'f, V> {
        if self.is_own { own(field) } else { inherited(&Field::Absent, field) }
    }
}

struct LoopFiles {
    template: Option<PathBuf>,
    roles_dir: PathBuf,
}

fn loop_files(raw: Option<&RawLoop>, picker: &mut Picker<'_, '_>) -> LoopFiles {
    let mut path = |field: Option<&Field<String>>| {
        let field = field?;
        let text = field.value().filter(|text| !text.is_empty())?;
        Some(picker.absolute(text, field.span()))
    };
    let template = path(raw.map(|raw| &raw.kickoff_template));
    let roles_dir = path(raw.map(|raw| &raw.roles_dir));
    LoopFiles { template, roles_dir: roles_dir.unwrap_or_else(|| picker.root.join("prompts")) }
}
