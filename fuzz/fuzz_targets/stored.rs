//! Runs the target `stored` with libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    (agents_fuzz::targets::stored::TARGET.run)(bytes);
});
