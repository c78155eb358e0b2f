//! Does the net catch fish? Each planted bug must break something within a thousand fleet-hours.
//!
//! A life catches a bug when it breaks something with the bug, and nothing at all without it.
//!
//! `just planted` tries all bugs and prints the table of docs/reliability.md; `ONLY=WallClock,NoEpoch just planted` tries those.
//! Whatever changes decisions or the simulator changes all lives: `just planted-lives` prints the known ones anew, for `KNOWN`.
#![cfg(feature = "planted")]

use std::collections::{BTreeSet, HashMap};
use std::num::NonZero;
use std::sync::Mutex;
use std::time::Instant;

use agents_decide::planted::{self, Bug};
use agents_sim::SimError;
use agents_sim::planted::{self as slips, Slip};
use agents_sim::swarm::{Swarm, live_unbroken};

const WITHIN: u64 = 1000;
/// The seed of the lives in which bugs are looked for.
const SEED: u64 = 7;

/// One bug, of a decision or of what surrounds it.
#[derive(Debug, Clone, Copy)]
enum Planted {
    Bug(Bug),
    Slip(Slip),
}

impl Planted {
    fn all() -> Vec<Self> {
        let bugs = Bug::ALL.iter().copied().map(Self::Bug);
        bugs.chain(Slip::ALL.iter().copied().map(Self::Slip)).collect()
    }

    fn name(self) -> String {
        match self {
            Self::Bug(bug) => format!("{bug:?}"),
            Self::Slip(slip) => format!("{slip:?}"),
        }
    }

    /// Whether only a decision that is made again can show it: another time, or another wall clock.
    fn shows_again(self) -> bool {
        matches!(self, Self::Bug(Bug::KeepsAside | Bug::WallBudget))
    }

    /// What it breaks in that life.
    fn breaks(self, seed: u64) -> Option<String> {
        self.within(|| broken(seed, self.shows_again()))
    }

    /// Plants it in this thread as long as `act` runs.
    fn within<T>(self, act: impl FnOnce() -> T) -> T {
        match self {
            Self::Bug(bug) => planted::plant(Some(bug)),
            Self::Slip(slip) => slips::plant(Some(slip)),
        }
        let done = act();
        planted::plant(None);
        slips::plant(None);
        done
    }

    /// The life that catches it, the hours until then included.
    fn caught(self, sound: &Sound, seeds: &[u64]) -> Option<Catch> {
        seeds.iter().copied().zip(1..).find_map(|(seed, lives)| {
            let how = self.breaks(seed)?;
            sound.is(seed).then(|| Catch { hours: lives * Swarm::LIFE, seed, how })
        })
    }
}

/// How a bug was caught.
struct Catch {
    hours: u64,
    seed: u64,
    how: String,
}

impl Catch {
    /// The number of what broke, as in `I12`.
    fn invariant(&self) -> &str {
        let mut words = self.how.split(|letter: char| !letter.is_ascii_alphanumeric());
        let is_number = |word: &&str| {
            let digits = word.strip_prefix(['I', 'L', 'C']);
            digits.is_some_and(|digits| digits.parse::<u32>().is_ok())
        };
        words.find(is_number).unwrap_or("I1")
    }
}

/// What breaks first in that life. A bug that nothing survives is caught, too.
fn broken(seed: u64, again: bool) -> Option<String> {
    match live_unbroken(seed, again) {
        Ok(_) => None,
        Err(SimError::Broken(violation)) => Some(violation),
        Err(error) => Some(error.to_string()),
    }
}

/// In which lives nothing breaks without a bug.
#[derive(Default)]
struct Sound(Mutex<HashMap<u64, bool>>);

impl Sound {
    fn is(&self, seed: u64) -> bool {
        if let Some(known) = self.0.lock().unwrap().get(&seed) {
            return *known;
        }
        let is_sound = broken(seed, true).is_none();
        self.0.lock().unwrap().insert(seed, is_sound);
        is_sound
    }
}

/// Those that `ONLY` names, or all.
fn wanted() -> Vec<Planted> {
    let only = std::env::var("ONLY").ok();
    let is_wanted = |it: &Planted| {
        only.as_ref().is_none_or(|only| only.split(',').any(|name| name == it.name()))
    };
    Planted::all().into_iter().filter(is_wanted).collect()
}

/// Takes one after the other, on all processors.
fn each<T: Send>(items: impl IntoIterator<Item = T, IntoIter: Send>, act: impl Fn(T) + Sync) {
    let left = Mutex::new(items.into_iter());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(|| {
                while let Some(item) = { left.lock().unwrap().next() } {
                    act(item);
                }
            });
        }
    });
}

/// Known lives are looked for in the first so many hours.
const CHEAP: u64 = 120;

