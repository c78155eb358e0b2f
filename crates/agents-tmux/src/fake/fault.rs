//! Which requests to the fake go wrong, and how?

use std::time::Duration;

/// The kinds of requests, counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    List,
    Screens,
    Apply,
}

/// What goes wrong with one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// No answer, and no effect.
    Unknown,
    /// No answer for the whole time limit, which goes by, and no effect.
    Hangs,
    /// No answer to a change, which still takes effect that much later, as with a tmux that was stopped. A read just fails.
    Late(Duration),
    /// No answer to a change, which has taken effect already. A read just fails.
    DoneUnheard,
    /// A change is answered as done, its token is stored, and the program never gets it, as with one that throws away what
    /// comes while it is busy.
    Swallowed,
    /// The listing lacks this session.
    Omit(String),
    /// The programs are drawing: the screens show the upper half of their rows only, and the rest comes right after.
    HalfDrawn,
    /// The program that a text or a key is for ends just before it, and its dead pane stays. Strikes the next such change.
    ProgramEnds,
    /// The server dies before the request, and all sessions with it.
    LoseServer,
    /// The socket file is gone before the request; the server lives.
    RemoveSocket,
}

/// The faults to come.
#[derive(Debug, Clone, Default)]
pub(crate) struct FaultPlan {
    planned: Vec<(Call, u64, Fault)>,
    counts: [u64; 3],
    /// The last listing that lacked a session.
    lacking: Option<u64>,
}

impl FaultPlan {
    /// How many requests of that kind there have been.
    pub(crate) fn count(&self, call: Call) -> u64 {
        self.counts[slot(call)]
    }

    /// The listings since that one count as none, if it lacked a session.
    pub(crate) fn go_back_to_lacking(&mut self, count: u64) {
        if self.lacking == Some(count) {
            self.counts[slot(Call::List)] = count;
        }
    }

    pub(crate) fn add(&mut self, call: Call, nth: u64, fault: Fault) {
        self.planned.push((call, nth, fault));
    }

    /// Nothing is to go wrong any more.
    pub(crate) fn clear(&mut self) {
        self.planned.clear();
    }

    /// Counts a request, and tells all that goes wrong with it.
    pub(crate) fn next(&mut self, call: Call) -> Vec<Fault> {
        self.counts[slot(call)] += 1;
        let now = self.count(call);
        let due = self.planned.extract_if(.., |(of, nth, _)| *of == call && *nth == now);
        let due: Vec<Fault> = due.map(|(_, _, fault)| fault).collect();
        if due.iter().any(|fault| matches!(fault, Fault::Omit(_))) {
            self.lacking = Some(now);
        }
        due
    }
}

fn slot(call: Call) -> usize {
    match call {
        Call::List => 0,
        Call::Screens => 1,
        Call::Apply => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_of_another_do_not_bring_the_next_fault_nearer_to_one_that_lacked_a_session() {
        let mut plan = FaultPlan::default();
        plan.add(Call::List, 2, Fault::Omit("t-a".to_owned()));
        // What lacks none is as it was.
        plan.next(Call::List);
        plan.go_back_to_lacking(0);
        assert_eq!(plan.count(Call::List), 1);
        plan.next(Call::List);
        plan.next(Call::List);
        plan.go_back_to_lacking(2);
        assert_eq!(plan.count(Call::List), 2);
    }

    #[test]
    fn a_fault_strikes_its_own_call_once() {
        let mut plan = FaultPlan::default();
        plan.add(Call::List, 2, Fault::Unknown);
        assert_eq!(plan.next(Call::List), []);
        assert_eq!(plan.next(Call::Apply), []);
        assert_eq!(plan.next(Call::Apply), []);
        assert_eq!(plan.next(Call::List), [Fault::Unknown]);
        assert_eq!(plan.next(Call::List), []);
        assert_eq!(plan.count(Call::List), 3);
    }
}
