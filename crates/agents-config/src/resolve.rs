//! What does the file mean once every default is applied? The one place that knows the defaults of the file's keys.

mod agents;
mod backends;
mod loop_plan;
mod notify;
mod pilot;
mod presets;
mod tasks;
mod timing;

use std::path::{Path, PathBuf};

use agents_names::SessionPrefix;

use crate::entry::Field;
use crate::environment::Environment;
use crate::origin::{Origin, Origins};
use crate::picker::{Picker, own};
use crate::problem::Problems;
use crate::raw::{RawDefaults, RawFile};
use crate::value::{Filled, Value};
use crate::{Fleet, TmuxSocket};

/// The longest path that fits a Unix socket address, without the NUL at its end.
const LONGEST_SOCKET_PATH: usize = 107;

/// The file's meaning; the fleet is `None` only when `problems` holds an error.
pub(crate) fn resolve(
    raw: &RawFile,
    config: &Path,
    environment: &Environment,
    problems: &mut Problems<'_>,
) -> (Option<Fleet>, Origins) {
    let folder = config.parent().unwrap_or(Path::new("/")).to_owned();
    let mut picker = Picker::new(problems, environment.home(), folder);
    let fleet = fleet(raw, config, environment, &mut picker);
    (fleet, picker.origins)
}

fn fleet(
    raw: &RawFile,
    config: &Path,
    environment: &Environment,
    picker: &mut Picker<'_, '_>,
) -> Option<Fleet> {
    let defaults = raw.defaults.table.as_ref()?;
    let project_dir =
        picker.pick_path_or("defaults.project_dir".to_owned(), &own(&defaults.project_dir), ".");
    picker.root.clone_from(&project_dir);
    let session_prefix = session_prefix(defaults, picker);
    let log_dir = log_dir(defaults, picker);
    let tmux_socket = tmux_socket(defaults, picker);
    let timing = timing::timing(raw.watchdog.table.as_ref(), picker);
    let presets = presets::Own::of(&defaults.presets_dir, environment, picker);
    let backends = backends::backends(&raw.backend.0, (&presets, &defaults.account), picker);
    let agents = agents::Inheritance {
        raw,
        defaults,
        environment,
        backends: &backends,
        prefix: session_prefix.as_ref(),
    };
    let declared = raw.agent.0.iter().map(|agent| agents.agent(agent, picker)).collect();
    let services = raw.service.0.iter().map(|service| agents.service(service, picker)).collect();
    let loop_plan = loop_plan::loop_plan(raw.r#loop.table.as_ref(), &timing, picker);
    let samples_dir = samples_dir(defaults, config, picker);
    let notify = notify::notify(raw.notify.table.as_ref(), picker);
    let tasks = tasks::tasks(raw, defaults, &backends, picker);
    Some(Fleet {
        config: config.to_owned(),
        project_dir,
        log_dir: log_dir?,
        session_prefix: session_prefix?,
        tmux_socket,
        presets_dir: presets.folder,
        timing,
        default_backend: defaults.backend.value().filter(|it| backends.contains_key(*it)).cloned(),
        backends,
        agents: Option::<Vec<_>>::from_iter::<Vec<_>>(declared)?.into(),
        services: Option::<Vec<_>>::from_iter::<Vec<_>>(services)?,
        loop_plan: loop_plan?,
        notify,
        tasks: tasks?,
        samples_dir,
    })
}

fn session_prefix(defaults: &RawDefaults, picker: &mut Picker<'_, '_>) -> Option<SessionPrefix> {
    picker.pick("defaults.session_prefix".to_owned(), &own(&defaults.session_prefix))
}

fn log_dir(defaults: &RawDefaults, picker: &mut Picker<'_, '_>) -> Option<PathBuf> {
    let Filled(text) = picker.pick("defaults.log_dir".to_owned(), &own(&defaults.log_dir))?;
    Some(picker.absolute(&text, defaults.log_dir.span()))
}

/// Beside the file, unless it says otherwise: the screens prove the rules that the file names.
fn samples_dir(defaults: &RawDefaults, config: &Path, picker: &mut Picker<'_, '_>) -> PathBuf {
    let named = picker.pick_path("defaults.samples_dir".to_owned(), &own(&defaults.samples_dir));
    named.unwrap_or_else(|| config.with_file_name("samples"))
}

fn tmux_socket(defaults: &RawDefaults, picker: &mut Picker<'_, '_>) -> Option<TmuxSocket> {
    let field = &defaults.tmux_socket;
    let Filled(text) = picker.pick("defaults.tmux_socket".to_owned(), &own(field))?;
    let span = field.span()?;
    if text.chars().any(char::is_control) {
        picker.problems.error(span, "`tmux_socket`: a control character is in the text");
        return None;
    }
    if !text.contains('/') {
        return Some(TmuxSocket::Name(text));
    }
    let path = picker.absolute(&text, Some(span.clone()));
    let length = path.as_os_str().len();
    if length > LONGEST_SOCKET_PATH {
        let message = format!("`tmux_socket`: the path is {length} bytes long");
        let problem = picker.problems.error(span, message);
        problem.label(format!("at most {LONGEST_SOCKET_PATH} bytes, made absolute"));
        problem.help("use a shorter folder, or a plain name as for `tmux -L`");
    }
    Some(TmuxSocket::Path(path))
}

/// Records a setting that is worked out from others when the file does not say.
fn pick_derived<T: Value + Clone>(
    picker: &mut Picker<'_, '_>,
    key: String,
    field: &Field<T>,
    derived: impl FnOnce() -> Option<T>,
) -> Option<T> {
    if let Some(value) = field.value() {
        let span = field.span();
        let line = span.as_ref().map_or(0, |span| picker.line(span));
        picker.origins.record(key, value.show(), Origin::Own { line }, span);
        return Some(value.clone());
    }
    let value = derived()?;
    picker.origins.record(key, value.show(), Origin::BuiltIn, None);
    Some(value)
}
