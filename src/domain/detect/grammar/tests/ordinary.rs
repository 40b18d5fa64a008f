//! What everybody else says with the same letters and the same words.

use super::{Grade, all, at_most};

#[test]
fn ordinary_programs_are_not_heard() {
    all(
        None,
        "
        curl -u user:pass -o out.json -x proxy.example:3128 https://host.example:8443/x
        curl -s -o /dev/null -w %{http_code} http://127.0.0.1:8080/
        wget -O pool.html http://pool.example:8080/
        gcc -O2 -o pool.o -u main -c pool.c
        dot -Tsvg -o pool.svg pool.dot
        mount -o pool.x /dev/sda1 /mnt
        mount -t nfs -o addr=192.0.2.7,port=2049 host.example:/x /mnt
        ssh -o ProxyJump=host.example:22 -p 2222 user@host.example
        ssh -o StrictHostKeyChecking=no -L 3333:localhost:3333 host.example
        scp -P 22 -o BatchMode=yes a user@host.example:b
        rsync -e 'ssh -p 22 -o Compression=no' -u a host.example:b
        mysql -u root -psecret -h db.example -P 3306
        mysqld --user=mysql --port=3306 --datadir=/var/lib/mysql
        psql -h db.example -p 5432 -U me -c 'select * from pools'
        mongodump -u me -p x -o dump --host db.example:27017
        mongosh mongodb://me:x@db.example:27017/x
        redis-cli -u redis://me:x@db.example:6379
        redis-server 127.0.0.1:6379
        docker run -u 1000:1000 -p 3333:3333 -p 192.0.2.7:80:80 image
        docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 3333 -container-ip 192.0.2.7 -container-port 3333
        kubectl --server https://api.example:6443 --user admin get pods
        kubectl -s api.example:6443 --user admin get pods
        openssl s_client -connect host.example:3333 -servername host.example
        openssl genpkey -algorithm RSA -out key.pem
        ffmpeg -i a.mp4 -pool 4 -c copy -f flv rtmp://host.example/x
        sort -u -o out.txt in.txt
        celery -A app worker --pool=prefork -O fair --concurrency 4
        rbd --pool images ls
        gunicorn -b 0.0.0.0:8000 -u www -w 4 app:app
        uvicorn --host 0.0.0.0 --port 8000 app:app
        nats --server nats://host.example:4222 --user me pub x
        nats -s host.example:4222 --user me --password x sub y
        mosquitto_sub -h host.example -p 1883 -u me -P x -t topic
        ntpq -c 'rv 0 stratum' 127.0.0.1
        chronyd 'local stratum 8' 'pool pool.ntp.org iburst'
        stratum_bmv2 -device_id=1 -external_stratum_urls=0.0.0.0:50001 -local_stratum_url=localhost:50000
        electrum --server host.example:50002:s daemon
        lnd --bitcoin.active --rpclisten=0.0.0.0:10009 --alias=x
        bitcoind -daemon -datadir=/d -rpcuser=me -rpcport=8332
        geth --syncmode snap --http --http.port 8545 --miner.gaslimit 30000000
        monerod --data-dir /d --rpc-bind-port 18081 --zmq-pub tcp://127.0.0.1:18083 --out-peers 32
        monero-wallet-cli --wallet-file w --daemon-address host.example:18081
        java -Dpool=host.example:3333 -Dpool.user=x -jar a.jar
        java -jar agent.jar -url http://ci.example:8080/ -secret 0123456789abcdef -name x -workDir /w
        pgbouncer -u postgres -d /etc/pgbouncer.ini
        ",
    );
}

