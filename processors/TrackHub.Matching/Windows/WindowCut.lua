-- KEYS[1] a window of events; ARGV: most members, oldest event time that a sale may still ask for.
-- The first and the last touch stay; between them pages go before clicks, the older before the newer. Returns how many live members were cut.
local most, oldest = tonumber(ARGV[1]), tonumber(ARGV[2])
local LINK, CLICK, AD = 7, 1, 128
local members = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
local pages, clicks = {}, {}
local live = 0
for i = 1, #members, 2 do
  local member = members[i]
  if string.byte(member) ~= LINK and tonumber(members[i + 1]) < oldest then
    redis.call('ZREM', KEYS[1], member)
  else
    live = live + 1
    if live > 1 and i < #members - 1 then
      local among = string.byte(member, 2) % AD == CLICK and clicks or pages
      among[#among + 1] = member
    end
  end
end
local cut = 0
for _, among in ipairs({ pages, clicks }) do
  for _, member in ipairs(among) do
    if live - cut <= most then return cut end
    cut = cut + redis.call('ZREM', KEYS[1], member)
  end
end
return cut
