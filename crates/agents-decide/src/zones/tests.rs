use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use chrono::{DateTime, NaiveDateTime, Offset, TimeDelta, TimeZone};
use chrono_tz::{OffsetName, TZ_VARIANTS};

use super::{BYTES, SHORT, Tz};

/// The spans of a zone: since which second of 1970, how far east, and the abbreviation.
type Spans = Vec<(i64, i32, String)>;

const FIRST: i64 = 0;
/// Behind the last rule that `chrono-tz` has worked out.
const LAST: i64 = 4_133_980_800;
const DAY: i64 = 86_400;

fn theirs(zone: chrono_tz::Tz, at: i64) -> impl OffsetName + Offset {
    let time = DateTime::from_timestamp(at, 0).expect("within the calendar").naive_utc();
    zone.offset_from_utc_datetime(&time)
}

/// Whether clocks show the same, under the same name; how much of it is summer time is of no interest.
fn is_same(one: &(impl OffsetName + Offset), other: &(impl OffsetName + Offset)) -> bool {
    one.fix() == other.fix() && one.abbreviation() == other.abbreviation()
}

/// Of every zone, in the order of the database; found once for all tests.
static ALL: LazyLock<Vec<Spans>> = LazyLock::new(|| TZ_VARIANTS.into_iter().map(spans).collect());

