//! The `[backend.NAME]` tables.

use std::collections::BTreeMap;
use std::time::Duration;

use agents_names::BackendName;

use crate::entry::Field;
use crate::picker::{Picker, own};
use crate::problem::Span;
use crate::raw::RawBackend;
use crate::value::{Filled, Interval, Seconds};
use crate::{Backend, Pattern, PromptDelivery};

/// The declared backends. One that lacks what it needs is left out, with a problem noted.
pub(super) fn backends(
    raw: &[(String, Span, RawBackend)],
    picker: &mut Picker<'_, '_>,
) -> BTreeMap<BackendName, Backend> {
    let mut backends = BTreeMap::new();
    for (name, span, table) in raw {
        match BackendName::new(name.as_str()) {
            Ok(name) => {
                if let Some(backend) = backend(&name, table, picker) {
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

fn backend(name: &BackendName, raw: &RawBackend, picker: &mut Picker<'_, '_>) -> Option<Backend> {
    let key = |key: &str| format!("backend.{name}.{key}");
    let mut read = Read { name, picker };
    let bin = read.picker.pick(key("bin"), &own(&raw.bin));
    let delivery = own(&raw.prompt_delivery);
    let prompt_delivery =
        read.picker.pick_or(key("prompt_delivery"), &delivery, PromptDelivery::Arg);
    let submit_key = match prompt_delivery {
        PromptDelivery::Arg | PromptDelivery::Exec => "Enter",
        PromptDelivery::Ping => "C-m",
    };
    Some(Backend {
        name: name.clone(),
        prompt_delivery,
        process_name: read.text("process_name", &raw.process_name),
        submit_key: read.filled("submit_key", &raw.submit_key, submit_key),
        submit_pause: read.seconds("submit_pause", &raw.submit_pause, Duration::from_millis(400)),
        active_re: read.pattern("active_re", &raw.active_re),
        limit_re: read.pattern("limit_re", &raw.limit_re),
        fatal_re: read.pattern("fatal_re", &raw.fatal_re),
        ready_re: read.pattern("ready_re", &raw.ready_re),
        footer_ui: read.truth("footer_ui", &raw.footer_ui),
        log_grace: read.seconds("log_grace", &raw.log_grace, Duration::from_secs(180)),
        stall_idle: read.interval("stall_idle", &raw.stall_idle, Duration::from_secs(300)),
        flags: read.text("flags", &raw.flags),
        supports_resume: read.truth("supports_resume", &raw.supports_resume),
        resume_flag: read.or_text("resume_flag", &raw.resume_flag, "--resume '{id}'"),
        remote_control: read.truth("remote_control", &raw.remote_control),
        remote_control_flag: read.or_text(
            "remote_control_flag",
            &raw.remote_control_flag,
            "--remote-control '{session}'",
        ),
        model_flag: read.or_text("model_flag", &raw.model_flag, "--model '{model}'"),
        model_env: read.truth("model_env", &raw.model_env),
        preamble: read.text("preamble", &raw.preamble),
        attach: read.filled("attach", &raw.attach, "{bin}"),
        server: read.or_text("server", &raw.server, ""),
        connect_delay: read.seconds("connect_delay", &raw.connect_delay, Duration::from_secs(12)),
        bin: bin?.0,
    })
}

struct Read<'r, 'p, 't> {
    name: &'r BackendName,
    picker: &'r mut Picker<'p, 't>,
}

impl Read<'_, '_, '_> {
    fn key(&self, key: &str) -> String {
        format!("backend.{}.{key}", self.name)
    }

    /// An empty text means none.
    fn text(&mut self, key: &str, field: &Field<String>) -> Option<String> {
        self.picker.pick_text(self.key(key), &own(field))
    }

    fn or_text(&mut self, key: &str, field: &Field<String>, standard: &str) -> String {
        self.picker.pick_or(self.key(key), &own(field), standard.to_owned())
    }

    fn filled(&mut self, key: &str, field: &Field<Filled>, standard: &str) -> String {
        self.picker.pick_or(self.key(key), &own(field), Filled(standard.to_owned())).0
    }

    fn truth(&mut self, key: &str, field: &Field<bool>) -> bool {
        self.picker.pick_or(self.key(key), &own(field), false)
    }

    fn seconds(&mut self, key: &str, field: &Field<Seconds>, standard: Duration) -> Duration {
        self.picker.pick_or(self.key(key), &own(field), Seconds(standard)).0
    }

    fn interval(&mut self, key: &str, field: &Field<Interval>, standard: Duration) -> Duration {
        self.picker.pick_or(self.key(key), &own(field), Interval(standard)).0
    }

    /// An empty pattern means none; it would match every screen.
    fn pattern(&mut self, key: &str, field: &Field<Pattern>) -> Option<Pattern> {
        let pattern = self.picker.pick(self.key(key), &own(field))?;
        Some(pattern).filter(|pattern| !pattern.source().is_empty())
    }
}
