//! Runs the target `hooks` with libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    (agents_fuzz::targets::hooks::TARGET.run)(bytes);
});
