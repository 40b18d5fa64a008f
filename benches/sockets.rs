//! What the list of sockets costs, bytes and owners included, as a ratio to a bare `sock_diag` dump of the same sockets and,
//! if it is here, to `ss -tnp`; all in one run, in turns.
//!
//! `cargo bench --bench sockets [connections] [rounds]`. Ratios travel between machines; milliseconds do not. The dump is
//! as bare as it can be: both families in one walk, answers received and thrown away. A child holds the connections and
//! rests; a tenth as many more are held here and carry bytes. A look is measured whole, processes included.

#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]
#![expect(clippy::disallowed_methods, reason = "it runs its peer")]

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use firedamp::domain::base::Clock;
use firedamp::host::probe::{Eyes, HostClock};
use netlink_sys::{Socket, SocketAddr, protocols::NETLINK_SOCK_DIAG};
use rustix::time::{ClockId, clock_gettime};

const PAUSE: Duration = Duration::from_millis(100);

fn cpu_ms() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}

/// CPU time of children that have ended, in milliseconds.
fn children_ms() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    // Fields 16 and 17, in hundredths of a second.
    fields.skip(13).take(2).filter_map(|it| it.parse::<f64>().ok()).sum::<f64>() * 10.0
}

/// Asks as the first `inet_diag` was asked, and reads until the end.
fn bare(socket: &Socket, answer: &mut Vec<u8>) -> io::Result<()> {
    let mut request = vec![0_u8; 76];
    let head: [(usize, &[u8]); 4] = [
        (0, &76_u32.to_ne_bytes()),
        (4, &18_u16.to_ne_bytes()),
        (6, &0x301_u16.to_ne_bytes()),
        (68, &[0xff; 4]),
    ];
    for (at, bytes) in head {
        if let Some(place) = request.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    }
    socket.send(&request, 0)?;
    loop {
        answer.clear();
        let size = socket.recv(answer, 0)?;
        let last = answer.get(..size).and_then(|it| it.get(4..6)).map(<[u8]>::to_vec);
        // NLMSG_DONE or NLMSG_ERROR comes alone.
        if size < 32 || last.is_some_and(|it| it == [3, 0] || it == [2, 0]) {
            return Ok(());
        }
    }
}

/// Median.
fn middle(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn report(floors: &mut [f64], looks: [Vec<f64>; 2], peers: &mut [f64]) {
    let floor = middle(floors);
    println!("bare sock_diag dump: {floor:.2} ms CPU");
    let names = ["a whole look, sockets moved", "a whole look, nothing moved"];
    for (what, mut values) in names.into_iter().zip(looks) {
        let mine = middle(&mut values);
        print!("{what}: {mine:.2} ms CPU, {:.2} of the dump", mine / floor);
        if !peers.is_empty() {
            print!(", {:.2} of `ss -tnp`", mine / middle(peers));
        }
        println!();
    }
    if !peers.is_empty() {
        println!("ss -tnp: {:.2} ms CPU", middle(peers));
    }
}

/// Holds so many connections to itself until its input ends.
fn hold(count: usize) -> io::Result<()> {
    let _ends = connections(count)?;
    println!("held");
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

fn connections(count: usize) -> io::Result<Vec<(TcpStream, TcpStream)>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let to = listener.local_addr()?;
    (0..count).map(|_| Ok((TcpStream::connect(to)?, listener.accept()?.0))).collect()
}

/// What `ss -tnp` costs; four in a row, since the kernel counts a child's time in ticks.
fn peer() -> io::Result<f64> {
    let (before, start) = (children_ms(), Instant::now());
    for _ in 0..4 {
        Command::new("ss").arg("-tnp").stdout(Stdio::null()).status()?;
    }
    let spent = children_ms() - before;
    Ok(if spent > 0.0 { spent } else { start.elapsed().as_secs_f64() * 1e3 } / 4.0)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse::<usize>().ok());
    let (count, rounds) = (numbers.next().unwrap_or(1_000), numbers.next().unwrap_or(15));
    if std::env::var_os("HOLD").is_some() {
        return Ok(hold(count)?);
    }
    let mut child = Command::new(std::env::current_exe()?);
    child.arg(count.to_string()).env("HOLD", "1").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = child.spawn()?;
    let mut held = [0; 5];
    if let Some(said) = &mut child.stdout {
        said.read_exact(&mut held)?;
    }
    let mut ends = connections(count / 10)?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut diag = Socket::new(NETLINK_SOCK_DIAG)?;
    diag.bind_auto()?;
    diag.connect(&SocketAddr::new(0, 0))?;
    let mut answer = Vec::with_capacity(64 << 10);
    let mut eyes = Eyes::open()?;
    let seen = eyes.look(HostClock.now());
    println!(
        "{count} connections, {} sockets, {} processes",
        seen.sockets.len(),
        seen.processes.len()
    );
    let ss = Command::new("ss").arg("-V").stdout(Stdio::null()).status().is_ok();
    let (mut floors, mut busy, mut quiet, mut peers) = (vec![], vec![], vec![], vec![]);
    for _ in 0..rounds {
        std::thread::sleep(PAUSE);
        let before = cpu_ms();
        bare(&diag, &mut answer)?;
        floors.push(cpu_ms() - before);
        // Something moved: the list is made anew, and some connections carried bytes.
        for (client, _) in &mut ends {
            client.write_all(b"x")?;
        }
        let again = TcpStream::connect(listener.local_addr()?)?;
        let taken = listener.accept()?;
        std::thread::sleep(PAUSE);
        let before = cpu_ms();
        eyes.look(HostClock.now());
        busy.push(cpu_ms() - before);
        // Whoever was late to take a new socket up is looked for once more.
        eyes.look(HostClock.now());
        std::thread::sleep(PAUSE);
        let before = cpu_ms();
        eyes.look(HostClock.now());
        quiet.push(cpu_ms() - before);
        drop((again, taken));
        if ss {
            peers.push(peer()?);
        }
    }
    report(&mut floors, [busy, quiet], &mut peers);
    drop(child.stdin.take());
    child.wait()?;
    Ok(())
}
