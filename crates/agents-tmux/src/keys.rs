//! Which variables of the environment hold a key, so that a tmux server, which shows its environment to whoever asks, must not have them?

/// Whether a variable holds a key, a token or a password, by its name or by how its value looks.
///
/// In doubt it does: what is taken for a key reaches the agents in another way.
#[must_use]
pub fn is_key(name: &str, value: &str) -> bool {
    const NAMES: [&str; 6] = ["KEY", "TOKEN", "SECRET", "PASSW", "CREDENTIAL", "WEBHOOK"];
    const VALUES: [&str; 10] =
        ["sk-", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "AKIA", "AIza"];
    let name = name.to_ascii_uppercase();
    let is_named = NAMES.iter().any(|word| name.contains(word));
    is_named || VALUES.iter().any(|start| value.starts_with(start)) || has_password(value)
}

/// `https://user:password@host`
fn has_password(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::is_key;

    #[test]
    fn keys_are_told_by_name_or_by_value() {
        for (name, value) in [
            ("ANTHROPIC_API_KEY", "x"),
            ("npm_token", "x"),
            ("PGPASSWORD", "x"),
            ("AWS_SECRET_ACCESS_KEY", "x"),
            ("HTTPS_PROXY", "http://me:pw@proxy:3128"),
            ("MINE", "sk-ant-api03-x"),
            ("MINE", "ghp_x"),
        ] {
            assert!(is_key(name, value), "{name}");
        }
        for (name, value) in [
            ("PATH", "/bin"),
            ("HOME", "/home/me"),
            ("SSH_AUTH_SOCK", "/tmp/a"),
            ("HTTPS_PROXY", "http://proxy:3128"),
            ("URL", "https://h/a:b@c"),
            ("LANG", "C.UTF-8"),
        ] {
            assert!(!is_key(name, value), "{name}");
        }
    }
}
