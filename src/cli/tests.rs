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
