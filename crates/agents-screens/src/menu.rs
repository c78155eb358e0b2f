//! Which known dialog is open, which rows can be chosen in it, and which one is chosen?

use regex::Regex;

use crate::fold::{fold, width};

/// Marks of the chosen row; the programs use no others.
const MARKS: [char; 7] = ['❯', '›', '>', '●', '→', '▶', '➤'];
/// The sides of boxes.
const SIDES: [char; 3] = ['│', '┃', '|'];
/// No menu of a start-up dialog is longer.
const LONGEST: usize = 20;

/// A dialog that the preset knows by name, with its rows.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Menu {
    /// The name that the preset gives it.
    pub dialog: String,
    /// The labels of the rows, top to bottom, without numbers and marks.
    pub rows: Vec<String>,
    /// Which of them is chosen, counted from 0.
    pub chosen: usize,
}

impl Menu {
    /// The place of the one row with that label; `None` when there is none, or several.
    #[must_use]
    pub fn place_of(&self, label: &str) -> Option<usize> {
        let label = plain(label);
        let mut places =
            self.rows.iter().enumerate().filter(|(_, row)| **row == label).map(|(place, _)| place);
        let place = places.next();
        place.filter(|_| places.next().is_none())
    }
}

/// How a dialog is known.
#[derive(Debug)]
pub(crate) struct Dialog {
    pub name: String,
    /// Each stands in a row.
    pub says: Vec<Regex>,
}

/// The dialog that is open, if it is a known one and its menu is understood without a doubt.
pub(crate) fn menu(dialogs: &[Dialog], rows: &str) -> Option<Menu> {
    if dialogs.is_empty() {
        return None;
    }
    let rows: Vec<String> = rows.lines().map(bare).collect();
    dialogs.iter().find_map(|dialog| {
        let at = |says: &Regex| rows.iter().rposition(|row| says.is_match(row));
        let places: Option<Vec<usize>> = dialog.says.iter().map(at).collect();
        let below = places?.into_iter().max()? + 1;
        entries(&rows[below..]).map(|(rows, chosen)| Menu {
            dialog: dialog.name.clone(),
            rows,
            chosen,
        })
    })
}

/// A row of an open list.
struct Entry {
    /// Where its number or its label begins.
    column: usize,
    is_chosen: bool,
    is_numbered: bool,
    label: String,
}

fn entries(rows: &[String]) -> Option<(Vec<String>, usize)> {
    let entries: Vec<Option<Entry>> = rows.iter().map(|row| entry(row)).collect();
    let mut marked = entries.iter().enumerate().filter_map(|(at, entry)| {
        entry.as_ref().filter(|entry| entry.is_chosen).map(|entry| (at, entry))
    });
    let (at, mark) = marked.next()?;
    if marked.next().is_some() {
        return None;
    }
    let is_like = |it: &Entry| it.column == mark.column && it.is_numbered == mark.is_numbered;
    // A row that begins further left is no part of the list; one further right explains the row above it. Only numbers hold
    // a list together over blank rows.
    let belongs = |entry: &&Option<Entry>| match entry {
        None => mark.is_numbered,
        Some(it) => it.column > mark.column || is_like(it),
    };
    let of_list = |entry: &Option<Entry>| {
        entry.as_ref().filter(|entry| is_like(entry)).map(|entry| entry.label.clone())
    };
    let mut labels: Vec<String> =
        entries[..at].iter().rev().take_while(belongs).filter_map(of_list).collect();
    labels.reverse();
    let chosen = labels.len();
    labels.extend(entries[at..].iter().take_while(belongs).filter_map(of_list));
    (labels.len() <= LONGEST).then_some((labels, chosen))
}

