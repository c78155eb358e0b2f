//! With which words does a program start that is to report what it does? For one start only: no file of the user's changes.

use std::path::Path;

use agents_config::Backend;
use agents_records::install;
use agents_screens::Hooks;

use super::write_private;

/// The arguments, each one word; none for a backend without hooks.
///
/// # Errors
/// In words, why the file that a program loads cannot be written.
pub fn hook_words(
    backend: &Backend,
    myself: &Path,
    state_dir: &Path,
) -> Result<Vec<String>, String> {
    let launch = backend.preset.as_ref().and_then(|preset| preset.head().launch.as_ref());
    let Some(launch) = launch.filter(|_| backend.hooks) else { return Ok(Vec::new()) };
    let path = |path: &Path| {
        let text = path.to_str().map(str::to_owned);
        text.ok_or_else(|| format!("the path {} is not UTF-8", path.display()))
    };
    let myself = path(myself)?;
    let report = |cli| [myself.as_str(), "report", cli];
    Ok(match launch.hooks {
        // The last one of several counts, and that is the user's own.
        Hooks::Settings if says(backend, "--settings") => Vec::new(),
        Hooks::Settings => {
            vec!["--settings".to_owned(), install::claude_settings(&report("claude"))]
        }
        Hooks::ConfigAndRollout => install::codex_hooks(&report("codex")),
        Hooks::Extension => {
            let file = state_dir.join("pi-reports.ts");
            write_private(&file, install::pi_extension(&report("pi")).as_bytes())
                .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
            vec!["--extension".to_owned(), path(&file)?]
        }
        Hooks::Http | Hooks::None => Vec::new(),
    })
}

/// Whether the user's own words hold an argument.
fn says(backend: &Backend, argument: &str) -> bool {
    let words = [Some(&backend.bin), backend.flags.as_ref()].into_iter().flatten();
    words.flat_map(|words| words.split_whitespace()).any(|word| {
        word.strip_prefix(argument).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    })
}
