//! Which screens did the original program test its activity detector on, and what is each?

use std::time::Duration;

use agents_config::{Environment, Fleet, load_text};
use agents_decide::{MemberSeen, Moment, Now, ScreenSeen, Seen, Zone};

use crate::error::Error;

/// A screen, and whether it shows work.
pub struct Sample {
    pub name: &'static str,
    pub screen: &'static [&'static str],
    pub active: bool,
}

pub const SAMPLES: &[Sample] = &[
    Sample {
        name: "footer_ui idle footer is idle",
        screen: &["", " ▣ Build · GPT-5.4 · 2m 19s", " 178.4K (17%) ctrl+p commands"],
        active: false,
    },
    Sample {
        name: "footer_ui active footer is active",
        screen: &["", " ~ Preparing patch...", " ⬝⬝⬝■■ esc interrupt 137.6K"],
        active: true,
    },
    Sample {
        name: "limit banner + idle footer is not active",
        screen: &[
            "",
            " ▣ Build · GPT-5.4 · 2m 19s",
            " 178.4K (17%) ctrl+p commands",
            "",
            "You've hit your weekly limit · resets Jun 16, 10pm",
        ],
        active: false,
    },
];

const CONFIG: &str = r#"
[defaults]
session_prefix = "selftest-"
log_dir = "."
[backend.tui]
bin = "true"
active_re = "esc interrupt|thinking|inferring|running tool|preparing patch|reading|searching"
footer_ui = true
log_grace = 180
[[agent]]
name = "x"
backend = "tui"
prompt = "x"
"#;

/// A fleet of one agent with the backend of the samples.
pub fn fleet() -> Result<Fleet, Error> {
    let path = std::path::Path::new("/selftest/agents.toml");
    Ok(load_text(CONFIG, path, &Environment::default())?.fleet)
}

/// An agent of which only the screen is seen: its log is old.
pub fn seen(screen: &[&str]) -> MemberSeen {
    MemberSeen {
        pane: Seen::Unknown("there is none".to_owned()),
        screen: Seen::Known(ScreenSeen {
            rows: screen.iter().map(|row| (*row).to_owned()).collect(),
            digest: 1,
        }),
        shown: None,
        told: None,
        heard: None,
        conversation: None,
        exit: None,
        log_age: Some(Duration::from_secs(3600)),
        log_dated: None,
        log_size: None,
        processes: Seen::Absent,
        job: None,
        unstartable: None,
        start_failed: None,
        began: None,
        roots: None,
        strays: 0,
        unheard: false,
        resume_id: None,
        wake_text: None,
        analysis: None,
    }
}

/// Any time will do.
pub fn now() -> Now {
    Now { at: Moment(3_600_000), wall: chrono::DateTime::default(), zone: Zone::Fixed(0) }
}
