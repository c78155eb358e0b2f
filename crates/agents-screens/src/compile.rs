//! How does a file's text become rules?

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use regex::{Regex, RegexBuilder};

use crate::composer::ComposerShape;
use crate::fold::{fold_pattern, width};
use crate::lines::Text;
use crate::menu::Dialog;
use crate::raw::{RawComposer, RawCondition, RawDialog, RawPreset, RawRule};
use crate::region::ALLOWED;
use crate::rule::{Condition, Hint, Rule};
use crate::{PresetError, Region};

/// What a preset says of the program's screen, apart from its rules.
#[derive(Debug)]
pub(crate) struct Furniture {
    pub composers: Vec<ComposerShape>,
    pub shells: Vec<String>,
    pub prompt: Option<Regex>,
    pub turn_end: Option<Regex>,
    /// Rows that begin something: a message, a prompt, the end of a turn.
    pub starts: Option<Regex>,
    pub furniture: Option<Regex>,
    pub paragraphs: bool,
    pub margin: usize,
    pub dialogs: Vec<Dialog>,
    sidebar: Option<Regex>,
}

/// The columns that programs leave free at the right of wrapped text, unless a preset says otherwise.
const MARGIN: usize = 4;

impl Furniture {
    /// The column where a sidebar begins: that of its mark.
    pub fn sidebar_column(&self, rows: &str) -> Option<usize> {
        let mark = self.sidebar.as_ref()?;
        let (row, found) = rows.lines().rev().find_map(|row| Some((row, mark.find(row)?)))?;
        Some(width(&row[..found.start()]))
    }

    /// The first `above` lines of a screen without furniture.
    pub fn transcript(&self, all: &Text, above: usize) -> Text {
        let mut kept = Text::default();
        for line in &all.lines[..above] {
            let text = &all.text[line.start..line.end];
            if !self.furniture.as_ref().is_some_and(|pattern| pattern.is_match(text)) {
                kept.push(line.index, line.position, line.gap, text);
            }
        }
        kept
    }
}

/// Compiles the parts of a file; `file` is its name for messages.
pub(crate) fn compile(file: &str, raw: RawPreset) -> Result<(Furniture, Vec<Rule>), PresetError> {
    let compiler = Compiler { file, words: &raw.words };
    let transcript = &raw.transcript;
    let mut starts = transcript.starts.clone();
    starts.extend(transcript.prompt.iter().cloned());
    starts.extend(transcript.turn_end.iter().cloned());
    let furniture = Furniture {
        composers: raw
            .composer
            .iter()
            .enumerate()
            .map(|(at, shape)| compiler.composer(at, shape))
            .collect::<Result<_, _>>()?,
        shells: raw.process.shells.clone(),
        prompt: compiler.either("transcript.prompt", &transcript.prompt)?,
        turn_end: compiler.either("transcript.turn_end", &transcript.turn_end)?,
        starts: compiler.either("transcript.starts", &starts)?,
        furniture: compiler.either("transcript.furniture", &transcript.furniture)?,
        paragraphs: transcript.paragraphs,
        margin: raw.screen.margin.unwrap_or(MARGIN),
        dialogs: raw
            .dialog
            .iter()
            .map(|dialog| compiler.dialog(dialog))
            .collect::<Result<_, _>>()?,
        sidebar: compiler.optional("screen.sidebar", raw.screen.sidebar.as_deref())?,
    };
    let mut ids = BTreeSet::new();
    for rule in &raw.rule {
        if !ids.insert(rule.id.as_str()) {
            return Err(PresetError::Twice { file: file.to_owned(), id: rule.id.clone() });
        }
    }
    let mut rules =
        raw.rule.iter().map(|rule| compiler.rule(rule)).collect::<Result<Vec<_>, _>>()?;
    // Stable: among rules of one priority the file's order counts.
    rules.sort_by_key(|rule| Reverse(rule.priority));
    Ok((furniture, rules))
}

struct Compiler<'a> {
    file: &'a str,
    words: &'a BTreeMap<String, String>,
}

