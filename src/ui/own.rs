//! Lines about the program itself: whose code it runs, who looks over its shoulder, how it was raised.

use ratatui::text::Line;

use crate::domain::base::Language;
use crate::domain::facts::Own;
use crate::ui::role::Role;
use crate::ui::text::{phrase, span};
use crate::ui::theme::Theme;
use crate::words::own::{self, Sign};

/// A line each, with its sign in front; what others said is at most `cells` wide. So many of those that carry a terminal
/// another screen has `raised`; those that this one raised itself are its own to tell.
#[must_use]
pub fn lines(
    language: Language,
    theme: &Theme,
    (own, raised): (&Own, u32),
    cells: usize,
) -> Vec<Line<'static>> {
    let line = |(sign, said)| {
        let (mark, role, text) = look(sign);
        let mut spans = vec![span(theme, role, mark)];
        spans.extend(phrase(theme, text, &said, cells));
        Line::from(spans)
    };
    let elsewhere =
        (own.carriers == 0 && raised > 0).then(|| own::raised_elsewhere(language, raised));
    own::lines(language, own).into_iter().chain(elsewhere).map(line).collect()
}

/// The sign, its role, and that of the sentence.
const fn look(sign: Sign) -> (&'static str, Role, Role) {
    match sign {
        Sign::Good => ("+ ", Role::Ok, Role::Text),
        Sign::Note => ("- ", Role::Dim, Role::Text),
        Sign::Bad => ("! ", Role::Crit, Role::Crit),
        Sign::Unknown => ("? ", Role::Unknown, Role::Dim),
    }
}
