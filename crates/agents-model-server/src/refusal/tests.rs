use super::{Cause, Window, refusal};
use crate::request::Api;

const APIS: [Api; 4] = [Api::Responses, Api::Chat, Api::Messages, Api::Gemini];

#[test]
fn every_refusal_is_an_error_with_a_message_in_every_protocol() {
    let window = Window { weekly: false, now: 1000, reset: 1060 };
    for api in APIS {
        for cause in [
            Cause::RateLimit,
            Cause::Usage(window),
            Cause::Quota,
            Cause::Failure(500),
            Cause::Failure(503),
            Cause::Failure(529),
            Cause::ContextFull,
            Cause::Refused(401),
            Cause::Refused(403),
            Cause::Refused(404),
            Cause::BadRequest("why".to_owned()),
            Cause::NoSuchPath("/x".to_owned()),
        ] {
            let refusal = refusal(api, &cause);
            assert!((400..600).contains(&refusal.status), "{api:?} {cause:?}");
            assert!(refusal.body["error"]["message"].is_string(), "{api:?} {cause:?}");
        }
    }
}

#[test]
fn the_closed_window_is_the_one_that_resets_then() {
    let header = |weekly: bool, name: &str| {
        let window = Window { weekly, now: 1000, reset: 1060 };
        let refusal = refusal(Api::Messages, &Cause::Usage(window));
        let found = refusal.headers.into_iter().find(|(known, _)| *known == name);
        found.map_or(String::new(), |(_, value)| value)
    };
    assert_eq!(header(false, "retry-after"), "60");
    assert_eq!(header(false, "anthropic-ratelimit-unified-5h-reset"), "1060");
    assert_eq!(header(false, "anthropic-ratelimit-unified-5h-status"), "rejected");
    assert_eq!(header(false, "anthropic-ratelimit-unified-7d-status"), "allowed");
    assert_eq!(header(true, "anthropic-ratelimit-unified-7d-reset"), "1060");
    assert_eq!(header(true, "anthropic-ratelimit-unified-7d-status"), "rejected");
    assert_eq!(header(true, "anthropic-ratelimit-unified-5h-status"), "allowed");
}
