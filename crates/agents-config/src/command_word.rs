//! Which program does a shell command line start first, as far as its text tells?

#[cfg(test)]
mod tests;

/// Words that the shell carries out itself, or that begin a construct: what they start cannot be told from one word.
const OF_THE_SHELL: &[&str] = &[
    "!", ".", ":", "[", "[[", "alias", "bg", "break", "builtin", "case", "cd", "coproc",
    "continue", "declare", "do", "done", "echo", "elif", "else", "esac", "eval", "exit", "export",
    "false", "fc", "fg", "fi", "for", "function", "getopts", "hash", "if", "in", "jobs", "kill",
    "let", "local", "popd", "printf", "pushd", "pwd", "read", "readonly", "return", "select",
    "set", "shift", "shopt", "source", "test", "then", "time", "times", "trap", "true", "type",
    "typeset", "ulimit", "umask", "unalias", "unset", "until", "wait", "while",
];

/// The name or path of the program that `line` starts first; `None` when that cannot be told.
///
/// Assignments before it are skipped, and so are `exec`, `command` and `env X=y`. A leading `~/` stays as it is.
pub(crate) fn of(line: &str) -> Option<String> {
    // A program before `||` may well be missing: that is what the rest of the line is for.
    if line.contains("||") {
        return None;
    }
    let mut words = Words { rest: line };
    let mut is_env = false;
    let mut prefix = None;
    loop {
        let word = match words.next_word()? {
            Word::Assignment(name) if name == "PATH" => return None,
            Word::Assignment(_) => continue,
            Word::Plain(word) => word,
        };
        match (prefix, word.as_str()) {
            (_, "exec" | "command") if !is_env => prefix = Some(()),
            (_, "env") => (prefix, is_env) = (Some(()), true),
            (Some(()), "-u") if is_env => drop(words.next_word()?),
            (Some(()), option) if option.starts_with('-') => return None,
            (_, word) if OF_THE_SHELL.contains(&word) && !is_env => return None,
            _ => return Some(word),
        }
    }
}

/// A word that has one meaning whatever the environment holds.
enum Word {
    /// `NAME=…`, whose value may be anything.
    Assignment(String),
    Plain(String),
}

/// The words of one simple command, from the left.
struct Words<'a> {
    rest: &'a str,
}

impl Words<'_> {
    /// `None` at the end of the command, and at anything that the shell would expand.
    fn next_word(&mut self) -> Option<Word> {
        self.rest = self.rest.trim_start();
        let (mut word, mut assigned, mut begun) = (String::new(), None, false);
        while let Some(sign) = self.rest.chars().next() {
            if sign.is_whitespace() || matches!(sign, ';' | '&' | '|') {
                break;
            }
            self.skip(sign);
            match sign {
                '\'' => word.push_str(self.single_quoted()?),
                '"' => word.push_str(&self.double_quoted(assigned.is_some())?),
                '\\' => word.push(self.escaped()?),
                '=' if assigned.is_none() && is_name(&word) => assigned = Some(word.clone()),
                '$' | '{' | '}' if assigned.is_some() && !self.rest.starts_with('(') => {}
                '#' if !begun => return None,
                '~' if !begun && !self.rest.starts_with('/') => return None,
                '$' | '`' | '(' | ')' | '<' | '>' | '*' | '?' | '[' | '{' | '}' => return None,
                sign => word.push(sign),
            }
            begun = true;
        }
        match assigned {
            Some(name) => Some(Word::Assignment(name)),
            None => Some(Word::Plain(word)).filter(|_| begun),
        }
    }

    fn skip(&mut self, sign: char) {
        self.rest = self.rest.get(sign.len_utf8()..).unwrap_or_default();
    }

    fn single_quoted(&mut self) -> Option<&str> {
        let (text, rest) = self.rest.split_once('\'')?;
        self.rest = rest;
        Some(text)
    }

    fn double_quoted(&mut self, may_expand: bool) -> Option<String> {
        let mut text = String::new();
        loop {
            let sign = self.rest.chars().next()?;
            self.skip(sign);
            match sign {
                '"' => return Some(text),
                '\\' if self.rest.starts_with(['$', '`', '"', '\\']) => text.push(self.escaped()?),
                '`' => return None,
                '$' if !may_expand || self.rest.starts_with('(') => return None,
                sign => text.push(sign),
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        let sign = self.rest.chars().next()?;
        self.skip(sign);
        // A line that goes on in the next one is rare enough to be left alone.
        (sign != '\n').then_some(sign)
    }
}

/// Whether the text can be the name of a variable.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|sign: char| sign.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
