-- One line with what the driver needs, in place of wrk's own table.
function done(summary, latency, requests)
    local e = summary.errors
    print(string.format(
        "bench requests=%d us=%d status=%d socket=%d p50_us=%d p99_us=%d",
        summary.requests, summary.duration, e.status,
        e.connect + e.read + e.write + e.timeout,
        latency:percentile(50), latency:percentile(99)))
end
