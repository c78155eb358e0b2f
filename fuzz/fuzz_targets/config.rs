//! Runs the target `config` with libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    (agents_fuzz::targets::config::TARGET.run)(bytes);
});
