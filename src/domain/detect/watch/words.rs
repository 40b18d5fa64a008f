//! Workers by the hundred say the same of themselves: what the rules for words see of a process, to judge it once.

use crate::domain::base::Pid;
use crate::domain::facts::{Process, Reading};
use crate::domain::untrusted::Untrusted;

/// All that [`Seen::of`](crate::domain::detect::Seen::of) takes from a process; of what it uses, the step.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Words<'a> {
    /// The responder's own, the kernel's, deleted, in memory alone, without its first thread.
    is: [bool; 5],
    level: usize,
    parent: Pid,
    uid: u32,
    user: Option<&'a str>,
    name: &'a Untrusted,
    command: Option<&'a Untrusted>,
    exe: Option<&'a Untrusted>,
    ancestors: Vec<&'a Untrusted>,
}

impl<'a> Words<'a> {
    pub(super) fn of(process: &'a Process, own: bool, level: usize) -> Self {
        let known = |it: &'a Reading<Untrusted>| it.known();
        Self {
            is: [
                own,
                process.kernel,
                process.exe_deleted,
                process.exe_memory,
                process.headless.is_some(),
            ],
            level,
            parent: process.parent,
            uid: process.uid,
            user: process.user.as_deref(),
            name: &process.comm,
            command: known(&process.command),
            exe: known(&process.exe),
            ancestors: process.around.ancestors.iter().map(|it| &it.comm).collect(),
        }
    }
}
