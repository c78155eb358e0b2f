//! The `[backend.NAME]` tables.

use std::collections::BTreeMap;
use std::time::Duration;

use agents_names::BackendName;

use super::presets::{self, Filling, Own};
use crate::entry::Field;
use crate::picker::{Picker, inherited, own};
use crate::problem::Span;
use crate::raw::{RawAnswer, RawBackend, RawSample};
use crate::value::{Filled, Interval, Seconds, Value, nearest};
use crate::{Backend, DialogAnswer, Pattern, Preset, PromptDelivery, Sample, Wrap};

const PAUSE: Duration = Duration::from_millis(400);
const CONNECT: Duration = Duration::from_secs(12);
const RESUME: &str = "--resume '{id}'";
const REMOTE: &str = "--remote-control '{session}'";
const MODEL: &str = "--model '{model}'";

/// The declared backends. One that lacks what it needs is left out, with a problem noted.
pub(super) fn backends(
    raw: &[(String, Span, RawBackend)],
    (presets, default_account): (&Own<'_>, &Field<String>),
    picker: &mut Picker<'_, '_>,
) -> BTreeMap<BackendName, Backend> {
    let mut backends = BTreeMap::new();
    for (name, span, table) in raw {
        match BackendName::new(name.as_str()) {
            Ok(name) => {
                if let Some(backend) = backend(&name, table, (presets, default_account), picker) {
                    backends.insert(name, backend);
                }
            }
            Err(error) => {
                let problem = picker.problems.error(span.clone(), error.to_string());
                problem.label("cannot name a backend");
            }
        }
    }
    backends
}

fn backend(
    name: &BackendName,
    raw: &RawBackend,
    (presets, default_account): (&Own<'_>, &Field<String>),
    picker: &mut Picker<'_, '_>,
) -> Option<Backend> {
    let preset = presets::preset(&raw.preset, presets, picker);
    let key = |key: &str| format!("backend.{name}.{key}");
    picker.pick(key("preset"), &own(&raw.preset));
    let from = preset.as_ref().map(Filling::of).unwrap_or_default();
    let mut read =
        Read { name, preset: preset.as_ref().map_or("", |preset| preset.name()), picker };
    let bin = read.bin(raw, from.bin);
    let delivery = from.prompt_delivery;
    presets::check_hooks(&raw.hooks, preset.as_ref(), read.picker);
    let is_own = preset.as_ref().zip(bin.as_ref());
    let is_own = is_own.is_some_and(|(preset, bin)| presets::is_own_program(preset, bin));
    let hooks = from.hooks.map(|hooks| hooks && is_own);
    let prompt_delivery =
        read.value("prompt_delivery", &raw.prompt_delivery, delivery, PromptDelivery::Arg);
    let submit_key = match prompt_delivery {
        PromptDelivery::Arg | PromptDelivery::Exec => "Enter",
        PromptDelivery::Ping => "C-m",
    };
    Some(Backend {
        name: name.clone(),
        prompt_delivery,
        process_name: read.text("process_name", &raw.process_name, from.process_name),
        submit_key: read.filled("submit_key", &raw.submit_key, from.submit_key, submit_key),
        submit_pause: read.seconds("submit_pause", &raw.submit_pause, from.submit_pause, PAUSE),
        active_re: read.pattern("active_re", &raw.active_re),
        limit_re: read.pattern("limit_re", &raw.limit_re),
        fatal_re: read.pattern("fatal_re", &raw.fatal_re),
        ready_re: read.pattern("ready_re", &raw.ready_re),
        footer_ui: read.value("footer_ui", &raw.footer_ui, None, false),
        log_grace: read.seconds("log_grace", &raw.log_grace, None, Duration::from_secs(180)),
        stall_idle: read.interval("stall_idle", &raw.stall_idle, Duration::from_secs(300)),
        flags: read.text("flags", &raw.flags, None),
        supports_resume: read.value(
            "supports_resume",
            &raw.supports_resume,
            from.supports_resume,
            false,
        ),
        resume_flag: read.or_text("resume_flag", &raw.resume_flag, from.resume_flag, RESUME),
        resume_takes_prompt: from.resume_takes_prompt.unwrap_or(true),
        resume_refused: read.value(
            "resume_refused",
            &raw.resume_refused,
            from.resume_refused,
            Vec::new(),
        ),
        wrap: Wrap::of(read.value("wrap", &raw.wrap, None, Vec::new())),
        session_flag: read.text("session_flag", &raw.session_flag, from.session_flag),
        prompt_flag: read.text("prompt_flag", &raw.prompt_flag, from.prompt_flag),
        hooks: read.value("hooks", &raw.hooks, hooks, false),
        env: from.env,
        remote_control: read.value("remote_control", &raw.remote_control, None, false),
        remote_control_flag: read.or_text(
            "remote_control_flag",
            &raw.remote_control_flag,
            None,
            REMOTE,
        ),
        model_flag: read.or_text("model_flag", &raw.model_flag, from.model_flag, MODEL),
        model_env: read.value("model_env", &raw.model_env, None, false),
        preamble: read.text("preamble", &raw.preamble, None),
        attach: read.filled("attach", &raw.attach, None, "{bin}"),
        server: read.or_text("server", &raw.server, None, ""),
        connect_delay: read.seconds(
            "connect_delay",
            &raw.connect_delay,
            from.connect_delay,
            CONNECT,
        ),
        account: read.inherited("account", &raw.account, default_account),
        samples: samples(name, &raw.sample.0, picker),
        answers: answers(name, &raw.answer.0, preset.as_ref(), picker),
        preset,
        bin: bin?,
    })
}

/// The answers. One to a dialog that the preset does not know would never be given.
fn answers(
    name: &BackendName,
    raw: &[RawAnswer],
    preset: Option<&Preset>,
    picker: &mut Picker<'_, '_>,
) -> Vec<DialogAnswer> {
    let known: Vec<&str> =
        preset.iter().flat_map(|preset| &preset.head().dialogs).map(String::as_str).collect();
    let answers = raw.iter().enumerate().filter_map(|(at, raw)| {
        let key = |key: &str| format!("backend.{name}.answer.{at}.{key}");
        let Filled(dialog) = picker.pick(key("dialog"), &own(&raw.dialog))?;
        let Filled(choose) = picker.pick(key("choose"), &own(&raw.choose))?;
        if !known.contains(&dialog.as_str()) {
            let span = raw.dialog.span()?;
            let message = format!("the preset of `{name}` knows no dialog `{dialog}`");
            let problem = picker.problems.error(span, message).label("unknown dialog");
            problem.help(match (nearest(&dialog, &known), known.is_empty()) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, false) => format!("known: {}", known.join(", ")),
                (None, true) => "only a preset with `[[dialog]]` knows any".to_owned(),
            });
            return None;
        }
        Some(DialogAnswer { dialog, choose })
    });
    answers.collect()
}

