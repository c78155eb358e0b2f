//! How is each forge's program asked for a pull request, and what does it answer?
//!
//! Words of the programs: `gh pr`, `glab mr`, `tea pulls`. What they print is JSON where they can; a new one is known by the last address they print.

use serde_json::Value;

use crate::errand::Fate;
use crate::progress::Pull;

/// By which program a pull request is opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Forge {
    /// GitHub's.
    Gh,
    /// GitLab's.
    Glab,
    /// That of Gitea and Forgejo.
    Tea,
    /// None is opened; the branch is pushed.
    #[default]
    None,
}

/// A pull request that is to be opened.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub branch: &'a str,
    pub base: &'a str,
    pub title: &'a str,
    pub body: &'a str,
}

impl Forge {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::None, Self::Gh, Self::Glab, Self::Tea];

    /// The word for it in a manifest, and its program.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Gh => "gh",
            Self::Glab => "glab",
            Self::Tea => "tea",
            Self::None => "none",
        }
    }

    /// What asks which pull requests the branch has and had, whatever became of them; empty where there is nobody to ask.
    #[must_use]
    pub fn find(self, branch: &str) -> Vec<String> {
        let line = match self {
            Self::Gh => {
                "pr list --head {} --state all --limit 30 --json number,url,state,headRefOid,isCrossRepository"
            }
            Self::Glab => "mr list --source-branch {} --all --per-page 30 --output json",
            // It has no filter for branches, so it tells the newest so many.
            Self::Tea => {
                "pulls list --state all --limit 200 --fields index,head,state,url --output json"
            }
            Self::None => "",
        };
        words(line, &[branch])
    }

    /// What opens it.
    #[must_use]
    pub fn open(self, it: Request<'_>) -> Vec<String> {
        let line = match self {
            Self::Gh => "pr create --head {} --base {} --title {} --body {}",
            Self::Glab => {
                "mr create --source-branch {} --target-branch {} --title {} --description {} --no-editor --yes"
            }
            Self::Tea => "pulls create --head {} --base {} --title {} --description {}",
            Self::None => "",
        };
        words(line, &[it.branch, it.base, it.title, it.body])
    }

    /// What asks how the one of that number, or of that branch, stands.
    #[must_use]
    pub fn look(self, number: Option<u64>, branch: &str) -> Vec<String> {
        let which = number.map_or_else(|| branch.to_owned(), |number| number.to_string());
        match self {
            Self::Gh => words("pr view {} --json state", &[&which]),
            Self::Glab => words("mr view {} --output json", &[&which]),
            Self::Tea | Self::None => self.find(branch),
        }
    }

    /// The pull request of what was pushed, in the answer to [`Forge::find`]: one of that branch that is open, or one that
    /// ended with that very commit. The name of a branch may have served before, and another fork may use it too.
    ///
    /// # Errors
    /// What it says instead of a list.
    pub fn found(self, answer: &Value, pushed: Pushed<'_>) -> Result<Option<Pull>, String> {
        if self == Self::None || answer.is_null() {
            return Ok(None);
        }
        let rows = answer.as_array().ok_or("answered no list")?;
        let (mut open, mut ended) = (None, None);
        for row in rows.iter().filter(|row| self.is_of(row, pushed.branch)) {
            let fate = state(row["state"].as_str())?;
            let pull = self.pull(row);
            let is_known = pull.number.is_some() && pull.number == pushed.known;
            let is_same = match self {
                Self::Gh => row["headRefOid"] == pushed.head,
                Self::Glab => row["sha"] == pushed.head,
                // It tells no commit.
                Self::Tea | Self::None => is_known,
            };
            match fate {
                Fate::Open => open = open.or(Some(pull)),
                Fate::Merged if is_same => ended = ended.or(Some(pull)),
                // Since then somebody asked for another round.
                Fate::Closed if is_known => {}
                Fate::Closed if is_same => ended = ended.or(Some(pull)),
                Fate::Merged | Fate::Closed => {}
            }
        }
        Ok(open.or(ended))
    }

    /// Whether the row is about that branch of this very repository.
    fn is_of(self, row: &Value, branch: &str) -> bool {
        match self {
            Self::Gh => row["isCrossRepository"] != true,
            Self::Glab => row["source_project_id"] == row["target_project_id"],
            // It writes `owner:branch` where it is one of another repository.
            Self::Tea => row["head"] == branch,
            Self::None => false,
        }
    }

    fn pull(self, row: &Value) -> Pull {
        let (number, url) = match self {
            Self::Gh => ("number", "url"),
            Self::Glab => ("iid", "web_url"),
            Self::Tea | Self::None => ("index", "url"),
        };
        let url = row[url].as_str().unwrap_or_default().to_owned();
        Pull { forge: self, number: whole(&row[number]), url }
    }

    /// What became of it, by the answer to [`Forge::look`].
    ///
    /// # Errors
    /// What it says instead.
    pub fn fate(self, answer: &Value, number: Option<u64>, branch: &str) -> Result<Fate, String> {
        let state = match self {
            Self::Gh | Self::Glab => answer["state"].as_str(),
            Self::Tea => {
                let mut rows = answer.as_array().into_iter().flatten();
                let is_it = |row: &&Value| match number {
                    Some(number) => whole(&row["index"]) == Some(number),
                    None => row["head"] == branch,
                };
                rows.find(is_it).and_then(|row| row["state"].as_str())
            }
            Self::None => None,
        };
        self::state(state)
    }

    /// The one that was just opened, by what the program printed: the last address of one.
    ///
    /// # Errors
    /// When it printed none, whatever else it said.
    pub fn opened(self, printed: &str) -> Result<Pull, String> {
        let kind = match self {
            Self::Gh => "pull",
            Self::Glab => "merge_requests",
            Self::Tea | Self::None => "pulls",
        };
        let pull = |word: &str| {
            let url = word.get(word.find("http")?..)?;
            let url = url.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '/');
            let mut parts = url.rsplit('/');
            let number = parts.next()?.parse().ok()?;
            let is_one = parts.next() == Some(kind) && url.contains("://");
            is_one.then(|| Pull { forge: self, number: Some(number), url: url.to_owned() })
        };
        let mut words = printed.split_whitespace().rev();
        words.find_map(pull).ok_or_else(|| "printed no address of a pull request".to_owned())
    }
}

