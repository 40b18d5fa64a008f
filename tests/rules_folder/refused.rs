//! What is refused in a pack: with its line, and the rest of the file is kept.

use firedamp::domain::detect::rulebook::read;

use super::{faults, pack};

fn of_list(line: &str) -> String {
    let told = faults("seen.txt", &format!("work.example\n{line}\n192.0.2.7\n"));
    assert_eq!(
        read("seen.txt", &format!("work.example\n{line}\n192.0.2.7\n")).count(),
        2,
        "{line}"
    );
    assert_eq!(told.len(), 1, "{told:?}");
    told[0].clone()
}

#[test]
fn addresses_of_everybodys_own_net_are_refused() {
    for it in
        ["10.1.2.3", "192.168.0.0/24", "127.0.0.1", "169.254.169.254", "100.64.0.1", "fe80::1"]
    {
        let said =
            format!("2: `{it}` means another host in every net. Name what it talks to outside");
        assert_eq!(of_list(it), said);
    }
}

#[test]
fn addresses_that_strangers_share_are_refused_with_whose_they_are() {
    assert_eq!(
        of_list("104.16.1.1"),
        "2: `104.16.1.1` is shared by many strangers (Cloudflare). Name the host or URL instead"
    );
    assert!(of_list("8.8.8.8").contains("Google DNS"));
    assert!(of_list("9.9.9.9").contains("Quad9"));
}

#[test]
fn nets_and_names_of_too_many_are_refused() {
    assert_eq!(
        of_list("0.0.0.0/0"),
        "2: `0.0.0.0/0` holds too many strangers. The shortest prefix is /16"
    );
    assert_eq!(
        of_list("2001:db8::/16"),
        "2: `2001:db8::/16` holds too many strangers. The shortest prefix is /32"
    );
    for it in ["com", "co.uk", "*.or.th", "github.io", "raw.githubusercontent.com/"] {
        let said = of_list(it);
        assert!(it.ends_with('/') || said.contains("is no one party's name"), "{said}");
    }
    assert!(of_list("https://pastebin.com/").contains("is no one party's name"));
    assert_eq!(faults("seen.txt", "https://pastebin.com/raw/abc\nminer.github.io\n"), [""; 0]);
}

#[test]
fn the_digest_of_an_empty_file_is_refused() {
    assert!(of_list("d41d8cd98f00b204e9800998ecf8427e").contains("digest of an empty file"));
}

#[test]
fn what_has_no_form_is_named_with_what_to_do() {
    assert_eq!(
        of_list("not an indicator"),
        "2: `not an indicator` is no IP, net, host, hash, wallet or URL. Put remarks behind #; \
         say type = \"wallet\" of a wallet"
    );
    assert_eq!(of_list("work.example:3333"), "2: `work.example:3333` has a port. Leave it away");
    assert_eq!(of_list("192.0.2.7:3333"), "2: `192.0.2.7:3333` has a port. Leave it away");
}

#[test]
fn a_pack_that_does_not_say_whose_it_is_is_refused_as_a_whole() {
    let text = "name = \"x\"\nsource = \"y\"\ndate = 2026-11-01\nindicators = [\"work.example\"]\n";
    let told = faults("x.toml", text);
    let said = |key| format!("1: `{key}` is missing. Nobody can judge a hit without it");
    assert_eq!(told, [said("licence"), said("expires")]);
    assert_eq!(read("x.toml", text).count(), 0);
}

#[test]
fn mistakes_in_toml_are_named_with_their_lines() {
    assert_eq!(faults("x.toml", "name = \n")[0].split(':').next(), Some("1"));
    let rows = "[[indicator]]\nvalue = \"work.example\"\ntyp = \"domain\"\n\n\
                [[indicator]]\nvalue = \"192.0.2.7\"\ntype = \"domain\"\n\n\
                [[indicator]]\nvalue = \"192.0.2.8\"\ntype = \"adress\"\n\n\
                [[indicator]]\nvalue = \"192.0.2.9\"\nsince = \"yesterday\"\n\n\
                [[indicator]]\nnote = \"empty\"\n\n[[indicator]]\nvalue = \"192.0.2.10\"\n";
    let text = pack(rows);
    assert_eq!(
        faults("x.toml", &text),
        [
            "9: `typ` is no key here. Correct or remove it",
            "12: `192.0.2.7` has not the form of: domain",
            "17: `adress` is no type: domain, ip, hash, wallet or url",
            "21: `\"yesterday\"` is no date. Write 2026-11-22",
            "23: `value` is missing. Nobody can judge a hit without it",
        ]
    );
    assert_eq!(read("x.toml", &text).count(), 1);
}

fn stix(pattern: &str) -> String {
    format!(
        "{{\"type\":\"bundle\",\"objects\":[\n\n{{\"type\":\"indicator\",\"id\":\"indicator--1\",\"pattern\":{}}}]}}",
        serde_json::Value::from(pattern)
    )
}

#[test]
fn patterns_that_are_not_read_are_named_from_where_on() {
    let told = |pattern: &str| faults("x.json", &stix(pattern)).join("|");
    assert_eq!(
        told("[domain-name:value LIKE 'work.%']"),
        "3: `LIKE 'work.%']` cannot be read in a pattern. Use =, IN, AND, OR"
    );
    assert_eq!(
        told("[process:name = 'xmrig']"),
        "3: `process:name` is not compared here. Hosts, addresses, URLs, file hashes and wallets are"
    );
    assert!(
        told("[ipv4-addr:value = '192.0.2.7'] FOLLOWEDBY [ipv4-addr:value = '192.0.2.8']")
            .contains("FOLLOWEDBY")
    );
    assert!(told("[ipv4-addr:value = '10.0.0.1']").contains("another host in every net"));
    assert!(told("[ipv4-addr:value = '192.0.2.7").contains("cannot be read"));
    assert_eq!(told("([ipv4-addr:value = '192.0.2.7'] OR [url:value = 'http://a.example/x'])"), "");
    assert!(
        told(&format!("{}[ipv4-addr:value = '192.0.2.7']", "(".repeat(100)))
            .contains("nested too deeply")
    );
}

#[test]
fn what_is_no_bundle_is_said_to_be_none() {
    assert!(faults("x.json", "{\"type\":\"report\"}")[0].contains("this is no STIX bundle"));
    assert_eq!(faults("x.json", "{\n\"type\":").first().unwrap().split(':').next(), Some("2"));
    assert!(faults("x.bin", "")[0].contains("the name's end tells no kind"));
    let yara = "{\"type\":\"bundle\",\"objects\":[{\"type\":\"indicator\",\"id\":\"i\",\"pattern_type\":\"yara\",\"pattern\":\"x\"}]}";
    assert_eq!(
        faults("x.json", yara),
        ["1: `yara` is another pattern language. Only `stix` is read"]
    );
}
