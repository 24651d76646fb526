-- Sends one request with a random number in it.  Arguments: FILE MOST.
-- The file holds the request ready for the wire with @ID@ where the number,
-- 1 to MOST, goes.
dofile(os.getenv("BENCH_WRK") .. "/report.lua")

local head, tail, most
local random = math.random

function init(args)
    local f = assert(io.open(args[1], "rb"))
    head, tail = f:read("*a"):match("^(.-)@ID@(.*)$")
    most = tonumber(args[2])
    math.randomseed(20240601)
    f:close()
end

function request()
    return head .. random(most) .. tail
end