/// The stored screens; one that lacks what it needs is noted already.
fn samples(name: &BackendName, raw: &[RawSample], picker: &mut Picker<'_, '_>) -> Vec<Sample> {
    let samples = raw.iter().enumerate().filter_map(|(at, raw)| {
        let key = |key: &str| format!("backend.{name}.sample.{at}.{key}");
        let file = picker.pick(key("file"), &own(&raw.file))?;
        let state = picker.pick(key("state"), &own(&raw.state))?;
        Some(Sample {
            file: picker.absolute(&file.0, raw.file.span()),
            state,
            title: picker.pick(key("title"), &own(&raw.title)),
            command: picker.pick(key("command"), &own(&raw.command)),
        })
    });
    samples.collect()
}

/// Reads the keys of one backend: the file's value, else the preset's, else the standard.
struct Read<'r, 'p, 't> {
    name: &'r BackendName,
    /// Empty without one.
    preset: &'r str,
    picker: &'r mut Picker<'p, 't>,
}

impl Read<'_, '_, '_> {
    fn key(&self, key: &str) -> String {
        format!("backend.{}.{key}", self.name)
    }

    fn value<T: Value + Clone>(
        &mut self,
        key: &str,
        field: &Field<T>,
        filling: Option<T>,
        standard: T,
    ) -> T {
        let key = self.key(key);
        match filling {
            Some(filling) => self.picker.pick_or_preset(key, &own(field), (self.preset, filling)),
            None => self.picker.pick_or(key, &own(field), standard),
        }
    }

    /// The command, which only a preset can stand for.
    fn bin(&mut self, raw: &RawBackend, filling: Option<String>) -> Option<String> {
        if let Some(filling) = filling {
            return Some(self.filled("bin", &raw.bin, Some(filling), ""));
        }
        let bin = self.picker.pick(self.key("bin"), &own(&raw.bin));
        // A preset that cannot be used is a problem of its own.
        let is_told = raw.bin.is_wrong() || (raw.preset.span().is_some() && self.preset.is_empty());
        if bin.is_none() && !is_told {
            let message = format!("`bin` is missing in `[backend.{}]`", self.name);
            let problem = self.picker.problems.error(raw.header.clone(), message);
            problem.label("needs `bin`").help("add `bin = \"claude\"`, or `preset = \"claude\"`");
        }
        bin.map(|bin| bin.0)
    }

    /// A text that `[defaults]` hands down; an empty one means none.
    fn inherited(
        &mut self,
        key: &str,
        field: &Field<String>,
        defaults: &Field<String>,
    ) -> Option<String> {
        self.picker.pick_text(self.key(key), &inherited(field, defaults))
    }

    /// An empty text means none.
    fn text(
        &mut self,
        key: &str,
        field: &Field<String>,
        filling: Option<String>,
    ) -> Option<String> {
        if filling.is_none() {
            return self.picker.pick_text(self.key(key), &own(field));
        }
        Some(self.value(key, field, filling, String::new())).filter(|text| !text.is_empty())
    }

    fn or_text(
        &mut self,
        key: &str,
        field: &Field<String>,
        filling: Option<String>,
        standard: &str,
    ) -> String {
        self.value(key, field, filling, standard.to_owned())
    }

    fn filled(
        &mut self,
        key: &str,
        field: &Field<Filled>,
        filling: Option<String>,
        standard: &str,
    ) -> String {
        self.value(key, field, filling.map(Filled), Filled(standard.to_owned())).0
    }

    fn seconds(
        &mut self,
        key: &str,
        field: &Field<Seconds>,
        filling: Option<Duration>,
        standard: Duration,
    ) -> Duration {
        self.value(key, field, filling.map(Seconds), Seconds(standard)).0
    }

    fn interval(&mut self, key: &str, field: &Field<Interval>, standard: Duration) -> Duration {
        self.value(key, field, None, Interval(standard)).0
    }

    /// An empty pattern means none; it would match every screen.
    fn pattern(&mut self, key: &str, field: &Field<Pattern>) -> Option<Pattern> {
        let pattern = self.picker.pick(self.key(key), &own(field))?;
        Some(pattern).filter(|pattern| !pattern.source().is_empty())
    }
}
