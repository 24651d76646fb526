-- As replay.lua, each connection a second after it was answered.
dofile(os.getenv("BENCH_WRK") .. "/replay.lua")

function delay()
    return 1000
end
