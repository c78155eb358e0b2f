//! How long? Seconds as a number, or a text such as `"300"`, `"5m"`, `"1h30m"`.

use std::time::Duration;

use serde_json::{Value as Json, json};
use toml::de::DeValue;

use super::plain::integer;
use super::{Value, Wrong, found, quoted};

/// No wait of a fleet is longer; a bound also keeps every sum of times in range.
const LIMIT: Duration = Duration::from_secs(365 * 24 * 3600);

const EXPECTED: &str = "a duration: seconds, or a text such as \"5m\" or \"1h30m\"";

/// A duration that may be zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Seconds(pub Duration);

/// A duration longer than zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Interval(pub Duration);

impl Value for Seconds {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        let duration = match value {
            DeValue::Integer(_) => integer(value)
                .and_then(|seconds| u64::try_from(seconds).ok())
                .map(Duration::from_secs)
                .ok_or_else(|| negative(value))?,
            DeValue::Float(number) => number
                .as_str()
                .parse()
                .ok()
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
                .ok_or_else(|| negative(value))?,
            DeValue::String(text) => from_text(text)?,
            DeValue::Boolean(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
                return Err(Wrong::kind(EXPECTED, value));
            }
        };
        if duration > LIMIT {
            return Err(Wrong::new("the duration is longer than a year", "at most 365 days"));
        }
        Ok(Self(duration))
    }

    fn schema() -> Json {
        duration_schema(&json!({ "type": "number", "minimum": 0 }))
    }

    fn show(&self) -> Json {
        show(self.0)
    }
}

impl Value for Interval {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        let Seconds(duration) = Seconds::read(value)?;
        if duration.is_zero() {
            let message = format!("expected a duration longer than zero, found {}", found(value));
            return Err(Wrong::new(message, "must be longer than zero"));
        }
        Ok(Self(duration))
    }

    fn schema() -> Json {
        duration_schema(&json!({ "type": "number", "exclusiveMinimum": 0 }))
    }

    fn show(&self) -> Json {
        show(self.0)
    }
}

fn from_text(text: &str) -> Result<Duration, Wrong> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit in 64 bits are longer than the limit in any case.
        return Ok(text.parse().map_or(Duration::MAX, Duration::from_secs));
    }
    humantime::parse_duration(text).map_err(|error| {
        // The library lists every unit it knows; the help names the ones that matter.
        let error = error.to_string();
        let reason = error.split(", supported units").next().unwrap_or(&error);
        Wrong::new(format!("{} is no duration: {reason}", quoted(text)), "expected a duration")
            .help("write seconds (300), or a text such as \"300\", \"5m\", \"1h30m\", \"400ms\"")
    })
}

fn negative(value: &DeValue<'_>) -> Wrong {
    let message = format!("expected a duration, found {}", found(value));
    Wrong::new(message, "must be seconds, from zero to a year")
}

fn duration_schema(number: &Json) -> Json {
    let text = json!({
        "type": "string",
        "pattern": r"^\s*([0-9]+|([0-9]+\s*[A-Za-z]+\s*)+)\s*$",
        "examples": ["30s", "5m", "1h30m"],
    });
    json!({ "anyOf": [number, text] })
}

fn show(duration: Duration) -> Json {
    json!(humantime::format_duration(duration).to_string())
}
