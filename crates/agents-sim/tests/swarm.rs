//! Do whole lives of fleets hold, and does a seed live the same life each time?
//!
//! `SEED=4711 HOURS=300 cargo test -p agents-sim --test swarm a_swarm -- --nocapture` lives longer;
//! with `DIGESTS=1` it says what each life came to, to compare before and after a change;
//! `SEED=4711 cargo test -p agents-sim --test swarm one_life -- --nocapture` prints one life.

use agents_sim::swarm::{Swarm, live};

/// Lives are short, allocate much, and are lived on each processor at once: nothing else takes so much of their time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// After so many hours it is said how it goes.
const TOLD_EVERY: u64 = 10_000;

#[test]
fn a_swarm_breaks_nothing() {
    let swarm = Swarm { seed: number("SEED").unwrap_or(3), hours: number("HOURS").unwrap_or(30) };
    let began = std::time::Instant::now();
    let digests = number("DIGESTS").is_some();
    let (mut hours, mut violations) = (0, 0);
    let outcome = swarm.run(|lived| {
        // A night that is broken off has lived what it says.
        (hours, violations) = (hours + Swarm::LIFE, violations + lived.violations.len());
        if hours % TOLD_EVERY < Swarm::LIFE {
            println!(
                "{hours} fleet-hours, {violations} violations so far, in {:?}",
                began.elapsed()
            );
        }
        if digests {
            println!("{} {:016x} {} ticks", lived.seed, lived.digest, lived.ticks);
        }
        if !lived.violations.is_empty() {
            println!("{}\n    {}", lived.again(), lived.violations.join("\n    "));
        }
    });
    let outcome = outcome.unwrap();
    if number("COVERAGE").is_some() {
        outcome.coverage.lines().iter().for_each(|line| println!("{line}"));
    }
    println!("{} in {:?}", outcome.closing(swarm.seed), began.elapsed());
    let broken: Vec<u64> = outcome.broken.iter().map(|lived| lived.seed).collect();
    let new: Vec<u64> = broken.iter().copied().filter(|seed| !OPEN.contains(seed)).collect();
    println!(
        "{} lives are known to break something; {} of these did",
        OPEN.len(),
        broken.len() - new.len()
    );
    assert_eq!(new, Vec::<u64>::new(), "lives that are not known to break");
    assert_eq!(outcome.coverage.gaps(outcome.fleet_hours), Vec::<String>::new());
}

/// Lives that are known to break something, which `agents sim` counts as violations. None of them is to stay: each is mended
/// in the product, or in the judge where that is proven to be wrong, and moved to those below.
const OPEN: [u64; 2] = [7028889979465249313, 1577807377218797790];

