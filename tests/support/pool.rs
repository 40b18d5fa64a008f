//! A pool that pays nothing: answers Monero-style stratum on a loopback port and counts what it heard.
//!
//! Invariant: it listens on loopback only and never repeats a peer's text; the jobs are zeros.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// More miners than this are turned away.
const CONNECTIONS: usize = 32;
/// A line that is longer ends the connection.
const LINE: u64 = 16 * 1024;

/// What the pool heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Connect,
    Login,
    Submit,
    KeepAlive,
    Unknown,
    Leave,
}

impl fmt::Display for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Connect => "connect",
            Self::Login => "login",
            Self::Submit => "submit",
            Self::KeepAlive => "keepalived",
            Self::Unknown => "unknown",
            Self::Leave => "leave",
        })
    }
}

type Listener = dyn Fn(SocketAddr, Heard) + Send + Sync;

/// A running pool; it ends when it is dropped.
pub(crate) struct Pool {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<thread::JoinHandle<()>>,
}

struct Shared {
    stop: AtomicBool,
    open: AtomicUsize,
    heard: Mutex<Vec<Heard>>,
    listener: Box<Listener>,
}

impl Pool {
    /// Listens on `address` (port 0: any) and tells `listener` of everything it hears.
    pub(crate) fn open(
        address: SocketAddr,
        listener: impl Fn(SocketAddr, Heard) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        if !address.ip().is_loopback() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "only loopback addresses"));
        }
        let socket = TcpListener::bind(address)?;
        let address = socket.local_addr()?;
        let shared = Arc::new(Shared {
            stop: AtomicBool::new(false),
            open: AtomicUsize::new(0),
            heard: Mutex::default(),
            listener: Box::new(listener),
        });
        let accepting = thread::spawn({
            let shared = Arc::clone(&shared);
            move || accept(&socket, &shared)
        });
        Ok(Self { address, shared, accepting: Some(accepting) })
    }

    /// Any free port, nobody told.
    pub(crate) fn quiet() -> io::Result<Self> {
        Self::open(SocketAddr::from(([127, 0, 0, 1], 0)), |_, _| {})
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// How often it heard that.
    pub(crate) fn count(&self, what: Heard) -> usize {
        let heard = self.shared.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.iter().filter(|one| **one == what).count()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        // A visit of our own ends the wait for the next miner.
        drop(TcpStream::connect(self.address));
        if let Some(accepting) = self.accepting.take() {
            drop(accepting.join());
        }
    }
}

impl Shared {
    fn hear(&self, peer: SocketAddr, what: Heard) {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).push(what);
        (self.listener)(peer, what);
    }
}

fn accept(socket: &TcpListener, shared: &Arc<Shared>) {
    for stream in socket.incoming() {
        if shared.stop.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        if shared.open.fetch_add(1, Ordering::SeqCst) >= CONNECTIONS {
            shared.open.fetch_sub(1, Ordering::SeqCst);
            continue;
        }
        let shared = Arc::clone(shared);
        thread::spawn(move || {
            if let Ok(peer) = stream.peer_addr() {
                shared.hear(peer, Heard::Connect);
                // However the talk ended, the miner has left.
                drop(talk(&stream, peer, &shared));
                shared.hear(peer, Heard::Leave);
            }
            shared.open.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

fn talk(mut stream: &TcpStream, peer: SocketAddr, shared: &Shared) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_millis(200)))?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    let mut jobs = 0;
    while !shared.stop.load(Ordering::SeqCst) {
        let room = LINE.saturating_sub(line.len() as u64);
        match reader.by_ref().take(room).read_until(b'\n', &mut line) {
            Ok(_) if line.ends_with(b"\n") => {
                let request = serde_json::from_slice(&line).unwrap_or(Value::Null);
                line.clear();
                let (heard, answer) = answer(&request, &mut jobs);
                shared.hear(peer, heard);
                stream.write_all(format!("{answer}\n").as_bytes())?;
                if heard == Heard::Submit {
                    jobs += 1;
                    let job = json!({ "jsonrpc": "2.0", "method": "job", "params": job(jobs) });
                    stream.write_all(format!("{job}\n").as_bytes())?;
                }
            }
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn answer(request: &Value, jobs: &mut u64) -> (Heard, Value) {
    let reply = |result: Value| json!({ "id": request["id"].as_u64(), "jsonrpc": "2.0", "error": null, "result": result });
    match request["method"].as_str() {
        Some("login") => {
            *jobs += 1;
            let result = json!({ "id": "1", "job": job(*jobs), "status": "OK" });
            (Heard::Login, reply(result))
        }
        Some("submit") => (Heard::Submit, reply(json!({ "status": "OK" }))),
        Some("keepalived") => (Heard::KeepAlive, reply(json!({ "status": "KEEPALIVED" }))),
        _ => {
            let error = json!({ "code": -1, "message": "unknown method" });
            (
                Heard::Unknown,
                json!({ "id": request["id"].as_u64(), "jsonrpc": "2.0", "error": error, "result": null }),
            )
        }
    }
}

/// As long as a real one, and nothing in it: no work can come of it.
fn job(number: u64) -> Value {
    json!({
        "blob": "0".repeat(152), "job_id": format!("{number:08}"), "target": "00000000",
        "algo": "rx/0", "height": number, "seed_hash": "0".repeat(64),
    })
}
