//! Runs the pool stand-in of the tests until it is stopped, and prints a line for everything it hears.
//!
//! `cargo run --example standin-pool -- --listen 127.0.0.1:3333`
#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

use std::io;
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use clap::Parser;

#[path = "../support/pool.rs"]
#[expect(dead_code, reason = "the tests count, this program prints")]
mod pool;

/// Listens on loopback and answers miners that mine nothing.
#[derive(Parser)]
struct Options {
    /// Address and port; loopback only.
    #[arg(long, default_value = "127.0.0.1:3333")]
    listen: SocketAddr,
    /// Ends after so many seconds.
    #[arg(long, default_value_t = 3600)]
    seconds: u64,
}

fn main() -> io::Result<()> {
    let options = Options::parse();
    let pool = pool::Pool::open(options.listen, |peer, heard| println!("{peer} {heard}"))?;
    println!("{} listening", pool.address());
    thread::sleep(Duration::from_secs(options.seconds));
    Ok(())
}
