//! How is a member to be started that a script asks for?

use agents_config::OneOff;
use agents_decide::{OneOffs, Which};
use agents_names::{AgentName, BackendName};

use super::read::names;

/// `builder fresh`, `builder in conversation abc`: with which conversation it begins, and the words before that.
pub(super) fn which<'w, 't>(words: &'w [&'t str]) -> (Which, &'w [&'t str]) {
    match words {
        [before @ .., "fresh"] => (Which::Fresh, before),
        [before @ .., "in", "conversation", id] => (Which::This((*id).to_owned()), before),
        all => (Which::Own, all),
    }
}

/// `builder tester with model big and backend other`: the names, and what holds for each of them.
pub(super) fn with_one_offs(words: &[&str]) -> Result<(Vec<AgentName>, OneOffs), String> {
    let cut = words.iter().position(|word| *word == "with").unwrap_or(words.len());
    let names = names(&words[..cut])?;
    let mut one_off = OneOff::default();
    for said in words[cut..].chunks(3) {
        match said {
            [_, "model", model] => one_off.model = Some((*model).to_owned()),
            [_, "backend", backend] => {
                let backend = BackendName::new(*backend).map_err(|error| error.to_string())?;
                one_off.backend = Some(backend);
            }
            other => return Err(format!("there is no override `{}`", other.join(" "))),
        }
    }
    let one_offs =
        names.iter().filter(|_| !one_off.is_none()).map(|name| (name.clone(), one_off.clone()));
    let one_offs = one_offs.collect();
    Ok((names, one_offs))
}
