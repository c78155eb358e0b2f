//! How are the screens of many panes asked for at once, and read?

use crate::argv::Words;
use crate::reply::Reply;
use crate::target::Target;
use crate::{PaneId, Screen, TmuxError};

/// Asks for each pane's rows; the commands are independent, so a pane that has gone spoils nothing.
pub(crate) fn ask(panes: &[PaneId], mark: &str) -> Vec<Words> {
    let mut commands = Vec::with_capacity(panes.len() * 2 + 1);
    for pane in panes {
        let target = Target::pane(*pane);
        // For a pane that is not there, tmux prints an empty id, and no error.
        let marker = format!("pane-{mark} #{{pane_id}}");
        commands.push(Words::new(["display-message", "-p", "-t", target.as_str(), &marker]));
        commands.push(Words::new(["capture-pane", "-p", "-J", "-t", target.as_str()]));
    }
    commands.push(Words::new(["display-message", "-p", &format!("tail-{mark}")]));
    commands
}

/// Asks for each pane's rows where each command has an answer of its own: tmux takes as long for a marker as for a screen.
pub(crate) fn ask_each(panes: &[PaneId]) -> Vec<Words> {
    panes
        .iter()
        .map(|pane| Words::new(["capture-pane", "-p", "-J", "-t", Target::pane(*pane).as_str()]))
        .collect()
}

/// Asks for a pane's rows and so many above them.
pub(crate) fn ask_history(pane: PaneId, rows: u32) -> Words {
    let (target, start) = (Target::pane(pane), format!("-{rows}"));
    Words::new(["capture-pane", "-p", "-J", "-S", &start, "-t", target.as_str()])
}

/// Reads the answers to [`ask_each`].
pub(crate) fn read_each(
    answers: Vec<Result<String, String>>,
    panes: &[PaneId],
    socket: &str,
) -> Vec<Result<Screen, TmuxError>> {
    let screen = |(answer, pane): (Result<String, String>, &PaneId)| match answer {
        // Even a blank pane has rows.
        Ok(rows) if rows.is_empty() => Err(TmuxError::Missing { what: format!("pane {pane}") }),
        Ok(rows) => Ok(Screen::from_text(&rows)),
        Err(complaint) => {
            let errors = complaint.lines().map(str::to_owned).collect();
            Err(Reply { output: String::new(), errors }.failure(socket))
        }
    };
    answers.into_iter().zip(panes).map(screen).collect()
}

/// Reads the answer to [`ask`], one result for each pane asked for.
pub(crate) fn read(
    reply: &Reply,
    panes: &[PaneId],
    mark: &str,
    socket: &str,
) -> Vec<Result<Screen, TmuxError>> {
    let Some((text, _)) = reply.output.split_once(&format!("tail-{mark}")) else {
        let failure = match reply.failure(socket) {
            // What one pane lacks says nothing of the others.
            TmuxError::Missing { what } => {
                TmuxError::Unknown { cause: format!("cut short after: no {what}") }
            }
            other @ (TmuxError::NoServer { .. }
            | TmuxError::Refused { .. }
            | TmuxError::Unknown { .. }) => other,
        };
        return panes.iter().map(|_| Err(failure.clone())).collect();
    };
    let separator = format!("pane-{mark} ");
    let mut parts = text.split(separator.as_str()).skip(1);
    panes.iter().map(|pane| screen(*pane, parts.next())).collect()
}

fn screen(pane: PaneId, part: Option<&str>) -> Result<Screen, TmuxError> {
    let Some((id, rows)) = part.and_then(|part| part.split_once('\n')) else {
        return Err(TmuxError::Unknown { cause: format!("tmux did not answer for pane {pane}") });
    };
    // Even a blank pane has rows, so nothing at all means that it went between the two commands.
    if id != pane.to_string() || rows.is_empty() {
        return Err(TmuxError::Missing { what: format!("pane {pane}") });
    }
    Ok(Screen::from_text(rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pane_gets_its_own_answer() {
        let output = "pane-M %1\nfirst\n\n\npane-M \npane-M %3\n\n\ntail-M\n".to_owned();
        let reply = Reply { output, errors: vec!["can't find pane: %2".to_owned()] };
        let screens = read(&reply, &[PaneId(1), PaneId(2), PaneId(3)], "M", "/s");
        assert_eq!(screens[0].as_ref().unwrap().rows, ["first"]);
        assert!(matches!(&screens[1], Err(TmuxError::Missing { .. })));
        assert_eq!(screens[2].as_ref().unwrap().rows, Vec::<String>::new());
    }

    #[test]
    fn an_answer_that_is_cut_short_is_unknown_for_all() {
        let reply = Reply { output: "pane-M %1\nfirst\n".to_owned(), errors: Vec::new() };
        let screens = read(&reply, &[PaneId(1)], "M", "/s");
        assert!(matches!(&screens[0], Err(TmuxError::Unknown { .. })));
    }
}
