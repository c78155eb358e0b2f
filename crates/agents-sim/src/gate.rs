//! At which effect does the watchdog die? Everything after that never happens.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One kind of effect, as far as a script can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Of that session.
    Start(String),
    Stop(String),
    Type(String),
    Submit(String),
    Position,
    Complete,
    /// Whatever comes.
    Any,
}

/// On which side of the effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    Before,
    After,
}

/// A death to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trap {
    pub point: Point,
    pub effect: Effect,
    /// So many effects of the kind pass unharmed first.
    pub skip: u32,
}

/// Lets effects through until the watchdog dies.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gate {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    trap: Option<Trap>,
    dead: Option<String>,
    /// How many effects were tried by a living watchdog.
    tried: u32,
}

impl Gate {
    pub fn set(&self, trap: Trap) {
        self.lock().trap = Some(trap);
    }

    /// No death is to come any more.
    pub fn disarm(&self) {
        self.lock().trap = None;
    }

    /// A new watchdog lives; a trap that did not spring stays.
    pub fn revive(&self) {
        self.lock().dead = None;
    }

    /// The watchdog dies now.
    pub fn kill(&self, how: &str) {
        self.lock().dead = Some(how.to_owned());
    }

    /// How many effects a living watchdog tried so far.
    pub fn tried(&self) -> u32 {
        self.lock().tried
    }

    /// Where the watchdog died.
    pub fn death(&self) -> Option<String> {
        self.lock().dead.clone()
    }

    /// Carries an effect out, unless the watchdog is dead by then.
    pub fn pass<T>(&self, effect: &Effect, act: impl FnOnce() -> T) -> Option<T> {
        let springs = {
            let mut inner = self.lock();
            if inner.dead.is_some() {
                return None;
            }
            inner.tried += 1;
            let springs = inner.springs(effect);
            if springs == Some(Point::Before) {
                inner.dead = Some(format!("before {}", said(effect)));
                return None;
            }
            springs
        };
        let done = act();
        if springs == Some(Point::After) {
            self.lock().dead = Some(format!("after {}", said(effect)));
        }
        Some(done)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn springs(&mut self, effect: &Effect) -> Option<Point> {
        let trap = self
            .trap
            .as_mut()
            .filter(|trap| trap.effect == Effect::Any || trap.effect == *effect)?;
        if trap.skip > 0 {
            trap.skip -= 1;
            return None;
        }
        self.trap.take().map(|trap| trap.point)
    }
}

fn said(effect: &Effect) -> String {
    match effect {
        Effect::Start(session) => format!("starting {session}"),
        Effect::Stop(session) => format!("stopping {session}"),
        Effect::Type(session) => format!("typing at {session}"),
        Effect::Submit(session) => format!("submitting to {session}"),
        Effect::Position => "recording the phase".to_owned(),
        Effect::Complete => "marking the end".to_owned(),
        Effect::Any => "an effect".to_owned(),
    }
}
