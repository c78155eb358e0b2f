use proptest::prelude::*;

use super::*;

fn overlap(one: &str, other: &str) -> bool {
    let claim = |text| Claim::new(text).expect("claims something");
    let (one, other) = (claim(one), claim(other));
    assert_eq!(one.overlaps(&other), other.overlaps(&one), "{one} {other}");
    one.overlaps(&other)
}

#[test]
fn files_folders_and_globs_meet_or_do_not() {
    for (one, other, expected) in [
        ("src/a.rs", "src/a.rs", true),
        ("./src//a.rs", "src/b/../a.rs", true),
        ("src/a.rs", "src/b.rs", false),
        ("src/a.rs", "lib/a.rs", false),
        // A folder holds what is below it, written with or without a slash.
        ("src", "src/a/b.rs", true),
        ("src/", "src/a.rs", true),
        ("src", "srcs/a.rs", false),
        ("src/a", "src/a.rs", false),
        ("src/a.rs", "src/a.rs/x", false),
        ("src/v1.2/", "src/v1.2/x", true),
        (".github", ".github/workflows/ci.yml", true),
        (".", "anything/at/all", true),
        ("*.rs", "a.rs", true),
        ("*.rs", "src/a.rs", false),
        ("src/*.rs", "src/?.rs", true),
        ("src/*.rs", "src/*.toml", false),
        ("src/a*c.rs", "src/*b*.rs", true),
        ("src/*/mod.rs", "src/a/mod.rs", true),
        ("src/*/mod.rs", "src/a/b/mod.rs", false),
        ("src/**", "src/a/b/mod.rs", true),
        ("**/mod.rs", "src/a/mod.rs", true),
        ("**/mod.rs", "mod.rs", true),
        ("**/mod.rs", "src/a/lib.rs", false),
        ("src/**/x/*.rs", "src/a/**/b.rs", true),
        ("src/**/x.rs", "lib/**", false),
        ("a/**", "**/z", true),
        ("*", "src/deep/file", true),
    ] {
        assert_eq!(overlap(one, other), expected, "{one} {other}");
    }
}

#[test]
fn what_is_not_in_the_repository_is_refused() {
    assert_eq!(Claim::new("  "), Err(ClaimError::Empty));
    assert_eq!(Claim::new("/etc/passwd"), Err(ClaimError::Absolute("/etc/passwd".to_owned())));
    assert!(Claim::new("~/x").is_err());
    assert_eq!(Claim::new("src/../../x"), Err(ClaimError::Outside("src/../../x".to_owned())));
}

/// Whether the pattern matches the whole path, by trying everything.
fn matches(pattern: &[&str], path: &[&str]) -> bool {
    match pattern {
        [] => true,
        ["**", rest @ ..] => (0..=path.len()).any(|skip| matches(rest, &path[skip..])),
        [name, rest @ ..] => {
            path.first().is_some_and(|first| name_matches(name, first) && matches(rest, &path[1..]))
        }
    }
}

fn name_matches(pattern: &str, name: &str) -> bool {
    match pattern.chars().next() {
        None => name.is_empty(),
        Some('*') => (0..=name.len()).any(|skip| name_matches(&pattern[1..], &name[skip..])),
        Some(letter) => {
            name.chars().next().is_some_and(|first| letter == '?' || letter == first)
                && name_matches(&pattern[1..], &name[1..])
        }
    }
}

fn pattern() -> impl Strategy<Value = String> {
    let name = proptest::sample::select(vec!["a", "b", "ab", "*", "a*", "*b", "?", "**"]);
    proptest::collection::vec(name, 1..4).prop_map(|names| names.join("/"))
}

/// Every path of up to four names that are made of up to two letters.
fn paths() -> Vec<Vec<&'static str>> {
    let names = ["a", "b", "ab", "ba", "c"];
    let mut all: Vec<Vec<&str>> = vec![vec![]];
    let mut last = all.clone();
    for _ in 0..5 {
        last = last
            .iter()
            .flat_map(|path| names.iter().map(|name| [path.as_slice(), &[*name]].concat()))
            .collect();
        all.extend(last.iter().cloned());
    }
    all.retain(|path| !path.is_empty());
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn claims_meet_where_some_path_is_matched_by_both(one in pattern(), other in pattern()) {
        let split = |text: &str| text.split('/').map(str::to_owned).collect::<Vec<_>>();
        let (ones, others) = (split(&one), split(&other));
        let as_str = |parts: &[String]| parts.iter().map(String::as_str).collect::<Vec<_>>().join("/");
        let (one_parts, other_parts) = (as_str(&ones), as_str(&others));
        let (one_parts, other_parts): (Vec<&str>, Vec<&str>) =
            (one_parts.split('/').collect(), other_parts.split('/').collect());
        let found = paths().iter().any(|path| matches(&one_parts, path) && matches(&other_parts, path));
        prop_assert_eq!(overlap(&one, &other), found, "{} {}", one, other);
    }
}
