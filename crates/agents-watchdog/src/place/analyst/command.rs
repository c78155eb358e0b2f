//! Which program judges a screen, and how does it write its answer?
//!
//! The presets are started so that they answer and do nothing else: codex may read and not write, claude and pi have no tools.

use agents_config::Analyzer;
use agents_records::Written;

/// A program with its arguments; the question comes on its standard input.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Command {
    pub words: Vec<String>,
    pub written: Written,
}

/// `resume`: the conversation of its own that it goes on with, where it can.
pub(super) fn of(analyzer: &Analyzer, resume: Option<&str>) -> Command {
    match analyzer {
        Analyzer::Codex(more) => {
            let resume = resume.into_iter().flat_map(|id| ["resume", id]);
            Command {
                words: words(
                    &["codex", "exec", "--json", "--sandbox", "read-only", "--skip-git-repo-check"],
                    more,
                    resume.chain(["-"]),
                ),
                written: Written::Codex,
            }
        }
        Analyzer::Claude(more) => {
            let resume = resume.into_iter().flat_map(|id| ["--resume", id]);
            Command {
                words: words(
                    &["claude", "-p", "--output-format", "json", "--tools", ""],
                    more,
                    resume,
                ),
                written: Written::Claude,
            }
        }
        // It prints no id that a later question could name.
        Analyzer::Pi(more) => Command {
            words: words(&["pi", "-p", "--no-session", "--no-tools"], more, []),
            written: Written::Plain,
        },
        Analyzer::Own(own) => Command { words: own.clone(), written: Written::Plain },
    }
}

fn words<'w>(
    first: &[&str],
    more: &[String],
    last: impl IntoIterator<Item = &'w str>,
) -> Vec<String> {
    let first = first.iter().map(|word| (*word).to_owned());
    first.chain(more.iter().cloned()).chain(last.into_iter().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(words: &[&str], resume: Option<&str>) -> String {
        let words = words.iter().map(|it| (*it).to_owned()).collect();
        of(&Analyzer::of(words), resume).words.join(" ")
    }

    #[test]
    fn each_preset_has_its_words_and_goes_on_where_it_can() {
        let codex = "codex exec --json --sandbox read-only --skip-git-repo-check";
        for (words, resume, expected) in [
            (&["codex"][..], None, format!("{codex} -")),
            (&["codex", "-m", "small"], Some("id"), format!("{codex} -m small resume id -")),
            (&["claude"], None, "claude -p --output-format json --tools ".to_owned()),
            (
                &["claude", "--model", "haiku"],
                Some("id"),
                "claude -p --output-format json --tools  --model haiku --resume id".to_owned(),
            ),
            (&["pi"], Some("id"), "pi -p --no-session --no-tools".to_owned()),
            (&["./judge", "-v"], Some("id"), "./judge -v".to_owned()),
        ] {
            assert_eq!(line(words, resume), expected);
        }
    }
}
