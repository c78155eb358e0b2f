//! What does the file say of notifications, before any default?

use crate::entry::{Entry, Field, Rows};
use crate::problem::Span;
use crate::reader::{Reader, Table};
use crate::schema::{Property, table_schema};
use crate::value::{Count, Filled, Hidden, Seconds};
use crate::{ChannelKind, NotifyEvent};

table! {
    /// Who is told when something needs a person. The watchdog sends; what it could not send yet is kept in the store.
    RawNotify {
        /// What happens within it after the first event goes out as one message. Default `20s`.
        "group" => group: Field<Seconds>,
        /// How many messages a target gets within an hour; what comes after them waits. Default `20`.
        "rate" => rate: Field<Count>,
        /// How often a message that did not get through is tried again, with growing pauses; twelve take an hour. Default `12`.
        "retries" => retries: Field<Count>,
        /// The targets.
        "to" => to: Rows<RawNotifyTarget>,
    }
}

table! {
    /// One receiver of notifications.
    RawNotifyTarget {
        /// Its name, for `agents notify test NAME` and the log. Default: its kind.
        "name" => name: Field<Filled>,
        /// The way to it: `command`, `ntfy`, `slack`, `discord` or `webhook`.
        required "kind" => kind: Field<ChannelKind>,
        /// With `command`: a shell command line; it gets the message as JSON on its standard input.
        "command" => command: Field<Filled>,
        /// Where to, for all kinds but `command`: the address itself, `env:NAME` for a variable of the watchdog's environment, or `file:PATH`. It is never shown.
        "url" => url: Field<Hidden>,
        /// With `ntfy` and `webhook`: a bearer token, written as `url` is. It is never shown.
        "token" => token: Field<Hidden>,
        /// What it is told of. Default: all but `limited` and `phase`.
        "events" => events: Field<Vec<NotifyEvent>>,
    }
}
