//! Two hundred and more bundles that must be refused, each with a name that says what is wrong with it.

mod manifests;

use std::io::Write as _;

use super::forge::{Forge, ID, Touch, journal, lines, other_digest, packed, put, recording, sum};
use firedamp::domain::session::{Event, digest, to_json};
use manifests::manifests;

/// What is wrong, and the file.
pub(crate) type Case = (String, Vec<u8>);

/// All of them but the bombs.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(kinds());
    cases.extend(names());
    cases.extend(ids());
    cases.extend(headers());
    cases.extend(manifests());
    cases.extend(journals());
    cases.extend(shapes());
    cases.extend(frames());
    cases
}

/// A file of another kind, where a regular file belongs.
fn kinds() -> Vec<Case> {
    let kinds = b"1234567xgLKSVMDAN\0\xff";
    let at = |number: usize| {
        kinds.iter().map(move |kind| {
            let forge = Forge { kind: Some((number, *kind)), ..Forge::right() };
            (format!("file {number} is of kind {:?}", char::from(*kind)), forge.bundle())
        })
    };
    (0..3).flat_map(at).collect()
}

/// Names that lead elsewhere, in the header alone and in the manifest too.
fn names() -> Vec<Case> {
    let hex = "ab".repeat(32);
    let names: Vec<String> = [
        "../escaped",
        "/escaped",
        "..",
        ".",
        "",
        "a/../../escaped",
        "journal.jsonl/../x",
        "evidence/../../escaped",
        "evidence/..",
        "telemetry/../playbook.md",
        "telemetry/",
        "journal-0002.jsonl",
        "lock",
        "moved",
        "reserve",
        "clip/last.txt",
        "PLAYBOOK.MD",
        "./playbook.md",
        "playbook.md/",
        "playbook.md ",
        "torn/01",
        "torn/-1",
        "torn/+1",
        "torn/18446744073709551616",
        "telemetry/1.jsonl.zst",
        "telemetry/000001.jsonl.zst",
        "telemetry/00001.jsonl",
        "x\u{202e}dm.koobyalp",
        "\u{ff0e}\u{ff0e}/escaped",
        "a\\..\\b",
        "C:\\escaped",
        "playbook.md\0../escaped",
        "\u{1b}]52;c;x\u{7}",
    ]
    .map(String::from)
    .into_iter()
    .chain([
        format!("evidence/{}", hex.to_uppercase()),
        format!("evidence/{}", &hex[1..]),
        format!("evidence/{hex}.json.json"),
        format!("evidence/{hex}/x"),
        "a".repeat(300),
        "d/".repeat(120),
    ])
    .collect();
    let both = |name: &String| {
        let mut told = Forge::right();
        told.members.push((name.clone(), b"x".to_vec()));
        let untold = Forge { manifest: Forge::right().manifest, ..told.clone() };
        told.manifest = told.described();
        let name = name.escape_debug();
        [(format!("a file `{name}`"), told.bundle()), (format!("untold `{name}`"), untold.bundle())]
    };
    names.iter().flat_map(both).collect()
}

/// Ids that are none.
fn ids() -> Vec<Case> {
    let long = format!("20261121T173000Z-{}", "a".repeat(120));
    let ids = [
        "..",
        ".",
        "",
        "web-03",
        "20261121T173000Z-",
        "20261121T173000Z-../x",
        "/20261121T173000Z-a",
        "20261121T173000Z-WEB",
        "20261121T173000Z-a/b",
        "20261121T173000Z-\u{1b}[2J",
        &long,
    ];
    let with = |id: &&str| {
        let mut forge = Forge { id: (*id).to_owned(), ..Forge::right() };
        forge.manifest = forge.described();
        (format!("id `{}`", id.escape_debug()), forge.bundle())
    };
    let mut cases: Vec<Case> = ids.iter().map(with).collect();
    let mut other = Forge::right();
    other.manifest["id"] = "20261121T173000Z-db-01".into();
    cases.push(("manifest with another id".into(), other.bundle()));
    cases
}

