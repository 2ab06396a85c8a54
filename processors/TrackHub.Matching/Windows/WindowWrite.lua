-- Writes members into windows of one slot, gives each its life, and cuts those that are full.
-- KEYS windows; ARGV most events or links, most identities, now and grace in ms; then for each window: kind, life in ms, count, and so many
-- scores and members. Returns how many members were cut: events, links, identities.
local EVENTS, LINKS, IDENTITIES = 1, 2, 3
local LINK_FORM, CLICK, AD = 7, 1, 128
local most, most_identities, now, grace = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local cut = { 0, 0, 0 }

-- The first and the last touch stay; what no sale may ask for any more goes first, then pages, then clicks, the older before the newer.
local function cut_events(key, oldest)
  local members = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
  local pages, clicks, live = {}, {}, 0
  for i = 1, #members, 2 do
    local member = members[i]
    if string.byte(member) ~= LINK_FORM and tonumber(members[i + 1]) < oldest then
      redis.call('ZREM', key, member)
    else
      live = live + 1
      if live > 1 and i < #members - 1 then
        local among = string.byte(member, 2) % AD == CLICK and clicks or pages
        among[#among + 1] = member
      end
    end
  end
  local gone = 0
  for _, among in ipairs({ pages, clicks }) do
    for _, member in ipairs(among) do
      if live - gone <= most then return gone end
      gone = gone + redis.call('ZREM', key, member)
    end
  end
  return gone
end

local at = 5
for _, key in ipairs(KEYS) do
  local kind, life = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  local last = at + 2 + 2 * tonumber(ARGV[at + 2])
  for i = at + 3, last, 2 do
    if kind == EVENTS then
      redis.call('ZADD', key, ARGV[i], ARGV[i + 1])
    else
      -- Of links and identities the first time counts, in whichever order they are told.
      redis.call('ZADD', key, 'LT', ARGV[i], ARGV[i + 1])
    end
  end
  at = last + 1
  redis.call('PEXPIRE', key, life + grace)
  local size = redis.call('ZCARD', key)
  if kind == EVENTS and size > most then
    cut[kind] = cut[kind] + cut_events(key, now - life - grace)
  elseif kind == LINKS and size > most then
    cut[kind] = cut[kind] + redis.call('ZREMRANGEBYRANK', key, 0, -most - 1)
  elseif kind == IDENTITIES and size > most_identities then
    cut[kind] = cut[kind] + redis.call('ZREMRANGEBYRANK', key, most_identities, -1)
  end
end
return cut
