-- KEYS[1] positions; ARGV: partition, next offset, append time in ms, three at a time.
-- A position only moves forward: a consumer that lost its partition must not take it back.
local moved = 0
for i = 1, #ARGV, 3 do
  local known = redis.call('HGET', KEYS[1], ARGV[i])
  local offset = known and tonumber(string.match(known, '^%d+')) or -1
  if tonumber(ARGV[i + 1]) > offset then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1] .. ' ' .. ARGV[i + 2])
    moved = moved + 1
  end
end
return moved
