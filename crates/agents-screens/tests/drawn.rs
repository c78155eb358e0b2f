//! Do the presets read screens of versions and dialogs that were never recorded?
//!
//! `drawn/PRESET/STATE/VERSION_NAME.txt` are drawn by hand after public reports, published snapshots of the programs'
//! own tests and their shipped texts: the furniture is that of the version, the rest is made up.

mod support;

use std::fs;
use std::path::Path;

use agents_screens::{BUILTIN_NAMES, Seen, State, classify};
use support::presets;

#[test]
fn screens_of_other_versions_get_their_state() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("drawn");
    let presets = presets();
    let mut wrong = Vec::new();
    let mut count = 0;
    for name in BUILTIN_NAMES {
        for state in fs::read_dir(root.join(name)).unwrap() {
            let state = state.unwrap().path();
            let expected: State =
                serde_json::from_value(state.file_name().unwrap().to_str().unwrap().into())
                    .unwrap();
            for file in fs::read_dir(&state).unwrap() {
                let file = file.unwrap().path();
                let rows = fs::read_to_string(&file).unwrap();
                count += 1;
                for command in [presets[name].process_names()[0].as_str(), ""] {
                    let seen = Seen { rows: &rows, command, columns: 120, ..Seen::default() };
                    let verdict = classify(&presets[name], &seen);
                    if verdict.state != expected {
                        wrong.push(format!(
                            "{}: {} by {:?} {:?}",
                            file.display(),
                            verdict.state,
                            verdict.rule,
                            verdict.evidence
                        ));
                    }
                }
            }
        }
    }
    assert!(count > 80, "only {count} screens");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
