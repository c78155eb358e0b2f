//! How is one answer fetched from opencode's local server?

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::error::RecordError;

/// Longest answer that is taken, in bytes.
const ANSWER_LIMIT: usize = 64 << 20;

/// The name under which the password counts; `OPENCODE_SERVER_USERNAME` names another.
pub const USER: &str = "opencode";

/// Where a server listens, on the loopback address, and what it wants to hear first.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Server {
    pub port: u16,
    /// What it was started with as `OPENCODE_SERVER_PASSWORD`.
    pub password: Option<String>,
}

/// Without the password.
impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Server({})", self.port)
    }
}

/// The body of the answer to `GET path` of the server at 127.0.0.1. `within` limits the whole exchange.
///
/// # Errors
/// [`RecordError::Unreachable`] when there is no answer with status 200 in time.
pub fn fetch(server: &Server, path: &str, within: Duration) -> Result<Vec<u8>, RecordError> {
    let port = server.port;
    let unreachable =
        |detail: String| RecordError::Unreachable { port, request: format!("GET {path}"), detail };
    if path.contains(|c: char| c.is_ascii_whitespace() || c.is_control()) {
        return Err(unreachable("the path is none".to_owned()));
    }
    let answer = exchange(server, path, within).map_err(|error| unreachable(error.to_string()))?;
    body(&answer).map_err(|detail| unreachable(detail.to_owned()))
}

fn exchange(server: &Server, path: &str, within: Duration) -> io::Result<Vec<u8>> {
    let port = server.port;
    let authorization = server.password.as_ref().map(|password| {
        format!("Authorization: Basic {}\r\n", base64(format!("{USER}:{password}").as_bytes()))
    });
    let authorization = authorization.unwrap_or_default();
    let end = Instant::now() + within;
    let left = || {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok::<_, io::Error>(left) }
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, left()?)?;
    stream.set_write_timeout(Some(left()?))?;
    // HTTP/1.0: the server ends the connection after the answer, and does not send it in chunks.
    let request = format!(
        "GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n{authorization}Accept: application/json\r\n\r\n"
    );
    // In one piece: some servers answer the first one.
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    let mut chunk = vec![0; 64 << 10];
    while !is_complete(&answer) {
        stream.set_read_timeout(Some(left()?))?;
        let count = stream.read(&mut chunk)?;
        if count == 0 {
            break;
        }
        answer.extend_from_slice(&chunk[..count]);
        if answer.len() > ANSWER_LIMIT {
            return Err(io::Error::other("the answer is too long"));
        }
    }
    Ok(answer)
}

/// A server may keep the connection open all the same: the length says when the answer is whole.
fn is_complete(answer: &[u8]) -> bool {
    let Some((head, body)) = split(answer) else { return false };
    header(head, "content-length")
        .and_then(|length| length.parse::<usize>().ok())
        .is_some_and(|length| body.len() >= length)
}

fn body(answer: &[u8]) -> Result<Vec<u8>, &'static str> {
    let (head, body) = split(answer).ok_or("the answer is no HTTP")?;
    let status = head.split_ascii_whitespace().nth(1).ok_or("the answer is no HTTP")?;
    match status {
        "200" => {}
        "401" => return Err("it wants a password"),
        _ => return Err("it refused"),
    }
    let whole = match header(head, "content-length").map(str::parse::<usize>) {
        Some(Ok(length)) => body.get(..length).ok_or("the answer is cut")?,
        Some(Err(_)) => return Err("the answer has no length"),
        None if header(head, "transfer-encoding").is_some() => return dechunk(body),
        None => body,
    };
    Ok(whole.to_vec())
}

fn dechunk(mut rest: &[u8]) -> Result<Vec<u8>, &'static str> {
    const CUT: &str = "the answer is cut";
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|pair| pair == b"\r\n").ok_or(CUT)?;
        let size = std::str::from_utf8(&rest[..end]).map_err(|_| CUT)?;
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).map_err(|_| CUT)?;
        if size == 0 {
            return Ok(body);
        }
        let start = end + 2;
        let stop = start.checked_add(size).ok_or(CUT)?;
        body.extend_from_slice(rest.get(start..stop).ok_or(CUT)?);
        rest = rest.get(stop + 2..).ok_or(CUT)?;
    }
}

/// The head as text, and the bytes after it.
fn split(answer: &[u8]) -> Option<(&str, &[u8])> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some((std::str::from_utf8(&answer[..end]).ok()?, &answer[end + 4..]))
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.trim().eq_ignore_ascii_case(name).then_some(value.trim())
    })
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - three.len()));
        for place in 0..4 {
            let sign = SIGNS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place > three.len() { '=' } else { char::from(sign) });
        }
    }
    text
}

#[cfg(test)]
mod tests;
