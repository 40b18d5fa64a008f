//! Every form in which miners take their options.

use super::super::{By, Told};
use super::{Grade, all, graded, said, said_by};

#[test]
fn whole_grammars_are_confirmed() {
    all(
        Some(Grade::Confirmed),
        "
        prog -o stratum+tcp://pool.example:3333 -u {xmr} -p x
        prog -ostratum+tcp://pool.example:3333 -u{xmr} -px
        prog --url=stratum+ssl://pool.example:443 --user=someone --pass=x
        prog -o pool.example:3333 -u {xmr}.rig1 -p x -k --tls
        prog -o 192.0.2.7:443 -u XMR:{xmr}.rig1#abcd-1234 -p x
        prog -o [2001:db8::7]:443 -u {xmr}
        prog -a rx/0 -o 192.0.2.7:80 -u someone -p x
        prog -a rx/0 --url 192.0.2.7:80 --user someone --pass x
        prog --coin monero -o localhost:3333 -u someone
        prog -o host.example:14444 -u me -p x --donate-level 1
        prog -O {xmr}:x -o host.example:14444
        prog --algorithm verushash --pool 192.0.2.7:3956 --wallet {rvn}.rig --password x
        prog --algo ETCHASH --pool eth.example:1010 --user {eth}.rig1
        prog --algo kawpow --server host.example --port 3333 --user someone.rig
        prog --algo=ethash --server=192.0.2.7:4444 --user={eth}
        prog -pool host.example:4444 -wal {eth} -worker rig1 -pass x -proto 4
        prog -epool 192.0.2.7:4444 -ewal 4d5e4d5e4d5e4d5e4d5e4d5e4d5e4d5e4d5e4d5e.rig -epsw x -allpools 1
        prog -P stratum1+tcp://{eth}.rig1@192.0.2.7:4444
        prog -P stratum2+tcp://{eth}.rig1:x@host.example:4444 -P stratum+ssl://{eth}@other.example:5555
        prog -G -F http://192.0.2.7:8080/{eth}/rig1 --farm-recheck 2000
        prog -c stratum+tcp://host.example:3956#xnsub -u {rvn}.rig -p x --cpu 4
        prog -a minotaurx -o stratum+tcp://host.example:7019 -u {rvn} -p c=AVN -t 4
        prog -a kaspa -w {kas} -p stratum+tcp://host.example:5555
        prog -uri ethstratum://{eth}.rig:x@host.example:4444
        prog --url=ssl://{rvn}.rig@host.example:4444 --par 144,5
        prog --pool1 host.example:1010 --pool2 other.example:1010 --wallet {eth} --algo ethash
        prog -o stratum+tcp://host.example:3333
        prog -a cn/r -ohost.example:3333
        prog --algo argon2/chukwa --pool h.example:3333
        prog -o nicehash+tcp://host.example:3355 -u someone
        prog --host 127.0.0.1 --stratum 0.0.0.0:3333 --wallet {xmr}
        prog -o host.example:3333 -u {eth}
        prog -a ethash -s 192.0.2.7:4444 -u me.rig
        prog -l host.example:4444 -u {rvn}
        prog -zpool host.example:4444 -zwal {btc} -zpsw x
        prog -kBo 192.0.2.7:3333 -u {xmr}
        prog -a scrypt -o http://192.0.2.7:9332 -u rpc -p x
        prog -o pool.example:3333 -u {xmr} -x socks5://127.0.0.1:9050
        prog --algorithm randomx;kawpow --pool a.example:1!b.example:2 --wallet someone
        prog stratum+tcp://host.example:3333 -u {xmr} -p x
        prog -o host.example:3333 --coin rvn -u someone
        prog -o daemon+http://127.0.0.1:18081 -u {xmr}
        ",
    );
}

#[test]
fn what_lacks_something_is_suspect() {
    all(
        Some(Grade::Suspect),
        "
        prog -o host.example:3333 -u someone -p x
        prog -o 192.0.2.7:443 -u WALLET -p x -k
        prog --url=192.0.2.7:443 --user=someone --pass=x
        prog --pool host.example:3333 --user me@mail.example
        prog --pool=192.0.2.7:3333 --wallet me.rig
        prog -o host.example:3333 -k --tls
        prog -o 192.0.2.7:3333
        prog -u {xmr}
        prog --config=/etc/x.json --donate-level=1
        prog --cpu-max-threads-hint=75
        prog --randomx-1gb-pages -c x.json
        prog --retry-pause 5 --tls-fingerprint 00
        prog stratum+tcp://host.example:3333
        prog --connect-to stratum+tcp://host.example:3333
        prog --data-dir /d --start-mining {xmr} --mining-threads 2
        prog --mine --miner.etherbase {eth} --miner.threads 2
        prog --wallet {xmr} --threads 4 --worker w
        prog --wallet {xmr} --mini --zmq-port 18083
        prog -user me@mail.example -xmr 4
        prog -a rx/0 -t 4
        prog --algo kawpow --worker rig
        prog --cpu --wallet ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGH --url wss://host.example/ws
        prog --pool host.example:4444 --user someone --coin rvn
        prog --server host.example --port 4444 --user {eth} --pass x
        prog --pool host.example --wallet {rvn}
        prog -o http://192.0.2.7:8332 -u me.1 -p x
        prog --pool host.example:4444 -k -t 4
        prog 192.0.2.7:3333 {xmr} x
        prog --mining-threads 4 --daemon-address 192.0.2.7:8080 --miner-address abc:defg
        prog --mining-address {kas} -s 192.0.2.7 -p 16110
        prog --daemon-rpc-address=192.0.2.7:10102 --wallet-address={btc} --mining-threads=2
        ",
    );
}

