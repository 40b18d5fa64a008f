//! Texts in any bytes.

use proptest::prelude::*;

use super::*;
use crate::domain::detect::grammar::tests::monero;

fn found(bytes: &[u8]) -> Vec<(Kind, String)> {
    let mut found = Vec::new();
    texts(bytes, true, &mut found);
    let text = |it: &FoundText| String::from_utf8_lossy(it.text.bytes()).into_owned();
    found.iter().map(|it| (kind(it.text.bytes()), text(it))).collect()
}

#[test]
fn places_wallets_and_logins_are_found_among_bytes() {
    let wallet = monero();
    let login = format!(
        r#"{{"id":1,"jsonrpc":"2.0","method":"login","params":{{"login":"{wallet}","pass":"x"}}}}"#
    );
    let bytes = format!("\0\u{1}stratum+tcp://gw.example:3333\0\u{7f}{wallet}.w\0{login}\n\0");
    let wanted = [
        (Kind::Place, "stratum+tcp://gw.example:3333".to_owned()),
        (Kind::Login, login.clone()),
        (Kind::Wallet, wallet.clone()),
    ];
    assert_eq!(found(bytes.as_bytes()), wanted);
    assert_eq!(login_user(&login), Some(wallet.as_str()));
    let line = r#"{"id": 2, "method": "mining.authorize", "params": ["acc.rig", "x"]}"#;
    assert_eq!(login_user(line), Some("acc.rig"));
    assert_eq!(found(line.as_bytes()), [(Kind::Login, line.to_owned())]);
}

#[test]
fn what_a_program_only_prints_into_is_a_word_at_most() {
    for text in [
        "stratum+tcp://%s:%d",
        "stratum+ssl://",
        "usage: -o stratum+tcp://<host>:<port>",
        r#"{"method":"login","params":{"login":"%s","pass":"%s"}}"#,
        r#"{"method": "login", "params": {"user": 1}}"#,
    ] {
        assert!(found(text.as_bytes()).iter().all(|(kind, _)| *kind == Kind::Word), "{text}");
    }
    let words = found(b"RandomX dataset ready, donate-level");
    assert_eq!(words.iter().filter(|(kind, _)| *kind == Kind::Word).count(), 3);
}

#[test]
fn of_each_kind_few_are_kept() {
    let many: String = (0..1_000)
        .flat_map(|at| ["stratum+tcp://h".to_owned(), at.to_string(), ".example:1 ".to_owned()])
        .collect();
    assert_eq!(found(many.as_bytes()).len(), 8);
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        found(&bytes);
    }

    #[test]
    fn what_stands_between_other_bytes_is_found(before in prop::collection::vec(0_u8..32, 0..40), after in prop::collection::vec(0_u8..32, 0..40)) {
        let text = [&before[..], b"stratum+ssl://gw.example:443", &after].concat();
        prop_assert_eq!(found(&text).len(), 1);
    }
}
