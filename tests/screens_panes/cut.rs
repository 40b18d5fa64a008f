//! What is cut says so.

use super::mined::{full, mined};
use super::{EN, TH, drawn};
use firedamp::cockpit::model::Pane;

#[test]
fn a_row_of_the_timeline_that_is_cut_says_so_in_both_languages() {
    for language in [EN, TH] {
        let model = full(mined(language), Pane::Timeline);
        let rows = |columns| -> Vec<String> {
            let drawn = drawn(&model, Pane::Timeline, columns, 60);
            let rows = drawn.lines().filter(|it| it.chars().nth(4) == Some(':'));
            rows.map(|it| it.trim_end_matches('║').trim_end().to_owned()).collect()
        };
        let (whole, mut cut) = (rows(400), 0);
        for columns in 60..160 {
            for (row, whole) in rows(columns).iter().zip(&whole) {
                let begin: String = whole.chars().take(40).collect();
                if !row.starts_with(&begin) || row == whole {
                    continue;
                }
                cut += 1;
                let cut_value = row.rsplit('+').next().is_some_and(|it| it.parse::<u32>().is_ok());
                let says_so = row.ends_with('…') || cut_value;
                assert!(says_so, "{columns}: {row}\n{whole}");
            }
        }
        assert!(cut > 100, "some rows are cut");
    }
}