#[test]
fn neither_are_these() {
    all(
        None,
        "
        chrome --type=renderer --disable-gpu --lang=en-US --user-data-dir=/d --enable-features=A,B
        java -Xmx4g -cp /a/b.jar:/c/d.jar:/e/f.jar org.example.Main --threads 8 --coin x
        ray start --address=192.0.2.7:6379 --num-gpus 2
        dask-worker tcp://192.0.2.7:8786 --nthreads 4 --name w1
        vllm serve model --host 0.0.0.0 --port 8000 --worker-use-ray
        consul agent -retry-join 192.0.2.7 -node x -bind 192.0.2.7
        haproxy -W -db -f /etc/haproxy/haproxy.cfg
        socat TCP-LISTEN:3333,fork TCP:host.example:3333
        nc -x 127.0.0.1:9050 host.example 3333
        autossh -M 0 -N -o ServerAliveInterval=30 -R 3333:localhost:22 me@host.example
        tshark -i eth0 -o tcp.desegment_tcp_streams:TRUE -Y tcp.port==3333
        vault server -config=/etc/vault.hcl
        prometheus --config.file=/etc/p.yml --web.listen-address=0.0.0.0:9090
        spark-submit --master spark://host.example:7077 --class x a.jar
        certbot renew -q
        dd if=/dev/zero of=/x bs=1M count=4
        aria2c -x 4 -s 4 -o out.iso http://host.example/a.iso
        zfs send -R pool/x@y
        hashcat -a 0 -m 1000 -w 3 -O -o out.txt hashes.txt words.txt
        iperf3 -c host.example -p 5201 -u -t 60
        tsh login --proxy=host.example:443 --user=me
        frpc tcp -s host.example:7000 -u me -t token
        locust --host https://host.example -u 100 -r 10
        FAHClient --user=me --team=0 --passkey=0123456789abcdef0123456789abcdef --gpu=true
        boinc --dir /var/lib/boinc-client
        nginx: worker process
        'postgres: me db 192.0.2.7(5432) idle'
        sshd: me@pts/0
        kcat -b host.example:9092 -C -t topic -o beginning
        liquibase --url=jdbc:postgresql://db.example:5432/x --username=me --password=x update
        etcdctl --endpoints host.example:2379 --user root:x get a
        sysbench --threads=4 --time=60 cpu run
        stress-ng --cpu 8 --timeout 60
        influx -host db.example -port 8086 -username me
        systemd-run --user -p CPUQuota=20% sleep 5
        python3 -m http.server 3333
        node server.js --port 3333 --host 0.0.0.0
        argocd login cd.example:443 --username admin --password x
        curl -u me:x --url localhost:9200/_cat
        curl --proxy proxy.example:3128 --user me:x --url host.example:8080/x -o out
        valgrind -o out.1:2 -u x
        x264 --threads 4 -o out.mkv in.y4m
        git clone https://me:x@git.example:8443/x.git
        ansible-playbook -u me -i hosts --private-key k site.yml
        ceph osd pool create x 64
        zpool create tank /dev/sda
        virsh pool-start default
        ",
    );
}

#[test]
fn whoever_looks_for_miners_is_none() {
    at_most(
        Some(Grade::Noted),
        "
        grep -rn stratum+tcp://pool.example:3333 /var/log
        grep -o 'stratum+tcp://[^ ]*' /var/log/syslog
        grep -E 'xmrig|--donate-level|rx/0' /proc/1/cmdline
        pkill -f 'xmrig -o stratum+tcp://pool.example:3333 -u {xmr}'
        sh -c \"ps aux | grep -v grep | grep 'stratum+tcp://pool.example:3333'\"
        bash -c 'grep xmrig -o pool.example:3333 -u {xmr}'
        bash -c 'echo ./p -o stratum+tcp://pool.example:3333 -u {xmr} | base64'
        sh -c 'ls # ./p -o stratum+tcp://pool.example:3333 -u {xmr}'
        sudo tcpdump -A 'port 3333'
        sudo timeout 5 grep -r {xmr} /
        watch 'ps aux | grep stratum+tcp://pool.example:3333'
        iptables -A OUTPUT -p tcp -m string --string stratum+tcp://pool.example:3333 --algo bm -j DROP
        journalctl -u x --grep stratum+tcp://
        vi +/stratum+tcp://pool.example:3333 notes.txt
        less /var/log/xmrig.log
        strings -n 8 /tmp/x
        find / -name xmrig -exec grep stratum+tcp://pool.example:3333 {} +
        awk '/stratum\\+tcp:\\/\\/x/ {print}' f
        docker exec c grep -r stratum+tcp://pool.example:3333 /
        ssh host.example 'grep -r stratum+tcp://pool.example:3333 /var'
        git commit -m 'block stratum+tcp://pool.example:3333 -u {xmr}'
        xargs grep stratum+tcp://pool.example:3333
        python3 -c 'print(\"stratum+tcp://pool.example:3333\")'
        apt-get install xmrig
        ",
    );
}

#[test]
fn an_address_alone_is_everyday() {
    all(
        Some(Grade::Noted),
        "
        cast balance {eth}
        bitcoin-cli sendtoaddress {btc} 0.1
        monero-wallet-cli transfer {xmr} 1
        wallet-watch --wallet {btc}
        watch-only --address {xmr}
        geth --syncmode snap --miner.etherbase {eth}
        ",
    );
}

#[test]
fn nothing_ordinary_is_confirmed() {
    at_most(
        Some(Grade::Suspect),
        "
        bot --url api.example:443 --user me --coin btc
        signer --url api.example:8443 --user me --algorithm sha256
        load --url host.example:8080 --threads 4 --keepalive
        check-pool --url stratum+tcp://pool.example:3333
        exporter --pool pool.example:3333 --user me
        pgpool-admin --pool db.example:9999 --user me --password x
        client --url host.example:1521 --user me --password x
        electrum-watch --server host.example:50002 --wallet {btc}
        prog -o out.txt:80 -u me
        ",
    );
}
