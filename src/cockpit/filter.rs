//! What a pane shows: words, `!` for not, and `cpu>80 user:www net:3333 pid:42 state:R`.

use crate::domain::facts::{Process, Socket};
use crate::domain::untrusted::Untrusted;

/// A filter; the default shows everything. All of its terms must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    text: String,
    terms: Vec<Term>,
}

/// One word of a filter.
#[derive(Clone, Debug, PartialEq)]
struct Term {
    not: bool,
    test: Test,
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    /// Stands somewhere in the row, in any case.
    Text(String),
    User(String),
    Pid(u32),
    State(String),
    /// Some socket of the process has this port or text in an address.
    Net(String),
    Cpu(Order, f32),
    Memory(Order, f32),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Order {
    Over,
    Under,
}

/// A term that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{term}` is no filter")]
pub struct BadTerm {
    /// As typed.
    pub term: String,
}

impl Filter {
    /// Reads what the responder typed.
    pub fn parse(text: &str) -> Result<Self, BadTerm> {
        let terms = text.split_whitespace().map(Term::parse).collect::<Result<_, _>>()?;
        Ok(Self { text: text.trim().to_owned(), terms })
    }

    /// As the responder typed it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// It hides something.
    #[must_use]
    pub const fn is_set(&self) -> bool {
        !self.terms.is_empty()
    }

    /// The process is shown. `sockets` gives what it holds, asked only if a term is about that.
    pub fn shows_process<'a, S: Iterator<Item = &'a Socket>>(
        &self,
        process: &Process,
        sockets: impl Fn() -> S,
    ) -> bool {
        self.terms.iter().all(|term| {
            term.not
                != match &term.test {
                    Test::Text(text) => {
                        holds(&process.comm, text)
                            || process.command.known().is_some_and(|it| holds(it, text))
                            || process.exe.known().is_some_and(|it| holds(it, text))
                            || process.user.as_deref().is_some_and(|it| it.contains(text.as_str()))
                    }
                    Test::Pid(pid) => process.id.pid.0 == *pid,
                    Test::User(user) => {
                        process.user.as_deref().is_some_and(|it| it.contains(user.as_str()))
                            || process.uid.to_string() == *user
                    }
                    Test::State(state) => {
                        process.state.letter().to_string().eq_ignore_ascii_case(state)
                    }
                    Test::Net(text) => sockets().any(|socket| address_holds(socket, text)),
                    Test::Cpu(order, percent) => order.holds(process.cpu, *percent),
                    Test::Memory(order, mib) => order.holds(mib_of(process.memory), *mib),
                }
        })
    }

    /// The socket is shown.
    #[must_use]
    pub fn shows_socket(&self, socket: &Socket, owner: Option<&Process>) -> bool {
        self.terms.iter().all(|term| {
            let by_owner = |filter: &Self| {
                owner.is_some_and(|it| filter.shows_process(it, || std::iter::once(socket)))
            };
            let only = |test: &Test| Self {
                text: String::new(),
                terms: vec![Term { not: false, test: test.clone() }],
            };
            term.not
                != match &term.test {
                    Test::Text(text) | Test::Net(text) => {
                        address_holds(socket, text) || by_owner(&only(&Test::Text(text.clone())))
                    }
                    test @ (Test::User(_)
                    | Test::Pid(_)
                    | Test::State(_)
                    | Test::Cpu(..)
                    | Test::Memory(..)) => by_owner(&only(test)),
                }
        })
    }
}

impl Term {
    fn parse(word: &str) -> Result<Self, BadTerm> {
        let bad = || BadTerm { term: word.to_owned() };
        let (not, rest) = word.strip_prefix('!').map_or((false, word), |rest| (true, rest));
        if rest.is_empty() {
            return Err(bad());
        }
        let compared = rest.find(['>', '<']).and_then(|at| {
            let order = if rest.get(at..=at)? == ">" { Order::Over } else { Order::Under };
            Some((rest.get(..at)?, order, rest.get(at + 1..)?))
        });
        if let Some((name, order, number)) = compared {
            let number = number.trim_end_matches('%').parse().map_err(|_| bad())?;
            let test = match name {
                "cpu" => Test::Cpu(order, number),
                "mem" => Test::Memory(order, number),
                _ => return Err(bad()),
            };
            return Ok(Self { not, test });
        }
        let test = match rest.split_once(':') {
            Some(("user", user)) => Test::User(user.to_owned()),
            Some(("pid", pid)) => Test::Pid(pid.parse().map_err(|_| bad())?),
            Some(("state", state)) => Test::State(state.to_owned()),
            Some(("net", net)) => Test::Net(net.to_owned()),
            _ => Test::Text(rest.to_lowercase()),
        };
        Ok(Self { not, test })
    }
}

impl Order {
    fn holds(self, value: f32, limit: f32) -> bool {
        match self {
            Self::Over => value > limit,
            Self::Under => value < limit,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a filter compares mebibytes")]
fn mib_of(bytes: u64) -> f32 {
    bytes as f32 / 1_048_576.0
}

fn holds(text: &Untrusted, word: &str) -> bool {
    String::from_utf8_lossy(text.bytes()).to_lowercase().contains(word)
}

fn address_holds(socket: &Socket, text: &str) -> bool {
    let end =
        |it: std::net::SocketAddr| it.port().to_string() == text || it.to_string().contains(text);
    end(socket.local) || socket.remote.is_some_and(end)
}
