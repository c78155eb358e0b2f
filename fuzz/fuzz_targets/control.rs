//! Runs the target `control` with libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    (agents_fuzz::targets::control::TARGET.run)(bytes);
});
