-- replay.lua with a pause before each request of a connection: a reader
-- whose waiting is measured, not one that fills the processor.
-- Arguments: FILE.
dofile(os.getenv("BENCH_WRK") .. "/replay.lua")

local PAUSE_MS = 2

function delay()
    return PAUSE_MS
end