/// Headers that differ in one field, sums right but where the sum itself is the field.
fn headers() -> Vec<Case> {
    let changes: [(&str, Touch); 16] = [
        ("setuid", |it| put(it, 100, 8, b"0004755\0")),
        ("an owner", |it| put(it, 108, 8, b"0001750\0")),
        ("a group", |it| put(it, 116, 8, b"0001750\0")),
        ("a larger size", |it| put(it, 124, 12, b"00000777777\0")),
        ("a size of 0", |it| put(it, 124, 12, b"00000000000\0")),
        ("a size of 8 GiB", |it| put(it, 124, 12, b"77777777777\0")),
        ("a binary size", |it| put(it, 124, 12, b"\x80\0\0\0\0\0\0\0\0\0\0\x10")),
        ("a negative size", |it| {
            put(it, 124, 12, b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xf0");
        }),
        ("another time", |it| put(it, 136, 12, b"00000000000\0")),
        ("a link's target", |it| put(it, 157, 100, b"/etc/passwd")),
        ("the old magic", |it| put(it, 257, 8, b"ustar  \0")),
        ("a user's name", |it| put(it, 265, 32, b"root")),
        ("a device number", |it| put(it, 329, 8, b"0000001\0")),
        ("another folder", |it| put(it, 345, 155, b"..")),
        ("something at its end", |it| put(it, 500, 12, b"hidden")),
        ("a name behind its name", |it| put(it, 60, 10, b"../escaped")),
    ];
    let mut cases = Vec::new();
    for number in 0..3 {
        for (what, change) in changes {
            let mut forge = Forge::right();
            forge.header = Some((number, change));
            let mut tar = forge.tar();
            // The sum is made right, so that it is not what gives the header away.
            let start = starts(&Forge::right())[number];
            sum(&mut tar[start..start + 512]);
            cases.push((format!("file {number} with {what}"), packed(&tar)));
        }
        let wrong_sum = Forge { header: Some((number, |it| it[150] ^= 1)), ..Forge::right() };
        cases.push((format!("file {number} with a wrong header sum"), wrong_sum.bundle()));
    }
    cases
}

/// Where the headers stand.
fn starts(forge: &Forge) -> Vec<usize> {
    let manifest = to_json(&forge.manifest).unwrap().len();
    let sizes = forge.members.iter().map(|(_, content)| content.len());
    let mut at = 0;
    [manifest]
        .into_iter()
        .chain(sizes)
        .map(|bytes| {
            let start = at;
            at += 512 + bytes.next_multiple_of(512);
            start
        })
        .collect()
}

/// Journals that do not hold, with a manifest that has the right sum of what is there.
fn journals() -> Vec<Case> {
    let whole = journal(4);
    let with = |what: &str, lines: &[Vec<u8>]| {
        (format!("a journal {what}"), Forge::with_journal(lines).bundle())
    };
    let mut changed = whole.clone();
    changed[2][60] ^= 1;
    let mut cut = whole.clone();
    cut[3].truncate(40);
    let mut unended = whole.clone();
    unended[3].pop();
    let swapped = [&whole[0], &whole[2], &whole[1], &whole[3]].map(Clone::clone);
    let doubled = [&whole[0], &whole[1], &whole[1], &whole[2]].map(Clone::clone);
    let mut zeros = whole.clone();
    zeros[3] = vec![0; 300];
    let torn: Vec<Vec<u8>> = whole.iter().cloned().chain([b"{\"seq\":5".to_vec()]).collect();
    let other = lines([Event::Left, Event::Left, Event::Left, Event::Left]);
    let note = |n: u32| Event::Noted { text: format!("other {n}").into(), about: None };
    let foreign = [&whole[..2], &lines((0..4).map(note))[2..]].concat();
    let mut cases = vec![
        with("with a changed byte", &changed),
        with("whose last line is cut", &cut),
        with("whose last line has no end", &unended),
        with("with lines exchanged", &swapped),
        with("with a line doubled", &doubled),
        with("without its first line", &whole[1..]),
        with("that is empty", &[]),
        with("that is no journal", &[b"hello\n".to_vec()]),
        with("that ends in zeros", &zeros),
        with("with a torn end", &torn),
        with("that nobody opened", &other),
        with("of two journals", &foreign),
        with("with a line of 2 MiB", &[vec![b'x'; 2 << 20]]),
    ];
    let mut shorter = Forge::with_journal(&whole[..3]);
    shorter.manifest["entries"] = 4.into();
    cases.push(("a journal that was cut at a line".into(), shorter.bundle()));
    cases
}

/// Bundles that go on, end early or hide something.
fn shapes() -> Vec<Case> {
    let right = Forge::right();
    let (tar, at) = (right.tar(), starts(&right));
    let case = |what: &str, tar: &[u8]| (what.to_owned(), packed(tar));
    let end = tar.len() - 1024;
    let mut hidden = tar.clone();
    hidden[at[2] + 512 + 100] = b'x';
    let mut early = tar.clone();
    early.splice(at[2]..at[2], [0; 1024]);
    let mut twice = tar.clone();
    twice.splice(end..end, tar[at[2]..at[3]].iter().copied());
    let evidence = Forge::with(&format!("evidence/{}", other_digest()), b"not that".to_vec());
    let mut unsorted = Forge::with(&format!("evidence/{}", digest(b"x")), b"x".to_vec());
    unsorted.members.swap(1, 3);
    let mut nested = Forge::right();
    nested.members = vec![(format!("{ID}.tar.zst"), right.bundle())];
    nested.manifest = nested.described();
    vec![
        case("something behind a file's end", &hidden),
        case("an end in the middle", &early),
        case("a file twice", &twice),
        case("no end", &tar[..end]),
        case("half an end", &tar[..end + 512]),
        case("a file behind the end", &[&tar[..], &tar[at[2]..at[3]]].concat()),
        case("zeros behind the end", &[&tar[..], &[0; 8192]].concat()),
        case("a second bundle behind the end", &[&tar[..], &tar[..]].concat()),
        case("no manifest", &tar[at[1]..]),
        case("the manifest last", &[&tar[at[1]..end], &tar[..at[1]], &[0; 1024]].concat()),
        case("only a manifest", &tar[..at[1]]),
        case("only zeros", &[0; 10_240]),
        case("nothing in it", &[]),
        ("evidence under another digest".into(), evidence.bundle()),
        ("files in another order".into(), unsorted.bundle()),
        ("a bundle in a bundle".into(), nested.bundle()),
        ("a recording as the journal".into(), Forge::with("journal.jsonl", recording()).bundle()),
    ]
}

/// Files that are no right zstd frame.
fn frames() -> Vec<Case> {
    let right = Forge::right();
    let (tar, bundle) = (right.tar(), right.bundle());
    let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0][..], b"hide"].concat();
    let wide = |log: u32| {
        let mut frame = zstd::Encoder::new(Vec::new(), 1).unwrap();
        frame.window_log(log).unwrap();
        frame.write_all(&tar).unwrap();
        // Without a flush the frame would be small enough to say its size instead of a window.
        frame.flush().unwrap();
        frame.finish().unwrap()
    };
    let mut huge_window = bundle.clone();
    // A window of 3.75 TiB, by the descriptor in the frame's header.
    huge_window[4] &= 0x1f;
    huge_window[5] = 0xff;
    let mut sum = bundle.clone();
    *sum.last_mut().unwrap() ^= 1;
    let mut with_dictionary = bundle.clone();
    with_dictionary[4] |= 1;
    let mut cases: Vec<Case> = [
        ("an empty file", Vec::new()),
        ("text", b"this is no bundle\n".to_vec()),
        ("a plain tar", tar.clone()),
        ("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec()),
        ("zip", b"PK\x03\x04\x14\0\0\0".to_vec()),
        ("zeros", vec![0; 100_000]),
        ("nothing but the magic", vec![0x28, 0xb5, 0x2f, 0xfd]),
        ("a byte behind the frame", [&bundle[..], b"x"].concat()),
        ("a second frame", [&bundle[..], &packed(b"more")].concat()),
        ("an empty second frame", [&bundle[..], &packed(b"")].concat()),
        ("a frame to skip behind it", [&bundle[..], &skippable].concat()),
        ("a frame to skip before it", [&skippable[..], &bundle].concat()),
        ("two frames", [packed(&tar[..1024]), packed(&tar[1024..])].concat()),
        ("a window of 16 MiB", wide(24)),
        ("a window of 128 MiB", wide(27)),
        ("a window of 3.75 TiB", huge_window),
        ("a wrong checksum", sum),
        ("a dictionary that nobody has", with_dictionary),
        ("packed twice", packed(&bundle)),
    ]
    .into_iter()
    .map(|(what, bytes)| (what.to_owned(), bytes))
    .collect();
    for tenth in 1..10 {
        let cut = bundle.len() * tenth / 10;
        cases.push((format!("cut after {tenth} tenths"), bundle[..cut].to_vec()));
    }
    cases.push(("cut before its last byte".into(), bundle[..bundle.len() - 1].to_vec()));
    cases
}
