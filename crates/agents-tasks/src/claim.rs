//! Can two tasks write to the same file?

/// A file, a folder or a glob that a task writes to, relative to the root of the repository.
///
/// `*` and `?` stand for characters within one name, `**` for any number of folders. What may be a folder by its name,
/// one that has no `.` behind its first character, claims all below it too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    text: String,
    parts: Vec<String>,
}

/// Why a text claims nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    #[error("it is empty: name a file, a folder or a glob in the repository")]
    Empty,
    #[error("`{0}` is absolute: write it relative to the root of the repository")]
    Absolute(String),
    #[error("`{0}` leads out of the repository")]
    Outside(String),
}

impl Claim {
    /// # Errors
    /// What is empty, absolute or leads out of the repository claims nothing in it.
    pub fn new(text: &str) -> Result<Self, ClaimError> {
        let text = text.trim();
        if text.starts_with('/') || text.starts_with('~') {
            return Err(ClaimError::Absolute(text.to_owned()));
        }
        let mut parts: Vec<String> = Vec::new();
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." if parts.pop().is_none() => return Err(ClaimError::Outside(text.to_owned())),
                ".." => {}
                part => parts.push(part.to_owned()),
            }
        }
        if text.is_empty() {
            return Err(ClaimError::Empty);
        }
        let may_be_folder = parts.last().is_none_or(|name| !name.chars().skip(1).any(|c| c == '.'));
        if may_be_folder || text.ends_with('/') {
            parts.push("**".to_owned());
        }
        Ok(Self { text: text.to_owned(), parts })
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether some path is claimed by both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        meet(&self.parts, &other.parts)
    }
}

impl std::fmt::Display for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether some path is matched by both lists of names.
fn meet(one: &[String], other: &[String]) -> bool {
    // `reached[i][j]`: some path is matched by the first `i` names of the one and the first `j` of the other.
    let mut reached = vec![vec![false; other.len() + 1]; one.len() + 1];
    for i in 0..=one.len() {
        for j in 0..=other.len() {
            reached[i][j] = (i == 0 && j == 0)
                || (i > 0 && any_depth(&one[i - 1]) && reached[i - 1][j])
                || (j > 0 && any_depth(&other[j - 1]) && reached[i][j - 1])
                || (i > 0 && j > 0 && both_go_on(&one[i - 1], &other[j - 1], &reached, i, j));
        }
    }
    reached[one.len()][other.len()]
}

/// Whether one more name of the path is matched by both.
fn both_go_on(one: &str, other: &str, reached: &[Vec<bool>], i: usize, j: usize) -> bool {
    match (any_depth(one), any_depth(other)) {
        (false, false) => reached[i - 1][j - 1] && names_meet(one, other),
        // `**` takes the name that the other gives, and may take more.
        (true, false) => reached[i][j - 1],
        (false, true) => reached[i - 1][j],
        (true, true) => reached[i - 1][j - 1],
    }
}

fn any_depth(name: &str) -> bool {
    name == "**"
}

/// Whether some name is matched by both patterns.
fn names_meet(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut reached = vec![vec![false; other.len() + 1]; one.len() + 1];
    for i in 0..=one.len() {
        for j in 0..=other.len() {
            reached[i][j] = (i == 0 && j == 0)
                || (i > 0 && one[i - 1] == '*' && reached[i - 1][j])
                || (j > 0 && other[j - 1] == '*' && reached[i][j - 1])
                || (i > 0 && j > 0 && letters_meet(one[i - 1], other[j - 1], &reached, i, j));
        }
    }
    reached[one.len()][other.len()]
}

fn letters_meet(one: char, other: char, reached: &[Vec<bool>], i: usize, j: usize) -> bool {
    match (one, other) {
        ('*', '*') => reached[i - 1][j - 1],
        ('*', _) => reached[i][j - 1],
        (_, '*') => reached[i - 1][j],
        (one, other) => reached[i - 1][j - 1] && (one == other || one == '?' || other == '?'),
    }
}

#[cfg(test)]
mod tests;
