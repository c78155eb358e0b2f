use std::time::Duration;

use proptest::prelude::*;
use toml::de::DeValue;

use super::*;
use crate::{Pattern, Watch};

/// Reads a value as it would stand in a file.
fn read<T: Value>(text: &str) -> Result<T, Wrong> {
    T::read(DeValue::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).get_ref())
}

fn seconds(text: &str) -> Option<Duration> {
    read::<Seconds>(text).ok().map(|seconds| seconds.0)
}

#[test]
fn durations_are_seconds_or_texts_with_units() {
    let cases = [
        ("300", 300_000),
        ("\"300\"", 300_000),
        ("\" 300 \"", 300_000),
        ("1_000", 1_000_000),
        ("0x10", 16_000),
        ("0.5", 500),
        ("\"400ms\"", 400),
        ("\"5m\"", 300_000),
        ("\"1h30m\"", 5_400_000),
        ("\"1h 30m\"", 5_400_000),
        ("0", 0),
        ("\"365days\"", 365 * 24 * 3_600_000),
    ];
    for (text, milliseconds) in cases {
        assert_eq!(seconds(text), Some(Duration::from_millis(milliseconds)), "{text}");
    }
}

#[test]
fn what_is_no_duration_is_refused() {
    let refused = [
        "-1",
        "-0.5",
        "nan",
        "inf",
        "\"\"",
        "\"-5\"",
        "\"soon\"",
        "\"5 m m\"",
        "true",
        "[5]",
        "1979-05-27",
        "\"366days\"",
        "31536001",
        "1e300",
        "\"99999999999999999999999\"",
        "99999999999999999999999",
        "\"584554531years\"",
    ];
    for text in refused {
        assert_eq!(seconds(text), None, "{text}");
    }
}

#[test]
fn an_interval_is_longer_than_zero() {
    for zero in ["0", "0.0", "\"0\"", "\"0s\""] {
        assert!(read::<Interval>(zero).is_err(), "{zero}");
    }
    assert_eq!(read::<Interval>("1"), Ok(Interval(Duration::from_secs(1))));
}

#[test]
fn counts_are_whole_and_positive() {
    assert_eq!(read::<Count>("5"), Ok(Count(5)));
    for refused in ["0", "-1", "1.5", "\"5\"", "4294967296"] {
        assert!(read::<Count>(refused).is_err(), "{refused}");
    }
}

#[test]
fn a_phase_id_may_be_a_number() {
    assert_eq!(read::<agents_names::PhaseId>("3").map(|id| id.to_string()), Ok("3".to_owned()));
}

#[test]
fn a_near_word_is_suggested_and_a_far_one_is_not() {
    assert_eq!(nearest("heal-stall", &["none", "heal", "heal+stall"]), Some("heal+stall"));
    assert_eq!(nearest("promt_file", &["prompt", "prompt_file"]), Some("prompt_file"));
    assert_eq!(nearest("kitchen", &["none", "heal"]), None);
}

#[test]
fn words_are_exact() {
    assert_eq!(read::<Watch>("\"heal+stall\""), Ok(Watch::HealStall));
    assert!(read::<Watch>("\"Heal\"").is_err());
}

#[test]
fn patterns_of_the_original_compile() {
    let patterns = [
        r"'esc to interrupt|Running tool|\u00b7 \d+'",
        r"'usage limit|limit reached|reached your .*limit'",
        r"'(?i)a\\1b'",
        r"'\(?=x'",
        r"'a{0,3}\b'",
    ];
    for pattern in patterns {
        let read = read::<Pattern>(pattern);
        assert!(read.is_ok(), "{pattern}: {read:?}");
    }
}

proptest! {
    #[test]
    fn a_whole_number_of_seconds_means_the_same_in_every_spelling(count in 0_u64..31_536_000) {
        let expected = Some(Duration::from_secs(count));
        for text in [format!("{count}"), format!("\"{count}\""), format!("\"{count}s\"")] {
            prop_assert_eq!(seconds(&text), expected, "{}", text);
        }
    }

    #[test]
    fn what_config_show_prints_reads_back(milliseconds in 0_u64..31_536_000_000) {
        let duration = Duration::from_millis(milliseconds);
        prop_assert_eq!(seconds(&Seconds(duration).show().to_string()), Some(duration));
    }

    #[test]
    fn any_text_is_a_duration_or_a_refusal(text in any::<String>()) {
        if let Ok(Seconds(duration)) = Seconds::read(&DeValue::String(text.into())) {
            prop_assert!(duration <= Duration::from_secs(365 * 24 * 3600));
        }
    }
}
