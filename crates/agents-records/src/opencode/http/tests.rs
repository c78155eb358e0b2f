use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{Server, base64, body, fetch};

/// A server that gives one answer and then keeps the connection open until the other side ends it.
fn serve(answer: &'static [u8]) -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = vec![0; 4096];
        let count = stream.read(&mut request).unwrap();
        stream.write_all(answer).unwrap();
        // Ends when the client closes.
        let _ = stream.read(&mut [0; 1]);
        String::from_utf8_lossy(&request[..count]).into_owned()
    });
    (port, serving)
}

fn open(port: u16) -> Server {
    Server { port, password: None }
}

#[test]
fn a_password_is_said_and_not_shown() {
    let (port, serving) = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    let server = Server { port, password: Some("open sesame".to_owned()) };
    assert_eq!(fetch(&server, "/session", Duration::from_secs(20)).unwrap(), b"{}");
    let said = serving.join().unwrap();
    assert!(said.contains("\r\nAuthorization: Basic b3BlbmNvZGU6b3BlbiBzZXNhbWU=\r\n"), "{said}");
    assert!(!format!("{server:?}").contains("sesame"));
}

#[test]
fn base64_is_that_of_the_standard() {
    for (text, coded) in
        [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
    {
        assert_eq!(base64(text.as_bytes()), coded);
    }
}

#[test]
fn the_body_of_an_answer_is_fetched_though_the_server_keeps_the_line() {
    let (port, serving) = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nVary: Origin\r\n\r\n{}");
    assert_eq!(fetch(&open(port), "/session/status", Duration::from_secs(20)).unwrap(), b"{}");
    assert!(serving.join().unwrap().starts_with("GET /session/status HTTP/1.0\r\n"));
}

#[test]
fn a_silent_server_costs_no_more_than_the_limit() {
    let (port, serving) = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}");
    let error = fetch(&open(port), "/session", Duration::from_millis(100)).unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("opencode at 127.0.0.1:{port} did not answer GET /session"))
    );
    serving.join().unwrap();
}

#[test]
fn nobody_listening_is_an_error() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert!(fetch(&open(port), "/session", Duration::from_secs(5)).is_err());
    assert!(fetch(&open(port), "/a b\r\nX: y", Duration::from_secs(5)).is_err());
}

#[test]
fn answers_are_read_in_every_framing() {
    for (answer, expected) in [
        ("HTTP/1.1 200 OK\r\n\r\n{}", Ok("{}")),
        ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}tail", Ok("{}")),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1;x\r\n}\r\n0\r\n\r\n",
            Ok("{}"),
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\r\n",
            Err("the answer is cut"),
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{\r\n",
            Err("the answer is cut"),
        ),
        ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}", Err("the answer is cut")),
        ("HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n{}", Err("the answer has no length")),
        ("HTTP/1.1 401 Unauthorized\r\n\r\n", Err("it wants a password")),
        ("HTTP/1.1 500 No\r\n\r\n", Err("it refused")),
        ("SSH-2.0\r\n\r\n", Err("the answer is no HTTP")),
        ("", Err("the answer is no HTTP")),
    ] {
        let expected = expected.map(|text| text.as_bytes().to_vec());
        assert_eq!(body(answer.as_bytes()), expected, "{answer:?}");
    }
}
