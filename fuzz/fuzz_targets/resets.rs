//! Runs the target `resets` with libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    (agents_fuzz::targets::resets::TARGET.run)(bytes);
});
