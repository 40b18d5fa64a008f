//! Themes: what is in the binary is complete and legible, and a bad file is named with its line.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use firedamp::cockpit::trouble::ThemeFault;
use firedamp::domain::base::Language;
use firedamp::ui::role::Role;
use firedamp::ui::theme::{BUILT_IN, Theme, ThemeProblem};
use firedamp::words;
use ratatui::style::{Color, Modifier};

fn no_file(_: &str) -> Option<String> {
    None
}

fn theme(name: &str) -> Theme {
    let (name, text) = BUILT_IN.iter().find(|(known, _)| *known == name).unwrap();
    Theme::parse(name, text, &no_file).unwrap_or_else(|problem| panic!("{problem:?}"))
}

/// What the screen says of it.
fn told(problem: ThemeProblem) -> String {
    words::trouble::theme(Language::En, &problem.into()).plain(80)
}

fn problem(text: &str) -> ThemeProblem {
    Theme::parse("mine", text, &no_file).unwrap_err()
}

#[test]
fn every_theme_of_the_binary_reads_and_sets_every_role() {
    for (name, _) in BUILT_IN {
        assert_eq!(theme(name).name(), *name);
        assert_eq!(Theme::of_name(name), theme(name));
    }
}

#[test]
fn a_name_that_nobody_knows_gives_the_dark_theme() {
    assert_eq!(Theme::of_name("no-such").style(Role::Crit), theme("dark").style(Role::Crit));
}

#[test]
fn an_unknown_role_is_named_with_its_line() {
    let problem = problem("inherits = \"dark\"\n\n[roles]\ncritical = { fg = \"red\" }\n");
    assert_eq!(told(problem), "mine.toml:4: there is no role `critical`");
}

#[test]
fn an_unknown_colour_is_named_with_its_line() {
    let problem = problem("inherits = \"dark\"\n[roles]\ncrit = { fg = \"orange\" }\n");
    assert_eq!(told(problem), "mine.toml:3: there is no colour `orange`: add it under [palette]");
}

#[test]
fn a_colour_that_is_none_is_named_with_its_line() {
    let problem = problem("inherits = \"dark\"\n[palette]\nred = \"#FF00\"\n");
    assert_eq!((problem.line, told(problem).contains("#FF00")), (3, true));
}

#[test]
fn an_unknown_part_of_a_style_is_named() {
    let problem = problem("inherits = \"dark\"\n[roles]\ncrit = { blink = true }\n");
    assert_eq!(told(problem), "mine.toml:3: `blink` is no part of a style");
}

#[test]
fn broken_toml_is_named_with_its_line() {
    let problem = problem("inherits = \"dark\"\n[roles\n");
    assert_eq!((problem.file.as_str(), problem.line), ("mine.toml", 2));
}

#[test]
fn a_role_that_is_not_set_is_an_error() {
    let problem = problem("[roles]\ntext = {}\n");
    assert_eq!(problem.why, ThemeFault::RoleMissing("background"));
}

#[test]
fn a_parent_that_is_not_there_is_an_error() {
    assert_eq!(problem("inherits = \"nil\"\n").why, ThemeFault::NoParent("nil".into()));
}

#[test]
fn themes_that_inherit_in_a_circle_are_an_error() {
    let lookup = |name: &str| match name {
        "a" => Some(String::from("inherits = \"b\"")),
        "b" => Some(String::from("inherits = \"a\"")),
        _ => None,
    };
    let problem = Theme::parse("a", "inherits = \"b\"", &lookup).unwrap_err();
    assert_eq!(problem.file, "b.toml");
    assert_eq!(problem.why, ThemeFault::Circle("a > b > a".into()));
}

#[test]
fn a_palette_alone_recolours_the_roles_that_are_inherited() {
    let text = "inherits = \"dark\"\n[palette]\nred = \"#010203\"\n";
    let mine = Theme::parse("mine", text, &no_file).unwrap();
    assert_eq!(mine.style(Role::Crit).fg, Some(Color::Rgb(1, 2, 3)));
    assert_eq!(mine.style(Role::Warn), theme("dark").style(Role::Warn));
}