#[test]
fn what_is_wrapped_is_judged_by_what_runs() {
    let miner = "./p -o host.example:3333 -u {xmr} -p x";
    for wrapped in [
        format!("sh -c '{miner}'"),
        format!("/bin/bash -lc '{miner} >/dev/null 2>&1 &'"),
        format!("sh -c 'cd /tmp && nohup {miner}'"),
        format!("sh -c 'while true; do {miner}; sleep 5; done'"),
        format!("sh -c 'pgrep p || {miner}'"),
        format!("nohup {miner}"),
        format!("sudo -u nobody {miner}"),
        format!("sudo env A=b nice -n 19 {miner}"),
        format!("timeout 3600 {miner}"),
        format!("taskset -c 0-3 {miner}"),
        format!("taskset 0x3 {miner}"),
        format!("screen -dmS name {miner}"),
        format!("screen -dmS name bash -c '{miner}'"),
        format!("tmux new -d '{miner}'"),
        format!("tmux new-session -d -s name '{miner}'"),
        "docker run -d --rm -u 1000 --name x image -o host.example:3333 -u {xmr} -p x".to_owned(),
        format!("docker run --cpus=4 -it image {miner}"),
        "docker run -e POOL_URL=host.example:3333 -e WALLET={xmr} image".to_owned(),
        format!("su - nobody -c '{miner}'"),
        format!("python3 {miner}"),
        format!("java -jar {miner}"),
        format!("bash {miner}"),
        format!("bash -c {miner}"),
        format!("ssh -p 22 host.example '{miner}'"),
        format!("sh -c \"bash -c '{miner}'\""),
        format!("/tmp/.x -c '{miner}'"),
        format!("busybox nohup {miner}"),
    ] {
        let sentence = said(&wrapped);
        assert_eq!(graded(&sentence), Some(Grade::Confirmed), "{wrapped}: {sentence:#?}");
        assert_eq!(sentence.wallets().count(), 1, "{wrapped}");
    }
}

#[test]
fn a_title_that_was_written_over_is_read_as_a_line() {
    let line = super::filled("prog: -o host.example:3333 -u {xmr} -p x");
    assert_eq!(graded(&said_by(&[line.as_str(), "", ""])), Some(Grade::Confirmed));
    let line = super::filled("sh -c ./p -o host.example:3333 -u {xmr} -p x; sleep 5");
    assert_eq!(graded(&said_by(&[line.as_str()])), Some(Grade::Confirmed));
}

#[test]
fn code_and_messages_are_never_confirmed() {
    let miner = "./p -o host.example:3333 -u {xmr} -p x";
    for quoted in [
        format!("python3 -c \"import os; os.system('{miner}')\""),
        format!("perl -e 'system(\"{miner}\")'"),
        format!("prog --message 'saw {miner} here'"),
    ] {
        assert!(
            said(&quoted).commands.iter().all(|it| it.told != Told::Run || it.pools.is_empty())
        );
        assert!(super::grade(&quoted) <= Some(Grade::Suspect), "{quoted}");
    }
}

#[test]
fn all_forms_of_one_command_read_the_same() {
    let forms = [
        "prog -o host.example:3333 -u {xmr} -p x1 -a rx/0",
        "prog -ohost.example:3333 -u{xmr} -px1 -arx/0",
        "prog -o=host.example:3333 -u={xmr} -p=x1 -a=rx/0",
    ];
    let first = said(forms[0]);
    assert_eq!(first.commands.len(), 1);
    for form in forms {
        assert_eq!(said(form), first, "{form}");
    }
    let forms = [
        "prog --pool host.example:3333 --wallet {xmr} --password x1 --algorithm rx/0",
        "prog --pool=host.example:3333 --wallet={xmr} --password=x1 --algorithm=rx/0",
        "prog -pool host.example:3333 -wallet {xmr} -password x1 -algorithm rx/0",
    ];
    let first = said(forms[0]);
    for form in forms {
        assert_eq!(said(form), first, "{form}");
    }
}

#[test]
fn all_of_it_is_extracted() {
    let sentence = said(
        "prog -o stratum+ssl://a.example:443 -u {xmr}.rig -o b.example:80 -p secret --coin monero \
         -a rx/wow -c /etc/x.json --proxy 127.0.0.1:9050",
    );
    let command = &sentence.commands[0];
    let pools: Vec<_> =
        command.pools.iter().map(|it| (it.by, it.host.plain(40), it.port, it.tls)).collect();
    let expected = [
        (By::Output, "a.example".to_owned(), Some(443), true),
        (By::Output, "b.example".to_owned(), Some(80), false),
    ];
    assert_eq!(pools, expected);
    assert_eq!(sentence.wallets().count(), 1);
    assert_eq!(command.rigs.len(), 1);
    assert_eq!(command.passwords[0].plain(20), "secret");
    assert_eq!(command.coins[0].plain(20), "monero");
    assert_eq!(sentence.algorithms().count(), 1);
    let computed =
        |words: &str| -> Vec<String> { said(words).computed().map(|it| it.plain(40)).collect() };
    assert_eq!(computed("prog -o b.example:80 --coin monero"), ["rx/0"]);
    assert_eq!(computed("prog -o b.example:80 --coin monero -a rx/wow"), ["rx/wow"]);
    assert_eq!(sentence.configurations().count(), 1);
    assert_eq!(command.proxies.len(), 1);
}
