-- Sends the requests of a file in turn.  Arguments: FILE [LIMIT].
-- The file holds requests ready for the wire, each after its length in
-- decimal on a line of its own.
dofile(os.getenv("BENCH_WRK") .. "/report.lua")

local requests, count, at = {}, 0, 0
local left = math.huge

function init(args)
    local f = assert(io.open(args[1], "rb"))
    left = tonumber(args[2]) or math.huge

    while true do
        local length = f:read("*l")
        if not length then
            break
        end
        count = count + 1
        requests[count] = f:read(tonumber(length))
    end

    f:close()
end

function request()
    at = at % count + 1
    left = left - 1
    if left < 0 then
        wrk.thread:stop()
    end
    return requests[at]
end
