use super::*;
use crate::{Format, load};

fn issue(number: u64, title: &str, body: &str, labels: &[&str]) -> Issue {
    let labels = labels.iter().map(|name| Label::Name((*name).to_owned())).collect();
    Issue { number, title: title.to_owned(), body: Some(body.to_owned()), labels }
}

#[test]
fn files_are_told_from_versions_addresses_and_sentences() {
    for (body, expected) in [
        ("`src/foo.js` breaks", vec!["src/foo.js"]),
        ("see ./lib/a/b.rs:12 and lib/a/b.rs", vec!["lib/a/b.rs"]),
        (
            "(kill_switch.js, container_executor.js)",
            vec!["kill_switch.js", "container_executor.js"],
        ),
        ("fixed in 1.2.3, e.g. by v2.0 of example.com", vec![]),
        ("https://example.com/a/b.js and mail a@b.io", vec![]),
        ("It ends. Then it begins", vec![]),
        ("* README.md\n* [x](docs/x.md)", vec!["README.md", "docs/x.md"]),
        ("../../etc/passwd.txt and /etc/x.conf", vec![]),
    ] {
        assert_eq!(files(&issue(1, "", body, &[])), expected, "{body}");
    }
}

#[test]
fn words_of_dependency_are_read_and_mentions_are_not() {
    for (body, expected) in [
        ("Depends on #3", vec![3]),
        ("depends on: #3, #4 and #5; see #6", vec![3, 4, 5]),
        ("blocked by #7", vec![7]),
        ("like #8, fixes #9", vec![]),
    ] {
        assert_eq!(depends(&issue(1, "", body, &[])), expected, "{body}");
    }
}

#[test]
fn labels_make_phases_and_a_dependency_comes_no_later_than_what_needs_it() {
    let issues = vec![
        issue(3, "three", "depends on #2", &["critical"]),
        issue(1, "one", "", &["P1"]),
        issue(2, "two", "", &[]),
        issue(4, "four", "", &["docs"]),
    ];
    let imported = import("x", Some("o/r"), issues);
    let ids = |phase: usize| -> Vec<&str> {
        imported.phases[phase].tasks.iter().map(|task| task.id.as_str()).collect()
    };
    assert_eq!((ids(0), ids(1), ids(2)), (vec!["t2", "t3"], vec!["t1"], vec!["t4"]));
}

#[test]
fn what_is_imported_loads_in_both_forms_even_where_issues_wait_for_each_other() {
    let issues = vec![
        issue(1, "a \"quoted\" title", "depends on #2\nwrites src/a.rs", &["high"]),
        issue(2, "b", "depends on #1, #3", &[]),
        issue(3, "c", "blocked by #2 and #3 and #99", &["critical"]),
    ];
    let imported = import("x", None, issues);
    let json = serde_json::to_string(&imported).expect("serializes");
    let toml = toml::to_string(&imported).expect("serializes");
    let (one, other) = (load(&json, Format::Json), load(&toml, Format::Toml));
    let one = one.expect("is sound");
    assert_eq!(one, other.expect("is sound"));
    assert_eq!(one.tasks.len(), 3);
}

#[test]
fn issues_are_read_as_the_forge_prints_them() {
    let json =
        r#"[{"number":5,"title":"t","body":null,"labels":[{"id":"x","name":"P0","color":"f"}]}]"#;
    let read = issues(json).expect("is read");
    assert_eq!((read[0].number, phase_of(&read[0])), (5, 0));
    assert!(issues("{").is_err());
}
