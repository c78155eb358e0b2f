//! Which fault and which threat is shown by which test? `docs/coverage.md` says so, and these tests keep it true.
//!
//! `UPDATE_COVERAGE=1 cargo test --test coverage` writes the page anew; `just coverage-page` does the same.

#[path = "coverage/rows.rs"]
mod rows;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use rows::ROWS;

const PAGE: &str = "docs/coverage.md";
const HEAD: &str = "\
# What is shown by a test

Faults (`F`), points at which the watchdog is killed (`K`) and threats (`S`; what holds against them is in
[reliability.md](reliability.md)). The name of a test begins with the numbers of the rows that it shows; a `.fleet` script names
them in its first line. **Bold** rows are those that a release must withstand. This page is generated from the sources by
`just coverage-page`, and a test keeps it current. A test that shows a part of a row stands here like one that shows all of it.
";

/// The tests of each row, by the row's id.
type Found = BTreeMap<String, Vec<String>>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below that end in one of these, in order.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path, endings));
        } else if path.extension().is_some_and(|it| endings.iter().any(|ending| it == *ending)) {
            all.push(path);
        }
    }
    all.sort();
    all
}

/// `f04` is `F4`; `None` for what is no id of a row.
fn id(word: &str) -> Option<String> {
    let (kind, number) = word.split_at_checked(1)?;
    let number: u32 = number.parse().ok()?;
    let is_known = ["f", "k", "s"].contains(&kind.to_ascii_lowercase().as_str());
    is_known.then(|| format!("{}{number}", kind.to_ascii_uppercase()))
}

/// The ids with which a name begins; ids of other lists may stand between them.
fn ids(name: &str) -> Vec<String> {
    let words = name.split(['_', '-']).take_while(|word| {
        word.split_at_checked(1).is_some_and(|(_, number)| number.parse::<u32>().is_ok())
    });
    words.filter_map(id).collect()
}

/// The names of the tests of a source, without those that are ignored.
fn tests_of(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut attributes: Vec<&str> = Vec::new();
    for line in source.lines().map(str::trim) {
        if line.starts_with("#[") {
            attributes.push(line);
            continue;
        }
        let name = line.trim_start_matches("async ").strip_prefix("fn ");
        let is_test =
            attributes.iter().any(|it| it.starts_with("#[test") || it.starts_with("#[tokio::test"));
        let is_ignored = attributes.iter().any(|it| it.starts_with("#[ignore"));
        if let Some(name) = name.filter(|_| is_test && !is_ignored) {
            names.extend(name.split(['(', '<']).next().map(str::to_owned));
        }
        if !line.starts_with("//") {
            attributes.clear();
        }
    }
    names
}

/// The ids in the first line of a script: `# F42, K14: …`.
fn of_script(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let first = text.lines().next().unwrap_or_default().trim_start_matches("# ").to_owned();
    let named = first.split(':').next().unwrap_or_default().split(", ").filter_map(id);
    named.chain(ids(path.file_stem().unwrap().to_str().unwrap())).collect()
}

fn found() -> Found {
    let mut found = Found::new();
    let mut add = |ids: Vec<String>, test: &str, path: &Path| {
        let path = path.strip_prefix(root()).unwrap().display().to_string();
        for id in ids {
            let tests = found.entry(id).or_default();
            let test = format!("[`{test}`](../{path})");
            if !tests.contains(&test) {
                tests.push(test);
            }
        }
    };
    for folder in ["crates", "tests", "src"] {
        for path in files(&root().join(folder), &["rs", "fleet"]) {
            if path.extension().is_some_and(|it| it == "fleet") {
                let name = path.file_name().unwrap().to_str().unwrap();
                add(of_script(&path), name, &path);
                continue;
            }
            for test in tests_of(&std::fs::read_to_string(&path).unwrap()) {
                add(ids(&test), &test, &path);
            }
        }
    }
    found
}

fn page(found: &Found) -> String {
    let mut page = HEAD.to_owned();
    for (title, rows) in ROWS {
        write!(page, "\n## {title}\n\n| row | what happens | shown by |\n| --- | --- | --- |\n")
            .unwrap();
        for row in *rows {
            let tests = found.get(row.id).map(|tests| tests.join("<br>"));
            let tests = tests.unwrap_or_else(|| "**no test**".to_owned());
            let id = if row.must { format!("**{}**", row.id) } else { row.id.to_owned() };
            writeln!(page, "| {id} | {} | {tests} |", row.what).unwrap();
        }
    }
    page
}

#[test]
fn the_page_is_current() {
    let written = page(&found());
    let path = root().join(PAGE);
    if std::env::var_os("UPDATE_COVERAGE").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    let differing = written.lines().zip(stored.lines()).find(|(one, other)| one != other);
    assert!(written == stored, "`just coverage-page` writes {PAGE} anew; first: {differing:#?}");
}

#[test]
fn every_row_that_must_hold_has_a_test() {
    let found = found();
    let rows = ROWS.iter().flat_map(|(_, rows)| rows.iter());
    let bare: Vec<&str> =
        rows.filter(|row| row.must && !found.contains_key(row.id)).map(|row| row.id).collect();
    assert_eq!(bare, Vec::<&str>::new(), "no test bears the number of these rows");
}

#[test]
fn every_number_in_a_name_is_that_of_a_row() {
    let known: Vec<&str> =
        ROWS.iter().flat_map(|(_, rows)| rows.iter().map(|row| row.id)).collect();
    let found = found();
    let strange: Vec<_> = found.iter().filter(|(id, _)| !known.contains(&id.as_str())).collect();
    assert!(strange.is_empty(), "{strange:#?}");
}

#[test]
fn names_are_read_as_they_are_written() {
    assert_eq!(ids("f04_s01_text"), ["F4", "S1"]);
    assert_eq!(ids("d33_f51_two_ups"), ["F51"]);
    assert_eq!(ids("f8_is"), ["F8"]);
    assert_eq!(ids("of_f8"), Vec::<String>::new());
    let source = "#[test]\n#[ignore = \"a child\"]\nfn f1_child() {}\n#[test]\nfn f2_it() {}\nfn f3_no() {}\n#[tokio::test]\nasync fn f4_it() {}";
    assert_eq!(tests_of(source), ["f2_it", "f4_it"]);
}
