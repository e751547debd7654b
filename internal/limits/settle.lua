-- Says what became of a claim. It touches only what still exists, and keeps its expiry.
-- KEYS: the request's mark, if it has one, then the counters to give back to.
-- ARGV: what the claim's mark said ('': there is none), what it says now ('': it goes), the time of
-- the claim in ms, then W in ms of each counter.
local first = 1
if ARGV[1] ~= '' then
  first = 2
  -- Another request may have the mark by now, if ours expired while the SMS was sent.
  if redis.call('GET', KEYS[1]) == ARGV[1] then
    local left = redis.call('PTTL', KEYS[1])
    if ARGV[2] == '' then
      redis.call('DEL', KEYS[1])
    elseif left > 0 then
      redis.call('SET', KEYS[1], ARGV[2], 'PX', left)
    end
  end
end
for i = first, #KEYS do
  local bucket = math.floor(tonumber(ARGV[3]) * 16 / tonumber(ARGV[4 + i - first]))
  local count = redis.call('HGET', KEYS[i], bucket)
  if count and tonumber(count) > 1 then
    redis.call('HINCRBY', KEYS[i], bucket, -1)
  elseif count then
    redis.call('HDEL', KEYS[i], bucket)
  end
end
return 'OK'
