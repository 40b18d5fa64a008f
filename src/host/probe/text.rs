//! Parsers of what the kernel prints about a process. Pure.
//!
//! Invariant: total. Any bytes are taken; what has not the documented form gives `None`, and the name
//! that a process chose for itself (`comm`: any 15 bytes, brackets and line feeds too) moves no field.

use crate::domain::facts::{Io, RunState};

/// This is the kernel itself (`PF_KTHREAD`).
const KERNEL_THREAD: u64 = 0x0020_0000;
/// It is on its way out (`PF_EXITING`).
const ENDING: u64 = 0x4;

/// What is used of `/proc/PID/stat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stat<'a> {
    /// Field 2.
    pub(super) comm: &'a [u8],
    /// Field 3.
    pub(super) state: RunState,
    /// Field 4.
    pub(super) parent: u32,
    /// Field 6.
    pub(super) session: u32,
    /// Field 7: device number of the controlling terminal, 0 without one.
    pub(super) terminal: u32,
    /// Fields 14 and 15: clock ticks in user and in kernel mode.
    pub(super) ticks: u64,
    /// Fields 16 and 17: the same of its children that ended and were collected.
    pub(super) collected: u64,
    /// Field 19.
    pub(super) nice: i32,
    /// Field 20.
    pub(super) threads: u32,
    /// Field 22: clock ticks since boot.
    pub(super) start: u64,
    /// Field 24, the same sum of counters that `statm` prints.
    pub(super) pages: u64,
    /// Fields 26, 27 and 28 together: another number after every `execve`; 0 where they are not told.
    pub(super) image: u64,
    /// `PF_KTHREAD` in field 9.
    pub(super) kernel: bool,
    /// `PF_EXITING` there.
    pub(super) ending: bool,
}

/// Reads `/proc/PID/stat`. The name ends at the *last* closing bracket.
pub(super) fn stat(text: &[u8]) -> Option<Stat<'_>> {
    let open = text.iter().position(|byte| *byte == b'(')?;
    let close = text.iter().rposition(|byte| *byte == b')')?;
    let comm = text.get(open + 1..close)?;
    let mut fields = text.get(close + 1..)?.split(u8::is_ascii_whitespace).skip(1);
    let state = run_state(fields.next()?);
    let parent = whole_number(fields.next()?)?;
    // One of another pid namespace is -1 or 0.
    let session = signed(fields.nth(1)?)?.try_into().unwrap_or(0);
    let terminal = signed(fields.next()?)?.cast_unsigned();
    let flags: u64 = number(fields.nth(1)?)?;
    let user: u64 = number(fields.nth(4)?)?;
    let system: u64 = number(fields.next()?)?;
    let mut collected = || number(fields.next()?);
    let collected = collected()?.saturating_add(collected()?);
    let nice = signed(fields.nth(1)?)?;
    let threads = whole_number(fields.next()?)?;
    let start = number(fields.nth(1)?)?;
    let pages = fields.nth(1).and_then(number).unwrap_or(0);
    let mut place = |skipped| fields.nth(skipped).and_then(number).unwrap_or(0);
    let image = image(place(1), place(0), place(0));
    let (kernel, ending) = (flags & KERNEL_THREAD != 0, flags & ENDING != 0);
    let ticks = user.saturating_add(system);
    Some(Stat {
        comm,
        state,
        parent,
        session,
        terminal,
        ticks,
        collected,
        nice,
        threads,
        start,
        pages,
        image,
        kernel,
        ending,
    })
}

/// The kernel says 1 to whom it does not tell, and puts the stack anywhere.
const fn image(code: u64, end: u64, stack: u64) -> u64 {
    if code <= 1 { 0 } else { code ^ end.rotate_left(21) ^ stack.rotate_left(42) }
}

