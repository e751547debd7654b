-- Claims one SMS: looks for a duplicate first, then at all limits, and counts in all or in none.
-- KEYS: the request's mark, if it has one, then a counter for each limit.
-- ARGV: how long the mark is kept in ms (0: there is none), what it says, 1 to observe, then N and
-- W in ms of each limit.
--
-- A counter is a hash of buckets, each a sixteenth of W long, by its number since 1970. Every
-- bucket that touches the last W counts, so there are never more than N in any stretch of W.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local kept = tonumber(ARGV[1])
local first = 1
if kept > 0 then
  first = 2
  local mark = redis.call('GET', KEYS[1])
  if mark then return {'seen', mark} end
end
local worst, wait = 0, 0
for i = first, #KEYS do
  local at = 4 + 2 * (i - first)
  local n, w = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  local length, all, live, sum = w / 16, redis.call('HGETALL', KEYS[i]), {}, 0
  for j = 1, #all, 2 do
    local bucket, count = tonumber(all[j]), tonumber(all[j + 1])
    if (bucket + 1) * length > now - w then
      live[#live + 1] = {bucket, count}
      sum = sum + count
    else
      redis.call('HDEL', KEYS[i], all[j])
    end
  end
  if sum >= n then
    -- It is free again when so many of the oldest buckets are over that one more fits in.
    table.sort(live, function(x, y) return x[1] < y[1] end)
    local left, free = sum - n + 1, w
    for _, x in ipairs(live) do
      left = left - x[2]
      if left <= 0 then
        free = math.ceil((x[1] + 1) * length + w - now)
        break
      end
    end
    if free > wait then worst, wait = i - first + 1, free end
  end
end
if worst > 0 and ARGV[3] ~= '1' then return {'limit', worst, wait} end
for i = first, #KEYS do
  local w = tonumber(ARGV[5 + 2 * (i - first)])
  redis.call('HINCRBY', KEYS[i], math.floor(now * 16 / w), 1)
  redis.call('PEXPIRE', KEYS[i], math.ceil(w + w / 16))
end
if kept > 0 then redis.call('SET', KEYS[1], ARGV[2], 'PX', kept) end
return {'ok', now, worst, wait}
