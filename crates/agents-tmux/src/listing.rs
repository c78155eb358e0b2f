//! How is the listing of all panes asked for, and read?

use crate::argv::Words;
use crate::reply::Reply;
use crate::{Dead, Listing, Pane, PaneId, ServerId, TmuxError};

/// Fields that hold no blank, in the order in which [`pane`] reads them.
///
/// `pane_dead_signal` is empty before tmux 3.3.
const FACTS: &str = "#{pane_id} #{pane_pid} #{pane_dead} s#{pane_dead_status} g#{pane_dead_signal} \
     #{pane_in_mode} #{pane_input_off} #{window_activity} #{history_bytes},#{cursor_x},#{cursor_y} #{pane_pipe}";

/// The same where only who lives is of interest; each field that is left out saves tmux a look-up per pane.
const OUTLINE: &str = "#{pane_id} #{pane_pid} #{pane_dead} s g 0 0 0 - 0";

/// Makes tmux read `/proc` for each pane: a third of the listing's cost.
const COMMAND: &str = "#{pane_current_command}";

/// Fields that programs and people fill as they like.
const TEXTS: [&str; 7] = [
    "#{session_name}",
    COMMAND,
    "#{@agents_id}",
    "#{@agents_run}",
    "#{@agents_typed}",
    "#{@agents_submitted}",
    "#{pane_title}",
];

/// The texts of an outline.
const OUTLINED: [&str; 4] = ["#{session_name}", COMMAND, "#{@agents_id}", "#{@agents_run}"];

/// What stands before the mark that begins a row, and before the one behind the last row.
const START: &str = "row-";
const END: &str = "tail-";

/// How much of each pane is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    Whole,
    /// Without the names of programs.
    Brief,
    /// Whose it is, which program runs in it, and whether it lives.
    Outline,
}

impl Extent {
    fn facts(self) -> &'static str {
        match self {
            Self::Whole | Self::Brief => FACTS,
            Self::Outline => OUTLINE,
        }
    }

    fn has(self, text: &str) -> bool {
        match self {
            Self::Whole => true,
            Self::Brief => text != COMMAND,
            Self::Outline => OUTLINED.contains(&text),
        }
    }
}

/// Asks for the server and all its panes.
///
/// Every row and field is set off by `mark`, a word that nothing on the server can know beforehand, so
/// no title or option, whatever it holds, can pass for another field or row.
pub(crate) fn ask(mark: &str, extent: Extent) -> Vec<Words> {
    let mut row = format!("{START}{mark} {}", extent.facts());
    for text in TEXTS {
        row.push_str(mark);
        if extent.has(text) {
            row.push_str(text);
        }
    }
    vec![
        Words::new(["display-message", "-p", &format!("head-{mark} #{{pid}} #{{start_time}}")]),
        Words::new(["list-panes", "-a", "-F", &row]),
        Words::new(["display-message", "-p", &format!("{END}{mark}")]),
    ]
}

/// Reads the answer to [`ask`].
///
/// # Errors
/// [`TmuxError::Unknown`] when it is cut short or cannot be read: a part of the panes is no listing.
pub(crate) fn read(reply: &Reply, mark: &str, socket: &str) -> Result<Listing, TmuxError> {
    let Some((_, text)) = reply.output.split_once(&format!("head-{mark} ")) else {
        return Err(reply.failure(socket));
    };
    let (head, rest) = text.split_once('\n').unwrap_or((text, ""));
    let server = server(head).ok_or_else(|| unreadable(head))?;
    // A server without sessions has no current target, and says so instead of listing nothing.
    if reply.errors.iter().any(|error| error == "no current target") {
        return Ok(Listing { server, panes: Vec::new() });
    }
    match panes(rest, mark) {
        Ok(panes) => Ok(Listing { server, panes }),
        Err(Broken::Short) => Err(reply.failure(socket)),
        Err(Broken::At(row)) => Err(unreadable(&row)),
    }
}

/// Why no listing can be made of the rows.
enum Broken {
    /// They end before the tail.
    Short,
    /// This one cannot be read.
    At(String),
}

/// The rows up to the tail. Which mark sets off a row, and which a field, is told by counting: a text may end with any
/// word that stands before a mark, such as the name of a session `tail-`.
fn panes(rows: &str, mark: &str) -> Result<Vec<Pane>, Broken> {
    let mut pieces = rows.split(mark);
    let mut panes = Vec::new();
    let mut before = pieces.next().unwrap_or_default();
    while before == START {
        let fields: Vec<&str> = pieces.by_ref().take(1 + TEXTS.len()).collect();
        let Some((title, others)) = fields.split_last().filter(|_| fields.len() > TEXTS.len())
        else {
            return Err(Broken::Short);
        };
        // The title is the last field, and what stands before the next mark follows it on a line of its own.
        let Some((title, next)) = title.rsplit_once('\n') else { return Err(Broken::Short) };
        let row = || Broken::At(format!("{}{title}", others.join(mark)));
        panes.push(pane(others, title).ok_or_else(row)?);
        before = next;
    }
    // After the tail's mark comes the end of its line, and only that.
    match (before, pieces.next()) {
        (END, Some(_)) => Ok(panes),
        (END, None) => Err(Broken::Short),
        (other, Some(_)) => Err(Broken::At(other.to_owned())),
        (_, None) => Err(Broken::Short),
    }
}