impl Compiler<'_> {
    fn dialog(&self, raw: &RawDialog) -> Result<Dialog, PresetError> {
        let key = format!("dialog.{}", raw.name);
        if raw.name.is_empty() || raw.says.is_empty() {
            let problem = "a dialog needs a `name`, and `says`, patterns of rows that it shows";
            return Err(PresetError::Rule { file: self.file.to_owned(), key, problem });
        }
        let says =
            raw.says.iter().map(|says| self.pattern(&key, says)).collect::<Result<_, _>>()?;
        Ok(Dialog { name: raw.name.clone(), says })
    }

    fn rule(&self, raw: &RawRule) -> Result<Rule, PresetError> {
        let key = format!("rule.{}", raw.id);
        let refuse = |problem| {
            Err(PresetError::Rule { file: self.file.to_owned(), key: key.clone(), problem })
        };
        if raw.id.is_empty() {
            return refuse("a rule needs an id");
        }
        if raw.reason.is_empty() {
            return refuse("`reason` must say in words why the rule holds");
        }
        if raw.state == crate::State::Unknown {
            return refuse("no rule may claim `unknown`: that is the answer when no rule holds");
        }
        let condition =
            self.condition(&key, &raw.region, [&raw.all, &raw.any, &raw.none], raw.empty)?;
        let also = raw
            .also
            .iter()
            .map(|also: &RawCondition| {
                self.condition(
                    &format!("{key}.also"),
                    &also.region,
                    [&also.all, &also.any, &also.none],
                    also.empty,
                )
            })
            .collect::<Result<_, _>>()?;
        let hint = match &raw.hint {
            Some(hint) => Some(Hint {
                region: match &hint.region {
                    Some(region) => self.region(&format!("{key}.hint"), region)?,
                    None => condition.region,
                },
                pattern: self.pattern(&format!("{key}.hint"), &hint.pattern)?,
            }),
            None => None,
        };
        let title_in = match &raw.title_in {
            Some(region) => Some(self.region(&format!("{key}.title_in"), region)?),
            None => None,
        };
        Ok(Rule {
            id: raw.id.clone(),
            state: raw.state,
            priority: raw.priority,
            condition,
            composer: raw.composer,
            title_in,
            also,
            cli_retries: raw.cli_retries,
            menu: raw.menu,
            hint,
            reason: raw.reason.clone(),
            source: raw.source.clone(),
        })
    }

    fn condition(
        &self,
        key: &str,
        region: &str,
        patterns: [&Vec<String>; 3],
        empty: Option<bool>,
    ) -> Result<Condition, PresetError> {
        if patterns.iter().all(|list| list.is_empty()) && empty.is_none() {
            return Err(PresetError::Rule {
                file: self.file.to_owned(),
                key: key.to_owned(),
                problem: "a condition needs `all`, `any`, `none` or `empty`; without, it would always hold",
            });
        }
        let list = |name: &str, list: &[String]| {
            list.iter()
                .map(|pattern| self.pattern(&format!("{key}.{name}"), pattern))
                .collect::<Result<Vec<_>, _>>()
        };
        Ok(Condition {
            region: self.region(key, region)?,
            all: list("all", patterns[0])?,
            any: list("any", patterns[1])?,
            none: list("none", patterns[2])?,
            empty,
        })
    }

    fn composer(&self, number: usize, raw: &RawComposer) -> Result<ComposerShape, PresetError> {
        let key = |name: &str| format!("composer[{number}].{name}");
        if raw.prompt.is_none() && (raw.bottom.is_none() || raw.top.is_none()) {
            return Err(PresetError::Rule {
                file: self.file.to_owned(),
                key: key("prompt"),
                problem: "a composer is found by `prompt`, or by `top` and `bottom`",
            });
        }
        let list = |name: &str, list: &[String]| {
            list.iter()
                .map(|pattern| self.pattern(&key(name), pattern))
                .collect::<Result<Vec<_>, _>>()
        };
        Ok(ComposerShape {
            top: self.optional(&key("top"), raw.top.as_deref())?,
            prompt: self.optional(&key("prompt"), raw.prompt.as_deref())?,
            unless: self.optional(&key("unless"), raw.unless.as_deref())?,
            bottom: self.optional(&key("bottom"), raw.bottom.as_deref())?,
            rows: raw.rows.unwrap_or(24),
            below: raw.below.unwrap_or(12),
            placeholder: list("placeholder", &raw.placeholder)?,
            ignore: list("ignore", &raw.ignore)?,
        })
    }

    fn region(&self, key: &str, text: &str) -> Result<Region, PresetError> {
        Region::parse(text).ok_or_else(|| PresetError::Region {
            file: self.file.to_owned(),
            key: format!("{key}.region"),
            text: text.to_owned(),
            allowed: ALLOWED,
        })
    }

    fn optional(&self, key: &str, pattern: Option<&str>) -> Result<Option<Regex>, PresetError> {
        pattern.map(|pattern| self.pattern(key, pattern)).transpose()
    }

    /// One pattern out of several.
    fn either(&self, key: &str, patterns: &[String]) -> Result<Option<Regex>, PresetError> {
        if patterns.is_empty() {
            return Ok(None);
        }
        for pattern in patterns {
            self.pattern(key, pattern)?;
        }
        let joined = patterns.iter().map(|one| format!("(?:{one})")).collect::<Vec<_>>().join("|");
        self.pattern(key, &joined).map(Some)
    }

    fn pattern(&self, key: &str, pattern: &str) -> Result<Regex, PresetError> {
        let refuse = |message: String| PresetError::Pattern {
            file: self.file.to_owned(),
            key: key.to_owned(),
            pattern: pattern.to_owned(),
            message,
        };
        let expanded = self.expand(pattern, 0).map_err(&refuse)?;
        RegexBuilder::new(&fold_pattern(&expanded)).multi_line(true).build().map_err(|error| {
            refuse(error.to_string().lines().last().unwrap_or_default().to_owned())
        })
    }

    /// Puts the file's `[words]` in place of `<name>`.
    fn expand(&self, pattern: &str, depth: usize) -> Result<String, String> {
        if depth > 8 {
            return Err("the words of this file stand for each other in a circle".to_owned());
        }
        let mut expanded = String::with_capacity(pattern.len());
        let mut rest = pattern;
        while let Some(at) = rest.find('<') {
            let (before, from) = rest.split_at(at);
            expanded.push_str(before);
            let name = from[1..].split('>').next().unwrap_or_default();
            let named = from[1..].contains('>')
                && is_word(name)
                && !before.ends_with("(?")
                && !before.ends_with("(?P");
            if !named {
                expanded.push('<');
                rest = &from[1..];
                continue;
            }
            let word =
                self.words.get(name).ok_or_else(|| format!("no word `{name}` in [words]"))?;
            expanded.push_str("(?:");
            expanded.push_str(&self.expand(word, depth + 1)?);
            expanded.push(')');
            rest = &from[name.len() + 2..];
        }
        expanded.push_str(rest);
        Ok(expanded)
    }
}

fn is_word(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}
