-- KEYS[1] positions; ARGV: partition, first offset, next offset, append time in ms, four at a time.
-- A position only moves forward: a consumer that lost its partition must not take it back. It does not leap over records nobody applied.
-- Returns how many partitions would have to.
local gaps = 0
for i = 1, #ARGV, 4 do
  local known = redis.call('HGET', KEYS[1], ARGV[i])
  local offset = known and tonumber(string.match(known, '^%d+')) or -1
  if offset >= 0 and tonumber(ARGV[i + 1]) > offset then
    gaps = gaps + 1
  elseif tonumber(ARGV[i + 2]) > offset then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 2] .. ' ' .. ARGV[i + 3])
  end
end
return gaps
