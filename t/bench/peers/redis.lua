-- A desk of nginx, Lua and Redis, reduced to the creation of a ticket.
--
--   create  does what the module's create does at the least: knows the caller
--           by token, decodes and checks the JSON, numbers the ticket, writes
--           it with its event and its place in the queue as one unit, and
--           answers the ticket as JSON.  One script, one round trip.
--   bare    only stores: SET, LPUSH and ZADD of the raw body in one write to
--           Redis, numbered by a counter of the worker that a restart would
--           lose.  No token, no JSON, no unit.  Nothing could do less.
--
-- Both answer when Redis has; with appendfsync always that is after fsync.
-- Debian packages no Redis client for the Lua module, so the protocol (RESP)
-- is spoken here.

local _M = {}

local cjson = require("cjson.safe")

local socket = ngx.socket.tcp
local read_body = ngx.req.read_body
local get_body = ngx.req.get_body_data

local POOL = { pool_size = 256 }
local IDLE_MS = 60000
local SUBJECT_BYTES = 800
local DESCRIPTION_BYTES = 65536

local SCRIPT = [[
local who = redis.call('GET', KEYS[1])
if not who then
    return false
end
local id = redis.call('INCR', 'last')
redis.call('SET', 'ticket:' .. id,
           '{"id":' .. id .. ',"requester":' .. who .. ARGV[1])
redis.call('LPUSH', 'events', 'submit:' .. id .. ':' .. who)
redis.call('ZADD', 'queue:new', id, id)
return { id, tonumber(who) }
]]

local last = 0
local digest

local function command(...)
    local count = select("#", ...)
    local out = { "*", count, "\r\n" }
    for i = 1, count do
        local word = tostring((select(i, ...)))
        out[#out + 1] = "$" .. #word .. "\r\n" .. word .. "\r\n"
    end
    return table.concat(out)
end

-- One answer: a number, a string, a list of them, or nil and the error.
local function answer(s)
    local line, err = s:receive("*l")
    if not line then
        return nil, err
    end

    local kind, rest = line:sub(1, 1), line:sub(2)

    if kind == ":" then
        return tonumber(rest)
    elseif kind == "+" then
        return rest
    elseif kind == "$" and rest ~= "-1" then
        local text = s:receive(tonumber(rest))
        s:receive(2)
        return text
    elseif kind == "*" and rest ~= "-1" then
        local list = {}
        for i = 1, tonumber(rest) do
            list[i] = answer(s)
        end
        return list
    end
    return nil, line
end

local function failed(err)
    ngx.log(ngx.ERR, "redis: ", err)
    return ngx.exit(500)
end

local function open(path)
    local s = socket()
    local ok, err = s:connect("unix:" .. path, POOL)
    if not ok then
        return failed(err)
    end
    return s
end

local function created(id, text)
    ngx.status = 201
    ngx.header["Location"] = ngx.var.uri .. "/" .. id
    ngx.header["Content-Length"] = #text
    ngx.print(text)
end

local function text_within(value, bytes)
    return type(value) == "string" and #value > 0 and #value <= bytes
end

function _M.create(path)
    read_body()
    local asked = cjson.decode(get_body())

    if not asked or not text_within(asked.subject, SUBJECT_BYTES)
       or not text_within(asked.description, DESCRIPTION_BYTES)
    then
        return ngx.exit(400)
    end

    local token = (ngx.var.http_authorization or ""):match("^Bearer (.+)$")
    if not token then
        return ngx.exit(401)
    end

    local tail = "," .. cjson.encode({
        subject = asked.subject, description = asked.description,
        state = "new", priority = "normal", version = 1,
        created_at = ngx.now(), updated_at = ngx.now(),
    }):sub(2)

    local s = open(path)
    local done, err

    if not digest then
        s:send(command("SCRIPT", "LOAD", SCRIPT))
        digest, err = answer(s)
        if not digest then
            return failed(err)
        end
    end

    s:send(command("EVALSHA", digest, 1, "token:" .. token, tail))
    done, err = answer(s)
    if not done then
        return failed(err)
    end

    s:setkeepalive(IDLE_MS)
    created(done[1], '{"id":' .. done[1] .. ',"requester":' .. done[2]
            .. tail)
end

function _M.bare(path)
    read_body()
    local body = get_body()
    local s = open(path)
    local id = last + 1
    last = id

    s:send({
        command("SET", "ticket:" .. id, body),
        command("LPUSH", "events", "submit:" .. id),
        command("ZADD", "queue:new", id, id),
    })

    for _ = 1, 3 do
        local ok, err = answer(s)
        if not ok then
            return failed(err)
        end
    end

    s:setkeepalive(IDLE_MS)
    created(id, body)
end

return _M
