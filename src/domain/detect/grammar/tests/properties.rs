//! What holds for any words.

use proptest::prelude::*;

use super::super::read;
use super::{filled, graded, said, said_by};

const MINERS: &[&str] = &[
    "-o HOST:3333 -u {xmr} -p x",
    "-oHOST:3333 -u {xmr} -px --donate-level=1",
    "-o stratum+tcp://HOST:3333 -u someone",
    "--algorithm verushash --pool HOST:3333 --wallet {rvn}",
    "--pool HOST:3333 --user someone",
    "--algo kawpow --server HOST --port 3333 --user someone",
    "-pool HOST:4444 -wal {eth}",
    "-P stratum://{eth}.rig@HOST:4444",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_bytes_make_it_panic(words in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..12)) {
        graded(&read(words.iter().map(Vec::as_slice)));
    }

    #[test]
    fn no_pieces_of_grammar_make_it_panic(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "-", "o", "--", "pool", "=", "stratum+tcp", "://", "@", ":", "3333", "[", "]", "'", "\"", "sh", " ",
            "-c", "docker", "run", "$(", ")", "`", "#", ";", "1", "0x", "rx/0", "\\", "\u{e01}", "kBo", "!", ">&",
        ]), 0..60),
        apart in any::<bool>(),
    ) {
        let sentence = if apart { said_by(&pieces) } else { said_by(&["sh", "-c", &pieces.concat()]) };
        graded(&sentence);
    }

    #[test]
    fn names_of_programs_and_hosts_change_nothing(
        program in "[a-z]{1,3}x[a-z0-9.-]{0,9}q", host in "[a-z]{1,8}[0-9]{0,3}\\.[a-z]{1,9}\\.example",
    ) {
        for miner in MINERS {
            let plain = graded(&said(&format!("prog {}", miner.replace("HOST", "host.pool.example"))));
            let other = graded(&said(&format!("/opt/{program} {}", miner.replace("HOST", &host))));
            prop_assert_eq!(plain, other, "{}", miner);
        }
    }

    #[test]
    fn the_order_of_options_changes_nothing(turn in 0_usize..8) {
        let mut options = ["-o host.example:3333", "-u {xmr}", "-p x", "-a rx/0", "-k", "--tls", "-t 4", "-B"];
        let whole = graded(&said(&format!("prog {}", options.join(" "))));
        options.rotate_left(turn);
        prop_assert_eq!(graded(&said(&format!("prog {}", options.join(" ")))), whole);
    }

    #[test]
    fn more_words_never_lose_a_miner(words in prop::collection::vec("[a-z]{1,8}|--[a-z]{3,9}|-[a-z]", 0..6)) {
        let miner = filled("-o host.example:3333 -u {xmr} -p x");
        let line = format!("prog {miner} {}", words.join(" "));
        prop_assert_eq!(graded(&said(&line)), graded(&said(&format!("prog {miner}"))));
    }
}
