//! Where a process belongs, what it may do, what it uses, and where it came from. What is not known has no line.

use std::sync::Arc;

use ratatui::text::Span;

use crate::domain::facts::{
    Around, Container, Gap, Io, Namespaces, Process, Reading, Snapshot, Unread,
};
use crate::domain::untrusted::Untrusted;
use crate::ui::details::{Sheet, examined};
use crate::ui::glyph::signs;
use crate::ui::role::Role;
use crate::ui::text::{pad_right, pieces, reading, size, width};
use crate::ui::wrap::wrap_spans;
use crate::words::around::{self as said, Label};
use crate::words::fact;

/// Cells of the names.
const NAMES: usize = 14;
/// If no more capabilities than this are missing, those are told.
const FEW: u32 = 8;

impl Sheet<'_> {
    /// A word of this part.
    pub(super) fn say(&self, label: Label) -> &'static str {
        label.text(self.model.language)
    }

    /// A heading of this part, with a blank line before it where there is room for that.
    pub(super) fn part(&mut self, label: Label) {
        if self.airy {
            self.blank();
        }
        let title = self.span(Role::Title, self.say(label));
        self.line(vec![title]);
    }

    /// A name and what it stands for, on as many lines as it takes, all behind the name.
    pub(super) fn named(&mut self, label: Label, value: &[Span<'static>]) {
        self.behind(self.say(label), value);
    }

    /// The same behind any name, or behind none where a line belongs to the one above.
    pub(super) fn behind(&mut self, name: &str, value: &[Span<'static>]) {
        let indent = NAMES.max(width(name) + 1);
        for (at, mut line) in
            wrap_spans(value, self.cells.saturating_sub(indent)).into_iter().enumerate()
        {
            let name = if at == 0 { name } else { "" };
            let name = pad_right(name, indent, self.model.glyphs);
            line.spans.insert(0, self.span(Role::Dim, format!(" {name}")));
            self.lines.push(line);
        }
    }

    /// A value that may not have been read.
    pub(super) fn read<T>(
        &self,
        value: &Reading<T>,
        say: impl FnOnce(&T) -> String,
    ) -> Span<'static> {
        match value {
            // A sign alone says nothing to whoever meets it for the first time.
            Reading::Denied | Reading::Blocked => self.unread(value),
            Reading::Known(_) | Reading::Unknown => {
                let (text, role) = reading(value, say);
                self.span(role, text)
            }
        }
    }

    /// Why a value is not there: its sign and its words.
    pub(super) fn unread<T>(&self, value: &Reading<T>) -> Span<'static> {
        let (sign, role) = reading(value, |_| String::new());
        let why = fact::not_read(self.model.language, value);
        self.span(role, format!("{sign} {why}"))
    }
}

/// All of it. Of a thread of the kernel there is nothing but its ancestors.
pub(super) fn all(sheet: &mut Sheet<'_>, snapshot: &Snapshot, process: &Process) {
    let around = &*process.around;
    if !process.kernel && *around != Around::default() {
        belongs(sheet, snapshot, around);
        may(sheet, snapshot, around);
    }
    uses(sheet, process);
    came_from(sheet, snapshot, process);
}

fn belongs(sheet: &mut Sheet<'_>, snapshot: &Snapshot, around: &Around) {
    sheet.part(Label::Where);
    let mut login = match around.login {
        Some(uid) => login(sheet, snapshot, uid),
        None => vec![sheet.span(Role::Dim, sheet.say(Label::NoLogin))],
    };
    let session = format!("   {} ", sheet.say(Label::Session));
    login.push(sheet.span(Role::Dim, session));
    login.push(sheet.span(Role::Text, around.session.to_string()));
    match &around.terminal {
        Some(name) => {
            login.push(sheet.span(Role::Dim, format!("   {} ", sheet.say(Label::Terminal))));
            login.extend(pieces(sheet.theme, Role::Untrusted, name, 24));
        }
        None => login.push(sheet.span(Role::Dim, format!("   {}", sheet.say(Label::NoTerminal)))),
    }
    sheet.named(Label::Login, &login);
    if let Some(container) = &around.container {
        let mut spans = vec![sheet.span(Role::Text, runtime(sheet, container))];
        spans.push(Span::raw(" "));
        spans.extend(pieces(sheet.theme, Role::Untrusted, &short(&container.id), 80));
        sheet.named(Label::RunsIn, &spans);
    }
    if !around.cgroup.is_empty() {
        let cells = sheet.cells * 2;
        let path = pieces(sheet.theme, Role::Untrusted, &around.cgroup, cells);
        sheet.named(Label::Cgroup, &path);
    }
    if let Some((first, own)) = own_namespaces(snapshot, around.namespaces) {
        let inside = |it: &Unread| matches!(it.gap, Some(Gap::PidNamespace(_)));
        let text = match (own.is_empty(), first.kernel || first.id.pid.0 == 1) {
            (false, _) => {
                let own = format!("{} {}", sheet.say(Label::Own), own.join(" "));
                sheet.span(Role::Text, own)
            }
            (true, true) if snapshot.unread.iter().any(inside) => {
                sheet.span(Role::Dim, sheet.say(Label::OfFirst))
            }
            (true, true) => sheet.span(Role::Dim, sheet.say(Label::OfHost)),
            // The same as some other process: that says nothing.
            (true, false) => return,
        };
        sheet.named(Label::Namespaces, &[text]);
    }
}

/// An id as people call it; the control group below has all of it.
fn short(id: &Untrusted) -> Untrusted {
    let is_id = id.bytes().len() == 64 && id.bytes().iter().all(u8::is_ascii_hexdigit);
    id.bytes().get(..12).filter(|_| is_id).map_or_else(|| id.clone(), Untrusted::new)
}

