//! What the kernel lets through: a program of classic BPF, made here and run there on every packet.
//!
//! Names that are asked for and told (port 53), the first packet of a TLS conversation, what begins as JSON does, with or
//! without blanks before it, and the short last packet of something that was sent in pieces: one to a port where pools
//! are, or one that ends as a line of JSON does. All else costs the host these few steps.
//! Fragments are let go by, and so is what stands behind more than two extension headers of IPv6.
//! The program reads from the IP header on, whatever carries it: tags of VLANs are taken off before.

use std::collections::BTreeMap;

/// Name service.
pub const DNS: u16 = 53;
/// TLS, in most places.
const HTTPS: u16 = 443;
/// Ports of a playbook that the program has room for.
const PORTS: usize = 64;
/// Bytes of a packet that are kept.
const KEPT: u32 = 16 * 1024 + 128;
/// A packet that goes on with another one's words has no more than this, or it would not be the last.
const TAIL: u32 = 1_400;

/// One step, as the kernel takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// What is done.
    pub code: u16,
    /// Steps to leave out if a test holds.
    pub if_true: u8,
    /// Steps to leave out if it does not.
    pub if_false: u8,
    /// A constant.
    pub k: u32,
}

/// A program for the kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter(Vec<Instruction>);

// Codes of <linux/bpf_common.h>; B, H and W are one, two and four bytes.
const LOAD_H: u16 = 0x28;
const LOAD_B: u16 = 0x30;
const LOAD_H_AT_X: u16 = 0x48;
const LOAD_B_AT_X: u16 = 0x50;
const LOAD_LENGTH: u16 = 0x80;
const LOAD_KEPT: u16 = 0x60;
const KEEP: u16 = 0x02;
const SET_X: u16 = 0x01;
/// X becomes the length of the IPv4 header.
const SET_X_HEADER: u16 = 0xb1;
const A_TO_X: u16 = 0x07;
const ADD: u16 = 0x04;
const ADD_X: u16 = 0x0c;
const SUBTRACT: u16 = 0x14;
const SUBTRACT_X: u16 = 0x1c;
const AND: u16 = 0x54;
const SHIFT_RIGHT: u16 = 0x74;
const SHIFT_LEFT: u16 = 0x64;
const IS: u16 = 0x15;
const IS_OVER: u16 = 0x25;
const IS_AT_LEAST: u16 = 0x35;
const HAS_BITS: u16 = 0x45;
const RETURN: u16 = 0x06;

// What the kernel knows besides the bytes, as <linux/filter.h> names it.
const AROUND: u32 = 0xffff_f000;
const PROTOCOL: u32 = AROUND;
const WAY: u32 = AROUND + 4;
const HARDWARE: u32 = AROUND + 28;

const OUTGOING: u32 = 4;
const LOOPBACK: u32 = 772;
const IPV4: u32 = 0x0800;
const IPV6: u32 = 0x86dd;
const TCP: u32 = 6;
const UDP: u32 = 17;
/// Extension headers that may stand before TCP and UDP: hop by hop, routing, options.
const EXTENSIONS: [u32; 3] = [0, 43, 60];
const PUSH: u32 = 0x08;

/// Places in the kernel's scratch memory.
const NEXT_HEADER: u32 = 0;
const FROM_PORT: u32 = 1;
const TO_PORT: u32 = 2;
const FLAGS: u32 = 3;
const SAID: u32 = 4;

/// A place in the program that a test can lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// The step after the test.
    Next,
    Ip,
    Four,
    Six,
    /// Behind so many extension headers.
    Header(u8),
    Extension(u8),
    Udp,
    Tcp,
    Said,
    Tls,
    Second,
    Tail,
    TailPort,
    Keep,
    Drop,
}

enum Line {
    Do(u16, u32),
    Test(u16, u32, Place, Place),
}

#[derive(Default)]
struct Program {
    lines: Vec<Line>,
    places: BTreeMap<Place, usize>,
}

impl Filter {
    /// The program for a playbook with these ports.
    #[must_use]
    pub fn new(ports: &[u16]) -> Self {
        let mut program = Program::default();
        program.ip();
        program.udp();
        program.tcp(ports);
        program.at(Place::Keep).act(RETURN, KEPT);
        program.at(Place::Drop).act(RETURN, 0);
        Self(program.assembled())
    }

    /// Its steps.
    #[must_use]
    pub fn steps(&self) -> &[Instruction] {
        &self.0
    }
}

impl Program {
    fn at(&mut self, place: Place) -> &mut Self {
        self.places.insert(place, self.lines.len());
        self
    }

    fn act(&mut self, code: u16, k: u32) -> &mut Self {
        self.lines.push(Line::Do(code, k));
        self
    }

    /// Goes on there, whatever was read.
    fn jump(&mut self, to: Place) -> &mut Self {
        self.test(IS_AT_LEAST, 0, to, to)
    }

    fn test(&mut self, code: u16, k: u32, yes: Place, no: Place) -> &mut Self {
        self.lines.push(Line::Test(code, k, yes, no));
        self
    }

