//! How does a message get to a web server? One post, no redirect, with a limit on the time.

use std::time::Duration;

use crate::Failure;
use crate::body::Body;

/// On the whole exchange: the lookup of the name, the connection, the answer.
const TIME_LIMIT: Duration = Duration::from_secs(15);
/// The longest pause that a receiver can ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// How much of a refusal's text is told.
const TOLD: usize = 200;

/// Posts the body. Blocks for at most the time limit.
pub(crate) fn post(url: &str, token: Option<&str>, body: &Body) -> Result<(), Failure> {
    // A redirect would carry the token, or the message, to a place that nobody named.
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(TIME_LIMIT))
        .max_redirects(0)
        .http_status_as_error(false)
        .user_agent(concat!("agents/", env!("CARGO_PKG_VERSION")))
        .build();
    let mut request =
        ureq::Agent::new_with_config(config).post(url).header("Content-Type", body.content_type);
    for (name, value) in &body.headers {
        request = request.header(*name, value);
    }
    if let Some(token) = token {
        request = request.header("Authorization", format!("Bearer {token}"));
    }
    let mut response = request.send(&body.text).map_err(|error| failure(&error))?;
    let status = response.status().as_u16();
    if (200..300).contains(&status) {
        return Ok(());
    }
    let asked = response
        .headers()
        .get("retry-after")
        .and_then(|value| value.to_str().ok()?.trim().parse::<f64>().ok());
    let read = response.body_mut().with_config().limit(4096).read_to_string();
    let told = scrubbed(&read.unwrap_or_default(), url, token);
    Err(refusal(status, asked, &told))
}

/// What an answer other than success means.
fn refusal(status: u16, asked: Option<f64>, told: &str) -> Failure {
    let told = told.trim();
    let said = if told.is_empty() { String::new() } else { format!(": {told}") };
    let reason = format!("the server answered {status}{said}");
    match status {
        408 | 425 | 429 | 500..=599 => {
            let wait = asked
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
                .map(|wait| wait.min(LONGEST_PAUSE));
            Failure::Passing { reason, wait }
        }
        300..=399 => {
            Failure::lasting(format!("{reason}; redirects are not followed, name the last address"))
        }
        _ => Failure::lasting(reason),
    }
}

/// Words of our own: those of the library can hold the address.
fn failure(error: &ureq::Error) -> Failure {
    match error {
        ureq::Error::Timeout(_) => {
            Failure::passing(format!("no answer within {} s", TIME_LIMIT.as_secs()))
        }
        ureq::Error::HostNotFound => Failure::passing("the host cannot be found"),
        ureq::Error::Io(error) => Failure::passing(format!("no connection: {}", error.kind())),
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => {
            Failure::lasting("the address or the token is no text that HTTP can carry")
        }
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) | ureq::Error::Pem(_) => Failure::passing(
            "no secure connection: the server's certificate or protocol is refused",
        ),
        _ => Failure::passing("the exchange with the server failed"),
    }
}

/// The beginning of what the server said, on one row, without what must not be shown.
fn scrubbed(text: &str, url: &str, token: Option<&str>) -> String {
    let path = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = path.split_once('/').map_or("", |(_, path)| path);
    let secrets = [Some(url), token].into_iter().flatten().chain(path.split(['/', '?', '&']));
    let mut text = text.replace(|c: char| c.is_control(), " ");
    // Short parts, such as `api`, are words of any answer, and no secrets.
    for secret in secrets.filter(|secret| secret.len() >= 8) {
        text = text.replace(secret, "***");
    }
    text.chars().take(TOLD).collect()
}

#[cfg(test)]
mod tests;
