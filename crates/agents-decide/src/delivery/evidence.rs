//! Did the submitted message go?

use crate::{MemberSeen, Moment, Now, Shown, ToldState};
use agents_config::Pattern;

/// How many characters of the message's end are looked for; the end is what a composer shows last.
const NEEDLE: usize = 40;
/// How many of its beginning: a narrow row holds them.
const BEGINNING: usize = 16;
/// So many characters of a text in a row are no chance.
const SHOWN: usize = 4;
/// The rows in which a composer and its footer stand.
const BOTTOM: usize = 12;

/// A submit, and what stood on the screen just before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Submitted<'a> {
    pub text: &'a str,
    pub before: &'a [String],
    /// The composer showed unsent text.
    pub drafted: bool,
    /// It was typed at a program at work.
    pub urgent: bool,
    /// The same text went before in this run, so that a copy of it may come back into view.
    pub repeated: bool,
}

/// Whether the program itself says that it took the text, or that a turn began, since the key was sent first. A program
/// tells the time by the same clock, but what it tells may be a moment older than what was done then.
pub(super) fn told(
    seen: &MemberSeen,
    (sent, now): (Moment, Now),
    submitted: &Submitted<'_>,
) -> Option<Went> {
    if took(seen, (sent, now), submitted.text) {
        return Some(Went::Told);
    }
    let took = seen.heard.as_ref().and_then(|heard| heard.prompt.as_ref());
    let took = took.filter(|prompt| is_since(prompt.at_ms, sent, now));
    // A turn of somebody else's prompt can begin just then, so that prompt must not be known. One that is over already
    // began since, but where a turn ran as the key was sent, that is the one that may be over.
    let began = seen.told.as_ref().is_some_and(|told| {
        let is_turn =
            told.state == ToldState::Active || !(submitted.urgent || told.is_of_beginning());
        is_turn && is_since(told.since_ms, sent, now)
    });
    (began && took.is_none()).then_some(Went::WorkBegan)
}

/// Whether the program itself says that it took that text since then.
pub(super) fn took(seen: &MemberSeen, (since, now): (Moment, Now), text: &str) -> bool {
    let prompt = seen.heard.as_ref().and_then(|heard| heard.prompt.as_ref());
    prompt.is_some_and(|prompt| {
        let needle: String = squeeze(text).chars().take(NEEDLE).collect();
        is_since(prompt.at_ms, since, now) && squeeze(&prompt.text).contains(&needle)
    })
}

/// Whether a stamp of a program is of then or later. One that lies ahead is of before the wall clock was set back: the same
/// text, or a turn, of long ago.
fn is_since(at_ms: i64, since: Moment, now: Now) -> bool {
    at_ms >= now.wall_of(since).timestamp_millis() && !now.is_ahead(at_ms)
}

/// Whether the screen shows that it went. Where a preset reads the composer, that counts: text that stands in it did not
/// go, whatever else has changed, and a change of a screen that never showed the text proves nothing.
pub(super) fn shown(
    shown: Option<&Shown>,
    after: &[String],
    submitted: &Submitted<'_>,
    active: Option<&Pattern>,
) -> Option<Went> {
    let Submitted { text, before, drafted, .. } = *submitted;
    let Some(shown) = shown else {
        return went(before, after, text, active).or_else(|| rose(submitted, after));
    };
    if shown.draft.as_ref().is_some_and(|unsent| is_part(unsent, text)) {
        return None;
    }
    let is_empty = shown.composer_empty && !shown.asks();
    if is_empty && drafted {
        return Some(Went::TextLeft);
    }
    let needle = end_of(text);
    if is_empty && copies(after, &needle) > copies(before, &needle) {
        return Some(Went::TextRepeated);
    }
    went(before, after, text, active).filter(|it| *it != Went::ScreenChanged)
}

/// Whether the screen shows what was typed, which is then no longer on its way.
pub(super) fn is_drawn(shown: &Shown, screen: &[String], text: &str) -> bool {
    shown.draft.is_some() || copies(screen, &end_of(text)) > 0
}

/// What shows that a submitted message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Went {
    /// The program itself says that it took the text.
    Told,
    /// The program began to work.
    WorkBegan,
    /// The text, or what stood for it, left the end of the screen.
    TextLeft,
    /// The text stands on the screen once more.
    TextRepeated,
    /// Something new stands below the text.
    NewBelow,
    /// The end of the screen changed, which never showed the text.
    ScreenChanged,
}

impl Went {
    /// What was seen, in words.
    #[must_use]
    pub fn told(self) -> &'static str {
        match self {
            Self::Told => "the program itself said that it took it",
            Self::WorkBegan => "the program began to work on it",
            Self::TextLeft => "its text left the composer",
            Self::TextRepeated => "its text moved from the composer into the conversation",
            Self::NewBelow => "something new stands below its text",
            Self::ScreenChanged => "the screen changed as the key was pressed",
        }
    }
}

