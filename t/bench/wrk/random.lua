-- Sends one request with numbers in it.  Arguments: FILE MOST.
-- The file holds the request ready for the wire; @ID@ in it becomes a random
-- number, 1 to MOST, and @N@ one that never repeats, so that no answer can
-- have been given before.
dofile(os.getenv("BENCH_WRK") .. "/report.lua")

local head, middle, tail, most
local random, n = math.random, 0

function init(args)
    local f = assert(io.open(args[1], "rb"))
    local text = f:read("*a")
    f:close()

    head, middle, tail = text:match("^(.-)@ID@(.-)@N@(.*)$")
    if not head then
        head, tail = text:match("^(.-)@N@(.*)$")
    end
    most = tonumber(args[2])
    math.randomseed(20240601)
end

function request()
    n = n + 1
    if middle then
        return head .. random(most) .. middle .. n .. tail
    end
    return head .. n .. tail
end
