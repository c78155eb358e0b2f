//! Who is told when something needs a person, by which way, and how often at most?

use std::time::Duration;

use crate::Secret;

/// The `[notify]` table. Without targets nobody is told.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Notify {
    /// What happens within it after the first event goes out as one message.
    pub group: Duration,
    /// Messages to one target within an hour; what comes after them waits.
    pub rate: u32,
    /// How often a message that did not get through is tried again before it is given up.
    pub retries: u32,
    /// In the order of the file.
    pub to: Vec<NotifyTarget>,
}

/// One receiver.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct NotifyTarget {
    /// Unique in the file.
    pub name: String,
    pub channel: Channel,
    /// What it is told of.
    pub events: Vec<NotifyEvent>,
}

impl NotifyTarget {
    /// Whether it is to hear of that event.
    #[must_use]
    pub fn hears(&self, event: NotifyEvent) -> bool {
        self.events.contains(&event)
    }
}

/// The way to a receiver.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Channel {
    /// A shell command line that gets the message as JSON on its standard input.
    Command { command: String },
    /// A topic of an ntfy server.
    Ntfy { url: Secret, token: Option<Secret> },
    /// An incoming webhook of Slack.
    Slack { url: Secret },
    /// A webhook of Discord.
    Discord { url: Secret },
    /// Any server that takes the message as JSON.
    Webhook { url: Secret, token: Option<Secret> },
}

impl Channel {
    /// Its word in the file.
    #[must_use]
    pub fn kind(&self) -> ChannelKind {
        match self {
            Self::Command { .. } => ChannelKind::Command,
            Self::Ntfy { .. } => ChannelKind::Ntfy,
            Self::Slack { .. } => ChannelKind::Slack,
            Self::Discord { .. } => ChannelKind::Discord,
            Self::Webhook { .. } => ChannelKind::Webhook,
        }
    }
}

/// The kinds of ways, as the file names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelKind {
    Command,
    Ntfy,
    Slack,
    Discord,
    Webhook,
}

impl ChannelKind {
    pub const ALL: [Self; 5] =
        [Self::Command, Self::Ntfy, Self::Slack, Self::Discord, Self::Webhook];

    /// The word in the file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Ntfy => "ntfy",
            Self::Slack => "slack",
            Self::Discord => "discord",
            Self::Webhook => "webhook",
        }
    }
}

/// What somebody can be told of.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum NotifyEvent {
    /// An agent asks a person something.
    Asks,
    /// A provider does not accept an agent's key or login.
    Auth,
    /// A usage window closed that opens again within a day.
    Limited,
    /// A usage window closed that stays closed for longer than a day.
    WeeklyLimit,
    /// Probes did not find a usage window open again.
    LimitStays,
    /// An agent shows an error that it cannot leave.
    Fatal,
    /// An agent ended too often and is only tried now and then.
    Parked,
    /// An agent cannot be started.
    Unstartable,
    /// A message could not be delivered.
    Undelivered,
    /// A program does not end, not even by SIGKILL.
    Survives,
    /// The tmux server of the fleet was lost, or cannot be asked.
    Server,
    /// The handoff between roles does not work.
    Handoff,
    /// The build goes on to another phase.
    Phase,
    /// The last phase is done.
    Complete,
    /// The config file does not load, and the last good one stays in force.
    ConfigBroken,
    /// The store cannot be used or the disk is full, and nothing is done.
    Store,
    /// Any other alarm.
    Other,
}

impl NotifyEvent {
    pub const ALL: [Self; 17] = [
        Self::Asks,
        Self::Auth,
        Self::Limited,
        Self::WeeklyLimit,
        Self::LimitStays,
        Self::Fatal,
        Self::Parked,
        Self::Unstartable,
        Self::Undelivered,
        Self::Survives,
        Self::Server,
        Self::Handoff,
        Self::Phase,
        Self::Complete,
        Self::ConfigBroken,
        Self::Store,
        Self::Other,
    ];

    /// The word in the file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asks => "asks",
            Self::Auth => "auth",
            Self::Limited => "limited",
            Self::WeeklyLimit => "weekly-limit",
            Self::LimitStays => "limit-stays",
            Self::Fatal => "fatal",
            Self::Parked => "parked",
            Self::Unstartable => "unstartable",
            Self::Undelivered => "undelivered",
            Self::Survives => "survives",
            Self::Server => "server",
            Self::Handoff => "handoff",
            Self::Phase => "phase",
            Self::Complete => "complete",
            Self::ConfigBroken => "config-broken",
            Self::Store => "store",
            Self::Other => "other",
        }
    }

    /// Whether a target that names no events hears of it: what goes on by itself needs nobody.
    #[must_use]
    pub fn is_told_unasked(self) -> bool {
        match self {
            Self::Limited | Self::Phase => false,
            Self::Asks
            | Self::Auth
            | Self::WeeklyLimit
            | Self::LimitStays
            | Self::Fatal
            | Self::Parked
            | Self::Unstartable
            | Self::Undelivered
            | Self::Survives
            | Self::Server
            | Self::Handoff
            | Self::Complete
            | Self::ConfigBroken
            | Self::Store
            | Self::Other => true,
        }
    }
}
