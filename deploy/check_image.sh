#!/bin/sh
# Build deploy/Dockerfile without Docker and without a registry of images, then start the result and give it a page.
#
#     deploy/check_image.sh [WORK FOLDER]      (default var/image; as root; needs buildah and debootstrap)
#
# Where .venv/bin/newsmill is there too (`make install`), the built worker also takes a page from a local Kafka to an article.
#
# The base is made from Debian's packages and kept in the work folder.  The image is built twice, and the two must be
# equal to the byte.  The built root is started as the image says: as its user, on a read-only root, nothing but /tmp
# to write to.  Prints its findings as `name=value` lines.
set -eu
cd "$(dirname "$0")/.."
work=$(realpath -m "${1:-var/image}")
suite=bookworm
kafka=127.0.0.1:29092
mkdir -p "$work"

buildah_() { buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"; }
say() { printf '%s\n' "$*"; }
now() { date +%s.%N; }
since() { awk -v from="$1" -v to="$(now)" 'BEGIN { printf "%.2f", to - from }'; }

make_base() {  # NAME PACKAGES: an image of Debian's smallest system with these packages
    root="$work/$1"
    mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources | head -n 1)
    debootstrap --variant=minbase --include="$2" "$suite" "$root" "$mirror" >"$work/$1.log"
    rm -rf "$root"/var/cache/apt "$root"/var/lib/apt/lists "$root"/usr/share/doc "$root"/usr/share/man \
        "$root"/usr/share/locale "$root"/var/log/*
    install -D --mode=644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
    printf '[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n' >"$root/etc/pip.conf"
    container=$(buildah_ from scratch)
    buildah_ add --quiet "$container" "$root" / >/dev/null
    buildah_ commit --quiet "$container" "localhost/$1" >/dev/null
    buildah_ rm "$container" >/dev/null
    rm -rf "$root"
}

build() {  # NAME: an image from the Dockerfile, no layer reused
    buildah_ build --quiet --no-cache --isolation chroot --network host --format docker --timestamp 0 \
        --build-arg BASE=localhost/newsmill-base --build-arg BUILD_BASE=localhost/newsmill-build-base \
        --file deploy/Dockerfile --tag "localhost/$1" "$work/context" >"$work/$1.log" 2>&1 || { tail -n 30 "$work/$1.log"; exit 1; }
}

layers() { buildah_ inspect --type image --format '{{range .OCIv1.RootFS.DiffIDs}}{{.}} {{end}}' "localhost/$1"; }
config() { buildah_ inspect --type image --format "{{.OCIv1.Config.$1}}" localhost/newsmill; }

run() {  # COMMAND: in the built root as the image's user, read-only but for /tmp
    # shellcheck disable=SC2016 - expanded by the inner shell
    kafka="$kafka" unshare --mount --pid --fork sh -eu -c '
        root=$1 user=$2; shift 2
        mount --bind "$root" "$root"; mount -o remount,bind,ro "$root"
        mount -t tmpfs tmpfs "$root/tmp"; mount -t proc proc "$root/proc"
        mount -t tmpfs -o mode=755 tmpfs "$root/dev"; mkdir -m 1777 "$root/dev/shm"
        for device in null zero random urandom; do touch "$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
        exec chroot --userspec="$user" "$root" /usr/bin/env -i PATH=/opt/newsmill/bin:/usr/bin:/bin HOME=/tmp \
            PYTHONDONTWRITEBYTECODE=1 NEWSMILL_KAFKA__BOOTSTRAP_SERVERS="$kafka" NEWSMILL_HTTP__PORT=0 "$@"' \
        sh "$root" "$(config User)" "$@"
}

buildah_ inspect --type image localhost/newsmill-base >/dev/null 2>&1 || make_base newsmill-base python3
buildah_ inspect --type image localhost/newsmill-build-base >/dev/null 2>&1 ||
    make_base newsmill-build-base python3,python3-pip,python3-venv

# Both from one copy: the tree may be worked on meanwhile.
rm -rf "$work/context"; mkdir -p "$work/context"
# shellcheck disable=SC2046 - one word a file
tar --create --exclude=__pycache__ .dockerignore $(sed -n 's/^!//p' .dockerignore) | tar --extract --directory "$work/context"

started=$(now); build newsmill; say "build_seconds=$(since "$started")"
build newsmill-again
[ "$(layers newsmill)" = "$(layers newsmill-again)" ] || { say "two builds differ: $(layers newsmill) / $(layers newsmill-again)"; exit 1; }
say "reproducible=yes"

[ "$(config User)" = 65532:65532 ] || { say "the image runs as '$(config User)'"; exit 1; }
container=$(buildah_ from localhost/newsmill)
root=$(buildah_ mount "$container")
clean() { buildah_ umount "$container" >/dev/null; buildah_ rm "$container" >/dev/null; }
trap clean EXIT
say "root=$root"
say "newsmill_megabytes=$(du --summarize --block-size=1M "$root/opt/newsmill" | cut -f1)"
say "newsmill_compressed_megabytes=$(tar --create --directory "$root/opt" newsmill | gzip | wc --bytes | awk '{ printf "%.0f", $1 / 1048576 }')"
say "base_megabytes=$(du --summarize --block-size=1M --exclude="$root/opt/newsmill" "$root" | cut -f1)"
for tool in cc gcc g++ make pip pip3; do
    if run which "$tool" >/dev/null 2>&1; then say "the image holds $tool"; exit 1; fi
done
if run touch /opt/newsmill/written 2>/dev/null; then say "the root file system can be written to"; exit 1; fi

started=$(now)
answer=$(run newsmill extract <deploy/check_page.jsonl)
say "first_page_seconds=$(since "$started")"
case $answer in
*'"outcome":"article"'*) say "page=article" ;;
*) say "the page became no article: $answer"; exit 1 ;;
esac

if [ -x .venv/bin/newsmill ]; then
    export NEWSMILL_KAFKA__BOOTSTRAP_SERVERS="$kafka"
    .venv/bin/newsmill broker start --port "${kafka#*:}" --data "$work/kafka" >"$work/kafka.log"
    trap '.venv/bin/newsmill broker stop --data "$work/kafka" >/dev/null; rm -rf "$work/kafka"; clean' EXIT
    .venv/bin/newsmill topics create >/dev/null
    .venv/bin/newsmill feed deploy/check_page.jsonl >/dev/null
    started=$(now)
    run newsmill run --stop-when-idle 0.1 >"$work/worker.log" 2>&1 || { tail "$work/worker.log"; exit 1; }
    at=$(sed -n 's/.*"event": "batch".*"timestamp": "\([^"]*\)".*/\1/p' "$work/worker.log" | head -n 1)
    say "first_article_seconds=$(awk -v from="$started" -v to="$(date --date "$at" +%s.%N)" 'BEGIN { printf "%.2f", to - from }')"
    .venv/bin/newsmill audit >/dev/null
    say "audit=ok"
fi
say "image=ok"
