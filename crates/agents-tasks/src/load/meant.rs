//! Which key was likely meant by one that is not known, or where does it belong?

use serde::de::DeserializeOwned;

use crate::raw::{RawManifest, RawTask};

/// The reader's message, with the key that was likely meant, or the place where such a key belongs.
pub(super) fn told(message: &str) -> String {
    match hint(message) {
        Some(hint) => format!("{}\n{hint}", message.trim_end()),
        None => message.to_owned(),
    }
}

fn hint(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("unknown field `")?;
    let (unknown, rest) = rest.split_once('`')?;
    let here: Vec<&str> = words(rest).collect();
    // The nearest key of its own table first: a slip is likelier than a key in the wrong place.
    if let Some(near) = nearest(unknown, &here) {
        return Some(format!("did you mean `{near}`?"));
    }
    let (of_manifest, of_task) = (keys::<RawManifest>(), keys::<RawTask>());
    let is_task = here.contains(&"dependsOn");
    let (there, place) = if is_task {
        (of_manifest, "the manifest itself, above its first task")
    } else {
        (of_task, "a task")
    };
    let there: Vec<&str> = there.iter().map(String::as_str).collect();
    let near = nearest(unknown, &there)?;
    Some(if plain(near) == plain(unknown) {
        format!("`{unknown}` belongs to {place}")
    } else {
        format!("did you mean `{near}`? It belongs to {place}")
    })
}

/// The names between backticks.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The keys that a table has. Its reader names them all when it meets one that it does not know.
fn keys<T: DeserializeOwned>() -> Vec<String> {
    let Err(refusal) = serde_json::from_str::<T>("{\"?\":0}") else { return Vec::new() };
    let refusal = refusal.to_string();
    let known = refusal.split_once("expected").map_or("", |(_, known)| known);
    words(known).map(str::to_owned).collect()
}

fn plain(key: &str) -> String {
    key.replace(['_', '-'], "").to_lowercase()
}

/// The known key that differs least from the unknown one, or that it is the beginning of.
fn nearest<'k>(unknown: &str, known: &[&'k str]) -> Option<&'k str> {
    let distance = |key: &&&str| strsim::damerau_levenshtein(&plain(unknown), &plain(key));
    // Of a short word every letter says much.
    let is_near = |key: &&&str| distance(key) <= unknown.len().div_ceil(4);
    let near = known.iter().min_by_key(|key| distance(key)).filter(is_near);
    near.or_else(|| known.iter().find(|key| is_short_for(unknown, key))).copied()
}

/// Whether a word is the beginning of a key, as `prio` and `deps` are.
fn is_short_for(word: &str, key: &str) -> bool {
    const SHORTEST: usize = 3;
    let word = plain(word);
    let word = word.strip_suffix('s').unwrap_or(&word);
    word.len() >= SHORTEST && plain(key).starts_with(word)
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
            ("[[task]]\nid = \"a\"\ndeps = []\n", "dependsOn"),
            ("[[task]]\nid = \"a\"\nprio = 1\n", "priority"),
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

    #[test]
    fn a_key_in_the_wrong_place_is_told_with_the_right_one() {
        let above = "the manifest itself, above its first task";
        for (text, hint) in [
            (
                "[[task]]\nid = \"a\"\nno_change = \"error\"\n",
                format!("`no_change` belongs to {above}"),
            ),
            (
                "[[task]]\nid = \"a\"\nmax_paralel = 2\n",
                format!("did you mean `maxParallel`? It belongs to {above}"),
            ),
            ("depends_on = []\n", "`depends_on` belongs to a task".to_owned()),
            (
                "[[phase]]\nname = \"x\"\ndepends_on = []\n",
                "`depends_on` belongs to a task".to_owned(),
            ),
        ] {
            let said = load(text, Format::Toml).unwrap_err().to_string();
            assert!(said.ends_with(&format!("\n{hint}")), "{said}");
        }
    }
}
