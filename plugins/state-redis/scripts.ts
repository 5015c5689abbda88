/** What Redis does in one step, in its own language. Numbers go out as text: its JSON would round them. */

/**
 * Counters are hashes: `n` counted, `b` the base, `s` since when, `e` until when. Holds of a key are a sorted set of holders by their ends, and a hash of amounts whose
 * member `` is their sum. Notes are hashes: `t` the text, `e` until when. Keys end by Redis's own clock, which only tidies up: what counts is the time that the caller says.
 */
const common = `
local prefix, now = ARGV[1], tonumber(ARGV[2])
local asked = cjson.decode(ARGV[3])
local function whole(n) return string.format('%.0f', n) end
local function counterKey(key) return prefix .. 'c:' .. key end
local function noteKey(key) return prefix .. 'n:' .. key end
local function live(key)
  local ends = redis.call('HGET', key, 'e')
  if ends and tonumber(ends) <= now then redis.call('DEL', key) end
  return ends and tonumber(ends) > now
end
local function keep(key, untilMs)
  local left = untilMs - now
  if redis.call('PTTL', key) < left then redis.call('PEXPIRE', key, whole(math.max(1, left))) end
end
local function release(key, holder)
  local amount = redis.call('HGET', prefix .. 'a:' .. key, holder)
  if not amount then return end
  redis.call('HDEL', prefix .. 'a:' .. key, holder)
  redis.call('ZREM', prefix .. 'h:' .. key, holder)
  -- To Redis, -0 is no number.
  if amount ~= '0' then redis.call('HINCRBY', prefix .. 'a:' .. key, '', '-' .. amount) end
end
local function hold(h)
  release(h.key, h.holder)
  redis.call('HSET', prefix .. 'a:' .. h.key, h.holder, whole(h.amount))
  redis.call('HINCRBY', prefix .. 'a:' .. h.key, '', whole(h.amount))
  redis.call('ZADD', prefix .. 'h:' .. h.key, whole(h.untilMs), h.holder)
  keep(prefix .. 'a:' .. h.key, h.untilMs)
  keep(prefix .. 'h:' .. h.key, h.untilMs)
end
local function heldOf(key)
  for _, holder in ipairs(redis.call('ZRANGEBYSCORE', prefix .. 'h:' .. key, '-inf', whole(now))) do release(key, holder) end
  return tonumber(redis.call('HGET', prefix .. 'a:' .. key, '') or '0')
end
local function standing(q, heldKey)
  local current, previous, held, waits = 0, 0, 0, ''
  if q and q.counter and live(counterKey(q.counter)) then
    local c = redis.call('HMGET', counterKey(q.counter), 'n', 'b', 's')
    current = tonumber(c[1] or '0') + tonumber(c[2] or '0')
    if c[1] and not c[2] then waits = c[3] end
  end
  if q and q.previous and live(counterKey(q.previous)) then
    local c = redis.call('HMGET', counterKey(q.previous), 'n', 'b')
    previous = tonumber(c[1] or '0') + tonumber(c[2] or '0')
  end
  if heldKey then held = heldOf(heldKey) end
  return current, previous, held, waits
end
local function add(a)
  local key = counterKey(a.counter)
  if not live(key) then
    redis.call('HSET', key, 'n', whole(a.amount), 's', whole(a.atMs or now), 'e', whole(a.expiresAtMs))
    if not a.atMs then redis.call('HSET', key, 'b', '0') end
  elseif not a.atMs or a.atMs >= tonumber(redis.call('HGET', key, 's')) then
    redis.call('HINCRBY', key, 'n', whole(a.amount))
  end
  keep(key, a.expiresAtMs)
end
`

/** Answers '1' or '0', and four numbers for each claim. */
export const claimScript = `${common}
local admitted, said = true, { '1' }
for _, c in ipairs(asked) do
  local counter, wants, weight = c.counter, 0, 0
  if counter and counter.based and not live(counterKey(counter.counter)) then
    redis.call('HSET', counterKey(counter.counter), 'n', '0', 's', whole(now), 'e', whole(counter.expiresAtMs))
    keep(counterKey(counter.counter), counter.expiresAtMs)
  end
  local current, previous, held, waits = standing(counter, c.hold and c.hold.key)
  if counter then wants, weight = counter.add, counter.weight or 0 end
  if c.hold then wants = wants + c.hold.amount end
  local counted = current + previous * weight
  local fits = counted < c.limit and (counted + held + wants <= c.limit or (c.alone and held == 0))
  if waits ~= '' or not fits then admitted = false end
  for _, n in ipairs({ whole(current), whole(previous), whole(held), waits }) do table.insert(said, n) end
end
if not admitted then
  said[1] = '0'
  return said
end
for _, c in ipairs(asked) do
  if c.counter and c.counter.add > 0 then add({ counter = c.counter.counter, amount = c.counter.add, expiresAtMs = c.counter.expiresAtMs }) end
  if c.hold then hold(c.hold) end
end
return said`

export const settleScript = `${common}
for _, r in ipairs(asked.releases) do release(r.key, r.holder) end
for _, a in ipairs(asked.adds) do add(a) end`

export const renewScript = `${common}
for _, h in ipairs(asked) do hold(h) end`

/** Answers four numbers for each question. */
export const readScript = `${common}
local said = {}
for _, q in ipairs(asked) do
  local current, previous, held, waits = standing(q, q.held)
  for _, n in ipairs({ whole(current), whole(previous), whole(held), waits }) do table.insert(said, n) end
end
return said`

export const baseScript = `${common}
local key = counterKey(asked.counter)
if redis.call('HGET', key, 's') == whole(asked.sinceMs) then redis.call('HSET', key, 'b', whole(asked.value)) end`

export const forgetScript = `${common}
for _, counter in ipairs(asked) do redis.call('DEL', counterKey(counter)) end`

/** Answers a text for each key, or nothing. */
export const readNotesScript = `${common}
local said = {}
for i, key in ipairs(asked) do said[i] = live(noteKey(key)) and redis.call('HGET', noteKey(key), 't') end
return said`

/** Answers 1 if it was done. */
export const replaceNoteScript = `${common}
local key = noteKey(asked.key)
if (live(key) and redis.call('HGET', key, 't') or nil) ~= asked.before then return 0 end
redis.call('DEL', key)
if asked.after then
  redis.call('HSET', key, 't', asked.after, 'e', whole(asked.expiresAtMs))
  keep(key, asked.expiresAtMs)
end
return 1`