    /// From the network header to where TCP or UDP begins, in X.
    fn ip(&mut self) {
        // The loopback shows each packet twice, on its way out and on its way in.
        self.act(LOAD_H, HARDWARE).test(IS, LOOPBACK, Place::Next, Place::Ip);
        self.act(LOAD_B, WAY).test(IS, OUTGOING, Place::Drop, Place::Ip);
        self.at(Place::Ip).act(LOAD_H, PROTOCOL);
        self.test(IS, IPV4, Place::Four, Place::Next);
        self.test(IS, IPV6, Place::Six, Place::Drop);
        self.at(Place::Four).act(LOAD_H, 6).test(HAS_BITS, 0x3fff, Place::Drop, Place::Next);
        self.act(SET_X_HEADER, 0).act(LOAD_B, 9);
        self.test(IS, UDP, Place::Udp, Place::Next).test(IS, TCP, Place::Tcp, Place::Drop);
        self.at(Place::Six).act(SET_X, 40).act(LOAD_B, 6);
        for level in 0..2 {
            self.at(Place::Header(level));
            self.test(IS, UDP, Place::Udp, Place::Next).test(IS, TCP, Place::Tcp, Place::Next);
            let [hops, routing, options] = EXTENSIONS;
            let over = Place::Extension(level);
            self.test(IS, hops, over, Place::Next).test(IS, routing, over, Place::Next);
            self.test(IS, options, over, Place::Drop);
            self.at(over).act(LOAD_B_AT_X, 0).act(KEEP, NEXT_HEADER).act(LOAD_B_AT_X, 1);
            self.act(ADD, 1).act(SHIFT_LEFT, 3).act(ADD_X, 0).act(A_TO_X, 0);
            self.act(LOAD_KEPT, NEXT_HEADER);
        }
        self.test(IS, UDP, Place::Udp, Place::Next).test(IS, TCP, Place::Tcp, Place::Drop);
    }

    fn udp(&mut self) {
        let dns = u32::from(DNS);
        self.at(Place::Udp).act(LOAD_H_AT_X, 0).test(IS, dns, Place::Keep, Place::Next);
        self.act(LOAD_H_AT_X, 2).test(IS, dns, Place::Keep, Place::Drop);
    }

    fn tcp(&mut self, ports: &[u16]) {
        self.at(Place::Tcp).act(LOAD_H_AT_X, 0).act(KEEP, FROM_PORT);
        self.act(LOAD_H_AT_X, 2).act(KEEP, TO_PORT).act(LOAD_B_AT_X, 13).act(KEEP, FLAGS);
        // X goes on to what is said.
        self.act(LOAD_B_AT_X, 12).act(AND, 0xf0).act(SHIFT_RIGHT, 2).act(ADD_X, 0).act(A_TO_X, 0);
        self.act(LOAD_LENGTH, 0).act(SUBTRACT_X, 0).act(KEEP, SAID);
        self.test(IS, 0, Place::Drop, Place::Next);
        // More than a name needs before it: an empty packet may be filled up with zeros.
        let dns = u32::from(DNS);
        self.test(IS_AT_LEAST, 14, Place::Next, Place::Said);
        self.act(LOAD_KEPT, FROM_PORT).test(IS, dns, Place::Keep, Place::Next);
        self.act(LOAD_KEPT, TO_PORT).test(IS, dns, Place::Keep, Place::Said);
        self.at(Place::Said).act(LOAD_B_AT_X, 0).test(IS, 22, Place::Tls, Place::Next);
        // An object of JSON; what a list of them or a blank begins may be one too.
        self.test(IS, b'{'.into(), Place::Keep, Place::Next);
        for byte in *b"[ \t\r\n" {
            self.test(IS, byte.into(), Place::Second, Place::Next);
        }
        // Other records of TLS begin something and are no tail.
        self.test(IS_AT_LEAST, 20, Place::Next, Place::Tail);
        self.test(IS_OVER, 23, Place::Tail, Place::Drop);
        self.at(Place::Second).act(LOAD_KEPT, SAID).test(IS, 1, Place::Keep, Place::Next);
        self.act(LOAD_B_AT_X, 1);
        for byte in *b"{[ \t\r\n" {
            self.test(IS, byte.into(), Place::Keep, Place::Next);
        }
        self.jump(Place::Tail);
        self.at(Place::Tls).act(LOAD_B_AT_X, 1).test(IS, 3, Place::Next, Place::Drop);
        self.act(LOAD_B_AT_X, 5).test(IS, 1, Place::Keep, Place::Drop);
        self.at(Place::Tail).act(LOAD_KEPT, FLAGS);
        self.test(HAS_BITS, PUSH, Place::Next, Place::Drop);
        self.act(LOAD_KEPT, SAID).test(IS_OVER, TAIL, Place::Drop, Place::TailPort);
        self.at(Place::TailPort).act(LOAD_KEPT, TO_PORT);
        self.test(IS, HTTPS.into(), Place::Keep, Place::Next);
        for port in ports.iter().take(PORTS) {
            self.test(IS, (*port).into(), Place::Keep, Place::Next);
        }
        // The last two letters.
        self.act(LOAD_LENGTH, 0).act(SUBTRACT, 2).act(A_TO_X, 0).act(LOAD_H_AT_X, 0);
        for end in [*b"}\n", *b"]\n"] {
            self.test(IS, u16::from_be_bytes(end).into(), Place::Keep, Place::Next);
        }
        self.lines.push(Line::Do(RETURN, 0));
    }

    /// Distances in the place of names. Every test leads forward, and no further than a byte can say: the program has
    /// some 100 steps and those for [`PORTS`]. One that leads out of the program the kernel refuses.
    fn assembled(&self) -> Vec<Instruction> {
        let distance = |from: usize, place: Place| match self.places.get(&place) {
            _ if place == Place::Next => 0,
            Some(target) => u8::try_from(target.saturating_sub(from + 1)).unwrap_or(u8::MAX),
            None => u8::MAX,
        };
        let step = |(at, line): (usize, &Line)| match line {
            Line::Do(code, k) => Instruction { code: *code, if_true: 0, if_false: 0, k: *k },
            Line::Test(code, k, yes, no) => Instruction {
                code: *code,
                if_true: distance(at, *yes),
                if_false: distance(at, *no),
                k: *k,
            },
        };
        self.lines.iter().enumerate().map(step).collect()
    }
}
