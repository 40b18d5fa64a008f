//! The first message of a TLS conversation, as far as the name of the server.
//!
//! Absent on purpose: everything behind the greeting, which is encrypted. With encrypted client hello the name is the
//! one of the outer greeting.

/// More of a greeting is not read.
pub const MOST: usize = 16 * 1024;
/// A name is not longer.
const NAME: usize = 255;

const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const SERVER_NAME: u16 = 0;
const HOST_NAME: u8 = 0;

/// What was found in the first bytes of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Greeting {
    /// A greeting that names this server, in small letters.
    Names(Vec<u8>),
    /// A greeting that names nobody.
    NamesNobody,
    /// The greeting goes on behind these bytes.
    GoesOn,
    /// No greeting.
    No,
}

/// Why the reader stopped.
enum Stop {
    /// The bytes ended before the greeting did.
    Short,
    /// The lengths in it disagree.
    Bad,
}

/// Reads the first bytes that a client says.
#[must_use]
pub fn greeting(bytes: &[u8]) -> Greeting {
    let Some(message) = joined(bytes) else { return Greeting::No };
    if message.first().is_some_and(|kind| *kind != CLIENT_HELLO) {
        return Greeting::No;
    }
    match server_name(&message) {
        Ok(Some(name)) if (1..=NAME).contains(&name.len()) => {
            Greeting::Names(name.to_ascii_lowercase())
        }
        Ok(_) => Greeting::NamesNobody,
        Err(Stop::Short) if bytes.len() < MOST => Greeting::GoesOn,
        Err(Stop::Short | Stop::Bad) => Greeting::No,
    }
}

/// The message out of the records that carry it; `None` if the first is none of a handshake.
fn joined(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut message = Vec::new();
    loop {
        match bytes {
            [] => return Some(message),
            [HANDSHAKE] | [HANDSHAKE, 3] | [HANDSHAKE, 3, _] | [HANDSHAKE, 3, _, _] => {
                return Some(message);
            }
            [HANDSHAKE, 3, _, high, low, rest @ ..] => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                if length == 0 {
                    return None;
                }
                let (part, behind) = rest.split_at(length.min(rest.len()));
                message.extend_from_slice(part);
                bytes = behind;
            }
            // What comes after the greeting is another kind of record.
            _ if !message.is_empty() => return Some(message),
            _ => return None,
        }
    }
}

fn server_name(message: &[u8]) -> Result<Option<&[u8]>, Stop> {
    let mut outer = Reader(message);
    outer.take(1)?;
    let length = outer.length(3)?;
    // Longer than what came by now is no fault; longer than we would ever read is.
    if length > MOST {
        return Err(Stop::Bad);
    }
    let whole = outer.0.len() >= length;
    let mut hello = Reader(outer.0.get(..length).unwrap_or(outer.0));
    let short = |stop| match stop {
        Stop::Short if whole => Stop::Bad,
        Stop::Short | Stop::Bad => stop,
    };
    hello.take(2 + 32).map_err(short)?;
    hello.list(1).map_err(short)?;
    hello.list(2).map_err(short)?;
    hello.list(1).map_err(short)?;
    if hello.0.is_empty() && whole {
        return Ok(None);
    }
    let length = hello.length(2).map_err(short)?;
    let mut extensions = Reader(hello.0.get(..length).unwrap_or(hello.0));
    while !extensions.0.is_empty() {
        let kind = extensions.length(2).map_err(short)?;
        let data = extensions.list(2).map_err(short)?;
        if kind == usize::from(SERVER_NAME) {
            return Ok(first_host(data));
        }
    }
    if whole { Ok(None) } else { Err(Stop::Short) }
}

/// The host name in the list of names.
fn first_host(data: &[u8]) -> Option<&[u8]> {
    let mut names = Reader(Reader(data).list(2).ok()?);
    loop {
        let kind = *names.take(1).ok()?.first()?;
        let name = names.list(2).ok()?;
        if kind == HOST_NAME {
            return Some(name);
        }
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Stop> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Stop::Short)?;
        self.0 = rest;
        Ok(taken)
    }

    /// A number of so many bytes.
    fn length(&mut self, bytes: usize) -> Result<usize, Stop> {
        let taken = self.take(bytes)?;
        Ok(taken.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
    }

    /// What stands behind its own length.
    fn list(&mut self, bytes: usize) -> Result<&'a [u8], Stop> {
        let length = self.length(bytes)?;
        self.take(length)
    }
}
