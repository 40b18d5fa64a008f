//! Workers by the hundred say the same of themselves: what the rules for words see of a process, to judge it once.

use std::sync::Arc;

use super::work::Work;
use crate::domain::base::Pid;
use crate::domain::facts::{Process, Reading, Trace};
use crate::domain::untrusted::Untrusted;

/// All that [`Seen::of`](crate::domain::detect::Seen::of) takes from a process, and what else the rules see of it; of what
/// it uses, what the rules are told.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Words<'a> {
    /// The responder's own, the kernel's, deleted, in memory alone, without its first thread; it waits for others; whose it
    /// is, is being asked.
    is: [bool; 7],
    /// Percent and minutes.
    work: [u32; 2],
    parent: Pid,
    uid: u32,
    user: Option<&'a str>,
    name: &'a Untrusted,
    command: Option<&'a Untrusted>,
    exe: Option<&'a Untrusted>,
    ancestors: Vec<&'a Untrusted>,
    packaged: Option<bool>,
    environment: &'a [Untrusted],
}

impl<'a> Words<'a> {
    pub(super) fn of(
        process: &'a Process,
        own: bool,
        (work, serves): (Work, bool),
        trace: Option<&'a Arc<Trace>>,
    ) -> Self {
        let known = |it: &'a Reading<Untrusted>| it.known();
        Self {
            is: [
                own,
                process.kernel,
                process.exe_deleted,
                process.exe_memory,
                process.headless.is_some(),
                serves,
                trace.is_some_and(|it| it.asked),
            ],
            work: [work.cpu, work.minutes].map(f32::to_bits),
            parent: process.parent,
            uid: process.uid,
            user: process.user.as_deref(),
            name: &process.comm,
            command: known(&process.command),
            exe: known(&process.exe),
            ancestors: process.around.ancestors.iter().map(|it| &it.comm).collect(),
            packaged: trace.and_then(|it| it.program.is_as_packaged()),
            environment: trace.map_or(&[], |it| &it.environment),
        }
    }
}
