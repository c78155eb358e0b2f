//! How many reports wait for the next look? So many, and so much of them, that a flood does not fill the memory.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::{Envelope, LONGEST};

/// So many reports are kept; older ones say less than newer ones.
const MOST: usize = 10_000;
/// So long are all of them together at most, in bytes.
const LONGEST_OF_ALL: usize = 8 * LONGEST;

/// What was heard since the last look.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    reports: Mutex<Reports>,
    news: Notify,
}

/// As they came: a text takes a fraction of the memory that its values take.
#[derive(Debug, Default)]
struct Reports {
    texts: VecDeque<Vec<u8>>,
    bytes: usize,
}

impl Waiting {
    /// Keeps one more; the oldest make room.
    pub fn add(&self, text: Vec<u8>) {
        let mut reports = self.lock();
        reports.bytes += text.len();
        reports.texts.push_back(text);
        while reports.texts.len() > MOST || reports.bytes > LONGEST_OF_ALL {
            let Some(oldest) = reports.texts.pop_front() else { break };
            reports.bytes -= oldest.len();
        }
        drop(reports);
        self.news.notify_one();
    }

    /// Hands out all of them, in the order in which they came.
    pub fn take(&self) -> Vec<Envelope> {
        let reports = std::mem::take(&mut *self.lock());
        reports.texts.iter().filter_map(|text| Envelope::parse(text)).collect()
    }

    /// Completes when one came.
    pub async fn news(&self) {
        self.news.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, Reports> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_make_room() {
        let waiting = Waiting::default();
        let held = || {
            let reports = waiting.lock();
            (reports.texts.len(), reports.bytes)
        };
        for _ in 0..MOST + 5 {
            waiting.add(vec![b'x'; 10]);
        }
        assert_eq!(held(), (MOST, 10 * MOST));
        for _ in 0..40 {
            waiting.add(vec![b'y'; LONGEST]);
        }
        assert_eq!(held(), (8, LONGEST_OF_ALL));
        assert!(waiting.take().is_empty(), "none of them is a report");
        assert_eq!(held(), (0, 0));
    }
}
