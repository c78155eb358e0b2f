//! Does every script give its golden trace, twice over?
//!
//! `UPDATE_TRACES=1 cargo test -p agents-sim --test scripts` writes the traces anew: read the difference line by line.

use std::path::{Path, PathBuf};

use agents_sim::{Script, play};

fn scripts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts");
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "fleet"))
        .collect();
    found.sort();
    found
}

fn trace_of(text: &str) -> Result<String, String> {
    let script = Script::parse(text).map_err(|error| error.to_string())?;
    let simulation = play(&script).map_err(|error| error.to_string())?;
    Ok(simulation.trace().text())
}

/// What is wrong with the script, if anything.
fn problem(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let trace = match trace_of(&text) {
        Ok(trace) => trace,
        Err(error) => return Some(error),
    };
    if trace_of(&text).as_ref() != Ok(&trace) {
        return Some("the same script gives two traces".to_owned());
    }
    let wrong: Vec<&str> = trace
        .lines()
        .filter(|line| line.contains("VIOLATION") || line.contains("refused ("))
        .collect();
    if !wrong.is_empty() {
        return Some(format!("{}\n\n{trace}", wrong.join("\n")));
    }
    let golden = path.with_extension("trace");
    if std::env::var_os("UPDATE_TRACES").is_some() {
        std::fs::write(&golden, &trace).unwrap();
        return None;
    }
    let expected = std::fs::read_to_string(&golden).unwrap_or_default();
    (expected != trace).then(|| difference(&expected, &trace))
}

fn difference(expected: &str, found: &str) -> String {
    let same = expected.lines().zip(found.lines()).take_while(|(one, other)| one == other).count();
    let rest = |text: &str| text.lines().skip(same).take(8).collect::<Vec<_>>().join("\n    ");
    format!(
        "from line {} on the golden trace says\n    {}\n  and this run says\n    {}",
        same + 1,
        rest(expected),
        rest(found)
    )
}

#[test]
fn every_script_gives_its_trace() {
    let only = std::env::var("SCRIPT").unwrap_or_default();
    let problems: Vec<String> = scripts()
        .iter()
        .filter(|path| path.to_string_lossy().contains(&only))
        .filter_map(|path| Some(format!("{}: {}", path.display(), problem(path)?)))
        .collect();
    assert!(problems.is_empty(), "\n{}", problems.join("\n\n"));
}

#[test]
fn there_are_enough_scripts() {
    assert!(scripts().len() >= 28, "{} scripts", scripts().len());
}

#[test]
fn a_step_that_nobody_knows_is_refused_with_its_line() {
    let error = Script::parse("09:00 up\n09:01 builder flies").unwrap_err().to_string();
    assert!(error.starts_with("line 2: `builder flies`"), "{error}");
}

#[test]
fn an_expectation_that_fails_is_an_error() {
    let config = "---\n[[agent]]\nname = \"builder\"\n---\n";
    let script = Script::parse(&format!("{config}09:00 expect builder runs")).unwrap();
    let error = play(&script).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("expects that builder runs"), "{error}");
}
