//! Files on disk: what cannot be read is refused at once, and what agents lack concerns them alone.

use std::fs;
use std::os::unix::net::UnixListener;
use std::path::Path;

use agents_config::{Environment, Lack, LoadError, load};

const FILE: &str = r#"[defaults]
session_prefix = "p-"
log_dir = "logs"
backend = "b"
[backend.b]
bin = "run"
[[agent]]
name = "there"
prompt_file = "there.md"
[[agent]]
name = "a"
prompt_file = "missing.md"
dir = "missing"
create_dir = false
[[agent]]
name = "looped"
kind = "loop"
role = "builder"
wake = { prompt_file = "wake.md" }
[[service]]
name = "s"
command = "c"
dir = "gone"
create_dir = false
[loop]
kickoff_template = "kickoff.md"
phases = [{ id = "1", status = "s" }]
"#;

fn load_in(folder: &Path) -> Result<agents_config::Loaded, LoadError> {
    load(&folder.join("agents.toml"), &Environment::default())
}

#[test]
fn what_agents_lack_does_not_keep_the_file_from_loading() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("agents.toml"), FILE).unwrap();
    fs::write(folder.path().join("there.md"), "hello").unwrap();
    let loaded = load_in(folder.path()).unwrap();
    let lacks: Vec<_> =
        loaded.problems_of_agents.iter().map(|lack| (lack.agent.as_str(), lack.lack)).collect();
    assert_eq!(
        lacks,
        [
            ("a", Lack::PromptFile),
            ("a", Lack::WorkingDir),
            ("looped", Lack::KickoffTemplate),
            ("looped", Lack::RolePrompt),
            ("looped", Lack::WakePrompt),
            ("s", Lack::WorkingDir),
        ]
    );
    let said = loaded.problems_of_agents[0].to_string();
    assert!(said.starts_with("a: the prompt file") && said.contains("missing.md"), "{said}");
}

/// The report of a file beside these others, with `HERE` for the folder.
fn report_beside(text: &str, others: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("agents.toml"), text).unwrap();
    for other in others {
        let path = folder.path().join(other);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "text").unwrap();
    }
    let report = load_in(folder.path()).unwrap().report(&Environment::default()).render(false);
    report.replace(folder.path().canonicalize().unwrap().to_str().unwrap(), "HERE")
}

#[test]
fn what_agents_lack_is_shown_at_its_place_with_a_way_out() {
    insta::assert_snapshot!(report_beside(FILE, &["there.md", "prompts/x", "missin/x"]));
}

#[test]
fn a_path_that_is_nearly_right_is_named() {
    let others = ["misssing.md", "prompts/bulder.md", "goone/x", "Kickoff.md", "wakes.d/x"];
    insta::assert_snapshot!(report_beside(FILE, &others));
}

#[test]
fn what_stands_at_the_path_instead_is_named() {
    let text = FILE
        .replace("wake.md", "here/in/wake.md")
        .replace("[defaults]\n", "[defaults]\ndir = \"old\"\nproject_dir = \"proj\"\n");
    insta::assert_snapshot!(report_beside(
        &text,
        &["proj/missing.md/x", "proj/missing", "proj/there.md"]
    ));
}

#[test]
fn lacks_are_data_with_their_place() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("agents.toml"), FILE).unwrap();
    let report = load_in(folder.path()).unwrap().report(&Environment::default());
    let problem = serde_json::to_value(&report.problems()[0]).unwrap();
    assert_eq!((&problem["severity"], &problem["agent"]), (&"error".into(), &"there".into()));
    assert_eq!((&problem["line"], &problem["column"]), (&9.into(), &15.into()));
    assert!(problem["path"].as_str().unwrap().ends_with("/there.md"), "{problem}");
    assert!(problem["help"].is_string() && problem["label"].is_string(), "{problem}");
}