/// Found by looking at each day, and then at the seconds between two that differ.
fn spans(zone: chrono_tz::Tz) -> Spans {
    let span = |at: i64| {
        let offset = theirs(zone, at);
        let short = offset.abbreviation().unwrap_or_default().to_owned();
        (at, offset.fix().local_minus_utc(), short)
    };
    let mut found = vec![span(FIRST)];
    let (mut before, mut was) = (FIRST, theirs(zone, FIRST));
    while before < LAST {
        let after = before + DAY;
        let is = theirs(zone, after);
        if !is_same(&was, &is) {
            let (mut low, mut high) = (before, after);
            while low + 1 < high {
                let middle = low.midpoint(high);
                if is_same(&theirs(zone, middle), &was) {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            found.push(span(high));
        }
        (before, was) = (after, is);
    }
    found
}

/// A count of names; of each where it stands, its length and where its table stands; the names; the tables. A table: the
/// counts of spans and of kinds; the second in which each span begins; the kind of each; the kinds, each with the
/// seconds east of Greenwich and an abbreviation.
fn write() -> Vec<u8> {
    let names: Vec<&str> = TZ_VARIANTS.iter().map(|zone| zone.name()).collect();
    let mut text = 2 + names.len() * 10;
    let mut tables: BTreeMap<Spans, u32> = BTreeMap::new();
    let mut behind = Vec::new();
    let begin = text + names.iter().map(|name| name.len()).sum::<usize>();
    let mut bytes = u16::try_from(names.len()).expect("few").to_le_bytes().to_vec();
    for (zone, spans) in TZ_VARIANTS.iter().zip(ALL.iter()) {
        let at = *tables.entry(spans.clone()).or_insert_with_key(|spans| {
            let at = u32::try_from(begin + behind.len()).expect("small");
            behind.extend(table(spans));
            at
        });
        bytes.extend(u32::try_from(text).expect("small").to_le_bytes());
        bytes.extend(u16::try_from(zone.name().len()).expect("short").to_le_bytes());
        bytes.extend(at.to_le_bytes());
        text += zone.name().len();
    }
    bytes.extend(names.concat().into_bytes());
    bytes.extend(behind);
    bytes
}

fn table(spans: &Spans) -> Vec<u8> {
    let mut kinds: Vec<(i32, &str)> = Vec::new();
    let mut of = Vec::new();
    for (_, east, short) in spans {
        let kind = (*east, short.as_str());
        let place = kinds.iter().position(|known| *known == kind).unwrap_or_else(|| {
            kinds.push(kind);
            kinds.len() - 1
        });
        of.push(u8::try_from(place).expect("a zone has few kinds"));
    }
    let count = |many: usize| u16::try_from(many).expect("few").to_le_bytes();
    let mut bytes = [count(spans.len()), count(kinds.len())].concat();
    for (begin, _, _) in spans {
        bytes.extend(u32::try_from(*begin).expect("before 2106").to_le_bytes());
    }
    bytes.extend(of);
    for (east, short) in kinds {
        bytes.extend(east.to_le_bytes());
        let mut padded = [0; SHORT];
        padded[..short.len()].copy_from_slice(short.as_bytes());
        bytes.extend(padded);
    }
    bytes
}

#[test]
#[expect(clippy::disallowed_methods, reason = "no decision: the bytes are written on request")]
fn the_bytes_are_those_of_the_database() {
    let made = write();
    if std::env::var_os("UPDATE_ZONES").is_some() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/zones/zones.bin");
        std::fs::write(file, &made).expect("the source can be written");
        return;
    }
    assert!(BYTES == made, "`chrono-tz` knows other zones: run this test with UPDATE_ZONES=1");
}

/// All times around each change of each zone, and some far from any.
fn around(spans: &Spans) -> impl Iterator<Item = NaiveDateTime> {
    let near = [0, 1, -1, 900, -900, 3_599, 3_600, 3_601, -3_600, 7_200, -7_200, 90_000, -90_000];
    let changes = spans.iter().map(|(begin, _, _)| *begin);
    let far = [-1, 1, DAY * 365 * 10, LAST, LAST + DAY * 365 * 50];
    changes.flat_map(move |begin| near.map(|near| begin + near)).chain(far).map(|seconds| {
        let at = DateTime::from_timestamp(seconds.max(DAY), 0).expect("within the calendar");
        at.naive_utc()
    })
}

#[test]
fn every_zone_shows_what_the_database_says() {
    for ((ours, theirs), spans) in Tz::all().zip(TZ_VARIANTS).zip(ALL.iter()) {
        assert_eq!(ours.name(), theirs.name());
        for time in around(spans) {
            let (ours, theirs) =
                (ours.offset_from_utc_datetime(&time), theirs.offset_from_utc_datetime(&time));
            assert_eq!(ours.fix(), theirs.fix(), "{time}");
            assert_eq!(ours.abbreviation(), theirs.abbreviation().unwrap_or_default(), "{time}");
            assert_eq!(ours.to_string(), theirs.to_string(), "{time}");
        }
    }
}

#[test]
fn every_local_time_is_the_instants_that_the_database_says() {
    for ((ours, theirs), spans) in Tz::all().zip(TZ_VARIANTS).zip(ALL.iter()) {
        for time in around(spans) {
            for hour in [-14, -5, 0, 2, 11] {
                let time = time + TimeDelta::hours(hour);
                let east = |east: chrono::FixedOffset| east.local_minus_utc();
                let found = ours.offset_from_local_datetime(&time).map(|it| east(it.fix()));
                let expected = theirs.offset_from_local_datetime(&time).map(|it| east(it.fix()));
                assert_eq!(found, expected, "{time} in {ours:?}");
            }
        }
    }
}

#[test]
fn a_zone_is_read_as_it_is_written() {
    for zone in Tz::all() {
        assert_eq!(zone.name().parse(), Ok(zone));
        assert_eq!(Tz::of(&zone.name().to_uppercase()), Some(zone));
        let text = serde_json::to_string(&zone).expect("a name");
        assert_eq!(serde_json::from_str::<Tz>(&text).expect("the same"), zone);
    }
    assert_eq!(Tz::utc().name(), "UTC");
    assert!("Europe/Nowhere".parse::<Tz>().is_err());
    assert!("europe/paris".parse::<Tz>().is_err());
}

#[test]
fn a_zone_without_an_abbreviation_is_shown_by_its_hours_and_minutes_east() {
    let shown = |name: &str| {
        let zone = Tz::of(name).expect("known");
        let noon = DateTime::from_timestamp(1_795_262_400, 0).expect("valid").naive_utc();
        zone.offset_from_utc_datetime(&noon).to_string()
    };
    for (name, text) in [
        ("Europe/Berlin", "CET"),
        ("Asia/Dubai", "+04"),
        ("Asia/Kathmandu", "+0545"),
        ("America/Sao_Paulo", "-03"),
        ("Pacific/Marquesas", "-0930"),
        ("Asia/Kolkata", "IST"),
    ] {
        assert_eq!(shown(name), text, "{name}");
    }
    let berlin = Tz::of("Europe/Berlin").expect("known");
    assert_eq!(format!("{berlin:?}"), "Europe/Berlin");
    let none = "Moon/Crater".parse::<Tz>().map(|_| ()).unwrap_err();
    assert_eq!(none.to_string(), "there is no time zone `Moon/Crater`");
}
