//! Bombs are refused before they are large.

use crate::forge::{self, Forge, ID};
use firedamp::host::store::bundle::BundleError;
use std::time::{Duration, Instant};

use crate::{Judge, Places, places, tree};

fn bomb(head: &[u8]) -> Vec<u8> {
    const BLOCK: usize = 128 * 1024;
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0, 10 << 3];
    let begin = |kind: u32, bytes: usize, last: bool| {
        let word = u32::try_from(bytes).unwrap() << 3 | kind << 1 | u32::from(last);
        word.to_le_bytes()[..3].to_vec()
    };
    for piece in head.chunks(BLOCK) {
        frame.extend(begin(0, piece.len(), false));
        frame.extend(piece);
    }
    let blocks = (1 << 30) / BLOCK;
    for number in 1..=blocks {
        frame.extend(begin(1, BLOCK, number == blocks));
        frame.push(0);
    }
    frame
}

#[test]
fn a_bomb_is_refused_before_it_is_large() {
    let Places { here, all, .. } = places();
    let before = tree(all.path());
    let mut forge = Forge::right();
    forge.manifest["members"][1]["bytes"] = (1_u64 << 30).into();
    let mut head = forge.tar();
    let at = head.windows(10).position(|it| it == b"# playbook").unwrap() - 512;
    head.truncate(at);
    head.extend(forge::header(ID, "playbook.md", 1 << 30));
    let cases: [(&str, &[u8], Judge); 3] = [
        ("a file of 1 GiB", &head, |it| matches!(it, BundleError::Ratio)),
        ("nothing but zeros", &[], |it| matches!(it, BundleError::NoManifest(_))),
        ("zeros behind the end", &Forge::right().tar(), |it| matches!(it, BundleError::Behind)),
    ];
    for (what, head, is_right) in cases {
        let bundle = bomb(head);
        assert!(bundle.len() < 64 * 1024, "{what}: {}", bundle.len());
        let begun = Instant::now();
        let why = here.import(&mut &bundle[..]).expect_err(what);
        assert!(is_right(&why), "{what}: {why}");
        assert!(begun.elapsed() < Duration::from_secs(2), "{what}: {:?}", begun.elapsed());
        assert_eq!(tree(all.path()), before, "{what}");
    }
}