/// Lives that broke something once. Four more, whose forty agents stall again and again as those of the two kept here do, were
/// lived again when that was mended, and take too long for a test.
const MENDED: [u64; 154] = [
    13359900863287072530,
    15544963910994926929,
    11912810581169924667,
    13699246506032000974,
    5930204295464460901,
    16336149283676111546,
    12335882635425772281,
    4230595274685001483,
    10083137600343458905,
    15541809600831050217,
    4152515594678087806,
    10550501889827269774,
    15601303253427126325,
    8694533809840616146,
    4254749673219553700,
    600435169527521944,
    6805734109399379570,
    3380699196551718084,
    1001563678131703677,
    14668723761983261591,
    7642884716506511210,
    13362470188953706300,
    9709926248687780733,
    15554415135625375572,
    1472299400237083945,
    12018714693065124351,
    15013960901318488015,
    13461951965838768431,
    13302605900058388477,
    15887378575465196539,
    3448623717336247364,
    3605380593035715231,
    3552137244275825059,
    12708724592257913627,
    1603358401446058843,
    3592336243672115363,
    14664286132613094669,
    17185375091473481303,
    2783588780308351987,
    13026476184198267262,
    1873378048231826144,
    10752420265018217299,
    4351991198146844874,
    1036416450361703187,
    // It never came to its end: a program ended in a server whose socket was gone.
    3622522520116399996,
    6118123518377501574,
    971890036789757534,
    4272875505918317388,
    7273112841633147184,
    15795910506479492296,
    17600687008453613099,
    1177231695481881802,
    10159400350932864807,
    3600118290926418534,
    9778231605760336522,
    8042142155559163816,
    16934472341843718990,
    3564377965547065435,
    1552020173056651142,
    6398274543620456169,
    2896369794361550305,
    4442385676216635774,
    7262846699528601096,
    16267035132501505864,
    6543329597287686631,
    15153574405116565807,
    148836779718206595,
    6325449873173749284,
    13398859234004329862,
    889123970333042369,
    16900810181636851684,
    15995898753954399801,
    14629684603826591678,
    15697857786746881440,
    16550705396257017531,
    11062634911503522573,
    5293524174592597302,
    17962403762368758912,
    12721022858189809277,
    2093306996714063514,
    18112393600562583692,
    5681617323982839556,
    13309504244720540393,
    6850165750047322289,
    17238547723960671059,
    17287846230622206737,
    13651172899593800038,
    17497814788373080660,
    16877254640541223608,
    5861805677755358407,
    1951490439995629265,
    6705554093774963460,
    9639316325269424123,
    3264522013856772444,
    8343835159807276452,
    14834221859432664327,
    17303287630017120025,
    14159813905970077131,
    8058938859939313865,
    2503594048794160656,
    17435371658908597221,
    3463711459467185321,
    3042687043993731420,
    4005231594874476845,
    11551997651206597354,
    5735191072555433566,
    2351109184575249700,
    6121405588493509374,
    252933877250786086,
    11180535785100391838,
    17444843438838559812,
    10943731390921304496,
    3509070415856563795,
    122037381871935833,
    7854351115211330139,
    1229563370445742918,
    18177933028331121133,
    4219347063616577022,
    17461236423652902220,
    2012611742184903821,
    13274084500134573480,
    6442746902451823904,
    10202587660761592535,
    1448576785612429099,
    3834626322139396866,
    15076238247719834213,
    3731211900260586303,
    15027890073851513869,
    2556858454858025308,
    12495920470763017959,
    5709296403116333703,
    984759654722870818,
    10294134719534269843,
    14993255908113049254,
    18389612126354749144,
    11078958530660733267,
    4781055655681867462,
    2190492638097826404,
    8510493421807562052,
    11203611245156279494,
    1295159973007942922,
    12244080919306320071,
    16406099915703969675,
    9128029975375756221,
    17800289975761892750,
    5638695192066641137,
    15401898477945036291,
    15727778520655563322,
    12669407285654642259,
    13390832907294970308,
    5171578884697530659,
    18078267979440151962,
    1903370870813088828,
    10178896483806624747,
];

#[test]
#[ignore = "what is known to be broken; `--ignored` lists it"]
fn open_lives_break_nothing() {
    let broken: Vec<u64> = OPEN
        .into_iter()
        .filter(|seed| !live(*seed, false).unwrap().violations.is_empty())
        .collect();
    assert!(broken.is_empty(), "{broken:?}");
}

#[test]
fn mended_lives_break_nothing() {
    for seed in MENDED {
        assert_eq!(live(seed, false).unwrap().violations, Vec::<String>::new(), "seed {seed}");
    }
}

#[test]
fn a_seed_lives_the_same_life_each_time() {
    for seed in [3, 11] {
        let (one, other) = (live(seed, true).unwrap(), live(seed, false).unwrap());
        assert_eq!(one.digest, other.digest, "seed {seed}");
        assert_eq!(one.violations, other.violations, "seed {seed}");
        assert!(one.ticks > 300, "seed {seed}: {} ticks", one.ticks);
        assert_ne!(one.digest, live(seed + 1, false).unwrap().digest);
    }
}

#[test]
fn one_life() {
    let Some(seed) = number("SEED") else { return };
    let lived = live(seed, true).unwrap();
    println!("{}", lived.trace.unwrap_or_default());
    println!("{:#?}", lived.violations);
}
