//! Roles to styles, read from TOML.
//!
//! Invariant: a [`Theme`] has a style for every role. A name that nobody knows is an error with its line,
//! never a silent default, so a typo cannot hide a warning.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use ratatui::style::{Color, Modifier, Style};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::cockpit::trouble::{BadTheme, ThemeFault};
use crate::ui::role::Role;

/// The themes inside the binary, in the order in which the theme key visits them.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("high-contrast", include_str!("../../themes/high-contrast.toml")),
    ("cvd", include_str!("../../themes/cvd.toml")),
    ("ansi16", include_str!("../../themes/ansi16.toml")),
    ("mono", include_str!("../../themes/mono.toml")),
    ("paper", include_str!("../../themes/paper.toml")),
];

/// A style for every role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    name: String,
    styles: Vec<Style>,
}

/// Why a theme file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThemeProblem {
    /// `dark.toml`.
    pub file: String,
    /// One-based.
    pub line: usize,
    /// What is wrong.
    pub why: ThemeFault,
}

impl From<ThemeProblem> for BadTheme {
    fn from(ThemeProblem { file, line, why }: ThemeProblem) -> Self {
        Self { place: Some((file.into(), line)), why }
    }
}

/// The text of the theme file with this name, if there is one.
pub type Lookup<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// A theme that is inside the binary.
#[must_use]
pub fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

impl Theme {
    /// Reads a theme. `lookup` finds the text of the themes that it inherits from; those inside the binary
    /// are found without it.
    pub fn parse(name: &str, text: &str, lookup: &Lookup<'_>) -> Result<Self, ThemeProblem> {
        let mut sheet = Sheet::default();
        sheet.read(name, text, lookup, &mut Vec::new())?;
        let mut styles = Vec::with_capacity(Role::ALL.len());
        for role in Role::ALL {
            let Some(entry) = sheet.roles.get(role) else {
                let why = ThemeFault::RoleMissing(role.name());
                return Err(ThemeProblem { file: file_of(name), line: 1, why });
            };
            let mut style = entry.style(&sheet.palette)?;
            if sheet.terminal_ground && *role == Role::Background {
                style.bg = None;
            }
            styles.push(style);
        }
        Ok(Self { name: name.to_owned(), styles })
    }

    /// A theme from the binary, `dark` for a name that nobody knows.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        let text = built_in(name).or_else(|| built_in("dark")).unwrap_or_default();
        // A test reads every built-in theme, so what is left here is a screen without colours.
        Self::parse(name, text, &|_| None).unwrap_or_else(|_| Self::plain())
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The style for `role`.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }

    fn plain() -> Self {
        Self { name: String::from("mono"), styles: vec![Style::new(); Role::ALL.len()] }
    }
}

fn file_of(name: &str) -> String {
    format!("{name}.toml")
}

/// A theme under construction: the nearest definition of each name wins.
#[derive(Default)]
struct Sheet {
    /// What lies under everything is the terminal's own.
    terminal_ground: bool,
    palette: HashMap<String, Color>,
    roles: BTreeMap<Role, Entry>,
}

/// One role as its file describes it; its colours are looked up when the whole palette is known.
#[derive(Clone, Default)]
struct Entry {
    file: String,
    fg: Option<(String, usize)>,
    bg: Option<(String, usize)>,
    on: Modifier,
    /// Taken away from what lies below: `dim = false`.
    off: Modifier,
}

/// A file while it is read: knows how to say where.
struct Source<'a> {
    name: &'a str,
    text: &'a str,
}

impl Source<'_> {
    fn line(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or(self.text);
        before.bytes().filter(|byte| *byte == b'\n').count() + 1
    }

    fn problem(&self, span: Range<usize>, why: ThemeFault) -> ThemeProblem {
        ThemeProblem { file: file_of(self.name), line: self.line(span.start), why }
    }

    fn table<'v, 't>(
        &self,
        value: &'v Spanned<DeValue<'t>>,
        what: &str,
    ) -> Result<&'v DeTable<'t>, ThemeProblem> {
        let not_one = || self.problem(value.span(), ThemeFault::NotTable(what.into()));
        value.get_ref().as_table().ok_or_else(not_one)
    }

    fn string<'v>(
        &self,
        value: &'v Spanned<DeValue<'_>>,
        what: &str,
    ) -> Result<&'v str, ThemeProblem> {
        let not_one = || self.problem(value.span(), ThemeFault::NotText(what.into()));
        value.get_ref().as_str().ok_or_else(not_one)
    }
}

impl Sheet {
    fn read(
        &mut self,
        name: &str,
        text: &str,
        lookup: &Lookup<'_>,
        heirs: &mut Vec<String>,
    ) -> Result<(), ThemeProblem> {
        let source = Source { name, text };
        let document = DeTable::parse(text).map_err(|error| {
            let why = ThemeFault::Syntax(error.message().into());
            source.problem(error.span().unwrap_or_default(), why)
        })?;
        let document = document.get_ref();
        heirs.push(name.to_owned());
        if let Some(parent) = document.get("inherits") {
            self.inherit(&source, parent, lookup, heirs)?;
        }
        for (key, value) in document {
            match key.get_ref().as_ref() {
                "inherits" => {}
                "bg" => {
                    let text = source.string(value, "bg")?;
                    self.terminal_ground = text == "terminal";
                    if !matches!(text, "terminal" | "theme") {
                        return Err(source.problem(value.span(), ThemeFault::Ground));
                    }
                }
                "palette" => self.read_palette(&source, value)?,
                "roles" => self.read_roles(&source, value)?,
                other => {
                    return Err(source.problem(key.span(), ThemeFault::Key(other.into())));
                }
            }
        }
        Ok(())
    }

