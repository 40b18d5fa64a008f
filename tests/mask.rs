//! Names are masked wherever they stand, also where they are what something is called.
#![expect(clippy::unwrap_used, reason = "a broken test should stop where it is")]

use firedamp::domain::session::Event;
use firedamp::domain::session::mask::{Mask, MaskError};

fn later(json: &str) -> Event {
    Event::Unknown(serde_json::from_str(json).unwrap())
}

fn masked(names: &[&str], json: &str) -> Result<String, MaskError> {
    let mask = Mask::new(names.iter().copied()).unwrap();
    mask.event(later(json)).map(|event| serde_json::to_string(&event).unwrap())
}

#[test]
fn a_name_that_is_a_key_is_masked_at_any_depth() {
    let json =
        r#"{"kind":"roster","web-03":1,"shifts":[{"suda":"night","of SUDA":{"web-03":[]}}]}"#;
    let said = masked(&["suda", "web-03"], json).unwrap();
    assert!(!said.to_lowercase().contains("suda") && !said.contains("web-03"), "{said}");
    assert!(said.contains(r#""kind":"roster""#) && said.contains(r#""shifts""#), "{said}");
    assert!(said.contains(r#""masked-1":"night""#) && said.contains(r#""of masked-1""#), "{said}");
}

#[test]
fn a_key_that_is_spelt_with_escapes_is_masked_too() {
    let said = masked(&["suda"], r#"{"kind":"roster","\\x1bsuda":1}"#).unwrap();
    assert!(!said.contains("suda") && said.contains("masked-1"), "{said}");
}

#[test]
fn the_kind_is_never_a_name() {
    for name in ["kind", "roster"] {
        let said = masked(&[name], r#"{"kind":"roster","note":"roster kind"}"#).unwrap();
        assert!(said.contains(r#""kind":"roster""#), "{said}");
        assert!(said.contains(&"masked-1".to_owned()), "{said}");
    }
}

#[test]
fn two_keys_that_would_be_called_the_same_are_refused() {
    let refused = masked(&["suda"], r#"{"kind":"roster","suda":1,"SUDA":2}"#);
    assert_eq!(refused, Err(MaskError::Place("roster".into())));
}

#[test]
fn what_this_version_understands_of_an_event_is_still_understood() {
    let json = r#"{"kind":"tape-at","ms":65000,"suda":2}"#;
    let said = masked(&["suda"], json).unwrap();
    assert!(said.contains(r#""masked-1":2"#) && said.contains(r#""ms":65000"#), "{said}");
    let refused = masked(&["ms"], json);
    assert_eq!(refused, Err(MaskError::Place("tape-at".into())));
}

#[test]
fn a_name_like_that_of_a_member_of_ours_masks_text_alone() {
    let event = Event::Noted { text: "the text of suda".into(), about: None };
    let masked = Mask::new(["text", "suda"]).unwrap().event(event).unwrap();
    let Event::Noted { text, .. } = masked else { panic!("{masked:?}") };
    assert_eq!(text, "the masked-1 of masked-2".into());
}
