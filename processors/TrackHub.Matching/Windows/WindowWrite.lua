-- Writes windows and records, fields of hashes of one slot, each value with its own end; cuts windows that are full and sweeps out what is over.
-- KEYS hashes; ARGV most events or links, most identities, now in s; then for each hash: longest life in s, count, and so many fields and values.
-- A value: until, 4 bytes, s; then of a record its bytes, of a window members: score, 6 bytes, ms, and the member, whose first byte tells its length.
-- Returns how many members were cut: events, links, identities.
local byte, sub = string.byte, string.sub
local RECORDS = string.byte('r')
local EVENTS, LINKS, IDENTITIES = 1, 2, 3
local HEAD, SCORE = 4, 6
local KIND = { [5] = EVENTS, [8] = EVENTS, [7] = LINKS, [101] = IDENTITIES, [112] = IDENTITIES, [120] = IDENTITIES }
local SIZE = { [5] = 26, [8] = 64, [7] = 12, [101] = 12, [112] = 12, [120] = 12 }
local CLICK, AD = 1, 128
local most, most_identities, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local cut = { 0, 0, 0 }

local function number(text, at, bytes)
  local value = 0
  for i = at, at + bytes - 1 do value = value * 256 + byte(text, i) end
  return value
end

-- By score, and those of one score byte by byte: how Lua compares texts depends on the server's locale.
local function sort(members)
  local scores = {}
  for _, member in ipairs(members) do scores[member] = number(member, 1, SCORE) end
  table.sort(members, function(left, right)
    if scores[left] ~= scores[right] then return scores[left] < scores[right] end
    for i = SCORE + 1, math.min(#left, #right) do
      local a, b = byte(left, i), byte(right, i)
      if a ~= b then return a < b end
    end
    return #left < #right
  end)
end

-- Members with their scores, in no order; what no version of this knows is left out.
local function members_of(value)
  local members, at = {}, HEAD + 1
  while at + SCORE <= #value do
    local size = SIZE[byte(value, at + SCORE)]
    if not size or at + SCORE + size - 1 > #value then break end
    members[#members + 1] = sub(value, at, at + SCORE + size - 1)
    at = at + SCORE + size
  end
  return members
end

-- Of identities the first stay. Of events the first and the last touch stay; what no sale may ask for any more goes first, then links and pages, then
-- clicks, the older before the newer.
local function bounded(value, oldest)
  if #value <= HEAD + most_identities * (SCORE + 12) then return value end
  local members = members_of(value)
  local kind = members[1] and KIND[byte(members[1], SCORE + 1)]
  local limit = kind == IDENTITIES and most_identities or most
  if #members <= limit then return value end
  sort(members)
  if kind == IDENTITIES then
    cut[kind] = cut[kind] + #members - limit
    return sub(value, 1, HEAD) .. table.concat(members, '', 1, limit)
  end

  local live = {}
  for _, member in ipairs(members) do
    if KIND[byte(member, SCORE + 1)] == EVENTS and number(member, 1, SCORE) < oldest then
      cut[EVENTS] = cut[EVENTS] + 1
    else
      live[#live + 1] = member
    end
  end

  local surplus = #live - limit
  for _, clicks in ipairs({ false, true }) do
    for i, member in ipairs(live) do
      local is_event = member and KIND[byte(member, SCORE + 1)] == EVENTS
      local is_click = is_event and byte(member, SCORE + 2) % AD == CLICK
      if surplus > 0 and member and is_click == clicks and not (is_event and (i == 1 or i == #live)) then
        live[i] = false
        surplus = surplus - 1
        cut[is_event and EVENTS or LINKS] = cut[is_event and EVENTS or LINKS] + 1
      end
    end
  end

  local kept = { sub(value, 1, HEAD) }
  for _, member in ipairs(live) do
    if member then kept[#kept + 1] = member end
  end
  return table.concat(kept)
end

-- Both windows' members, each once. Of links and identities the first time counts, in whichever order they are told.
-- Put together at once: Lua hashes every byte of every text it makes, so a text grown member by member costs its length squared.
local function merged(old, new)
  local ends = number(old, 1, HEAD) >= number(new, 1, HEAD) and sub(old, 1, HEAD) or sub(new, 1, HEAD)
  local parts, place, changed = { ends }, {}, ends ~= sub(old, 1, HEAD)
  for _, member in ipairs(members_of(old)) do
    parts[#parts + 1] = member
    place[sub(member, SCORE + 1)] = #parts
  end
  for _, member in ipairs(members_of(new)) do
    local at = place[sub(member, SCORE + 1)]
    if not at then
      parts[#parts + 1] = member
      changed = true
    elseif number(member, 1, SCORE) < number(parts[at], 1, SCORE) then
      parts[at] = member
      changed = true
    end
  end
  return changed and table.concat(parts) or old
end

-- A hash outlives its fields: when it has grown by a quarter since it was last looked through, and something in it may be over, what is over goes.
-- The field without a name holds its size and the earliest end then.
local function sweep(key, mark)
  local size, earliest = string.match(mark or '0 0', '^(%d+) (%d+)$')
  if redis.call('HLEN', key) <= tonumber(size) * 1.25 + 8 or now < tonumber(earliest) then return end
  local all, over, left, first = redis.call('HGETALL', key), {}, 1, 4294967295
  for i = 1, #all, 2 do
    if all[i] ~= '' then
      local ends = number(all[i + 1], 1, HEAD)
      if ends < now then
        over[#over + 1] = all[i]
      else
        left, first = left + 1, math.min(first, ends)
      end
    end
  end
  for i = 1, #over, 1000 do
    redis.call('HDEL', key, unpack(over, i, math.min(i + 999, #over)))
  end
  redis.call('HSET', key, '', left .. ' ' .. string.format('%.0f', first))
end

local at = 4
for _, key in ipairs(KEYS) do
  local life, count = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  local first, last = at + 2, at + 1 + 2 * count
  local is_records = byte(key, #key) == RECORDS
  local fields = { '' }
  for i = first, last, 2 do fields[#fields + 1] = ARGV[i] end
  local known = redis.call('HMGET', key, unpack(fields))
  local changed = {}
  for i = first, last, 2 do
    local old, value = known[(i - first) / 2 + 2], ARGV[i + 1]
    if not is_records then
      value = bounded(old and merged(old, value) or value, (now - life) * 1000)
    end
    if value ~= old then
      changed[#changed + 1] = ARGV[i]
      changed[#changed + 1] = value
    end
  end
  at = last + 1
  local added = #changed > 0 and redis.call('HSET', key, unpack(changed)) or 0
  redis.call('EXPIRE', key, life)
  if added > 0 then sweep(key, known[1]) end
end
return cut
