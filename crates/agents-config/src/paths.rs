//! Which absolute path does a path of the file mean?

use std::path::{Component, Path, PathBuf};

/// Why a path of the file has no meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PathFault {
    /// `~` with no home folder known.
    NoHome,
    /// `~name`.
    OtherHome,
}

/// `text` made absolute: `~` is the home folder, anything else relative starts from `root`.
pub(crate) fn resolve(text: &str, root: &Path, home: Option<&Path>) -> Result<PathBuf, PathFault> {
    let path = match text.strip_prefix('~') {
        None => root.join(text),
        Some("") => home.ok_or(PathFault::NoHome)?.to_owned(),
        Some(rest) => match rest.strip_prefix('/') {
            // A join with `/x` would drop the home.
            Some(below) => home.ok_or(PathFault::NoHome)?.join(below.trim_start_matches('/')),
            None => return Err(PathFault::OtherHome),
        },
    };
    Ok(without_dots(&path))
}

/// The path without `.` parts and doubled slashes. `..` stays: behind a symbolic link it is not the parent by name.
fn without_dots(path: &Path) -> PathBuf {
    path.components().filter(|part| !matches!(part, Component::CurDir)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_home_absolute_or_below_the_root() {
        let cases = [
            (".", "/root"),
            ("", "/root"),
            ("a/./b//c", "/root/a/b/c"),
            ("../a", "/root/../a"),
            ("/abs", "/abs"),
            ("~", "/home/me"),
            ("~/x", "/home/me/x"),
            ("~//x", "/home/me/x"),
            ("a~", "/root/a~"),
        ];
        for (text, expected) in cases {
            let found = resolve(text, Path::new("/root"), Some(Path::new("/home/me")));
            assert_eq!(found.as_deref(), Ok(Path::new(expected)), "{text}");
        }
    }

    #[test]
    fn a_home_that_is_not_known_is_a_fault() {
        assert_eq!(resolve("~/x", Path::new("/root"), None), Err(PathFault::NoHome));
        let home = Some(Path::new("/home/me"));
        assert_eq!(resolve("~ann/x", Path::new("/root"), home), Err(PathFault::OtherHome));
    }
}