#[test]
fn equal_texts_have_equal_digests_also_when_they_are_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agents.toml");
    fs::write(&path, FILE).unwrap();
    let first = load_in(folder.path()).unwrap().digest;
    assert_eq!(load_in(folder.path()).unwrap().digest, first);
    fs::write(&path, FILE.replace("there.md", "other.md")).unwrap();
    assert_ne!(load_in(folder.path()).unwrap().digest, first);
    fs::write(&path, "x = ").unwrap();
    let (one, two) = (load_in(folder.path()).unwrap_err(), load_in(folder.path()).unwrap_err());
    assert!(one.digest().is_some() && one.digest() == two.digest());
}

#[test]
fn relative_paths_start_at_the_real_file_behind_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let (real, linked) = (folder.path().join("real"), folder.path().join("linked"));
    fs::create_dir(&real).unwrap();
    fs::create_dir(&linked).unwrap();
    fs::write(real.join("agents.toml"), FILE).unwrap();
    std::os::unix::fs::symlink(real.join("agents.toml"), linked.join("agents.toml")).unwrap();
    let fleet = load_in(&linked).unwrap().fleet;
    assert_eq!(fleet.project_dir, real.canonicalize().unwrap());
}

#[test]
fn a_missing_file_says_how_to_get_one() {
    let folder = tempfile::tempdir().unwrap();
    let error = load_in(folder.path()).unwrap_err();
    assert!(matches!(error, LoadError::Missing(_)), "{error:?}");
    assert!(error.report(false).contains("agents init"), "{}", error.report(false));
    assert_eq!(error.problems().len(), 1);
}

#[test]
fn a_folder_whose_name_is_no_text_is_refused() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = tempfile::tempdir().unwrap();
    let odd = folder.path().join(std::ffi::OsStr::from_bytes(b"odd\xff"));
    fs::create_dir(&odd).unwrap();
    fs::write(odd.join("agents.toml"), FILE).unwrap();
    let error = load_in(&odd).unwrap_err();
    assert!(error.to_string().contains("is not UTF-8 (rename that folder"), "{error}");
    assert!(error.report(false).contains("rename"), "{}", error.report(false));
    // A link with a proper name leads to the same folder.
    let link = folder.path().join("even");
    std::os::unix::fs::symlink(&odd, &link).unwrap();
    assert!(load_in(&link).is_err());
}

#[test]
fn a_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error = load(folder.path(), &Environment::default()).unwrap_err();
    assert!(error.to_string().contains("is a folder"), "{error}");
}

#[test]
fn f47_what_would_block_or_never_end_is_refused_unopened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agents.toml");
    let listener = UnixListener::bind(&path).unwrap();
    let error = load_in(folder.path()).unwrap_err();
    assert!(error.to_string().contains("not a regular file"), "{error}");
    drop(listener);
    let fifo = folder.path().join("fifo.toml");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status().unwrap();
    assert!(made.success());
    // Opening it would wait for a writer, and nobody writes.
    let error = load(&fifo, &Environment::default()).unwrap_err();
    assert!(error.to_string().contains("not a regular file"), "{error}");
    let error = load(Path::new("/dev/zero"), &Environment::default()).unwrap_err();
    assert!(error.to_string().contains("not a regular file"), "{error}");
}

#[test]
fn f47_what_is_too_long_or_no_text_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agents.toml");
    fs::write(&path, "#".repeat((4 << 20) + 1)).unwrap();
    let error = load_in(folder.path()).unwrap_err();
    assert!(error.to_string().contains("longer than 4 MiB"), "{error}");
    fs::write(&path, b"[defaults]\nlog_dir = \"\xff\"").unwrap();
    let error = load_in(folder.path()).unwrap_err();
    assert!(error.to_string().contains("byte 22"), "{error}");
    assert!(error.digest().is_none());
}

#[test]
fn a_file_of_the_greatest_size_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let filler = "#".repeat((4 << 20) - FILE.len());
    fs::write(folder.path().join("agents.toml"), format!("{FILE}{filler}")).unwrap();
    assert!(load_in(folder.path()).is_ok());
}
