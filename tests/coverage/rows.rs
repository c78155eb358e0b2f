//! Which faults and threats are there? One row each; those that the first release must withstand are marked.

/// A row of the page.
pub struct Row {
    /// `F`, `K` or `S`, and the number.
    pub id: &'static str,
    /// Whether the first release must hold it, shown by a test.
    pub must: bool,
    /// What happens.
    pub what: &'static str,
}

const fn must(id: &'static str, what: &'static str) -> Row {
    Row { id, must: true, what }
}

const fn may(id: &'static str, what: &'static str) -> Row {
    Row { id, must: false, what }
}

/// All rows, in the order of the page.
pub const ROWS: &[(&str, &[Row])] = &[
    ("Agents and the tmux server", SERVER),
    ("Judging agents", JUDGING),
    ("Messages", MESSAGES),
    ("The watchdog, its store, its config, its machine", WATCHDOG),
    ("Where the watchdog is killed", KILLS),
    ("Threats", THREATS),
];

const SERVER: &[Row] = &[
    must("F1", "an agent ends, crashes or is killed"),
    must("F2", "an agent crashes again and again"),
    must("F3", "an agent is invisible for one look"),
    must("F4", "the tmux server is lost"),
    must("F5", "the tmux server does not answer"),
    must("F6", "descriptors or processes run out"),
    must("F7", "other fleets and a person's own sessions on the machine"),
    must("F8", "the socket is deleted while the server lives"),
    may("F9", "another tmux server is reached"),
    must("F10", "tmux answers with an error that says nothing"),
    may("F11", "a start right after the end of the last session"),
    must("F12", "processes outlive the end of their agent"),
    may("F13", "a process that has ended and that nobody has waited for"),
    may("F14", "the number of a process is given out again"),
    may("F15", "a folder or a prompt is missing"),
    must("F16", "the session lives and its agent does not"),
    may("F17", "an agent is not ready yet"),
    may("F18", "another program than the backend's runs in the pane"),
    may("F19", "a signal stops the program of an agent"),
];

const JUDGING: &[Row] = &[
    must("F20", "a program draws its screen in another way than before"),
    must("F21", "an agent works without output"),
    must("F22", "an agent says that it waits"),
    may("F23", "the words of a promise are quoted"),
    must("F24", "an agent ends or looks stalled inside a usage window"),
    must("F25", "a text looks like the banner of a limit and is none"),
    may("F26", "a reset time can be read in several ways"),
    may("F27", "a limit ends early"),
    may("F28", "a text looks like a fatal error and is none"),
    must("F29", "many agents are to be restarted at one look"),
];

const MESSAGES: &[Row] = &[
    must("F30", "several senders write to one agent"),
    must("F31", "a program swallows the submit key, or takes it for a new line"),
    must("F32", "the pane is scrolled, or a person types"),
    must("F33", "a dialog is on the screen"),
    must("F34", "the agent is gone and a shell is in its place"),
    may("F35", "the agent is at work"),
    may("F36", "a message that is long, or full of signs"),
    must("F37", "a push while the watchdog or the agent is down"),
    may("F38", "history is rewritten, a branch renamed, a fetch fails or hangs"),
    may("F39", "an inbox gets the same content again"),
];

const WATCHDOG: &[Row] = &[
    must("F40", "the watchdog is killed, anywhere"),
    must("F41", "the store is torn, short or empty"),
    must("F42", "the watchdog is killed while a phase changes"),
    may("F43", "the phase that is remembered is not in the file"),
    may("F44", "the state is readable and of another shape"),
    must("F45", "the disk is full"),
    may("F46", "an agent prints without end"),
    must("F47", "the config is half written, broken, huge, a pipe, or gone"),
    may("F48", "agents leave the config, or change their names"),
    may("F49", "editors save in different ways"),
    must("F50", "two watchdogs"),
    must("F51", "verbs at the same time"),
    may("F52", "the wall clock jumps"),
    may("F53", "the terminal is closed"),
    may("F54", "its user logs out"),
    may("F55", "the machine is switched off and on"),
    may("F56", "the system ends an agent for its memory"),
    may("F57", "a process cannot be started"),
    may("F58", "tmux is missing, too old, or replaced under a living server"),
    may("F59", "something slow delays the rest"),
    may("F60", "the watchdog hangs"),
];

const KILLS: &[Row] = &[
    may("K1", "after the config was read"),
    may("K2", "after a limit was seen, before it is stored"),
    may("K3", "after a hold was stored, before the probe"),
    may("K4", "after a probe was typed, before it is submitted"),
    may("K5", "after a stall was judged, before the restart"),
    may("K6", "after a session was ended, before its successor starts"),
    may("K7", "after a start was asked for, before its answer"),
    may("K8", "after a start, before the kickoff"),
    may("K9", "after a push was seen, before the message"),
    may("K10", "after a message, before that is recorded"),
    may("K11", "after a phase was done, before it is recorded"),
    may("K12", "while the phase is recorded"),
    may("K13", "after the phase was recorded, before its agents start"),
    may("K14", "around the mark of the end"),
    may("K15", "while the agents of the last phase are ended"),
    may("K16", "after a wake was due, before it is typed"),
    may("K17", "while `up` starts one agent after the other"),
    may("K18", "while `down` ends one agent after the other"),
];

const THREATS: &[Row] = &[
    must("S1", "a text becomes a tmux format"),
    must("S2", "a text leaves its quotes in a shell"),
    must("S3", "a final `;`, a leading `-`"),
    must("S4", "control bytes in a message"),
    must("S5", "a text at the wrong pane"),
    must("S6", "an agent reaches the fleet's server by accident"),
    must("S7", "a shell that was left behind runs a message"),
    must("S8", "an agent speaks to another through commits, inboxes or titles"),
    must("S9", "a text freezes its agent"),
    must("S10", "a text harms a sibling, or restarts its agent without end"),
    may("S11", "progress is faked in the status file"),
    must("S12", "an agent's text reaches the operator's terminal"),
    may("S13", "the attached terminal obeys an agent"),
    must("S14", "others read logs, prompts, state, keys"),
    must("S15", "a planted link or folder"),
    may("S16", "a name leads out of its folder"),
    must("S17", "a config of a repository runs code"),
    must("S18", "a repository's settings and hooks run when it is looked at"),
    may("S19", "a program from a poisoned PATH"),
    may("S20", "a pattern that explodes"),
    may("S21", "a flood of output"),
    may("S22", "another user speaks to the reports' socket"),
    may("S23", "a process id or file is exchanged between look and act"),
    must("S24", "a web page reaches a dashboard"),
    may("S25", "the environment leaks to agents"),
    may("S26", "the supply chain of the program"),
    may("S27", "bugs of old tmux versions"),
];
