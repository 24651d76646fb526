#!/bin/sh

# Shows where one worker spends its time under load: processor by function
# (perf), system calls by count and time (strace), flushes of the device.
#
#   t/bench/profile.sh PID [SECONDS] [OUTDIR]
#
# PID is a worker (not the master: it sleeps).  Put the load on it first, for
# instance from another terminal:
#
#   t/bench/run --only create-lmdb --seconds 30 --rounds 1
#   pgrep -P MASTER        # the workers of a master
#
# perf may be missing or forbidden (containers, perf_event_paranoid): then
# only strace speaks.  strace slows the worker several times, so it tells
# shares and sequences, never rates.

set -eu

pid=${1:?usage: profile.sh PID [SECONDS] [OUTDIR]}
seconds=${2:-5}
out=${3:-build/bench/profile.$pid}

if ! kill -0 "$pid" 2>/dev/null; then
    echo "profile.sh: no process $pid that may be looked at" >&2
    exit 1
fi

mkdir -p "$out"

with_perf()
{
    if ! command -v perf >/dev/null; then
        echo "perf is not installed (apt-get install linux-perf)"
        return
    fi

    # machines without hardware counters still have the clock
    for event in cycles cpu-clock; do
        if perf record -q -e "$event" -F 999 -g -p "$pid" \
                -o "$out/perf.data" -- sleep "$seconds" 2>"$out/perf.err" \
           && [ -s "$out/perf.data" ]
        then
            perf report -i "$out/perf.data" --no-children -g none \
                --percent-limit 0.5 --stdio 2>/dev/null >"$out/perf.txt"
            echo "processor by function, $event ($out/perf.txt):"
            grep -v '^#' "$out/perf.txt" | grep -v '^$' | head -40
            return
        fi
    done

    echo "perf cannot record here:"
    head -5 "$out/perf.err"
}

# A durable batch is pwrite or writev of its pages, one fdatasync, and one
# pwrite of the meta page (reliability of LMDB rests on this order).
with_strace()
{
    if ! command -v strace >/dev/null; then
        echo "strace is not installed (apt-get install strace)"
        return
    fi

    # ends itself: INT is how strace detaches and prints its table
    timeout -s INT "$seconds" strace -f -c -w -p "$pid" \
        -o "$out/syscalls.txt" 2>"$out/strace.err" || true

    if [ -s "$out/syscalls.txt" ]; then
        echo "system calls, all threads ($out/syscalls.txt):"
        head -25 "$out/syscalls.txt"
    else
        echo "strace cannot attach here:"
        head -5 "$out/strace.err"
    fi

    timeout -s INT 1 strace -f -T -p "$pid" -o "$out/batches.txt" \
        -e trace=pwrite64,pwritev,writev,fdatasync 2>/dev/null || true
    echo
    echo "flushes of the device in one second: $(
        grep -c fdatasync "$out/batches.txt" || true) ($out/batches.txt)"
}

# utime and stime are fields 14 and 15 (proc(5)); the name has no blanks
ticks()
{
    awk '{ print $14, $15 }' "/proc/$pid/stat"
}

before=$(ticks)
sleep 1
after=$(ticks)

echo "worker $pid: processor in one second, in ticks of 10 ms:"
echo "$before $after" | awk '{ print "  user", $3 - $1, "system", $4 - $2 }'
grep -E 'Threads|voluntary' "/proc/$pid/status"
echo
with_perf
echo
with_strace
