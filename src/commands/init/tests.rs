use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use agents_config::{Environment, Fleet, load_text};
use proptest::prelude::*;

use super::file::{LOOP, Starter, session_stem, toml_text};
use super::programs::{PROGRAMS, Program};
use super::shell_word;

fn fleet(text: &str, folder: &Path) -> Fleet {
    let loaded = load_text(text, &folder.join("agents.toml"), &Environment::default());
    let loaded = loaded.unwrap_or_else(|error| panic!("{}\n{text}", error.report(false)));
    assert!(loaded.warnings.is_empty(), "{}\n{text}", loaded.warnings.render(false));
    loaded.fleet
}

fn starter<'a>(folder: &'a Path, found: &'a [&'a Program]) -> Starter<'a> {
    Starter { folder, found, demo: "agents demo-agent" }
}

#[test]
fn names_of_folders_become_names_of_sessions() {
    for (folder, stem) in [
        ("/srv/demo", "demo"),
        ("/srv/my project", "my-project"),
        ("/srv/v1.2:beta", "v1-2-beta"),
        ("/srv/-rf", "rf"),
        ("/srv/it's \"here\"", "it-s-here"),
        ("/srv/été", "t"),
        ("/srv/世界", "fleet"),
        ("/", "fleet"),
        ("/srv/a_b--c", "a_b-c"),
    ] {
        assert_eq!(session_stem(Path::new(folder)), stem, "{folder}");
    }
}

#[test]
fn the_first_program_that_is_found_runs_the_worker() {
    let all: Vec<&Program> = PROGRAMS.iter().collect();
    let folder = Path::new("/srv/demo");
    let fleet = fleet(&starter(folder, &all).text(), folder);
    assert_eq!(fleet.backends.len(), PROGRAMS.len());
    assert_eq!(fleet.agents.len(), 1);
    assert_eq!(fleet.agents[0].backend.as_str(), "claude");
}

#[test]
fn every_program_alone_makes_a_file_that_loads_with_its_preset() {
    let folder = Path::new("/srv/demo");
    for program in PROGRAMS {
        let fleet = fleet(&starter(folder, &[program]).text(), folder);
        let backend = fleet.backend_of(&fleet.agents[0]);
        assert_eq!(backend.name.as_str(), program.name);
        let preset = backend.preset.as_ref().expect("a preset");
        assert_eq!(preset.name(), program.name);
        assert!(preset.rules().is_ok(), "{}", program.name);
        assert!(program.block().contains(preset.rules().unwrap().version()), "{}", program.name);
    }
}

#[test]
fn without_any_program_the_demo_backend_runs_the_worker() {
    let folder = Path::new("/srv/demo");
    let demo = "'/opt/my agents/it'\\''s/agents' demo-agent";
    let text = Starter { folder, found: &[], demo }.text();
    let fleet = fleet(&text, folder);
    assert_eq!(fleet.backend_of(&fleet.agents[0]).bin, format!("{demo} --prompt {{kickoff}}"));
    assert!(text.starts_with("#:schema ./agents.schema.json\n"), "{text}");
}

#[test]
fn the_loop_that_stands_as_a_comment_loads_when_its_marks_are_taken_off() {
    let folder = Path::new("/srv/demo");
    let text = starter(folder, &[]).text();
    let commented: String =
        LOOP.lines().map(|line| format!("{}\n", format!("# {line}").trim_end())).collect();
    let (before, after) = text.split_once(&commented).expect("the loop is in the file");
    let fleet = fleet(&format!("{before}{LOOP}{after}"), folder);
    assert_eq!(fleet.agents.len(), 3);
    assert_eq!(fleet.loop_plan.expect("a loop").phases.len(), 2);
}

#[test]
fn folders_of_one_name_get_servers_of_their_own() {
    let socket = |folder: &str| {
        let folder = Path::new(folder);
        format!("{:?}", fleet(&starter(folder, &[]).text(), folder).tmux_socket)
    };
    assert_ne!(socket("/a/demo"), socket("/b/demo"));
    assert_eq!(socket("/a/demo"), socket("/a/demo"));
}

#[test]
fn a_word_for_the_shell_is_one_word() {
    assert_eq!(shell_word("/opt/agents"), "/opt/agents");
    assert_eq!(shell_word("it's"), r"'it'\''s'");
    assert_eq!(shell_word("-x"), "'-x'");
    assert_eq!(shell_word(""), "''");
}

proptest! {
    #[test]
    fn any_folder_makes_a_file_that_loads(bytes in proptest::collection::vec(1u8..=255, 1..80)) {
        let name: Vec<u8> = bytes.into_iter().filter(|byte| *byte != b'/').collect();
        let folder: PathBuf = Path::new("/srv").join(OsStr::from_bytes(&name));
        let fleet = fleet(&starter(&folder, &[]).text(), Path::new("/srv/x"));
        prop_assert!(fleet.session_prefix.as_str().ends_with('-'));
    }

    #[test]
    fn any_readable_name_makes_a_file_that_loads(name in "\\PC{0,60}") {
        let folder = Path::new("/srv").join(name.replace('/', ""));
        fleet(&starter(&folder, &[]).text(), Path::new("/srv/x"));
    }

    #[test]
    fn any_text_comes_back_from_a_string_of_the_file(command in any::<String>()) {
        let plain = !command.trim().is_empty() && !command.contains(['{', '}']);
        prop_assume!(plain && !command.contains('\0'));
        let text = Starter { folder: Path::new("/srv/x"), found: &[], demo: &command }.text();
        let loaded = load_text(&text, Path::new("/srv/x/agents.toml"), &Environment::default());
        if let Ok(loaded) = loaded {
            let fleet = loaded.fleet;
            prop_assert_eq!(&fleet.backend_of(&fleet.agents[0]).bin, &format!("{command} --prompt {{kickoff}}"));
        } else {
            // The one reason to refuse a command is a control character, never the way it is written here.
            prop_assert!(command.chars().any(char::is_control), "{}", toml_text(&command));
        }
    }
}