fn server(head: &str) -> Option<ServerId> {
    let (pid, start_time) = head.trim_end().split_once(' ')?;
    Some(ServerId { pid: pid.parse().ok()?, start_time: start_time.parse().ok()? })
}

/// `fields`: the facts, then the texts without the title.
fn pane(fields: &[&str], title: &str) -> Option<Pane> {
    let mut texts = fields.iter().copied();
    let mut facts = texts.next()?.strip_prefix(' ')?.split(' ');
    let id = facts.next()?.strip_prefix('%')?.parse().ok()?;
    let pid = facts.next()?.parse().ok()?;
    let is_dead = flag(facts.next()?);
    let status = facts.next()?.strip_prefix('s')?.parse().ok();
    let signal = facts.next()?.strip_prefix('g')?.parse().ok();
    Some(Pane {
        id: PaneId(id),
        pid,
        dead: is_dead.then_some(Dead { status, signal }),
        in_mode: flag(facts.next()?),
        input_off: flag(facts.next()?),
        activity: facts.next()?.parse().ok()?,
        ink: facts.next()?.to_owned(),
        logged: flag(facts.next()?),
        session: texts.next()?.to_owned(),
        command: texts.next()?.to_owned(),
        agent_id: filled(texts.next()?),
        run: filled(texts.next()?),
        typed: filled(texts.next()?),
        submitted: filled(texts.next()?),
        title: title.to_owned(),
    })
}

fn flag(field: &str) -> bool {
    !field.is_empty() && field != "0"
}

fn filled(field: &str) -> Option<String> {
    (!field.is_empty()).then(|| field.to_owned())
}

fn unreadable(part: &str) -> TmuxError {
    TmuxError::Unknown { cause: format!("the listing cannot be read at {part:?}") }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(output: &str, errors: &[&str]) -> Reply {
        let errors = errors.iter().map(|error| (*error).to_owned()).collect();
        Reply { output: output.to_owned(), errors }
    }

    #[test]
    fn a_row_is_read_whatever_its_texts_hold() {
        let row =
            "row-M %5 42 1 s3 g 0 0 100 768,0,1 1Mann bobMcatMid\nrow- %6Mr1MM\tm1MA title\ttail\n";
        let text = format!("head-M 7 99\n{row}tail-M\n");
        let listing = read(&reply(&text, &[]), "M", "/s").unwrap();
        assert_eq!(listing.server, ServerId { pid: 7, start_time: 99 });
        let pane = &listing.panes[0];
        assert_eq!(pane.id, PaneId(5));
        assert_eq!(pane.dead, Some(Dead { status: Some(3), signal: None }));
        assert_eq!((pane.session.as_str(), pane.typed.as_deref()), ("ann bob", None));
        assert_eq!(pane.agent_id.as_deref(), Some("id\nrow- %6"));
        assert_eq!(
            (pane.submitted.as_deref(), pane.title.as_str()),
            (Some("\tm1"), "A title\ttail")
        );
        assert!(pane.logged);
    }

    #[test]
    fn f10_a_listing_that_is_cut_short_is_unknown_at_every_byte() {
        let text = "head-M 7 99\nrow-M %5 42 0 s g 0 0 100 768,0,1 0MaMcatMMMMMt\ntail-M\n";
        assert_eq!(read(&reply(text, &[]), "M", "/s").unwrap().panes.len(), 1);
        for end in 0..text.len() - "\n".len() {
            let cut = read(&reply(&text[..end], &[]), "M", "/s");
            assert!(matches!(cut, Err(TmuxError::Unknown { .. })), "cut at {end}: {cut:?}");
        }
    }

    #[test]
    fn f10_no_panes_is_known_only_from_a_server_that_said_so() {
        let empty = read(&reply("head-M 7 99\n", &["no current target"]), "M", "/s").unwrap();
        assert_eq!(empty.panes, []);
        for errors in [&[][..], &["server exited unexpectedly"], &["access not allowed"]] {
            assert!(matches!(read(&reply("", errors), "M", "/s"), Err(TmuxError::Unknown { .. })));
        }
    }
}