    fn inherit(
        &mut self,
        source: &Source<'_>,
        value: &Spanned<DeValue<'_>>,
        lookup: &Lookup<'_>,
        heirs: &mut Vec<String>,
    ) -> Result<(), ThemeProblem> {
        let parent = source.string(value, "inherits")?;
        if heirs.iter().any(|heir| heir == parent) {
            let round = format!("{} > {parent}", heirs.join(" > "));
            return Err(source.problem(value.span(), ThemeFault::Circle(round.into())));
        }
        let text = lookup(parent).or_else(|| built_in(parent).map(str::to_owned));
        let Some(text) = text else {
            return Err(source.problem(value.span(), ThemeFault::NoParent(parent.into())));
        };
        self.read(parent, &text, lookup, heirs)
    }

    fn read_palette(
        &mut self,
        source: &Source<'_>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<(), ThemeProblem> {
        for (key, value) in source.table(value, "palette")? {
            let name = key.get_ref().as_ref();
            let text = source.string(value, name)?;
            let Some(color) = color(text) else {
                return Err(source.problem(value.span(), ThemeFault::NotColour(text.into())));
            };
            self.palette.insert(name.to_owned(), color);
        }
        Ok(())
    }

    fn read_roles(
        &mut self,
        source: &Source<'_>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<(), ThemeProblem> {
        for (key, value) in source.table(value, "roles")? {
            let name = key.get_ref().as_ref();
            let Some(role) = Role::named(name) else {
                return Err(source.problem(key.span(), ThemeFault::NoRole(name.into())));
            };
            let entry = Entry::read(source, name, value)?;
            self.roles.insert(role, entry);
        }
        Ok(())
    }
}

impl Entry {
    fn read(
        source: &Source<'_>,
        role: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Self, ThemeProblem> {
        let mut entry = Self { file: file_of(source.name), ..Self::default() };
        for (key, value) in source.table(value, role)? {
            let name = key.get_ref().as_ref();
            match name {
                "fg" | "bg" => {
                    let color = source.string(value, name)?.to_owned();
                    let slot = if name == "fg" { &mut entry.fg } else { &mut entry.bg };
                    *slot = Some((color, source.line(value.span().start)));
                }
                _ => match (modifier(name), value.get_ref().as_bool()) {
                    (Some(modifier), Some(true)) => entry.on.insert(modifier),
                    (Some(modifier), Some(false)) => entry.off.insert(modifier),
                    (Some(_), None) => {
                        return Err(
                            source.problem(value.span(), ThemeFault::NotSwitch(name.into()))
                        );
                    }
                    (None, _) => {
                        return Err(source.problem(key.span(), ThemeFault::StylePart(name.into())));
                    }
                },
            }
        }
        Ok(entry)
    }

    fn style(&self, palette: &HashMap<String, Color>) -> Result<Style, ThemeProblem> {
        let mut style = Style::new().add_modifier(self.on).remove_modifier(self.off);
        style.fg = self.resolve(self.fg.as_ref(), palette)?;
        style.bg = self.resolve(self.bg.as_ref(), palette)?;
        Ok(style)
    }

    fn resolve(
        &self,
        name: Option<&(String, usize)>,
        palette: &HashMap<String, Color>,
    ) -> Result<Option<Color>, ThemeProblem> {
        let Some((name, line)) = name else { return Ok(None) };
        match palette.get(name).copied().or_else(|| color(name)) {
            Some(color) => Ok(Some(color)),
            None => Err(ThemeProblem {
                file: self.file.clone(),
                line: *line,
                why: ThemeFault::NoColour(name.as_str().into()),
            }),
        }
    }
}

fn modifier(name: &str) -> Option<Modifier> {
    Some(match name {
        "bold" => Modifier::BOLD,
        "dim" => Modifier::DIM,
        "italic" => Modifier::ITALIC,
        "underline" => Modifier::UNDERLINED,
        "reverse" => Modifier::REVERSED,
        "crossed" => Modifier::CROSSED_OUT,
        _ => return None,
    })
}

fn color(text: &str) -> Option<Color> {
    if let Some(hex) = text.strip_prefix('#') {
        let digits = hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        let code = u32::from_str_radix(hex, 16).ok().filter(|_| digits)?;
        return Some(Color::from_u32(code));
    }
    Some(match text {
        "default" => Color::Reset,
        "black" => Color::Black,
        "red" => Color::Red,
        "green" => Color::Green,
        "yellow" => Color::Yellow,
        "blue" => Color::Blue,
        "magenta" => Color::Magenta,
        "cyan" => Color::Cyan,
        "white" => Color::Gray,
        "bright-black" => Color::DarkGray,
        "bright-red" => Color::LightRed,
        "bright-green" => Color::LightGreen,
        "bright-yellow" => Color::LightYellow,
        "bright-blue" => Color::LightBlue,
        "bright-magenta" => Color::LightMagenta,
        "bright-cyan" => Color::LightCyan,
        "bright-white" => Color::White,
        _ => return None,
    })
}
