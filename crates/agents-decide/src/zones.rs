//! Which clocks do people live by, and what do they show at an instant?
//!
//! The zones are those of `chrono-tz`, from 1970 to 2100, as one run of bytes: its own tables are 29,000 pointers, which
//! every process of ours would have to relocate before its first instruction. The tests make the bytes and compare both.

use std::str::FromStr;

use chrono::{FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone};

/// How they are laid out says the test that writes them.
static BYTES: &[u8] = include_bytes!("zones/zones.bin");

/// The length of an abbreviation in the table, padded with zeros.
const SHORT: usize = 8;

/// A zone by its name in the IANA database.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tz(u16);

/// What clocks of a zone are set to at some instant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ZoneOffset {
    zone: Tz,
    east: FixedOffset,
    abbreviation: &'static str,
}

/// There is no zone of that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSuchZone(String);

impl std::fmt::Display for NoSuchZone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "there is no time zone `{}`", self.0)
    }
}

impl std::error::Error for NoSuchZone {}

impl Tz {
    /// The zone of Greenwich, without summer time.
    #[must_use]
    pub fn utc() -> Self {
        Self::all().find(|zone| zone.name() == "UTC").unwrap_or(Self(0))
    }

    /// Every zone, other names of one included, in the order of their names.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..number(BYTES, 0)).map(Self)
    }

    /// The zone of that name, whatever its letters' case.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::all().find(|zone| zone.name().eq_ignore_ascii_case(name))
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        let at = self.entry();
        text(&BYTES[long(BYTES, at)..][..usize::from(number(BYTES, at + 4))])
    }

    fn entry(self) -> usize {
        2 + usize::from(self.0) * 10
    }

    fn table(self) -> Table {
        let at = long(BYTES, self.entry() + 6);
        let (spans, kinds) = (usize::from(number(BYTES, at)), usize::from(number(BYTES, at + 2)));
        let begins = at + 4;
        let of = begins + spans * 4;
        Table { zone: self, spans, begins, of, kinds: of + spans, many: kinds }
    }
}

/// Where in the bytes a zone's spans of one offset each stand.
#[derive(Clone, Copy)]
struct Table {
    zone: Tz,
    spans: usize,
    begins: usize,
    of: usize,
    kinds: usize,
    many: usize,
}

impl Table {
    /// The second since 1970 in which a span begins; the first one has always been.
    fn begin(&self, span: usize) -> i64 {
        if span == 0 {
            return i64::MIN;
        }
        i64::try_from(long(BYTES, self.begins + span * 4)).unwrap_or(i64::MAX)
    }

    fn end(&self, span: usize) -> i64 {
        if span + 1 < self.spans { self.begin(span + 1) } else { i64::MAX }
    }

    fn offset(&self, span: usize) -> ZoneOffset {
        let kind = usize::from(BYTES[self.of + span]).min(self.many - 1);
        let at = self.kinds + kind * (4 + SHORT);
        let seconds = i32::from_le_bytes([BYTES[at], BYTES[at + 1], BYTES[at + 2], BYTES[at + 3]]);
        let short = &BYTES[at + 4..at + 4 + SHORT];
        let length = short.iter().position(|byte| *byte == 0).unwrap_or(SHORT);
        ZoneOffset {
            zone: self.zone,
            east: FixedOffset::east_opt(seconds).unwrap_or_else(|| chrono::Utc.fix()),
            abbreviation: text(&short[..length]),
        }
    }

    /// The span that an instant lies in.
    fn span_of(&self, seconds: i64) -> usize {
        let (mut first, mut behind) = (0, self.spans);
        while first + 1 < behind {
            let middle = first.midpoint(behind);
            if self.begin(middle) <= seconds {
                first = middle;
            } else {
                behind = middle;
            }
        }
        first
    }
}

impl ZoneOffset {
    /// What people call it: `CET`; empty for zones that have only numbers.
    #[must_use]
    pub fn abbreviation(&self) -> &'static str {
        self.abbreviation
    }
}

impl Offset for ZoneOffset {
    fn fix(&self) -> FixedOffset {
        self.east
    }
}

impl TimeZone for Tz {
    type Offset = ZoneOffset;

    fn from_offset(offset: &ZoneOffset) -> Self {
        offset.zone
    }

    fn offset_from_local_date(&self, local: &NaiveDate) -> MappedLocalTime<ZoneOffset> {
        self.offset_from_local_datetime(&local.and_time(chrono::NaiveTime::MIN))
    }

    /// The two of an hour that comes twice are the earlier and the later instant.
    fn offset_from_local_datetime(&self, local: &NaiveDateTime) -> MappedLocalTime<ZoneOffset> {
        let (table, shown) = (self.table(), local.and_utc().timestamp());
        // No clock is off by more than a day, so only spans of these instants can show it.
        let day = TimeDelta::days(1).num_seconds();
        let (first, last) = (table.span_of(shown - day), table.span_of(shown + day));
        let mut found = (first..=last).filter_map(|span| {
            let offset = table.offset(span);
            let at = shown - i64::from(offset.east.local_minus_utc());
            (table.begin(span) <= at && at < table.end(span)).then_some(offset)
        });
        match (found.next(), found.next()) {
            (None, _) => MappedLocalTime::None,
            (Some(only), None) => MappedLocalTime::Single(only),
            (Some(earlier), Some(later)) => MappedLocalTime::Ambiguous(earlier, later),
        }
    }

    fn offset_from_utc_date(&self, utc: &NaiveDate) -> ZoneOffset {
        self.offset_from_utc_datetime(&utc.and_time(chrono::NaiveTime::MIN))
    }

    fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> ZoneOffset {
        let table = self.table();
        table.offset(table.span_of(utc.and_utc().timestamp()))
    }
}

impl FromStr for Tz {
    type Err = NoSuchZone;

    fn from_str(name: &str) -> Result<Self, NoSuchZone> {
        let found = Self::all().find(|zone| zone.name() == name);
        found.ok_or_else(|| NoSuchZone(name.to_owned()))
    }
}

impl std::fmt::Debug for Tz {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The abbreviation; in zones that have none the hours east of Greenwich, as in `+0530`.
impl std::fmt::Display for ZoneOffset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.abbreviation.is_empty() {
            return f.write_str(self.abbreviation);
        }
        let seconds = self.east.local_minus_utc();
        let (hours, minutes) = (seconds.abs() / 3600, seconds.abs() / 60 % 60);
        write!(f, "{}{hours:02}", if seconds < 0 { '-' } else { '+' })?;
        if minutes == 0 { Ok(()) } else { write!(f, "{minutes:02}") }
    }
}

impl std::fmt::Debug for ZoneOffset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Tz {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> serde::Deserialize<'de> for Tz {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

fn number(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn long(bytes: &[u8], at: usize) -> usize {
    let four = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
    usize::try_from(u32::from_le_bytes(four)).unwrap_or(usize::MAX)
}

/// The names in the bytes are plain ASCII.
fn text(bytes: &'static [u8]) -> &'static str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests;