/// Compares the screen just before the submit with the screen now.
///
/// A key that a composer took as a new line changes nothing but blank rows, so it is no evidence; nor are
/// clocks and counters, whose digits are left out. Evidence is work that begins, the text leaving the
/// screen's end, a second copy of it, or something new below it.
pub(super) fn went(
    before: &[String],
    after: &[String],
    text: &str,
    active: Option<&Pattern>,
) -> Option<Went> {
    let needle = end_of(text);
    if let Some(active) = active
        && !still_stands(before, after, text)
        && !bottom(before).any(|row| active.is_match(row))
        && bottom(after).any(|row| active.is_match(row))
    {
        return Some(Went::WorkBegan);
    }
    match (copies(before, &needle), copies(after, &needle)) {
        (0, 0) => unseen_text_went(before, after),
        (0, _) => None,
        // What was said before has scrolled away.
        (_, 0) if is_only_said(before, text) => None,
        (_, 0) => Some(Went::TextLeft),
        (earlier, later) if later > earlier && !is_typed_again(before, after, text) => {
            Some(Went::TextRepeated)
        }
        _ => {
            let (was, is) = (squeeze(&before.join("\n")), squeeze(&after.join("\n")));
            let is_new = below(&was, &needle) != below(&is, &needle)
                && below(&is, &needle).is_some_and(|rest| !rest.is_empty());
            (is_new && is_above_a_prompt(before, after, text)).then_some(Went::NewBelow)
        }
    }
}

/// Whether the screen shows the text anywhere.
pub(super) fn is_shown(screen: &[String], text: &str) -> bool {
    copies(screen, &end_of(text)) > 0
}

/// Whether the screen shows more copies of the text than before.
pub(super) fn is_said_again(before: &[String], after: &[String], text: &str) -> bool {
    let needle = end_of(text);
    copies(after, &needle) > copies(before, &needle)
}

/// A text that the screen did not show when its key was pressed stands in the conversation by now: below it stands the
/// prompt that stands before it, and nothing behind that. So it is where a person typed what had been lost.
fn rose(submitted: &Submitted<'_>, after: &[String]) -> Option<Went> {
    let Submitted { text, before, repeated, .. } = *submitted;
    let needle = end_of(text);
    let is_new = !repeated && copies(before, &needle) == 0 && copies(after, &needle) > 0;
    let is_above = prompt_of(after, text).is_some() && is_above_a_prompt(after, after, text);
    (is_new && is_above).then_some(Went::NewBelow)
}

/// Whether the text stands on that screen as something that was said before, above a composer that holds nothing: so it
/// is not that copy of it which was typed last.
pub(super) fn is_only_said(screen: &[String], text: &str) -> bool {
    let is_behind_a_prompt = prompt_of(screen, text).is_some();
    copies(screen, &end_of(text)) > 0 && is_behind_a_prompt && !may_be_unsent(screen, text)
}

/// Whether the last copy on that screen may stand in the composer: behind a prompt that does not stand below it again.
pub(super) fn may_be_unsent(screen: &[String], text: &str) -> bool {
    prompt_of(screen, text).is_some() && !is_above_a_prompt(screen, screen, text)
}

/// Whether the copy that is new may be that in the composer, which was not drawn before: it stands behind what stood before
/// the earlier one. What a program says itself stands behind something else, or nothing.
fn is_typed_again(before: &[String], after: &[String], text: &str) -> bool {
    may_be_unsent(after, text) && prompt_of(before, text) == prompt_of(after, text)
}

/// Whether this look shows that the text did not go yet: it stands in the composer.
pub(super) fn stands(seen: &MemberSeen, before: &[String], text: &str) -> bool {
    match (&seen.shown, seen.screen.known()) {
        (Some(shown), _) => shown.draft.as_ref().is_some_and(|unsent| is_part(unsent, text)),
        (None, Some(screen)) => still_stands(before, &screen.rows, text),
        (None, None) => false,
    }
}

/// Whether that screen shows the text where it was typed, or what stands for it there.
pub(super) fn stood(screen: &[String], text: &str) -> bool {
    let is_shown = copies(screen, &end_of(text)) > 0 && !is_only_said(screen, text);
    is_shown || bottom(screen).any(is_placeholder)
}

/// Whether the text may stand in the composer as it did, whatever else on the screen looks like work: a turn that nobody
/// asked for begins above a composer, or in its footer. A text that went has a prompt below it, or more than it had.
fn still_stands(before: &[String], after: &[String], text: &str) -> bool {
    let needle = end_of(text);
    let (was, is) = (copies(before, &needle), copies(after, &needle));
    if was == 0 || is == 0 || is > was {
        return false;
    }
    let below = |rows: &[String]| {
        let rows = rows.iter().rev().map(|row| squeeze(row)).filter(|row| !row.is_empty());
        rows.take_while(|row| !ends_within(&needle, row)).count()
    };
    let is_above = prompt_of(before, text).is_some() && is_above_a_prompt(before, after, text);
    below(after) <= below(before) && !is_above
}

