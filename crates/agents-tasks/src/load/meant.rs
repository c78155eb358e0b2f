//! Which key was likely meant by one that is not known?

/// The reader's message, with the key that was likely meant.
pub(super) fn told(message: &str) -> String {
    match meant(message) {
        Some(key) => format!("{}\ndid you mean `{key}`?", message.trim_end()),
        None => message.to_owned(),
    }
}

/// The known key that differs least from the unknown one; serde names both.
fn meant(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("unknown field `")?;
    let (unknown, rest) = rest.split_once('`')?;
    let known = rest.split('`').skip(1).step_by(2);
    let plain = |key: &str| key.replace(['_', '-'], "").to_lowercase();
    let distance = |key: &&str| strsim::damerau_levenshtein(&plain(unknown), &plain(key));
    let nearest = known.min_by_key(distance)?;
    // Of a short word every letter says much.
    (distance(&nearest) <= unknown.len().div_ceil(4)).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use crate::{Format, load};

    #[test]
    fn a_key_with_a_slip_is_told_with_the_one_that_was_meant() {
        let told = |text: &str, format| load(text, format).unwrap_err().to_string();
        for (text, meant) in [
            ("maxparalel = 2\n[[task]]\nid = \"a\"\n", "maxParallel"),
            ("[[task]]\nid = \"a\"\ndepend_on = []\n", "dependsOn"),
            ("[[task]]\nid = \"a\"\nfile = []\n", "files"),
            ("[[task]]\nid = \"a\"\ntilte = \"x\"\n", "title"),
        ] {
            let said = told(text, Format::Toml);
            assert!(said.ends_with(&format!("did you mean `{meant}`?")), "{said}");
        }
        let said = told("{\"tasks\":[{\"id\":\"a\",\"dependson\":[]}]}", Format::Json);
        assert!(said.ends_with("did you mean `dependsOn`?"), "{said}");
        let said = told("colour = 1\n[[task]]\nid = \"a\"\n", Format::Toml);
        assert!(
            said.contains("unknown field `colour`") && !said.contains("did you mean"),
            "{said}"
        );
    }
}