fn runtime(sheet: &Sheet<'_>, container: &Container) -> &'static str {
    said::runtime(sheet.model.language, container.runtime)
}

/// The name that some process of the same user shows, and the number.
fn login(sheet: &Sheet<'_>, snapshot: &Snapshot, uid: u32) -> Vec<Span<'static>> {
    let named = snapshot.processes.iter().find(|it| it.uid == uid && it.user.is_some());
    let name = named.and_then(|it| it.user.as_deref()).map(Untrusted::from);
    let mut spans = name.map_or_else(Vec::new, |name| {
        let mut spans = pieces(sheet.theme, Role::Untrusted, &name, 32);
        spans.push(Span::raw("  "));
        spans
    });
    spans.push(sheet.span(Role::Dim, format!("uid {uid}")));
    spans
}

/// Which namespaces are others than those of the earliest process whose own are known, and which one that is: process 1,
/// unless the kernel keeps it from us. `None` if they are not known of this one.
fn own_namespaces(snapshot: &Snapshot, of: Namespaces) -> Option<(&Process, Vec<&'static str>)> {
    let known = |it: &&Arc<Process>| it.around.namespaces.mnt != 0;
    let first = snapshot.processes.iter().find(known).filter(|_| of.mnt != 0)?;
    let init = first.around.namespaces;
    let pairs = [
        ("cgroup", of.cgroup, init.cgroup),
        ("ipc", of.ipc, init.ipc),
        ("mnt", of.mnt, init.mnt),
        ("net", of.net, init.net),
        ("pid", of.pid, init.pid),
        ("user", of.user, init.user),
        ("uts", of.uts, init.uts),
    ];
    let differs = |(name, own, init)| (own != 0 && init != 0 && own != init).then_some(name);
    Some((first, pairs.into_iter().filter_map(differs).collect()))
}

fn may(sheet: &mut Sheet<'_>, snapshot: &Snapshot, around: &Around) {
    sheet.part(Label::May);
    let most = snapshot.processes.first().filter(|it| it.id.pid.0 == 1);
    let most = most.and_then(|it| it.around.capabilities.known().copied());
    let most = most.unwrap_or(said::ALL_CAPABILITIES);
    let names = |set| said::capabilities(set).collect::<Vec<_>>().join(" ");
    let text = |set: &u64| match (*set, most & !*set) {
        (0, _) => sheet.say(Label::None).to_owned(),
        (_, 0) => sheet.say(Label::All).to_owned(),
        (_, less) if less.count_ones() <= FEW => {
            format!("{} {}", sheet.say(Label::AllBut), names(less))
        }
        (set, _) => names(set),
    };
    let text = sheet.read(&around.capabilities, text);
    sheet.named(Label::Capabilities, &[text]);
    let language = sheet.model.language;
    let mut seccomp =
        vec![sheet.read(&around.seccomp, |mode| said::seccomp(language, *mode).to_owned())];
    if !around.cpus.is_empty() {
        seccomp.push(sheet.span(Role::Dim, format!("   {} ", sheet.say(Label::Cpus))));
        seccomp.extend(pieces(sheet.theme, Role::Untrusted, &around.cpus, 40));
    }
    sheet.named(Label::Seccomp, &seccomp);
}

fn uses(sheet: &mut Sheet<'_>, process: &Process) {
    let found = sheet.model.examination(process.id);
    let known = !process.io.is_unknown() || !process.huge.is_unknown() || found.is_some();
    if process.kernel || !known {
        return;
    }
    sheet.part(Label::Uses);
    let (read, written) = (sheet.say(Label::Read), sheet.say(Label::Written));
    let said = |io: &Io| format!("{read} {}   {written} {}", size(io.read), size(io.written));
    let storage = sheet.read(&process.io, said);
    sheet.named(Label::Storage, &[storage]);
    let mut spans = vec![sheet.read(&process.huge, |bytes| size(*bytes))];
    spans.push(sheet.span(Role::Dim, format!(" {}", sheet.say(Label::SetAside))));
    if let Some(found) = found {
        spans.push(Span::raw("  "));
        let value = sheet.read(&found.transparent, |bytes| size(*bytes));
        let word = sheet.span(Role::Dim, sheet.say(Label::Transparent).to_owned());
        // Why it is not there comes after what is not there.
        let is_known = found.transparent.known().is_some();
        let (first, second) = if is_known { (value, word) } else { (word, value) };
        spans.extend([first, Span::raw(" "), second]);
    }
    sheet.named(Label::Huge, &spans);
    if let Some(found) = found {
        examined::threads(sheet, found);
    }
}

fn came_from(sheet: &mut Sheet<'_>, snapshot: &Snapshot, process: &Process) {
    let found = sheet.model.examination(process.id);
    let ancestors = &process.around.ancestors;
    if ancestors.is_empty() && found.is_none() {
        return;
    }
    sheet.part(Label::From);
    if !ancestors.is_empty() {
        let arrow = signs(sheet.model.glyphs).arrow;
        let mut spans = Vec::new();
        for ancestor in ancestors.iter().rev() {
            if !spans.is_empty() {
                spans.push(sheet.span(Role::Dim, format!(" {arrow} ")));
            }
            spans.push(sheet.span(Role::Text, format!("{} ", ancestor.id.pid)));
            spans.extend(pieces(sheet.theme, Role::Untrusted, &ancestor.comm, 20));
            if snapshot.process(ancestor.id).is_none() {
                spans.push(sheet.span(Role::Unknown, format!(" ({})", sheet.say(Label::Gone))));
            }
        }
        sheet.named(Label::Ancestors, &spans);
    }
    if let Some(found) = found {
        examined::entry(sheet, found);
        examined::mappings(sheet, found);
    }
}