/// Whether what stood before the text in the composer stands below it now, and nothing behind it: a footer that changes
/// is not what a program says. What somebody had typed before our text went with it, and the prompt alone is left. True
/// where nothing stood before the text.
fn is_above_a_prompt(before: &[String], after: &[String], text: &str) -> bool {
    let Some(prompt) = prompt_of(before, text) else { return true };
    let end = end_of(text);
    let mut rows = after.iter().rev().map(|row| squeeze(row));
    let mut below = rows.by_ref().take_while(|row| !ends_within(&end, row));
    below.any(|row| !row.is_empty() && prompt.starts_with(&row))
}

/// What stood before the text in its row.
fn prompt_of(before: &[String], text: &str) -> Option<String> {
    let begin: String = squeeze(text).chars().take(NEEDLE).collect();
    let prompt = before.iter().rev().find_map(|row| {
        let row = squeeze(row);
        let shown = (1..=begin.chars().count()).rev().find_map(|count| {
            let part: String = begin.chars().take(count).collect();
            (count >= SHOWN && row.contains(&part)).then_some(part)
        });
        shown.and_then(|part| row.find(&part)).map(|at| row[..at].to_owned())
    });
    prompt.filter(|prompt| !prompt.is_empty())
}

/// Whether the row holds the last of the text, or its last part that was wrapped.
fn ends_within(end: &str, row: &str) -> bool {
    !row.is_empty() && (row.contains(end) || (row.chars().count() >= SHOWN && end.ends_with(row)))
}

/// Whether what stands unsent in the composer is that text, or what is left of it: a composer that takes a backslash at
/// the end for the wish for a new line drops it, and keeps the rest.
pub(super) fn is_part(draft: &str, text: &str) -> bool {
    let unsent = squeeze(draft);
    !unsent.is_empty() && (is_placeholder(draft) || squeeze(text).contains(&unsent))
}

/// The composer hides a long paste behind a placeholder; once it went, the placeholder has left the composer.
fn unseen_text_went(before: &[String], after: &[String]) -> Option<Went> {
    let placeholders = |rows: &[String]| bottom(rows).filter(|row| is_placeholder(row)).count();
    match (placeholders(before), placeholders(after)) {
        (0, _) => {
            // A program that had drawn nothing yet draws its first screen, whatever was typed.
            let was = digest(before);
            (!was.is_empty() && was != digest(after)).then_some(Went::ScreenChanged)
        }
        (earlier, later) => {
            let went =
                later < earlier || (later == earlier && last_placeholder_rose(before, after));
            went.then_some(Went::TextLeft)
        }
    }
}

fn is_placeholder(row: &str) -> bool {
    before_placeholder(row).is_some()
}

/// What stands before the first placeholder, as `[Pasted Content 3903 chars]` of codex or `[paste #1 +74 lines]` of pi.
pub(super) fn before_placeholder(row: &str) -> Option<&str> {
    const MARKS: [&str; 2] = ["[pasted", "[paste #"];
    let begins = |at: usize, mark: &str| {
        row.get(at..at + mark.len()).is_some_and(|part| part.eq_ignore_ascii_case(mark))
    };
    let mut places = row.match_indices('[').map(|(at, _)| at);
    let at = places.find(|at| MARKS.iter().any(|mark| begins(*at, mark)))?;
    Some(&row[..at])
}

/// A placeholder that moved up from the screen's end became part of the history.
fn last_placeholder_rose(before: &[String], after: &[String]) -> bool {
    let rows_below = |rows: &[String]| {
        rows.iter().rev().filter(|row| !row.trim().is_empty()).position(|row| is_placeholder(row))
    };
    match (rows_below(before), rows_below(after)) {
        (Some(earlier), Some(later)) => later > earlier,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

fn bottom(rows: &[String]) -> impl Iterator<Item = &str> {
    let filled: Vec<&str> =
        rows.iter().map(String::as_str).filter(|row| !row.trim().is_empty()).collect();
    let skip = filled.len().saturating_sub(BOTTOM);
    filled.into_iter().skip(skip)
}

fn digest(rows: &[String]) -> String {
    bottom(rows).map(squeeze).collect()
}

/// The end of a text, as it is looked for on a screen.
fn end_of(text: &str) -> String {
    let text = squeeze(text);
    text.chars().skip(text.chars().count().saturating_sub(NEEDLE)).collect()
}

fn copies(rows: &[String], needle: &str) -> usize {
    squeeze(&rows.join("\n")).matches(needle).count()
}

/// The beginning of a text, as it is looked for on a screen; `None` where it is so short that it may stand there by chance.
pub(super) fn beginning_of(text: &str) -> Option<String> {
    let begin: String = squeeze(text).chars().take(BEGINNING).collect();
    (begin.chars().count() >= SHOWN).then_some(begin)
}

/// Text without white space, digits and box lines, so that wrapping, clocks and frames do not matter.
pub(super) fn squeeze(text: &str) -> String {
    let is_left =
        |c: &char| !c.is_whitespace() && !c.is_ascii_digit() && !matches!(c, '│' | '┃' | '|');
    let mut left = String::with_capacity(text.len());
    left.extend(text.chars().filter(is_left));
    left
}

fn below<'a>(screen: &'a str, needle: &str) -> Option<&'a str> {
    screen.rfind(needle).map(|at| &screen[at + needle.len()..])
}
