//! What does a program in a fake terminal do by itself while it runs?

use std::time::Duration;

use super::World;
use super::program::Limit;
use super::running::Running;

impl World {
    /// The program of the session prints a text; one that shows fixed texts shows this one from now on.
    pub fn print(&self, session: &str, text: &str) {
        self.run_on(session, |running, age| running.print(text, age));
    }

    /// What the program printed scrolls away.
    pub fn clear(&self, session: &str) {
        self.run_on(session, |running, _| running.clear());
    }

    /// A chat begins a turn of that length by itself; later turns take as long.
    pub fn work(&self, session: &str, works_for: Duration) {
        self.run_on(session, |running, age| running.work(works_for, age));
    }

    /// A chat refuses work for so long with that banner, from now on; without a banner it works again.
    pub fn refuse(&self, session: &str, banner: Option<&str>, span: Duration) {
        self.run_on(session, |running, age| {
            let until = age + span;
            let limit = banner.map(|banner| Limit { banner: banner.to_owned(), from: age, until });
            running.refuse(limit);
            if let Some(banner) = banner {
                running.print(banner, age);
            }
        });
    }

    /// A person presses a key in the session.
    pub fn press(&self, session: &str, key: &str) {
        self.run_on(session, |running, age| running.press(key, age));
    }

    /// Another process is in the foreground of the session.
    pub fn foreground(&self, session: &str, command: &str) {
        self.run_on(session, |running, _| running.name(command));
    }

    /// A chat is in an error that it cannot leave: it shows no composer, and takes nothing.
    pub fn lose_program(&self, session: &str) {
        self.run_on(session, |running, _| running.lose(true));
    }

    /// So many more submits are lost; the draft stays in the composer.
    pub fn swallow(&self, session: &str, count: u32) {
        self.run_on(session, |running, _| running.swallow(count));
    }

    /// Whatever was wrong with the program is over: no limit, no error, no key lost, no end by itself.
    pub fn sober(&self, session: &str) {
        self.run_on(session, |running, _| {
            running.lose(false);
            running.swallow(0);
            running.refuse(None);
            running.stay();
        });
    }

    /// Whether a person could begin a line of their own there.
    #[must_use]
    pub fn has_empty_composer(&self, session: &str) -> bool {
        let mut empty = false;
        self.run_on(session, |running, age| empty = running.has_empty_composer(age));
        empty
    }

    /// What stands in a composer, and was not sent.
    #[must_use]
    pub fn unsent(&self, session: &str) -> String {
        let mut unsent = String::new();
        self.run_on(session, |running, _| running.unsent().clone_into(&mut unsent));
        unsent
    }

    pub(super) fn run_on(&self, session: &str, act: impl FnOnce(&mut Running, Duration)) {
        let mut inner = self.lock();
        let now = inner.now;
        let Some(found) = inner.server.as_mut().and_then(|server| server.session(session)) else {
            return;
        };
        let age = found.age(now);
        act(&mut found.running, age);
        inner.refresh();
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Chat, Program};
    use super::*;
    use agents_names::SessionName;

    #[test]
    fn a_live_program_prints_works_and_refuses() {
        let world = World::new();
        let name = SessionName::new("a").unwrap();
        world.program(&name, Program::chat(Chat::default()));
        world.strange_session(&name);
        world.print("a", "hello");
        assert!(world.shown("a").unwrap().starts_with("hello\n"));
        world.work("a", Duration::from_secs(5));
        assert!(world.shown("a").unwrap().contains("esc to interrupt"));
        world.advance(Duration::from_secs(6));
        assert!(world.shown("a").unwrap().contains("done."));
        world.refuse("a", Some("limit reached"), Duration::from_secs(60));
        assert!(world.shown("a").unwrap().contains("limit reached"));
        world.clear("a");
        assert!(!world.shown("a").unwrap().contains("limit reached"));
        world.foreground("a", "other");
        assert_eq!(world.panes()[0].command, "other");
    }
}