#[test]
fn mono_holds_no_colour() {
    for role in Role::ALL {
        let style = theme("mono").style(*role);
        assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
    }
}

#[test]
fn mono_tells_the_states_apart_by_attributes() {
    let style = |role| theme("mono").style(role).add_modifier;
    let states = [Role::Ok, Role::Warn, Role::Crit, Role::Unknown, Role::Pending, Role::Hidden];
    for (at, one) in states.iter().enumerate() {
        for other in states.iter().skip(at + 1) {
            assert_ne!(style(*one), style(*other), "{one:?} {other:?}");
        }
    }
    assert!(style(Role::Select).contains(Modifier::REVERSED));
}

#[test]
fn nothing_depends_on_a_grey_that_a_palette_may_not_have() {
    // Bright black is the background of Solarized.
    for role in Role::ALL {
        let style = theme("ansi16").style(*role);
        assert_ne!((style.fg, style.bg), (Some(Color::DarkGray), None), "{role:?}");
    }
    let select = theme("ansi16").style(Role::Select);
    assert_eq!((select.fg, select.bg), (Some(Color::Reset), Some(Color::Reset)));
}

#[test]
fn mono_turns_no_graph_upside_down() {
    for role in [Role::GraphLow, Role::GraphMid, Role::GraphHigh] {
        assert!(!theme("mono").style(role).add_modifier.contains(Modifier::REVERSED), "{role:?}");
    }
}

#[test]
fn what_was_cut_off_looks_like_neither_text_nor_an_escape() {
    for (name, _) in BUILT_IN {
        let style = |role| theme(name).style(role);
        for other in [Role::Untrusted, Role::Text, Role::Escape] {
            assert_ne!(style(Role::Cut), style(other), "{name}: {other:?}");
        }
    }
}

#[test]
fn a_theme_can_leave_the_background_to_the_terminal() {
    let text = "inherits = \"light\"\nbg = \"terminal\"\n";
    let mine = Theme::parse("mine", text, &no_file).unwrap();
    assert_eq!(mine.style(Role::Background).bg, None);
    assert_eq!(mine.style(Role::Crit), theme("light").style(Role::Crit));
    let back = "inherits = \"ansi16\"\nbg = \"theme\"\n";
    let back = Theme::parse("mine", back, &no_file).unwrap();
    assert_eq!(back.style(Role::Background).bg, Some(Color::Black));
}

#[test]
fn another_background_is_named_with_its_line() {
    let problem = problem("inherits = \"light\"\nbg = \"#000000\"\n");
    assert_eq!(told(problem), "mine.toml:2: `bg` must be \"terminal\" or \"theme\"");
}

#[test]
fn a_role_can_take_an_attribute_away() {
    let text = "inherits = \"dark\"\n[roles]\nselect = { bold = false }\n";
    let mine = Theme::parse("mine", text, &no_file).unwrap();
    let style = mine.style(Role::Crit).patch(mine.style(Role::Select));
    assert!(!style.add_modifier.contains(Modifier::BOLD));
}

// Contrast, after WCAG 2.

fn rgb(color: Option<Color>) -> Option<[f64; 3]> {
    match color {
        Some(Color::Rgb(r, g, b)) => Some([r, g, b].map(|it| f64::from(it) / 255.0)),
        _ => None,
    }
}

fn linear(rgb: [f64; 3]) -> [f64; 3] {
    rgb.map(|it| if it <= 0.04045 { it / 12.92 } else { ((it + 0.055) / 1.055).powf(2.4) })
}

