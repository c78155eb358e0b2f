//! Which patterns tell the state of the known programs?
//!
//! Written to hold on other screens too: anchored to the signs that a program puts before its own messages, since an
//! answer may quote any phrase. Ready to be copied into an `agents.toml`.

use agents_config::Pattern;

/// The patterns of one program, as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Plan {
    pub backend: &'static str,
    pub active_re: Option<&'static str>,
    pub limit_re: Option<&'static str>,
    pub fatal_re: Option<&'static str>,
}

/// The same, compiled.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    pub active: Option<Pattern>,
    pub limit: Option<Pattern>,
    pub fatal: Option<Pattern>,
}

impl Plan {
    /// The compiled patterns.
    ///
    /// # Errors
    /// The first that is no valid pattern.
    pub fn compile(&self) -> Result<Rules, regex::Error> {
        let compile = |source: Option<&str>| source.map(Pattern::new).transpose();
        Ok(Rules {
            active: compile(self.active_re)?,
            limit: compile(self.limit_re)?,
            fatal: compile(self.fatal_re)?,
        })
    }
}

/// The plan of every program with recorded screens.
pub const PLANS: &[Plan] = &[CODEX, CLAUDE, OPENCODE, PI, GEMINI, QWEN, TUI];

/// Codex writes its own errors after `■`. While an answer streams, only its title shows that it works.
const CODEX: Plan = Plan {
    backend: "codex",
    active_re: Some(r"^\s{0,2}[•◦] [^\n]*\((?:\d+[hms] ?)+ • esc to interrupt\)"),
    limit_re: Some(
        r"^\s*■ (?:you['’](?:ve hit your usage limit|re out of credits)|you hit your spend cap|your workspace is out of credits|quota exceeded|exceeded retry limit, last status: 429|usage limit reached)",
    ),
    fatal_re: Some(
        r"^\s*■ (?:codex ran out of room|unexpected status|the model .* does not exist|stream disconnected|selected model is at capacity|we['’]re currently experiencing)",
    ),
};

const CLAUDE: Plan = Plan {
    backend: "claude",
    active_re: Some(r"^\s*[⏸⏵][^\n]* · esc to interrupt|^\s{0,4}esc to interrupt"),
    limit_re: Some(
        r"^\s*[⎿●⚠]\s*(?:you['’]ve hit your [^\n]*limit|[^\n]{0,24}limit reached|api error: request rejected \(429\)|you['’]re out of usage|your org is out of usage)",
    ),
    fatal_re: Some(
        r"^\s*[⎿●]\s*(?:api error:|there['’]s an issue with the selected model|credit balance (?:is )?too low|prompt is too long)",
    ),
};

/// OpenCode retries by itself, for ever, and says so in the row that otherwise shows only that it works.
const OPENCODE: Plan = Plan {
    backend: "opencode",
    active_re: Some(r"[■⬝]\s+esc interrupt|overloaded[^\n]*\[retrying"),
    limit_re: Some(
        r"(?:usage limit|rate limit|free limit|go limit|quota|too many requests)[^\n]*\[retrying",
    ),
    fatal_re: Some(r"^\s*┃\s+(?:incorrect api key|the model `[^`]*` does not exist)"),
};

/// Pi prints the provider's answer as it came.
const PI: Plan = Plan {
    backend: "pi",
    active_re: Some(r"^── \S Working ─|Error: 5\d\d:[^─]*── \S Retrying "),
    limit_re: Some(r"^\s*Error: (?:Retry failed after \d+ attempts: )?429:"),
    fatal_re: Some(r"^\s*Error: (?:Retry failed after \d+ attempts:|40[0-4]:)"),
};

const GEMINI: Plan = Plan {
    backend: "gemini",
    active_re: Some(r"^\s*[\u2800-\u28ff] [^\n]*\(esc to cancel, \d"),
    limit_re: Some(r"^\s*│?\s*usage limit reached for "),
    fatal_re: None,
};

/// Qwen retries by itself, and shows nothing of it.
const QWEN: Plan = Plan {
    backend: "qwen",
    active_re: Some(r"\((?:\d+[hms] ?)+ · (?:[^\n)]* · )?esc to cancel\)"),
    limit_re: None,
    fatal_re: None,
};

/// A full-screen program whose footer lingers after a turn, with unanchored patterns as most configs have.
const TUI: Plan = Plan {
    backend: "tui",
    active_re: Some(
        r"esc interrupt|thinking|inferring|running tool|preparing patch|reading|searching",
    ),
    limit_re: Some(r"usage limit|limit reached|(?:reached|hit) your .*limit"),
    fatal_re: None,
};
