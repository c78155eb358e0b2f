//! How are several changes asked for in one request, and what came of each?

use crate::argv::Words;
use crate::driver::is_time_out;
use crate::reply::Reply;
use crate::request::Request;
use crate::transport::{self, Batch, Transport, mark};
use crate::{Done, TmuxError, TmuxOp};

/// So many at most in one request, so that a slow server still answers it within the limit of one.
const MOST: usize = 25;

type Outcome = Result<Done, TmuxError>;

/// See [`crate::Driver::apply_all`].
pub(crate) async fn apply_all<T: Transport>(transport: &mut T, ops: &[TmuxOp]) -> Vec<Outcome> {
    let mut outcomes = Vec::with_capacity(ops.len());
    // The first start may have to start the server, which only a request of its own does.
    let mut has_answered = transport.memory().server.is_some();
    while let Some(first) = ops.get(outcomes.len()) {
        let rest = &ops[outcomes.len()..];
        let joined = rest.iter().take(MOST).take_while(|op| can_join(op)).count();
        if has_answered && joined > 1 {
            outcomes.extend(together(transport, &rest[..joined]).await);
        } else {
            outcomes.push(transport::apply(transport, first).await);
        }
        match outcomes.last() {
            Some(outcome) if is_time_out(outcome) => break,
            outcome => has_answered |= outcome.is_some_and(Result::is_ok),
        }
    }
    outcomes
}

/// Whether a change may share a request: it has no text to load, and to ask for it twice does no harm.
fn can_join(op: &TmuxOp) -> bool {
    match op {
        TmuxOp::Start(_) | TmuxOp::Kill { .. } => true,
        TmuxOp::Type { .. } | TmuxOp::Submit { .. } | TmuxOp::AttachLog { .. } => false,
    }
}

/// Each change on a line of its own, behind a marker that sets off what it prints.
///
/// Complaints come without their place, so a change that did not report itself is asked for again alone: one that did
/// happen is found, and one that did not hears why.
async fn together<T: Transport>(transport: &mut T, ops: &[TmuxOp]) -> Vec<Outcome> {
    let mark = mark();
    let requests: Vec<_> = ops.iter().map(|op| Request::of(op, transport.memory())).collect();
    let mut lines = Vec::new();
    for (place, request) in requests.iter().enumerate() {
        let Ok(Request { batch: Batch::Chain { commands, .. }, .. }) = request else { continue };
        lines.push(vec![Words::new(["display-message", "-p", &marker(&mark, place)])]);
        lines.push(commands.clone());
    }
    let reply = match transport.run(Batch::Independent(lines)).await {
        Ok(reply) => reply,
        Err(error) => return ops.iter().map(|_| Err(error.clone())).collect(),
    };
    let mut outcomes = Vec::with_capacity(ops.len());
    for (place, (op, request)) in ops.iter().zip(requests).enumerate() {
        let outcome = match request {
            Ok(request) => {
                let own = Reply { output: section(&reply, &mark, place), errors: Vec::new() };
                match request.outcome(&own, transport.memory()) {
                    Err(TmuxError::Unknown { .. }) => transport::apply(transport, op).await,
                    told => told,
                }
            }
            Err(refused) => Err(refused),
        };
        let hangs = is_time_out(&outcome);
        outcomes.push(outcome);
        if hangs {
            break;
        }
    }
    outcomes
}

fn marker(mark: &str, place: usize) -> String {
    format!("op-{mark} {place}")
}

/// What the change at that place printed.
fn section(reply: &Reply, mark: &str, place: usize) -> String {
    let marker = marker(mark, place);
    let after = reply.output.lines().skip_while(|line| *line != marker).skip(1);
    let own = after.take_while(|line| !line.starts_with(&format!("op-{mark} ")));
    own.map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_has_its_own_part_of_the_answer() {
        let output = "op-M 0\nagents-done\nop-M 1\nop-M 3\nagents-refused x\n".to_owned();
        let reply = Reply { output, errors: vec!["duplicate session: b".to_owned()] };
        let parts: Vec<String> = (0..4).map(|place| section(&reply, "M", place)).collect();
        assert_eq!(parts, ["agents-done\n", "", "", "agents-refused x\n"]);
    }
}
