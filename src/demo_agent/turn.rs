//! What does the agent do now, and what next?
//!
//! The script of a turn as a machine in time: it is asked at each look, returns what to say, and never waits.

use std::collections::VecDeque;
use std::time::Duration;

use super::directive::Directive;

/// One thing to do in a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Do(Directive),
    /// The role's next thing in the repository.
    Work,
    /// Deletes the inbox of that name.
    Consume(String),
}

/// What the turn wants at this look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want {
    /// Print this.
    Say(String),
    /// Begin work that runs beside the loop; its end is told by [`Turn::worked`].
    Begin(Step),
    /// Leave with this code.
    Exit(i32),
}

/// How the agent looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    Idle,
    /// Visibly at work for so long.
    Active(Duration),
    /// At work, and the screen stands still.
    Silent,
    /// At work, and rows come without end.
    Spewing,
}

/// The steps that are left, the one that is under way, and what stops all of them. Times are measured from any fixed moment.
#[derive(Debug)]
pub struct Turn {
    speed: f64,
    steps: VecDeque<Step>,
    doing: Option<Doing>,
    began: Option<Duration>,
    /// The refusal in force, and until when.
    limited: Option<(String, Duration)>,
    fatal: Option<String>,
}

#[derive(Debug)]
enum Doing {
    Waiting { until: Duration, look: fn(Duration) -> Look },
    Working,
}

impl Turn {
    pub fn new(speed: f64) -> Self {
        Self { speed, steps: VecDeque::new(), doing: None, began: None, limited: None, fatal: None }
    }

    /// Takes the steps of a message that arrived at `now`. A refused one is answered, and its steps are left out;
    /// those that a refusal has interrupted go on with the first message after it.
    pub fn take(&mut self, steps: Vec<Step>, now: Duration) -> Option<Want> {
        if let Some(fatal) = &self.fatal {
            return Some(Want::Say(fatal.clone()));
        }
        if let Some((text, until)) = &self.limited {
            if now < *until {
                return Some(Want::Say(text.clone()));
            }
            self.limited = None;
        }
        self.steps.extend(steps);
        self.began.get_or_insert(now);
        None
    }

    /// Forgets what is left to do.
    pub fn interrupt(&mut self) {
        self.steps.clear();
        if matches!(self.doing, Some(Doing::Waiting { .. })) {
            self.doing = None;
        }
    }

    /// Work that was begun has ended.
    pub fn worked(&mut self) {
        self.doing = None;
    }

    /// Goes on, as far as it can without waiting.
    pub fn look_at(&mut self, now: Duration) -> Option<Want> {
        match &self.doing {
            Some(Doing::Working) => return None,
            Some(Doing::Waiting { until, .. }) if now < *until => return None,
            Some(Doing::Waiting { .. }) | None => self.doing = None,
        }
        if self.limited.is_some() || self.fatal.is_some() {
            self.began = None;
            return None;
        }
        let Some(step) = self.steps.pop_front() else {
            self.began = None;
            return None;
        };
        match step {
            Step::Do(directive) => self.follow(directive, now),
            Step::Work | Step::Consume(_) => {
                self.doing = Some(Doing::Working);
                Some(Want::Begin(step))
            }
        }
    }

    /// How the agent looks at `now`.
    pub fn look(&self, now: Duration) -> Look {
        let Some(began) = self.began else { return Look::Idle };
        let so_far = now.saturating_sub(began);
        match &self.doing {
            Some(Doing::Waiting { look, .. }) => look(so_far),
            Some(Doing::Working) | None => Look::Active(so_far),
        }
    }

    fn follow(&mut self, directive: Directive, now: Duration) -> Option<Want> {
        match directive {
            Directive::Busy(span) => self.wait(span, now, Look::Active),
            Directive::Silent(span) => self.wait(span, now, |_| Look::Silent),
            Directive::Spew(span) => self.wait(span, now, |_| Look::Spewing),
            Directive::Limit { text, window } => {
                self.limited = Some((text.clone(), now + window.div_f64(self.speed)));
                Some(Want::Say(text))
            }
            Directive::Fatal(text) => {
                self.fatal = Some(text.clone());
                Some(Want::Say(text))
            }
            Directive::Exit(code) => Some(Want::Exit(code)),
            Directive::Promise(span) => {
                let until = chrono::Utc::now() + span;
                let until = until.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
                Some(Want::Say(format!("WAITING-UNTIL: {until}")))
            }
            Directive::Say(text) => Some(Want::Say(text)),
        }
    }

    fn wait(&mut self, span: Duration, now: Duration, look: fn(Duration) -> Look) -> Option<Want> {
        self.doing = Some(Doing::Waiting { until: now + span.div_f64(self.speed), look });
        None
    }
}

#[cfg(test)]
mod tests;