fn run_state(field: &[u8]) -> RunState {
    match field {
        b"R" => RunState::Running,
        b"S" => RunState::Sleeping,
        b"D" => RunState::Waiting,
        b"T" | b"t" => RunState::Stopped,
        b"Z" => RunState::Zombie,
        b"I" => RunState::Idle,
        other => RunState::Other(other.first().map_or('?', |byte| letter(*byte))),
    }
}

const fn letter(byte: u8) -> char {
    if byte.is_ascii_graphic() { byte as char } else { '?' }
}

/// What is used of `/proc/PID/status`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Status<'a> {
    /// Real user id.
    pub(super) uid: Option<u32>,
    /// Effective capabilities.
    pub(super) capabilities: Option<u64>,
    /// 0 none, 1 strict, 2 filtered.
    pub(super) seccomp: Option<u8>,
    /// CPUs that it may run on, as `0-3,8`.
    pub(super) cpus: &'a [u8],
    /// Bytes of huge pages that were set aside.
    pub(super) huge: Option<u64>,
}

/// Reads `/proc/PID/status`. The name in its first line cannot forge a line: the kernel escapes line feeds there.
pub(super) fn status(text: &[u8]) -> Status<'_> {
    let mut status = Status::default();
    for line in text.split(|byte| *byte == b'\n') {
        let Some(at) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = line.split_at(at);
        let value = value.get(1..).unwrap_or_default();
        let first = || words(value).next();
        match name {
            b"Uid" => status.uid = first().and_then(whole_number),
            b"CapEff" => status.capabilities = first().and_then(hexadecimal),
            b"Seccomp" => {
                status.seccomp = first().and_then(number).and_then(|mode| mode.try_into().ok());
            }
            b"Cpus_allowed_list" => status.cpus = first().unwrap_or_default(),
            b"HugetlbPages" => {
                status.huge = first().and_then(number).and_then(|kib| kib.checked_mul(1024));
            }
            _ => {}
        }
    }
    status
}

/// Bytes read from storage and written to it, from `/proc/PID/io`.
pub(super) fn io(text: &[u8]) -> Option<Io> {
    let of = |name: &[u8]| {
        let mut lines = text.split(|byte| *byte == b'\n');
        number(lines.find_map(|line| line.strip_prefix(name))?)
    };
    Some(Io { read: of(b"read_bytes: ")?, written: of(b"write_bytes: ")? })
}

/// Inode in the link text of a namespace: `net:[4026531840]`.
pub(super) fn namespace_inode(link: &[u8]) -> Option<u64> {
    let at = link.iter().position(|byte| *byte == b'[')?;
    number(link.get(at + 1..)?.strip_suffix(b"]")?)
}

/// Name of a terminal by its device number, below `/dev`; of a rare one its two numbers. `None` for 0: no terminal.
pub(super) fn terminal(device: u32) -> Option<String> {
    let (major, minor) = ((device >> 8) & 0xfff, (device & 0xff) | ((device >> 12) & 0xfff00));
    match (major, minor) {
        (0, 0) => None,
        (4, ..64) => Some(format!("tty{minor}")),
        (4, _) => Some(format!("ttyS{}", minor - 64)),
        (5, 1) => Some("console".to_owned()),
        (136..=143, _) => Some(format!("pts/{}", (major - 136) * 256 + minor)),
        (204, 64..) => Some(format!("ttyAMA{}", minor - 64)),
        (229, _) => Some(format!("hvc{minor}")),
        _ => Some(format!("{major}:{minor}")),
    }
}

/// Login names by user id, from `/etc/passwd`; the first name of an id counts, as it does for `ls`.
/// A name that is not plain printable ASCII is left out: it would need escaping wherever it stands.
pub(super) fn users(passwd: &[u8]) -> impl Iterator<Item = (u32, &str)> {
    passwd.split(|byte| *byte == b'\n').filter_map(|line| {
        let mut fields = line.split(|byte| *byte == b':');
        let (name, _password, id) = (fields.next()?, fields.next()?, fields.next()?);
        let plain = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
        Some((account_id(id)?, str::from_utf8(name).ok().filter(|_| plain)?))
    })
}

