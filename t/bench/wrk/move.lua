-- Claims and starts tickets, two requests each.  Arguments: FILE FROM LAG.
-- The file holds one agent a line: its requests "claim" and "start" ready
-- for the wire with @ID@ in them, each after its length as in replay.lua.
--
-- wrk does not tell which connection asks for a request, so a ticket's start
-- follows its claim at a distance of LAG tickets: many times the number of
-- connections, so that the claim was answered long before.
dofile(os.getenv("BENCH_WRK") .. "/report.lua")

local claims, starts, agents = {}, {}, 0
local claim_next, start_next, lag

local function pair(f)
    local length = f:read("*l")
    if not length then
        return nil
    end
    return { f:read(tonumber(length)):match("^(.-)@ID@(.*)$") }
end

function init(args)
    local f = assert(io.open(args[1], "rb"))

    while true do
        local claim = pair(f)
        if not claim then
            break
        end
        agents = agents + 1
        claims[agents], starts[agents] = claim, pair(f)
    end

    claim_next = tonumber(args[2])
    start_next = claim_next
    lag = tonumber(args[3])
    f:close()
end

function request()
    local kind, id

    if claim_next - start_next <= lag then
        kind, id = claims, claim_next
        claim_next = claim_next + 1
    else
        kind, id = starts, start_next
        start_next = start_next + 1
    end

    local parts = kind[id % agents + 1]
    return parts[1] .. id .. parts[2]
end
