//! The readers of bytes: names asked for, greetings, lines of mining protocols.

use proptest::prelude::*;
use simple_dns::Packet;

use firedamp::domain::wire::tls::Greeting;
use firedamp::domain::wire::{dns, packet, stratum, tls};

use crate::bytes::{
    CLIENT, SERVER, answer, end, hello, hello_with, job, login, question, record, tcp, udp,
};

#[test]
fn a_question_is_read_in_small_letters() {
    let read = dns::message(&question(7, "Pool.Example")).unwrap();
    assert_eq!((read.id, read.is_answer, read.name.as_str()), (7, false, "pool.example"));
    assert!(read.addresses.is_empty());
}

#[test]
fn an_answer_leads_over_its_aliases_to_addresses_of_both_kinds() {
    let bytes = answer(1, "www.example", &["eu.pool.example"], &["198.51.100.7", "2001:db8::7"]);
    let read = dns::message(&bytes).unwrap();
    assert!(read.is_answer);
    assert_eq!(read.aliases, ["eu.pool.example"]);
    let addresses: Vec<String> = read.addresses.iter().map(ToString::to_string).collect();
    assert_eq!(addresses, ["198.51.100.7", "2001:db8::7"]);
}

#[test]
fn an_address_of_somebody_else_in_an_answer_is_not_believed() {
    let mut one = Packet::parse(&answer(1, "a.example", &[], &["198.51.100.7"]))
        .unwrap()
        .build_bytes_vec()
        .unwrap();
    // The owner of the record becomes `b.example`: the second name in it.
    let place = one.windows(2).rposition(|it| it == [1, b'a']).unwrap();
    one[place + 1] = b'b';
    let read = dns::message(&one).unwrap();
    assert_eq!(read.name, "a.example");
    assert!(read.addresses.is_empty());
}

#[test]
fn a_bad_record_behind_an_address_does_not_hide_it() {
    let mut bytes = answer(1, "pool.example", &[], &["198.51.100.7", "198.51.100.8"]);
    bytes.truncate(bytes.len() - 2);
    assert!(Packet::parse(&bytes).is_err(), "a strict reader gives up");
    let read = dns::message(&bytes).unwrap();
    assert_eq!(read.addresses.len(), 1);
}

