//! A web server on the loopback that keeps what it is sent and answers as told.

#![allow(dead_code)] // Each test binary uses its own part.

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// One request.
#[derive(Debug, Clone)]
pub struct Posted {
    /// `POST /path HTTP/1.1`.
    pub line: String,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Posted {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// The server; its thread ends with the test process.
pub struct Web {
    pub port: u16,
    posted: Arc<Mutex<Vec<Posted>>>,
    answers: Arc<Mutex<VecDeque<&'static str>>>,
    pages: Arc<Mutex<HashMap<String, String>>>,
}

impl Web {
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (posted, answers) = <(Arc<Mutex<Vec<_>>>, Arc<Mutex<VecDeque<_>>>)>::default();
        let (kept, next) = (Arc::clone(&posted), Arc::clone(&answers));
        let pages: Arc<Mutex<HashMap<String, String>>> = Arc::default();
        let served = Arc::clone(&pages);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let Some(request) = read(&stream) else { continue };
                let path = request.line.split(' ').nth(1).unwrap_or_default().to_owned();
                kept.lock().unwrap().push(request);
                let status = next.lock().unwrap().pop_front().unwrap_or("200 OK");
                let page = served.lock().unwrap().get(&path).cloned();
                let body = page.unwrap_or_else(|| "ok".to_owned());
                let head = format!("Content-Length: {}\r\nConnection: close", body.len());
                let answer = format!("HTTP/1.1 {status}\r\n{head}\r\n\r\n{body}");
                drop((&stream).write_all(answer.as_bytes()));
            }
        });
        Self { port, posted, answers, pages }
    }

    /// What is answered to requests for that path from now on.
    pub fn serve(&self, path: &str, body: String) {
        self.pages.lock().unwrap().insert(path.to_owned(), body);
    }

    /// The answers to the next requests; after them all is well.
    pub fn answer(&self, answers: &[&'static str]) {
        self.answers.lock().unwrap().extend(answers);
    }

    pub fn posted(&self) -> Vec<Posted> {
        self.posted.lock().unwrap().clone()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }
}

fn read(stream: &TcpStream) -> Option<Posted> {
    let mut reader = BufReader::new(stream);
    let mut rows = Vec::new();
    loop {
        let mut row = String::new();
        if reader.read_line(&mut row).ok()? == 0 {
            return None;
        }
        let row = row.trim_end().to_owned();
        if row.is_empty() {
            break;
        }
        rows.push(row);
    }
    let headers: Vec<(String, String)> = rows
        .iter()
        .skip(1)
        .filter_map(|row| row.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Posted { line: rows.first()?.clone(), headers, body: String::from_utf8(body).ok()? })
}
