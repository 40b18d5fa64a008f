//! Themes, rules and the session's place, which change while the cockpit runs.

use super::Desk;
use crate::cockpit::Msg;
use crate::cockpit::model::NoticeKind;
use crate::cockpit::trouble::BadRules;
use crate::domain::untrusted::Untrusted;

impl Desk<'_> {
    /// The sessions directory that this screen's session was carried to; where it began, nobody finds it written on.
    pub(in crate::run) fn moved(&self) -> Option<Untrusted> {
        self.model.session.as_ref()?.moved.clone()
    }

    /// The theme in use is read again; a broken one leaves the last good one.
    pub(super) fn themes_changed(&mut self) {
        let loaded = self.themes.reload().map(|theme| theme.name().to_owned());
        self.apply(match loaded {
            Ok(name) => Msg::ThemeLoaded(name),
            Err(problem) => Msg::Notice(NoticeKind::ThemeBroken(Box::new(problem))),
        });
    }

    /// Rules that changed are in force at once, and what is wrong with them is said.
    pub(super) fn rules_changed(&mut self) {
        let bad = self.rules.reload();
        let book = self.rules.book();
        let (indicators, sigma) = book.counts();
        self.apply(Msg::RulesLoaded(book, bad.clone()));
        self.apply(Msg::Notice(NoticeKind::RulesLoaded(indicators, sigma)));
        self.say_what_is_wrong(&bad);
    }

    /// The first of what is wrong with the rules, and how much more is.
    pub(in crate::run) fn say_what_is_wrong(&mut self, bad: &[BadRules]) {
        if let Some(first) = bad.first() {
            let notice = NoticeKind::RulesBroken(Box::new(first.clone()), bad.len() - 1);
            self.apply(Msg::Notice(notice));
        }
    }
}