/// The row as one of a list; `None` for a blank one.
fn entry(row: &str) -> Option<Entry> {
    let text = row.trim_start();
    let indent = width(&row[..row.len() - text.len()]);
    let first = text.chars().next()?;
    let after = &text[first.len_utf8()..];
    let is_chosen = MARKS.contains(&first) && after.starts_with(' ');
    let (column, label) = if is_chosen {
        let label = after.trim_start();
        (indent + width(&text[..text.len() - label.len()]), label)
    } else {
        (indent, text)
    };
    let bare = without_number(label);
    Some(Entry { column, is_chosen, is_numbered: bare.len() < label.len(), label: plain(bare) })
}

/// A label without the number before it.
fn without_number(label: &str) -> &str {
    let rest = label.trim_start_matches(|c: char| c.is_ascii_digit());
    let rest = if rest.len() < label.len() { rest.strip_prefix(['.', ')']) } else { None };
    rest.map_or(label, str::trim_start)
}

/// The row without the sides of a box and trailing blanks, every column in its place.
fn bare(row: &str) -> String {
    let mut folded = String::with_capacity(row.len());
    fold(row.trim_end(), &mut folded);
    let mut bare = folded.trim_end().trim_end_matches(SIDES).trim_end().to_owned();
    let lead = bare.len() - bare.trim_start().len();
    if let Some(side) = bare[lead..].chars().next().filter(|side| SIDES.contains(side)) {
        bare.replace_range(lead..lead + side.len_utf8(), " ");
    }
    bare
}