fn luminance(rgb: [f64; 3]) -> f64 {
    let [r, g, b] = linear(rgb);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn least_contrast(name: &str, roles: impl Iterator<Item = Role>) -> (f64, Role) {
    let theme = theme(name);
    let ground = theme.style(Role::Background);
    roles
        .map(|role| {
            let style = ground.patch(theme.style(role));
            (contrast(rgb(style.fg).unwrap(), rgb(style.bg).unwrap()), role)
        })
        .min_by(|one, other| one.0.total_cmp(&other.0))
        .unwrap()
}

fn text_roles() -> impl Iterator<Item = Role> {
    Role::ALL.iter().copied().filter(|role| !matches!(role, Role::Border | Role::BorderFocus))
}

#[test]
fn text_is_legible_in_every_theme_with_colours_of_its_own() {
    let themes =
        [("dark", 4.5), ("light", 4.5), ("high-contrast", 7.0), ("cvd", 4.5), ("paper", 5.6)];
    for (name, least) in themes {
        let (found, role) = least_contrast(name, text_roles());
        assert!(found >= least, "{name}: {role:?} has {found:.2}");
        let (found, _) = least_contrast(name, [Role::Border, Role::BorderFocus].into_iter());
        assert!(found >= 3.0, "{name}: a border has {found:.2}");
    }
}

#[test]
fn text_is_legible_on_the_row_under_the_cursor_and_that_row_can_be_told() {
    let drawn_on_it = [
        Role::Text,
        Role::Dim,
        Role::Title,
        Role::Crit,
        Role::Warn,
        Role::Ok,
        Role::Unknown,
        Role::Hidden,
        Role::Untrusted,
        Role::FooterKey,
    ];
    for (name, _) in BUILT_IN {
        let theme = theme(name);
        let (ground, select) = (theme.style(Role::Background), theme.style(Role::Select));
        if select.add_modifier.contains(Modifier::REVERSED) {
            continue;
        }
        assert_ne!(ground.bg, ground.patch(select).bg, "{name}");
        for role in drawn_on_it {
            let style = ground.patch(theme.style(role)).patch(select);
            let found = contrast(rgb(style.fg).unwrap(), rgb(style.bg).unwrap());
            assert!(found >= 4.5, "{name}: {role:?} has {found:.2} under the cursor");
        }
    }
}

// Dichromacy, after Machado, Oliveira and Fernandes 2009 at severity 1.

const PROTAN: [[f64; 3]; 3] = [
    [0.152_286, 1.052_583, -0.204_868],
    [0.114_503, 0.786_281, 0.099_216],
    [-0.003_882, -0.048_116, 1.051_998],
];
const DEUTAN: [[f64; 3]; 3] = [
    [0.367_322, 0.860_646, -0.227_968],
    [0.280_085, 0.672_501, 0.047_413],
    [-0.011_820, 0.042_940, 0.968_881],
];
const TRITAN: [[f64; 3]; 3] = [
    [1.255_528, -0.076_749, -0.178_779],
    [-0.078_411, 0.930_809, 0.147_602],
    [0.004_733, 0.691_367, 0.303_900],
];
const NONE: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

fn times(matrix: &[[f64; 3]; 3], vector: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum())
}

/// CIE L*a*b* of a linear colour.
fn lab(rgb: [f64; 3]) -> [f64; 3] {
    let xyz = times(
        &[
            [0.412_456, 0.357_576, 0.180_437],
            [0.212_673, 0.715_152, 0.072_175],
            [0.019_334, 0.119_192, 0.950_304],
        ],
        rgb.map(|it| it.clamp(0.0, 1.0)),
    );
    let [x, y, z] = [xyz[0] / 0.950_47, xyz[1], xyz[2] / 1.088_83]
        .map(|it: f64| if it > 0.008_856 { it.cbrt() } else { 7.787 * it + 16.0 / 116.0 });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

#[test]
fn the_states_of_the_cvd_theme_stay_apart_in_every_dichromacy() {
    let theme = theme("cvd");
    let states = [Role::Ok, Role::Warn, Role::Crit, Role::Unknown];
    let color = |role| linear(rgb(theme.style(role).fg).unwrap());
    for (eye, matrix) in
        [("none", NONE), ("protan", PROTAN), ("deutan", DEUTAN), ("tritan", TRITAN)]
    {
        for (at, one) in states.iter().enumerate() {
            for other in states.iter().skip(at + 1) {
                let [one_lab, other_lab] =
                    [*one, *other].map(|role| lab(times(&matrix, color(role))));
                let apart: f64 =
                    one_lab.iter().zip(other_lab).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
                assert!(apart >= 15.0, "{eye}: {one:?} and {other:?} are {apart:.1} apart");
            }
        }
    }
}
