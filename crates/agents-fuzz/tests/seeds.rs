//! Does every target hold on its seeds, among which is every input that ever broke it?

use agents_fuzz::{TARGETS, seeds};

#[test]
fn every_seed_holds_and_the_seeds_of_a_target_take_different_ways() {
    for target in TARGETS {
        let seeds = seeds(target.name).unwrap();
        assert!(seeds.len() >= 5, "{} has {} seeds", target.name, seeds.len());
        let ways: std::collections::BTreeSet<_> =
            seeds.iter().map(|(_, bytes)| (target.run)(bytes)).collect();
        assert!(ways.len() >= 4, "the seeds of {} take {} ways", target.name, ways.len());
    }
}

#[test]
fn every_target_has_a_program_for_libfuzzer() {
    let fuzz = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let manifest = std::fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    for target in TARGETS {
        let path = format!("fuzz_targets/{}.rs", target.name);
        assert!(manifest.contains(&format!("path = \"{path}\"")), "{path} is not declared");
        let text = std::fs::read_to_string(fuzz.join(&path)).unwrap();
        assert!(text.contains(&format!("targets::{}::TARGET", target.name)), "{path}");
    }
}
