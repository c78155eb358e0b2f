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

    /// What asks whether the branch has a pull request, whatever became of it; empty where there is nobody to ask.
    #[must_use]
    pub fn find(self, branch: &str) -> Vec<String> {
        let line = match self {
            Self::Gh => "pr list --head {} --state all --limit 1 --json number,url,state",
            Self::Glab => "mr list --source-branch {} --all --per-page 1 --output json",
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

    /// The pull request of the branch, in the answer to [`Forge::find`].
    #[must_use]
    pub fn found(self, answer: &Value, branch: &str) -> Option<Pull> {
        let mut rows = answer.as_array().into_iter().flatten();
        let (row, number, url) = match self {
            Self::Gh => (rows.next()?, "number", "url"),
            Self::Glab => (rows.next()?, "iid", "web_url"),
            Self::Tea => (rows.find(|row| row["head"] == branch)?, "index", "url"),
            Self::None => return None,
        };
        let url = row[url].as_str().unwrap_or_default().to_owned();
        Some(Pull { forge: self, number: whole(&row[number]), url })
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
        match state.map(str::to_ascii_lowercase).as_deref() {
            Some("open" | "opened" | "locked") => Ok(Fate::Open),
            Some("merged") => Ok(Fate::Merged),
            Some("closed") => Ok(Fate::Closed),
            Some(other) => Err(format!("told the state `{other}`")),
            None => Err("told no state of it".to_owned()),
        }
    }

    /// The one that was just opened, by what the program printed.
    #[must_use]
    pub fn opened(self, printed: &str) -> Pull {
        let words = printed.split_whitespace().rev();
        let url = words.into_iter().find(|word| word.contains("://")).unwrap_or_default();
        let url = url.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '/').to_owned();
        let number = url.rsplit('/').next().and_then(|number| number.parse().ok());
        Pull { forge: self, number, url }
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
                "pr list --head fix/issue-3 --state all --limit 1 --json number,url,state",
                "pr create --head fix/issue-3 --base main --title fix: Issue #3 --body Closes #3\n",
                "pr view 7 --json state",
            ]
        );
        assert_eq!(
            told(Forge::Glab),
            [
                "mr list --source-branch fix/issue-3 --all --per-page 1 --output json",
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

    #[test]
    fn what_each_answers_is_read() {
        let gh = json!([{ "number": 7, "url": "u/7", "state": "OPEN" }]);
        let glab = json!([{ "iid": 7, "web_url": "u/7", "state": "opened" }]);
        let tea = json!([{ "index": "9", "head": "other", "state": "open", "url": "u/9" },
                         { "index": "7", "head": "b", "state": "merged", "url": "u/7" }]);
        for (forge, answer) in [(Forge::Gh, &gh), (Forge::Glab, &glab), (Forge::Tea, &tea)] {
            let found = forge.found(answer, "b").unwrap();
            assert_eq!((found.forge, found.number, found.url.as_str()), (forge, Some(7), "u/7"));
            assert_eq!(forge.found(&json!([]), "b"), None);
        }
        assert_eq!(Forge::Tea.found(&tea, "nobody"), None);
        assert_eq!(Forge::Tea.fate(&tea, Some(7), "b"), Ok(Fate::Merged));
        assert_eq!(Forge::Tea.fate(&tea, Some(9), "other"), Ok(Fate::Open));
        assert!(Forge::Tea.fate(&tea, Some(8), "b").is_err());
        for (word, fate) in
            [("OPEN", Fate::Open), ("merged", Fate::Merged), ("Closed", Fate::Closed)]
        {
            assert_eq!(Forge::Gh.fate(&json!({ "state": word }), Some(7), "b"), Ok(fate));
        }
        assert_eq!(Forge::Glab.fate(&json!({ "state": "opened" }), None, "b"), Ok(Fate::Open));
        assert!(Forge::Gh.fate(&json!({ "state": "DRAFT?" }), None, "b").is_err());
    }

    #[test]
    fn a_new_one_is_known_by_the_address_that_was_printed() {
        let printed =
            "Creating merge request\n!7 fix\n https://gitlab.example/g/p/-/merge_requests/7\n";
        let pull = Forge::Glab.opened(printed);
        assert_eq!(pull.number, Some(7));
        assert_eq!(pull.url, "https://gitlab.example/g/p/-/merge_requests/7");
        assert_eq!(
            Forge::Tea.opened("# 12 Mend (open)\n\nhttps://h/o/p/pulls/12").number,
            Some(12)
        );
        assert_eq!(Forge::Gh.opened("nothing").number, None);
    }
}