/// Lives that are known to break by a bug, and by nothing else.
const KNOWN: [(Planted, u64); 39] = [
    (Planted::Bug(Bug::UnknownIsGone), 6051947643683389182),
    (Planted::Bug(Bug::OneLookIsProof), 6051947643683389182),
    (Planted::Bug(Bug::ComputingIsIdle), 16616101746815609346),
    (Planted::Bug(Bug::OutputIsNothing), 1910343844960271083),
    (Planted::Bug(Bug::DeadPaneLives), 16636106807449963335),
    (Planted::Bug(Bug::RewriteIsNoNews), 6051947643683389182),
    (Planted::Bug(Bug::HeadingIsDone), 6051947643683389182),
    (Planted::Bug(Bug::MarkerIsNothing), 10283542806791360001),
    (Planted::Bug(Bug::PhaseZero), 6051947643683389182),
    (Planted::Bug(Bug::AdoptsHead), 6051947643683389182),
    (Planted::Bug(Bug::ForgetsMessages), 10283542806791360001),
    (Planted::Bug(Bug::ForgetsStarts), 6051947643683389182),
    (Planted::Bug(Bug::ForgetsPace), 6051947643683389182),
    (Planted::Bug(Bug::ForgetsHold), 16636106807449963335),
    (Planted::Bug(Bug::ForgetsRun), 6051947643683389182),
    (Planted::Bug(Bug::ForgetsDown), 16636106807449963335),
    (Planted::Bug(Bug::SkipsPhase), 7508637138623878239),
    (Planted::Bug(Bug::NeverKills), 1414519515228510906),
    (Planted::Bug(Bug::AnswersEarly), 16636106807449963335),
    (Planted::Bug(Bug::HoldsForEver), 6051947643683389182),
    (Planted::Bug(Bug::SilentBlindness), 1910343844960271083),
    (Planted::Bug(Bug::EndsUndeclared), 8632209307422871798),
    (Planted::Bug(Bug::OwesAgain), 6051947643683389182),
    (Planted::Bug(Bug::LeavesServices), 16636106807449963335),
    (Planted::Bug(Bug::TypesAtOnce), 6051947643683389182),
    (Planted::Bug(Bug::StallsAtOnce), 1910343844960271083),
    (Planted::Bug(Bug::WallBudget), 6051947643683389182),
    (Planted::Bug(Bug::KeepsAside), 6051947643683389182),
    (Planted::Bug(Bug::ExitsUnasked), 6051947643683389182),
    (Planted::Slip(Slip::ActsUnrecorded), 16636106807449963335),
    (Planted::Slip(Slip::ShortIsFresh), 16636106807449963335),
    (Planted::Slip(Slip::NoEpoch), 6051947643683389182),
    (Planted::Slip(Slip::StripsSemicolon), 6051947643683389182),
    (Planted::Slip(Slip::SendsTwice), 6051947643683389182),
    (Planted::Slip(Slip::WrongPane), 6051947643683389182),
    (Planted::Slip(Slip::SecondServer), 6051947643683389182),
    (Planted::Slip(Slip::WallClock), 16636106807449963335),
    (Planted::Slip(Slip::PastesUnguarded), 6051947643683389182),
    (Planted::Slip(Slip::ShowsKeys), 6051947643683389182),
];

#[test]
fn known_lives_break_by_their_bug_alone() {
    let sound = Sound::default();
    each(KNOWN, |(planted, seed)| {
        assert!(planted.breaks(seed).is_some(), "{} in {seed}", planted.name());
    });
    let seeds: BTreeSet<u64> = KNOWN.into_iter().map(|(_, seed)| seed).collect();
    each(seeds, |seed| assert!(sound.is(seed), "seed {seed}"));
}

#[test]
#[ignore = "prints the lives that `KNOWN` should list"]
fn fresh_known_lives() {
    let sound = Sound::default();
    let quick = Mutex::new(BTreeSet::new());
    each(Swarm { seed: SEED, hours: CHEAP }.seeds(), |seed| {
        let began = Instant::now();
        if sound.is(seed) {
            quick.lock().unwrap().insert((began.elapsed(), seed));
        }
    });
    // The quickest first, and the same for as many bugs as possible.
    let quick = quick.into_inner().unwrap();
    let seeds: Vec<u64> = quick.into_iter().map(|(_, seed)| seed).collect();
    each(wanted(), |planted| {
        if let Some(catch) = planted.caught(&sound, &seeds) {
            let kind = match planted {
                Planted::Bug(_) => "Bug",
                Planted::Slip(_) => "Slip",
            };
            println!("    (Planted::{kind}({kind}::{}), {}),", planted.name(), catch.seed);
        }
    });
}

#[test]
#[ignore = "takes long: `just planted`"]
fn every_planted_bug_is_caught() {
    assert!(Planted::all().len() >= 25);
    let seeds = Swarm { seed: SEED, hours: WITHIN }.seeds();
    let (sound, free) = (Sound::default(), Mutex::new(Vec::new()));
    each(wanted(), |planted| {
        let (began, name) = (Instant::now(), planted.name());
        match planted.caught(&sound, &seeds) {
            Some(catch) => println!(
                "| `{name}` | {} | {} | {} | {} | {:?}",
                catch.invariant(),
                catch.hours,
                catch.seed,
                catch.how,
                began.elapsed()
            ),
            None => {
                println!("| `{name}` | not caught within {WITHIN} | {:?}", began.elapsed());
                free.lock().unwrap().push(name);
            }
        }
    });
    let free = free.into_inner().unwrap();
    assert!(free.is_empty(), "nothing caught {free:?}");
}
