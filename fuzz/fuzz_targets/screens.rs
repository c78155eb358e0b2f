//! Runs the target `screens` with libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    (agents_fuzz::targets::screens::TARGET.run)(bytes);
});
