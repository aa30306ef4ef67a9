//! A simulated platform at an address of this machine.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use despertador_connect::Reply;
use serde_json::Value;

/// Maximum size of a request, in bytes.
const REQUEST_BYTES_MAX: u64 = 1024 * 1024;

/// How long a connection may be silent.
const PATIENCE: Duration = Duration::from_secs(10);

/// What came in a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Served {
    /// The headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The path with its query.
    pub path: String,
    /// The body of a POST.
    pub body: Option<Value>,
}

impl Served {
    /// A header by its name in lower case; empty if there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }
}

/// A running platform; it ends when this is dropped.
#[derive(Debug)]
pub struct Serving {
    address: SocketAddr,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Serves requests at a free port of this machine, one after the other, with the answers of a
/// function; `None` closes the connection without an answer.
///
/// # Errors
///
/// No port is free, or no thread is left.
pub fn serve(
    mut answer: impl FnMut(&Served) -> Option<Reply> + Send + 'static,
) -> std::io::Result<Serving> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    let ends = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&ends);
    let thread = std::thread::Builder::new().name("platform".into()).spawn(move || {
        for stream in listener.incoming() {
            if told.load(Ordering::SeqCst) {
                return;
            }
            // A connection that breaks off is the caller's matter.
            let _: std::io::Result<()> = stream.and_then(|stream| one(stream, &mut answer));
        }
    })?;
    Ok(Serving { address, ends, thread: Some(thread) })
}

impl Serving {
    /// The address: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
        // Wakes the thread up.
        let _: std::io::Result<TcpStream> = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _: Result<(), _> = thread.join();
        }
    }
}

fn one(
    stream: TcpStream,
    answer: &mut impl FnMut(&Served) -> Option<Reply>,
) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream.try_clone()?.take(REQUEST_BYTES_MAX));
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next().unwrap_or_default().to_owned(), words.next());
    let path = path.unwrap_or_default().to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.push((name.trim().to_lowercase(), value.trim().to_owned()));
        }
    }
    let mut served = Served { headers, path, body: None };
    if method == "POST" {
        let length = served.header("content-length").parse::<u64>().unwrap_or(0);
        let mut body = String::new();
        reader.take(length).read_to_string(&mut body)?;
        served.body = Some(serde_json::from_str(&body).unwrap_or(Value::Null));
    }
    match answer(&served) {
        Some(reply) => write(stream, &reply),
        None => Ok(()),
    }
}

fn write(mut stream: TcpStream, reply: &Reply) -> std::io::Result<()> {
    let Reply { status, retry_after, body, date } = reply;
    let mut head = format!("HTTP/1.1 {status} Answered\r\nContent-Type: application/json\r\n");
    if let Some(pause) = retry_after {
        head.push_str(&format!("Retry-After: {}\r\n", pause.div_ceil(1_000)));
    }
    if let Some(date) = date.and_then(chrono::DateTime::from_timestamp_millis) {
        head.push_str(&format!("Date: {}\r\n", date.format("%a, %d %b %Y %H:%M:%S GMT")));
    }
    head.push_str(&format!("Content-Length: {}\r\nConnection: close\r\n\r\n", body.len()));
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())
}
