#!/bin/sh
# Records the tape of a walkthrough: sh sessions/record.sh TAPE
# Draws the cockpit on the same stage: KEYS='sleep:9000' sh sessions/record.sh PICTURE.svg
#
# Needs root, for namespaces of its own: nothing of this machine's processes, sockets or names is on the tape.
# Build first: cargo build --release --examples
set -eu

tape=$1
here=$(cd "$(dirname "$0")" && pwd)
built=${BUILT:-$(echo "$here"/../target/*/release/examples)}
: >"$tape"
tape=$(realpath "$tape")

exec unshare --net --mount --uts -- /bin/sh -eu -s "$here" "$built" "$tape" <<'STAGE'
here=$1 built=$2 tape=$3
hostname web-03
ip link set lo up 2>/dev/null || perl "$here/stage.pl" loopback

work=$(mktemp -d)
mount -t tmpfs -o mode=755 stage "$work"
cp "$here/stage.pl" "$built/record-walkthrough" "$built/standin-miner" "$built/standin-pool" "$work"
cat >"$work/passwd" <<'USERS'
root:x:0:0:root:/root:/bin/bash
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
mysql:x:106:112:MySQL Server:/nonexistent:/bin/false
deploy:x:1000:1000::/home/deploy:/bin/bash
USERS
: >"$work/tape"
mount --bind "$work/passwd" /etc/passwd

"$work/standin-pool" --listen 127.0.0.2:3333 >/dev/null &
first=$!
"$work/standin-pool" --listen 127.0.0.3:4444 >/dev/null &
second=$!

# Every program of the stage under the path that it would have on such a host.
mkdir "$work/local" "$work/tmp"
mkdir -p "$work/local/sbin" "$work/local/stage" "$work/tmp/.x"
for name in init nginx php-fpm8.2 mysqld sshd cron bash rsyslogd; do
    cp /usr/bin/perl "$work/local/sbin/$name"
done
cp "$work/stage.pl" "$work/record-walkthrough" "$work/local/stage"
cp "$built/picture" "$built/../firedamp" "$work/local/stage"
cp "$work/standin-miner" "$work/tmp/.x/php-fpm"
cp "$work/standin-miner" "$work/tmp/.x/logrotate"
chmod -R a+rX "$work/local" "$work/tmp"
mount --bind "$work/local" /usr/local
mount --bind "$work/tmp" /var/tmp

cd /
unshare --pid --fork --mount-proc --kill-child -- \
    /usr/local/sbin/init /usr/local/stage/stage.pl play "$work/tape" || true
cat "$work/tape" >"$tape"
kill "$first" "$second" || true
STAGE
