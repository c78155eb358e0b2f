use clap::CommandFactory as _;

use super::Cli;

#[test]
fn the_readme_lists_every_verb() {
    let readme = include_str!("../../README.md");
    let (_, table) = readme.split_once("## The verbs").unwrap();
    let (table, _) = table.split_once("## The states").unwrap();
    for verb in Cli::command().get_subcommands().filter(|verb| !verb.is_hide_set()) {
        let name = verb.get_name();
        let lists = |start: &str| {
            ["`", " "].iter().any(|end| table.contains(&format!("{start}`{name}{end}")))
        };
        assert!(lists("| ") || lists(", "), "README.md lacks `{name}`");
    }
}

#[test]
fn a_duration_is_seconds_or_a_text_with_units() {
    for (text, milliseconds) in [("5", 5000), ("0.5", 500), ("90s", 90_000), ("1h30m", 5_400_000)] {
        assert_eq!(super::duration(text).unwrap().as_millis(), milliseconds, "{text}");
    }
    for text in ["", "soon", "-1", "1 fortnight", "nan"] {
        assert!(super::duration(text).is_err(), "{text}");
    }
}
