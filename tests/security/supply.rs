//! Does the program build in only what `deny.toml` permits? cargo-deny says the same, where it is installed.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn policy() -> toml::Table {
    read("deny.toml").parse().unwrap()
}

fn read(file: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

fn strings(list: &toml::Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|item| item.as_str().unwrap()).collect()
}

/// The packages of this platform, as cargo knows them. The others' need not have been downloaded.
fn packages() -> Vec<Value> {
    let said = Command::new("rustc").arg("-vV").output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    let host = said.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--locked", "--format-version", "1", "--filter-platform"])
        .arg(host)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// Whether an SPDX expression can be met with these licences; `/` is what older packages write for `OR`.
fn is_met(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words: Vec<&str> = spaced.split_whitespace().rev().collect();
    let met = any(&mut words, allowed);
    met && words.is_empty()
}

/// `words` stand in reverse order. `OR` binds less than `AND`, and `AND` less than `WITH`.
fn any(words: &mut Vec<&str>, allowed: &[&str]) -> bool {
    let mut met = all(words, allowed);
    while words.last() == Some(&"OR") {
        words.pop();
        met |= all(words, allowed);
    }
    met
}

fn all(words: &mut Vec<&str>, allowed: &[&str]) -> bool {
    let mut met = one(words, allowed);
    while words.last() == Some(&"AND") {
        words.pop();
        met &= one(words, allowed);
    }
    met
}

fn one(words: &mut Vec<&str>, allowed: &[&str]) -> bool {
    let Some(first) = words.pop() else { return false };
    if first == "(" {
        let met = any(words, allowed);
        return words.pop() == Some(")") && met;
    }
    if words.last() == Some(&"WITH") {
        words.pop();
        let whole = words.pop().map(|exception| format!("{first} WITH {exception}"));
        return whole.is_some_and(|whole| allowed.contains(&whole.as_str()));
    }
    allowed.contains(&first)
}

#[test]
fn s26_a_licence_expression_is_read_as_it_is_meant() {
    let allowed = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"];
    for (expression, met) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("MIT OR GPL-3.0", true),
        ("GPL-3.0/MIT", true),
        ("MIT AND GPL-3.0", false),
        ("GPL-3.0 OR MIT AND GPL-3.0", false),
        ("(GPL-3.0 OR MIT) AND ISC", true),
        ("(GPL-3.0 OR MIT) AND ISC AND GPL-3.0", false),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("Apache-2.0", false),
        ("GPL-2.0 WITH LLVM-exception", false),
        ("MIT ISC", false),
        ("(MIT", false),
        ("", false),
    ] {
        assert_eq!(is_met(expression, &allowed), met, "{expression}");
    }
}

#[test]
fn s26_every_package_has_a_permitted_licence() {
    let policy = policy();
    let allowed = strings(&policy["licenses"]["allow"]);
    let packages = packages();
    assert!(packages.len() > 100, "only {} packages were listed", packages.len());
    for package in packages {
        let licence = package["license"].as_str().unwrap_or_default();
        assert!(
            is_met(licence, &allowed),
            "{} is under {licence:?}, which deny.toml does not permit",
            package["name"]
        );
    }
}

/// Of all platforms: the lock file names them all.
#[test]
fn s26_every_package_is_from_here_or_the_registry_and_none_is_banned_or_there_twice() {
    let policy = policy();
    let registries = strings(&policy["sources"]["allow-registry"]);
    let lock: toml::Table = read("Cargo.lock").parse().unwrap();
    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    for package in lock["package"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        *versions.entry(name).or_default() += 1;
        match package.get("source").and_then(toml::Value::as_str) {
            Some(source) => {
                let from = source.strip_prefix("registry+").unwrap_or(source);
                assert!(registries.contains(&from), "{name} comes from {source}");
                assert!(package.get("checksum").is_some(), "{name} has no checksum");
            }
            None => assert!(name.starts_with("agents"), "{name} has no source"),
        }
    }
    let rules = policy["bans"]["deny"].as_array().unwrap();
    assert!(rules.len() > 10);
    for rule in rules {
        let name = rule["crate"].as_str().unwrap();
        let found = versions.get(name).copied().unwrap_or(0);
        if rule.get("deny-multiple-versions").is_some() {
            assert_eq!(found, 1, "{name} should be there once");
        } else {
            assert_eq!(found, 0, "{name} is banned: {}", rule["reason"]);
        }
    }
}
