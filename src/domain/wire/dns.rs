//! DNS messages: the name that is asked for, and the addresses that are told.
//!
//! The reader is our own and lenient, since what is read is a stranger's: a message is read as far as it can be, so a
//! bad record behind the address hides nothing, and the counts in its header reserve no memory.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Bytes of a name, as RFC 1035 limits it.
const NAME: usize = 255;
/// Records of an answer that are read.
const RECORDS: usize = 64;
/// Names that lead from one to the other.
const ALIASES: usize = 16;

const ANSWER: u16 = 0x8000;
const OPCODE: u16 = 0x7800;
const INTERNET: u16 = 1;
const ADDRESS: u16 = 1;
const ADDRESS_6: u16 = 28;
const ALIAS: u16 = 5;

/// A question, or the answer to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The number that an answer has from its question.
    pub id: u16,
    /// It answers.
    pub is_answer: bool,
    /// The name that is asked for, in small letters, with dots between its parts.
    pub name: String,
    /// Names that the asked one leads to.
    pub aliases: Vec<String>,
    /// Addresses of any of these.
    pub addresses: Vec<IpAddr>,
}

/// Reads a message; `None` for what asks for no name.
#[must_use]
pub fn message(bytes: &[u8]) -> Option<Message> {
    let mut reader = Reader { bytes, at: 0 };
    let (id, flags) = (reader.two()?, reader.two()?);
    let (questions, answers) = (reader.two()?, reader.two()?);
    reader.skip(4)?;
    if flags & OPCODE != 0 || questions == 0 {
        return None;
    }
    let name = reader.name()?;
    // Whatever is asked about the name: addresses, mail, text.
    reader.skip(4)?;
    let is_answer = flags & ANSWER != 0;
    let mut read = Message { id, is_answer, name, aliases: Vec::new(), addresses: Vec::new() };
    if is_answer && questions == 1 && !read.name.is_empty() {
        for _ in 0..usize::from(answers).min(RECORDS) {
            if reader.record(&mut read).is_none() {
                break;
            }
        }
    }
    (!read.name.is_empty()).then_some(read)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(count)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        self.take(count).map(|_| ())
    }

    fn one(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn two(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    /// A name, with what stands in for its end elsewhere in the message. A place that is named lies before the one
    /// that names it, so this ends.
    fn name(&mut self) -> Option<String> {
        let (mut name, mut length) = (Vec::new(), 0);
        let mut back: Option<usize> = None;
        let mut from = self.at;
        loop {
            let sign = self.one()?;
            match sign {
                0 => break,
                1..=63 => {
                    length += usize::from(sign) + 1;
                    if length > NAME {
                        return None;
                    }
                    if !name.is_empty() {
                        name.push(b'.');
                    }
                    push(&mut name, self.take(usize::from(sign))?);
                }
                64..=191 => return None,
                192..=255 => {
                    let low = self.one()?;
                    let target = usize::from(u16::from_be_bytes([sign & 0x3f, low]));
                    if target >= from {
                        return None;
                    }
                    back.get_or_insert(self.at);
                    (self.at, from) = (target, target);
                }
            }
        }
        if let Some(back) = back {
            self.at = back;
        }
        String::from_utf8(name).ok()
    }

    fn record(&mut self, read: &mut Message) -> Option<()> {
        let owner = self.name()?;
        let (kind, class) = (self.two()?, self.two()?);
        self.skip(4)?;
        let length = usize::from(self.two()?);
        let start = self.at;
        let data = self.take(length)?;
        let end = self.at;
        let belongs = owner == read.name || read.aliases.contains(&owner);
        if class != INTERNET || !belongs {
            return Some(());
        }
        match kind {
            ADDRESS => {
                let four = <[u8; 4]>::try_from(data).ok();
                read.addresses.extend(four.map(|it| IpAddr::from(Ipv4Addr::from(it))));
            }
            ADDRESS_6 => {
                let six = <[u8; 16]>::try_from(data).ok();
                let six = six.map(|it| IpAddr::from(Ipv6Addr::from(it)).to_canonical());
                read.addresses.extend(six);
            }
            ALIAS if read.aliases.len() < ALIASES => {
                self.at = start;
                read.aliases.extend(self.name());
                self.at = end;
            }
            _ => {}
        }
        Some(())
    }
}

/// A byte that could be taken for something else is written in digits: a dot inside a part is no dot between parts.
fn push(name: &mut Vec<u8>, part: &[u8]) {
    for byte in part {
        match byte {
            b'.' | b'\\' => name.extend([b'\\', *byte]),
            b'!'..=b'~' => name.push(byte.to_ascii_lowercase()),
            _ => name.extend(format!("\\{byte:03}").bytes()),
        }
    }
}
