use std::collections::BTreeSet;
use std::path::Path;

use super::{Class, cases, classify, rows, rules, run};

#[test]
fn every_screen_is_told() {
    let results = run().expect("the rules are valid patterns");
    assert_eq!(results.len(), cases().len(), "a screen has no rules");
    let wrong: Vec<_> = results.iter().filter(|result| result.found != result.expected).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_table_names_every_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("screens");
    let mut files = BTreeSet::new();
    for backend in folder.read_dir().expect("the folder") {
        for class in backend.expect("an entry").path().read_dir().expect("a backend") {
            for file in class.expect("an entry").path().read_dir().expect("a class") {
                let path = file.expect("an entry").path();
                let path = path.strip_prefix(&folder).expect("below").with_extension("");
                files.insert(path.to_str().expect("plain").to_owned());
            }
        }
    }
    let named: BTreeSet<String> = cases()
        .iter()
        .map(|case| format!("{}/{}/{}", case.backend, case.class.as_str(), case.name))
        .collect();
    assert_eq!(named, files);
}

#[test]
fn each_pattern_decides_a_screen() {
    let results = run().expect("the rules are valid patterns");
    let seen: BTreeSet<(&str, Class)> = results
        .iter()
        .filter_map(|result| Some((result.name.split_once('/')?.0, result.found)))
        .collect();
    let mut without: Vec<String> = Vec::new();
    for plan in rules::PLANS {
        for (class, pattern) in [
            (Class::Active, plan.active_re),
            (Class::Limited, plan.limit_re),
            (Class::Fatal, plan.fatal_re),
        ] {
            if pattern.is_some() && !seen.contains(&(plan.backend, class)) {
                without.push(format!("{} {}", plan.backend, class.as_str()));
            }
        }
    }
    assert!(without.is_empty(), "patterns that no screen hits: {without:?}");
}

#[test]
fn f25_an_answer_that_quotes_is_no_banner() {
    let plan = rules::PLANS.iter().find(|plan| plan.backend == "codex").expect("codex");
    let rules = plan.compile().expect("valid");
    for (said, class) in [
        ("• The docs say: You've hit your usage limit.", Class::Idle),
        ("■ You've hit your usage limit. Try again at 3pm.", Class::Limited),
        ("  Working (3s • esc to interrupt)", Class::Idle),
        ("• Working (3s • esc to interrupt)", Class::Active),
        ("• Working (1m 3s • esc to interrupt)", Class::Active),
        ("  ■ unexpected status 500", Class::Fatal),
    ] {
        let screen = format!("{said}\n\n› Ask Codex to do anything\n\n  mock · /srv/demo\n");
        assert_eq!(classify(&rules, &rows(&screen)), class, "{said}");
    }
}