#[test]
fn a_dot_inside_a_part_of_a_name_makes_no_other_name() {
    let mut bytes = vec![0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    bytes.extend([12]);
    bytes.extend(b"pool.example");
    bytes.extend([0, 0, 1, 0, 1]);
    assert_eq!(dns::message(&bytes).unwrap().name, "pool\\.example");
}

#[test]
fn a_name_that_points_at_itself_ends() {
    let mut bytes = vec![0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    bytes.extend([0xc0, 12, 0, 1, 0, 1]);
    assert_eq!(dns::message(&bytes), None);
}

#[test]
fn a_greeting_names_its_server() {
    assert_eq!(tls::greeting(&hello("POOL.example", 0)), Greeting::Names(b"pool.example".into()));
    assert_eq!(
        tls::greeting(&hello("pool.example", 1_200)),
        Greeting::Names(b"pool.example".into())
    );
    assert_eq!(tls::greeting(&hello_with(&[])), Greeting::NamesNobody);
}

#[test]
fn a_greeting_in_two_pieces_goes_on() {
    let bytes = hello("pool.example", 1_600);
    assert_eq!(tls::greeting(&bytes[..1_448]), Greeting::GoesOn);
    // What stands before the end is enough, once the name is there.
    assert_eq!(tls::greeting(&bytes[..bytes.len()]), Greeting::Names(b"pool.example".into()));
}

#[test]
fn a_greeting_over_two_records_is_joined() {
    let whole = hello("pool.example", 300);
    let (one, two) = whole[5..].split_at(100);
    let split = [record(one), record(two)].concat();
    assert_eq!(tls::greeting(&split), Greeting::Names(b"pool.example".into()));
}

#[test]
fn other_bytes_are_no_greeting() {
    for bytes in [&b"SSH-2.0-example"[..], &[22, 3, 3, 0, 4, 2, 0, 0, 0], &[23, 3, 3, 0, 1, 0]] {
        assert_eq!(tls::greeting(bytes), Greeting::No);
    }
    let endless = [22, 3, 1, 0xff, 0xff, 1, 0xff, 0xff, 0xff];
    assert_eq!(tls::greeting(&endless), Greeting::No);
}

#[test]
fn a_login_says_for_whom_and_by_which_program() {
    let login = login();
    let [read] = &stratum::messages(&login).0[..] else { panic!("not one") };
    assert_eq!(read.method, "login");
    assert_eq!(read.login.bytes(), b"4ExampleWallet.rig");
    assert_eq!(read.agent.bytes(), b"miner/1.0 (made up)");
    assert!(!read.from_server);
    let job = job();
    let [told] = &stratum::messages(job.trim_ascii_end()).0[..] else { panic!("not one") };
    assert_eq!((told.method, told.from_server), ("job", true));
}

#[test]
fn every_mining_protocol_is_understood() {
    let said = [
        (
            r#"{"id":1,"method":"mining.subscribe","params":["cpuminer/2"]}"#,
            "mining.subscribe",
            false,
        ),
        (
            r#"{"id":2,"method":"mining.authorize","params":["worker.1","x"]}"#,
            "mining.authorize",
            false,
        ),
        (
            r#"{"id":null,"method":"mining.notify","params":["1","00",[],true]}"#,
            "mining.notify",
            true,
        ),
        (
            r#"{"id":null,"method":"mining.set_difficulty","params":[1]}"#,
            "mining.set_difficulty",
            true,
        ),
        (
            r#"{"id":0,"method":"mining.hello","params":{"agent":"a","host":"pool.example"}}"#,
            "mining.hello",
            false,
        ),
        (r#"{"id":1,"method":"eth_submitLogin","params":["0xexample"]}"#, "eth_submitLogin", false),
        (r#"{"id":1,"method":"eth_getWork","params":[]}"#, "eth_getWork", false),
        (
            r#"{"id":2,"method":"submit","params":{"id":"1","job_id":"1","nonce":"0","result":"0"}}"#,
            "submit",
            false,
        ),
        (r#"{"id":3,"method":"keepalived","params":{"id":"1"}}"#, "keepalived", false),
        (
            r#"{"id":1,"result":{"id":"1","job":{"blob":"0","target":"f"},"status":"OK"}}"#,
            "job",
            true,
        ),
    ];
    for (line, method, from_server) in said {
        let [read] = &stratum::messages(line.as_bytes()).0[..] else { panic!("{line}") };
        assert_eq!((read.method, read.from_server), (method, from_server));
    }
}

#[test]
fn a_message_is_understood_however_it_is_laid_out() {
    let said = r#"{"id":1,"method":"mining.authorize","params":["worker.1","x"]}"#;
    let wide = "{\n  \"method\":\n    \"mining.authorize\",\n  \"params\": [ \"worker.1\" ]\n}\n";
    for text in [
        format!("\n{said}\n"),
        format!(" \t\r\n{said}"),
        format!("[{said}]\n"),
        format!("{{\"noise\":1}} {said}\n"),
        format!("not JSON\n{said}\nneither\n"),
        wide.to_owned(),
    ] {
        let (read, rest) = stratum::messages(text.as_bytes());
        let read: Vec<_> = read.iter().map(|it| (it.method, it.login.bytes())).collect();
        assert_eq!(read, [("mining.authorize", &b"worker.1"[..])], "{text}");
        assert_eq!(rest, None, "{text}");
    }
}

#[test]
fn other_protocols_of_json_lines_are_not_mining() {
    for line in [
        r#"{"jsonrpc":"2.0","id":1,"method":"login","params":{"user":"a","password":"b"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"submit","params":{"form":1}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"textDocument/didOpen","params":{}}"#,
        r#"{"id":1,"method":"server.version","params":["wallet","1.4"]}"#,
        r#"{"method":"job","params":{"name":"backup"}}"#,
        r#"{"level":"info","msg":"mining.notify"}"#,
        r#"{"method":17}"#,
        "not JSON",
    ] {
        assert_eq!(stratum::messages(line.as_bytes()), (Vec::new(), None), "{line}");
    }
    let deep = [b"{\"method\":".repeat(2_000), b"1".to_vec()].concat();
    assert_eq!(stratum::messages(&deep), (Vec::new(), None));
}

#[test]
fn a_segment_is_read_behind_options_and_extension_headers() {
    let read = packet::segment(&tcp(end(CLIENT), end(SERVER), 77, b"said"))
        .map(|it| (it.source, it.destination, it.place, it.payload.to_vec()));
    assert_eq!(read, Some((end(CLIENT), end(SERVER), Some(77), b"said".to_vec())));
    let (from, to) = (end("[2001:db8::1]:4000"), end("[2001:db8::2]:53"));
    let plain = udp(from, to, b"asked");
    // Eight bytes of options between the header and UDP.
    let mut packet = plain[..40].to_vec();
    let length = u16::try_from(plain.len() - 40 + 8).unwrap();
    packet[4..6].copy_from_slice(&length.to_be_bytes());
    packet[6] = 60;
    packet.extend([17, 0, 1, 4, 0, 0, 0, 0]);
    packet.extend(&plain[40..]);
    assert_eq!(packet::segment(&packet).unwrap().payload, b"asked");
}

proptest! {
    #[test]
    fn a_message_that_is_torn_anywhere_is_understood_when_its_rest_comes(
        before in "[ \t\r\n]{0,3}", at in 1_usize..80,
    ) {
        let said = r#"{"id":1,"method":"mining.authorize","params":["worker.1","x"]}"#;
        let text = format!("{before}{said}\n").into_bytes();
        let (one, two) = text.split_at(at.min(text.len() - 1));
        let (mut read, rest) = stratum::messages(one);
        let whole = [rest.unwrap_or_default(), two].concat();
        read.extend(stratum::messages(&whole).0);
        prop_assert_eq!(read.len(), 1);
    }

    #[test]
    fn no_bytes_make_a_reader_fail(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _read = dns::message(&bytes);
        let _read = tls::greeting(&bytes);
        let _read = stratum::messages(&bytes);
        let _read = packet::segment(&bytes);
    }

    #[test]
    fn a_damaged_message_is_read_or_is_not(
        place in 0_usize..400, byte in any::<u8>(), cut in 0_usize..400,
    ) {
        let whole = answer(3, "www.example", &["pool.example"], &["198.51.100.7"]);
        for mut bytes in [whole, hello("pool.example", 60), login()] {
            let length = bytes.len();
            bytes[place % length] = byte;
            bytes.truncate(length.min(cut));
            let _read = dns::message(&bytes);
            let _read = tls::greeting(&bytes);
            let _read = stratum::messages(&bytes);
        }
    }

    #[test]
    fn names_are_read_as_another_reader_reads_them(
        labels in prop::collection::vec("[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", 1..6),
        four in any::<[u8; 4]>(),
    ) {
        let name = labels.join(".");
        let address = std::net::Ipv4Addr::from(four).to_string();
        let bytes = answer(9, &name, &[], &[&address]);
        let theirs = Packet::parse(&bytes).unwrap();
        let ours = dns::message(&bytes).unwrap();
        prop_assert_eq!(&ours.name, &theirs.questions[0].qname.to_string());
        prop_assert_eq!(ours.addresses[0].to_string(), address);
    }
}
