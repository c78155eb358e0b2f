//! What does a backend's preset fill in?

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use agents_screens::{BUILTIN_NAMES, Hooks, Launch, PromptDelivery as Delivery};

use crate::entry::Field;
use crate::picker::Picker;
use crate::preset::{Missing, Preset};
use crate::value::{Filled, nearest};
use crate::{Environment, PromptDelivery};

/// The preset that a backend names, if it names one that can be used; anything else is noted as a problem.
pub(super) fn preset(
    field: &Field<Filled>,
    own: &Own<'_>,
    picker: &mut Picker<'_, '_>,
) -> Option<Preset> {
    let Filled(name) = field.value()?;
    let span = field.span()?;
    let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    let found = if is_word { own.find(name) } else { Err(Missing::Unknown) };
    match found {
        Ok(preset) => Some(preset),
        Err(Missing::Unknown) => {
            let message = format!("there is no preset `{name}`");
            let problem = picker.problems.error(span, message).label("unknown preset");
            problem.help(match nearest(name, &BUILTIN_NAMES) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "known: {}; `defaults.presets_dir` names a folder of your own",
                    BUILTIN_NAMES.join(", ")
                ),
            });
            None
        }
        Err(Missing::Broken(why)) => {
            let problem = picker.problems.error(span, why).label("this preset cannot be used");
            problem.help("mend the file, or remove it to use the one that comes with the program");
            None
        }
    }
}

/// A person's own presets.
pub(super) struct Own<'a> {
    /// Where they are, when there are any.
    pub folder: Option<PathBuf>,
    /// As they were once, by their names, in the place of the folder's.
    kept: Option<&'a BTreeMap<String, String>>,
}

impl<'a> Own<'a> {
    pub(super) fn of(
        field: &Field<String>,
        environment: &'a Environment,
        picker: &mut Picker<'_, '_>,
    ) -> Self {
        let kept = environment.presets();
        let key = "defaults.presets_dir".to_owned();
        let folder = picker.pick_path(key, &crate::picker::own(field));
        let missing = folder.as_ref().filter(|folder| kept.is_none() && !folder.is_dir());
        if let (Some(missing), Some(span)) = (missing, field.span()) {
            let message = format!("`presets_dir`: {} is no folder", missing.display());
            let problem = picker.problems.error(span, message).label("not there");
            problem.help("make it, or remove the key");
        }
        Self { folder, kept }
    }

    fn find(&self, name: &str) -> Result<Preset, Missing> {
        match self.kept {
            Some(kept) => Preset::kept(name, kept.get(name)),
            None => Preset::find(name, self.folder.as_deref()),
        }
    }
}

/// The values of the config's keys that the preset's launch part stands for.
#[derive(Debug, Default)]
pub(super) struct Filling {
    pub bin: Option<String>,
    pub prompt_delivery: Option<PromptDelivery>,
    pub process_name: Option<String>,
    pub submit_key: Option<String>,
    pub submit_pause: Option<Duration>,
    pub supports_resume: Option<bool>,
    pub resume_flag: Option<String>,
    pub resume_takes_prompt: Option<bool>,
    pub resume_refused: Option<Vec<String>>,
    pub session_flag: Option<String>,
    pub model_flag: Option<String>,
    pub prompt_flag: Option<String>,
    pub hooks: Option<bool>,
    pub connect_delay: Option<Duration>,
    pub env: Vec<(String, String)>,
}

impl Filling {
    pub(super) fn of(preset: &Preset) -> Self {
        let head = preset.head();
        let process_name = head.process_names.first().cloned();
        let Some(launch) = &head.launch else {
            return Self { process_name, ..Self::default() };
        };
        let bin = [vec![launch.command.clone()], launch.args.clone()].concat();
        let delivery = match launch.prompt.delivery {
            Delivery::Argument => PromptDelivery::Arg,
            Delivery::Typed => PromptDelivery::Ping,
        };
        Self {
            bin: Some(fragment(&bin)),
            prompt_delivery: Some(delivery),
            process_name,
            submit_key: Some(launch.submit.keys.join(" ")),
            submit_pause: Some(launch.submit.pause),
            supports_resume: Some(!launch.resume.args.is_empty()),
            resume_takes_prompt: Some(launch.resume.takes_prompt),
            resume_flag: Some(fragment(&launch.resume.args)),
            resume_refused: Some(launch.resume.refused.iter().map(|text| slot(text)).collect()),
            session_flag: Some(fragment(&launch.session.choose)),
            model_flag: Some(fragment(&launch.model)),
            prompt_flag: Some(fragment(prompt_words(launch))),
            hooks: Some(matches!(launch.hooks, Hooks::Settings | Hooks::Extension | Hooks::Http)),
            connect_delay: Some(launch.ready.usual),
            env: launch.env.clone().into_iter().collect(),
        }
    }
}

/// Whether a command line starts the preset's program by its own name: what a wrapper of somebody's makes of further
/// words, or where it runs the program, is not known.
pub(super) fn is_own_program(preset: &Preset, bin: &str) -> bool {
    let first = bin.split_whitespace().next().unwrap_or_default().trim_matches(['\'', '"']);
    let name = Path::new(first).file_name().and_then(|name| name.to_str());
    preset.head().launch.as_ref().is_some_and(|launch| name == Some(launch.command.as_str()))
}

/// `hooks = true`, where nothing is known of the program that could make it report.
pub(super) fn check_hooks(
    field: &Field<bool>,
    preset: Option<&Preset>,
    picker: &mut Picker<'_, '_>,
) {
    let launch = preset.and_then(|preset| preset.head().launch.as_ref());
    let is_known = launch.is_some_and(|launch| launch.hooks != Hooks::None);
    if let (Some(true), Some(span), false) = (field.value(), field.span(), is_known) {
        let problem = picker.problems.error(span, "nothing is known of hooks of this program");
        problem.label("no hooks").help(
            "remove the key; presets that know hooks are `claude`, `codex`, `opencode` and `pi`",
        );
    }
}

/// The words before the prompt, which is always the last argument.
fn prompt_words(launch: &Launch) -> &[String] {
    match launch.prompt.args.as_slice() {
        [words @ .., last] if last == "{prompt}" => words,
        words => words,
    }
}

/// A conversation is `{id}` in the config.
fn slot(text: &str) -> String {
    text.replace("{session}", "{id}")
}

/// Words as a shell fragment; a slot stands in quotes, and keeps its braces.
fn fragment(words: &[String]) -> String {
    let words = words.iter().map(|word| slot(word));
    let quoted = words.map(|word| {
        if word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c)) {
            word
        } else {
            format!("'{}'", word.replace('\'', "'\\''"))
        }
    });
    quoted.collect::<Vec<_>>().join(" ")
}