/// What was pushed, and what is known of its pull request.
#[derive(Debug, Clone, Copy)]
pub struct Pushed<'a> {
    pub branch: &'a str,
    /// The commit that the branch leads to.
    pub head: &'a str,
    /// The number of the one that an earlier attempt opened.
    pub known: Option<u64>,
}

fn state(word: Option<&str>) -> Result<Fate, String> {
    match word.map(str::to_ascii_lowercase).as_deref() {
        Some("open" | "opened" | "locked") => Ok(Fate::Open),
        Some("merged") => Ok(Fate::Merged),
        Some("closed") => Ok(Fate::Closed),
        Some(other) => Err(format!("told the state `{other}`")),
        None => Err("told no state of it".to_owned()),
    }
}

/// The words of a line; each slot is one word, whatever it is filled with.
fn words(line: &str, slots: &[&str]) -> Vec<String> {
    let mut slots = slots.iter();
    let fill = |word: &str| match word {
        "{}" => slots.next().copied().unwrap_or_default().to_owned(),
        word => word.to_owned(),
    };
    line.split(' ').filter(|word| !word.is_empty()).map(fill).collect()
}

/// `tea` writes its numbers as texts.
fn whole(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim_start_matches('#').parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ASKED: Request<'_> = Request {
        branch: "fix/issue-3",
        base: "main",
        title: "fix: Issue #3",
        body: "Closes #3\n",
    };

    /// The ways of each program, as its own help writes them.
    #[test]
    fn each_program_is_asked_in_its_own_words() {
        let told = |forge: Forge| {
            let (find, open) = (forge.find("fix/issue-3"), forge.open(ASKED));
            [find.join(" "), open.join(" "), forge.look(Some(7), "fix/issue-3").join(" ")]
        };
        assert_eq!(
            told(Forge::Gh),
            [
                "pr list --head fix/issue-3 --state all --limit 30 --json number,url,state,headRefOid,isCrossRepository",
                "pr create --head fix/issue-3 --base main --title fix: Issue #3 --body Closes #3\n",
                "pr view 7 --json state",
            ]
        );
        assert_eq!(
            told(Forge::Glab),
            [
                "mr list --source-branch fix/issue-3 --all --per-page 30 --output json",
                "mr create --source-branch fix/issue-3 --target-branch main --title fix: Issue #3 --description Closes #3\n --no-editor --yes",
                "mr view 7 --output json",
            ]
        );
        let list = "pulls list --state all --limit 200 --fields index,head,state,url --output json";
        assert_eq!(
            told(Forge::Tea),
            [
                list,
                "pulls create --head fix/issue-3 --base main --title fix: Issue #3 --description Closes #3\n",
                list,
            ]
        );
        assert_eq!(told(Forge::None), ["", "", ""]);
    }

    const PUSHED: Pushed<'_> = Pushed { branch: "b", head: "c1", known: None };

    fn found(forge: Forge, answer: &Value) -> Option<u64> {
        forge.found(answer, PUSHED).unwrap().and_then(|pull| pull.number)
    }

    #[test]
    fn what_each_answers_is_read() {
        let gh = json!([{ "number": 7, "url": "u/7", "state": "OPEN" }]);
        let glab = json!([{ "iid": 7, "web_url": "u/7", "state": "opened" }]);
        let tea = json!([{ "index": "9", "head": "other", "state": "open", "url": "u/9" },
                         { "index": "8", "head": "fork:b", "state": "open", "url": "u/8" },
                         { "index": "7", "head": "b", "state": "open", "url": "u/7" }]);
        for (forge, answer) in [(Forge::Gh, &gh), (Forge::Glab, &glab), (Forge::Tea, &tea)] {
            let pull = forge.found(answer, PUSHED).unwrap().unwrap();
            assert_eq!((pull.forge, pull.number, pull.url.as_str()), (forge, Some(7), "u/7"));
            assert_eq!(forge.found(&json!([]), PUSHED), Ok(None));
            assert_eq!(forge.found(&Value::Null, PUSHED), Ok(None));
            for other in [json!({ "message": "Bad credentials" }), json!("no"), json!([{}])] {
                let told = forge.found(&other, PUSHED);
                // A row without a branch is of none.
                assert!(told.is_err() || (forge, told) == (Forge::Tea, Ok(None)), "{other}");
            }
        }
        assert_eq!(Forge::Tea.found(&tea, Pushed { branch: "nobody", ..PUSHED }), Ok(None));
        assert_eq!(Forge::Tea.fate(&tea, Some(7), "b"), Ok(Fate::Open));
        assert!(Forge::Tea.fate(&tea, Some(6), "b").is_err());
        for (word, fate) in
            [("OPEN", Fate::Open), ("merged", Fate::Merged), ("Closed", Fate::Closed)]
        {
            assert_eq!(Forge::Gh.fate(&json!({ "state": word }), Some(7), "b"), Ok(fate));
        }
        assert_eq!(Forge::Glab.fate(&json!({ "state": "opened" }), None, "b"), Ok(Fate::Open));
        assert!(Forge::Gh.fate(&json!({ "state": "DRAFT?" }), None, "b").is_err());
    }

    #[test]
    fn one_of_an_earlier_work_on_a_branch_of_that_name_is_not_that_of_this_one() {
        let gh = |number: u64, state: &str, head: &str, of_fork: bool| json!({ "number": number, "url": "u", "state": state, "headRefOid": head, "isCrossRepository": of_fork });
        let (old, shut) = (gh(3, "MERGED", "c0", false), gh(4, "CLOSED", "c0", false));
        let fork = gh(5, "OPEN", "c0", true);
        let of_before = json!([fork, shut, old]);
        assert_eq!(found(Forge::Gh, &of_before), None);
        assert_eq!(
            found(Forge::Gh, &json!([fork, shut, gh(6, "OPEN", "c0", false), old])),
            Some(6)
        );
        // It was merged or closed before anybody here knew its number.
        assert_eq!(found(Forge::Gh, &json!([old, gh(7, "MERGED", "c1", false)])), Some(7));
        assert_eq!(found(Forge::Gh, &json!([gh(7, "CLOSED", "c1", false), old])), Some(7));
        let again = Pushed { known: Some(7), ..PUSHED };
        let closed = json!([gh(7, "CLOSED", "c1", false)]);
        assert_eq!(Forge::Gh.found(&closed, again), Ok(None), "another round opens another");
        let merged = json!([gh(7, "MERGED", "c0", false)]);
        assert_eq!(Forge::Gh.found(&merged, again), Ok(None), "what came since is not merged");

        let glab = |state: &str, sha: &str, source: u64| json!([{ "iid": 7, "web_url": "u", "state": state, "sha": sha, "source_project_id": source, "target_project_id": 1 }]);
        assert_eq!(found(Forge::Glab, &glab("merged", "c0", 1)), None);
        assert_eq!(found(Forge::Glab, &glab("merged", "c1", 1)), Some(7));
        assert_eq!(found(Forge::Glab, &glab("opened", "c1", 2)), None, "that of a fork");
        let tea = json!([{ "index": "7", "head": "b", "state": "merged", "url": "u" }]);
        assert_eq!(found(Forge::Tea, &tea), None);
        assert_eq!(Forge::Tea.found(&tea, again).unwrap().unwrap().number, Some(7));
    }

    #[test]
    fn a_new_one_is_known_by_the_address_that_was_printed() {
        let printed =
            "Creating merge request\n!7 fix\n https://gitlab.example/g/p/-/merge_requests/7\n";
        let pull = Forge::Glab.opened(printed).unwrap();
        assert_eq!(pull.number, Some(7));
        assert_eq!(pull.url, "https://gitlab.example/g/p/-/merge_requests/7");
        let tea = Forge::Tea.opened("# 12 Mend (open)\n\nhttps://h/o/p/pulls/12").unwrap();
        assert_eq!(tea.number, Some(12));
        let gh = Forge::Gh.opened("opened: <https://ghe.local/o/r/pull/4>.").unwrap();
        assert_eq!((gh.number, gh.url.as_str()), (Some(4), "https://ghe.local/o/r/pull/4"));
        let docs = "ok; see https://docs.github.com/rest/422 for more";
        for nothing in
            ["", "nothing", docs, "https://h/o/r/pull/new", "pull/7", "https://h/o/r/issues/7"]
        {
            assert!(Forge::Gh.opened(nothing).is_err(), "{nothing}");
        }
    }
}