/// One spelling for blanks and quotes.
fn plain(label: &str) -> String {
    let mut folded = String::with_capacity(label.len());
    fold(label, &mut folded);
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Preset, Seen, classify};

    fn of(preset: &str, file: &str) -> Option<Menu> {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let rows = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{file}: {e}"));
        let preset = Preset::builtin(preset).unwrap().unwrap();
        let seen = Seen { rows: &rows, title: "", command: preset.name(), dead: false, columns: 0 };
        classify(&preset, &seen).dialog
    }

    const PI_TRUST: &[&str] = &[
        "Trust",
        "Trust parent folder (/srv/more)",
        "Trust (this session only)",
        "Do not trust",
        "Do not trust (this session only)",
    ];

    /// A sign-in whose rows are not understood without a doubt is for a person.
    #[test]
    fn a_choice_of_providers_is_no_dialog_that_a_config_answers() {
        assert_eq!(of("qwen", "corpus/qwen/first_run_provider.txt"), None);
    }

    #[test]
    fn the_start_up_dialogs_of_real_programs_are_read() {
        for (preset, file, dialog, rows, chosen) in [
            (
                "claude",
                "corpus/claude/first_run_trust.80x24.txt",
                "trust-folder",
                &["No, exit", "Yes, I trust this folder"][..],
                0,
            ),
            (
                "claude",
                "corpus/claude/first_run_trust.120x40.txt",
                "trust-folder",
                &["No, exit", "Yes, I trust this folder"],
                0,
            ),
            (
                "claude",
                "drawn/claude/waiting_input/1.0_trust.txt",
                "trust-folder",
                &["Yes, proceed", "No, exit"],
                0,
            ),
            (
                "claude",
                "corpus/claude/first_run_api_key.txt",
                "api-key",
                &["Yes", "No (recommended)"],
                1,
            ),
            (
                "claude",
                "corpus/claude/bypass_first.txt",
                "bypass-permissions",
                &["No, exit", "Yes, I accept"],
                0,
            ),
            (
                "codex",
                "drawn/codex/waiting_input/0.120_trust.txt",
                "trust-folder",
                &["Yes, continue", "No, quit"],
                0,
            ),
            (
                "claude",
                "corpus/claude/first_run_mcp.txt",
                "mcp-server",
                &[
                    "Use this MCP server",
                    "Use this and all future MCP servers in this project",
                    "Continue without using this MCP server",
                ],
                2,
            ),
            (
                "claude",
                "corpus/claude/first_run_fullscreen.60x20.txt",
                "fullscreen",
                &["Yes, try it", "Not now"],
                0,
            ),
            (
                "codex",
                "corpus/codex/first_run_trust.txt",
                "trust-folder",
                &["Trust and continue", "Back to Agent Command Center"],
                0,
            ),
            (
                "codex",
                "corpus/codex/first_run_trust.60x20.txt",
                "trust-folder",
                &["Trust and continue", "Back to Agent Command Center"],
                0,
            ),
            (
                "codex",
                "corpus/codex/first_run_login.txt",
                "sign-in",
                &["Sign in with ChatGPT", "Sign in with Device Code", "Sign in another way"],
                0,
            ),
            (
                "gemini",
                "corpus/gemini/trust.txt",
                "trust-folder",
                &["Trust folder (demo)", "Trust parent folder (srv)", "Don't trust"],
                0,
            ),
            (
                "gemini",
                "corpus/gemini/auth_first.txt",
                "sign-in",
                &["Sign in with Google", "Use Gemini API Key", "Vertex AI"],
                0,
            ),
            (
                "gemini",
                "corpus/gemini/auth_first.200x50.txt",
                "sign-in",
                &["Sign in with Google", "Use Gemini API Key", "Vertex AI"],
                0,
            ),
            (
                "qwen",
                "corpus/qwen/first_run_trust.txt",
                "trust-folder",
                &["Trust folder (plain)", "Trust parent folder (more)", "Don't trust (esc)"],
                0,
            ),
            ("pi", "corpus/pi/first_run_trust.txt", "trust-folder", PI_TRUST, 0),
            ("pi", "corpus/pi/first_run_trust.60x20.txt", "trust-folder", PI_TRUST, 0),
            (
                "pi",
                "corpus/pi/trust_menu.txt",
                "trust-folder",
                &["Trust", "Trust parent folder (/srv)", "Do not trust"],
                0,
            ),
        ] {
            let menu = of(preset, file).unwrap_or_else(|| panic!("{file}: no menu"));
            assert_eq!((menu.dialog.as_str(), menu.chosen), (dialog, chosen), "{file}");
            assert_eq!(menu.rows, rows, "{file}");
        }
    }

    /// A dialog is answered with keys: on every other recorded screen nothing may be taken for one.
    #[test]
    fn no_other_recorded_screen_is_taken_for_a_start_up_dialog() {
        let mut looked = 0;
        for preset in crate::BUILTIN_NAMES {
            let folder =
                std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(preset);
            for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                let known =
                    ["trust", "first", "login", "auth"].iter().any(|part| name.contains(part));
                if known || path.extension().is_none_or(|extension| extension != "txt") {
                    continue;
                }
                let rows = std::fs::read_to_string(&path).unwrap();
                let rules = Preset::builtin(preset).unwrap().unwrap();
                let seen =
                    Seen { rows: &rows, title: "", command: preset, dead: false, columns: 0 };
                assert_eq!(classify(&rules, &seen).dialog, None, "{}", path.display());
                looked += 1;
            }
        }
        assert!(looked > 250, "{looked}");
    }

    #[test]
    fn a_menu_that_is_in_doubt_is_none() {
        let dialogs =
            [Dialog { name: "d".to_owned(), says: vec![Regex::new("^ ?Really").unwrap()] }];
        let read = |rows: &str| menu(&dialogs, rows).map(|menu| (menu.rows.join("|"), menu.chosen));
        assert_eq!(read("Really?\n ❯ 1. Yes\n   2. No\n"), Some(("Yes|No".to_owned(), 0)));
        assert_eq!(read("Really?\n   1. Yes\n   2. No\n"), None, "nothing is chosen");
        assert_eq!(read("Really?\n ❯ Yes\n ❯ No\n"), None, "two are");
        assert_eq!(read(" ❯ 1. Yes\n   2. No\n"), None, "another dialog");
        assert_eq!(read(" ❯ 1. Yes\n   2. No\nReally?\n"), None, "the menu stands above");
        let menu = menu(&dialogs, "Really?\n > Yes\n   No\n   No\n").unwrap();
        assert_eq!(
            (menu.place_of("Yes"), menu.place_of("No"), menu.place_of("yes")),
            (Some(0), None, None)
        );
    }
}
