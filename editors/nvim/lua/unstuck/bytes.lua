--- Raw terminal output arrives cut anywhere; what goes to the server must be text.
local M = {}

-- How many bytes the character that starts with `byte` has; 0 where none starts with it.
local function length(byte)
  if byte < 0x80 then
    return 1
  elseif byte >= 0xC2 and byte < 0xE0 then
    return 2
  elseif byte >= 0xE0 and byte < 0xF0 then
    return 3
  elseif byte >= 0xF0 and byte < 0xF5 then
    return 4
  end
  return 0
end

--- Split bytes into text and the beginning of a character whose rest has not arrived. Bytes that are no UTF-8 become
--- U+FFFD.
---@param bytes string
---@return string text, string rest
function M.decode(bytes)
  if not bytes:find('[\128-\255]') then
    return bytes, ''
  end
  local parts, position, plain = {}, 1, 1
  while true do
    local start = bytes:find('[\128-\255]', position)
    if not start then
      break
    end
    local wanted = length(bytes:byte(start))
    local found = #bytes:match('^[\128-\191]*', start + 1) + 1
    if wanted > found and start + found > #bytes then
      table.insert(parts, bytes:sub(plain, start - 1))
      return table.concat(parts), bytes:sub(start)
    end
    if wanted > 1 and found >= wanted then
      position = start + wanted
    else
      table.insert(parts, bytes:sub(plain, start - 1))
      table.insert(parts, '\239\191\189')
      position = start + 1
      plain = position
    end
  end
  table.insert(parts, bytes:sub(plain))
  return table.concat(parts), ''
end

return M