/// The number of an account or a group as the C library reads it: blanks and a sign may stand before it, what is too large
/// is the largest, and nothing may stand behind it. So ` 0`, `+0` and `-0` are root.
pub(super) fn account_id(field: &[u8]) -> Option<u32> {
    let blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0x0b;
    let start = field.iter().position(|byte| !blank(byte))?;
    let field = field.get(start..)?;
    let minus = field.strip_prefix(b"-");
    let digits = minus.or_else(|| field.strip_prefix(b"+")).unwrap_or(field);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = match number(digits) {
        Some(value) if minus.is_some() => value.wrapping_neg(),
        Some(value) => value,
        None => u64::MAX,
    };
    Some(u32::try_from(value).unwrap_or(u32::MAX))
}

/// Forks since boot, from `/proc/stat`.
pub(super) fn forks(stat: &[u8]) -> Option<u64> {
    let mut lines = stat.split(|byte| *byte == b'\n');
    lines.find_map(|line| line.strip_prefix(b"processes ")).and_then(number)
}

/// What `hidepid` is set to on this `/proc`, from `/proc/mounts`; `None` if nothing is hidden.
pub(super) fn hidepid(mounts: &[u8]) -> Option<&str> {
    let mut lines = mounts.split(|byte| *byte == b'\n');
    lines.rfind(|line| words(line).nth(1) == Some(b"/proc")).and_then(|line| {
        let options = words(line).nth(3)?;
        let value =
            options.split(|byte| *byte == b',').find_map(|o| o.strip_prefix(b"hidepid="))?;
        str::from_utf8(value).ok().filter(|value| !matches!(*value, "0" | "off"))
    })
}

/// A field of a list of mounts: in it `\040` is a space, `\011` a tab, `\012` a line feed, `\134` a backslash.
pub(super) fn unescape(field: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((byte, after)) = rest.split_first() {
        let octal = |digit: u8| matches!(digit, b'0'..=b'7').then(|| digit - b'0');
        let escaped = match (byte, after) {
            (b'\\', [a, b, c, ..]) => octal(*a)
                .filter(|a| *a < 4)
                .zip(octal(*b))
                .zip(octal(*c))
                .map(|((a, b), c)| a * 64 + b * 8 + c),
            _ => None,
        };
        plain.push(escaped.unwrap_or(*byte));
        rest = if escaped.is_some() { after.get(3..).unwrap_or_default() } else { after };
    }
    plain
}

/// Inode in the link text of a socket: `socket:[123]`.
pub(super) fn socket_inode(link: &[u8]) -> Option<u64> {
    number(link.strip_prefix(b"socket:[")?.strip_suffix(b"]")?)
}

/// The parts between spaces and tabs.
pub(super) fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

/// A decimal number, and nothing but it.
pub(super) fn number(digits: &[u8]) -> Option<u64> {
    let value = digits.iter().try_fold(0_u64, |sum, byte| {
        let digit = byte.is_ascii_digit().then(|| byte - b'0')?;
        sum.checked_mul(10)?.checked_add(u64::from(digit))
    });
    value.filter(|_| !digits.is_empty())
}

/// A hexadecimal number, and nothing but it.
pub(super) fn hexadecimal(digits: &[u8]) -> Option<u64> {
    let value = digits.iter().try_fold(0_u64, |sum, byte| {
        let digit = char::from(*byte).to_digit(16)?;
        sum.checked_mul(16)?.checked_add(u64::from(digit))
    });
    value.filter(|_| !digits.is_empty())
}

/// The same in 32 bits.
pub(super) fn whole_number(digits: &[u8]) -> Option<u32> {
    number(digits).and_then(|value| u32::try_from(value).ok())
}

fn signed(text: &[u8]) -> Option<i32> {
    let (sign, digits) = text.strip_prefix(b"-").map_or((1, text), |digits| (-1, digits));
    let value = i32::try_from(number(digits)?).ok()?;
    Some(sign * value)
}
