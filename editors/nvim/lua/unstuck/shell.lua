--- What a terminal's shell says of its commands: OSC 133 (prompts, commands, exit codes) and OSC 7 (the folder).
local M = {}

local MOST = 200 -- commands of a terminal that a new server is told of
local SETTLED = 2000 -- milliseconds after a resize in which rows are broken anew and shells draw their prompt again
local KEY = 30 -- characters of a prompt's row that find it again when a resize has moved it

--- Lines count from the first one that the terminal ever had, as in unstuck.sync.
---@class unstuck.Command
---@field first integer where its prompt begins
---@field below integer rows of the prompt above the command line's
---@field key string|nil how the row of the command line begins
---@field line string the command line
---@field cwd string|nil
---@field last integer|nil the first line below its output
---@field exit integer|nil
---@field settled boolean|nil the command line is known
---@field told boolean|nil
---@field told_end boolean|nil

---@class unstuck.Shell
---@field commands unstuck.Command[]
---@field begin integer|nil where the prompt that stands last begins
---@field prompt [integer, integer]|nil where it ends
---@field key string|nil how its last row begins
---@field stated string|nil the command line that the shell itself has told
---@field cwd string|nil
---@field running boolean|nil nil as long as the shell has said nothing
---@field ended integer|nil where the last command ends, as far as the server knows
---@field resized number|nil when, in milliseconds

local shells = {} ---@type table<integer, unstuck.Shell>

local function gone(bufnr)
  return require('unstuck.sync').gone(bufnr)
end

local function rows(bufnr, first, last)
  local dropped = gone(bufnr)
  if first < dropped then
    return {}
  end
  return vim.api.nvim_buf_get_lines(bufnr, first - dropped, last - dropped, false)
end

-- The command line that was typed stands between the prompt's end and where the output begins. Columns are cells.
local function typed(bufnr, prompt, at)
  local lines = rows(bufnr, prompt[1], math.max(at[1], prompt[1] + 1))
  if #lines == 0 then
    return ''
  end
  if prompt[2] > 0 then
    lines[1] = vim.fn.matchstr(lines[1], ('\\%%>%dv.*'):format(prompt[2]))
  end
  return vim.trim(table.concat(lines))
end

local function key_of(bufnr, row, length)
  local key = vim.fn.strcharpart(rows(bufnr, row, row + 1)[1] or '', 0, length)
  return key ~= '' and key or nil
end

local function decoded(value)
  return (value:gsub('%%(%x%x)', function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

local function started(bufnr, shell, at, value)
  local prompt = shell.prompt or shell.begin and { shell.begin, 0 } or at
  local stated = shell.stated or value:match('cmdline_url=([^;]*)')
  local command = {
    first = math.min(shell.begin or prompt[1], prompt[1]),
    line = stated and vim.trim(decoded(stated)) or shell.prompt and typed(bufnr, prompt, at) or '',
    cwd = shell.cwd,
  }
  command.below = prompt[1] - command.first
  shell.running, shell.begin, shell.prompt, shell.key, shell.stated = true, nil, nil, nil, nil
  table.insert(shell.commands, command)
  if #shell.commands > MOST then
    table.remove(shell.commands, 1)
  end
  -- What was typed last may not have reached the buffer yet; a full-screen program may have replaced it soon after.
  vim.defer_fn(function()
    if not vim.api.nvim_buf_is_loaded(bufnr) then
      return
    end
    local later = not stated and typed(bufnr, prompt, at) or ''
    if vim.startswith(later, command.line) then
      command.line = later
    end
    command.key = key_of(bufnr, prompt[1], KEY)
    command.settled = true
    require('unstuck.sync').touch(bufnr)
  end, 30)
end

local function prompted(bufnr, shell, at)
  shell.prompt, shell.running = at, false
  vim.defer_fn(function()
    if vim.api.nvim_buf_is_loaded(bufnr) and shell.prompt == at then
      shell.key = key_of(bufnr, at[1], math.min(KEY, at[2]))
    end
  end, 30)
end

local function marked(bufnr, shell, kind, value, at)
  if kind == 'A' then
    shell.begin, shell.prompt, shell.key, shell.running = at[1], nil, nil, false
  elseif kind == 'B' then
    prompted(bufnr, shell, at)
  elseif kind == 'C' then
    started(bufnr, shell, at, value)
  elseif kind == 'D' and shell.running then
    local command = shell.commands[#shell.commands]
    command.last, command.exit = at[1], tonumber(value:match('^%-?%d+'))
    shell.running = false
  else
    return
  end
  require('unstuck.sync').touch(bufnr)
end

--- TermRequest.
---@param bufnr integer
---@param sequence string
---@param cursor integer[]|nil where the cursor was, (1,0)-indexed
function M.request(bufnr, sequence, cursor)
  local shell = shells[bufnr] or { commands = {} }
  local code, value = sequence:match('^\27%](%d+);([^\7\27]*)')
  if code == '7' then
    local path = value:match('^file://[^/]*(/.*)$')
    shell.cwd = path and decoded(path):gsub('^/(%a:)', '%1') or shell.cwd
  elseif code == '633' and value:match('^E;') then
    shell.stated = value:match('^E;([^;]*)'):gsub('\\x(%x%x)', '%%%1'):gsub('\\\\', '\\')
  elseif (code == '133' or code == '633') and cursor then
    local kind, rest = value:match('^(%u);?(.*)$')
    if kind then
      marked(bufnr, shell, kind, rest, { cursor[1] - 1 + gone(bufnr), cursor[2] })
    end
  else
    return
  end
  shells[bufnr] = shell
end

--- Whether the shell has said that a command runs; nil where it says nothing.
---@param bufnr integer
---@return boolean|nil
function M.running(bufnr)
  return shells[bufnr] and shells[bufnr].running
end

--- The terminal's width has changed: its rows are about to be broken anew.
---@param bufnr integer
function M.resized(bufnr)
  if shells[bufnr] then
    shells[bufnr].resized = vim.uv.now()
  end
end

-- The row that begins as `key` does, nearest to `row`.
local function nearest(lines, row, key)
  for distance = 0, vim.o.lines do
    for _, candidate in ipairs({ row - distance, row + distance }) do
      if lines[candidate + 1] and vim.startswith(lines[candidate + 1], key) then
        return candidate
      end
    end
  end
  return nil
end

--- Where the prompts stood that the server knows of, and stand now, counted in the buffer. Only a resize moves them.
---@param bufnr integer
---@param dropped integer lines dropped at the buffer's top
---@return [integer, integer][]
function M.anchors(bufnr, dropped)
  local shell = shells[bufnr]
  local anchors = {}
  if not shell then
    return anchors
  end
  local resized = shell.resized and vim.uv.now() - shell.resized < SETTLED
  local lines = resized and vim.api.nvim_buf_get_lines(bufnr, 0, -1, false) or {}

  -- Where the prompt stands that began on row `first` and whose last row is so far below that.
  local function found(first, below, key)
    local row = key and nearest(lines, first - dropped + below, vim.fn.strcharpart(key, 0, vim.o.columns))
    return row and math.max(row - below, 0) + dropped or first
  end

  for _, command in ipairs(shell.commands) do
    if command.told and command.first >= dropped then
      local before = command.first
      command.first = found(before, command.below, command.key)
      table.insert(anchors, { before - dropped, command.first - dropped })
    end
  end
  if resized and shell.ended and shell.ended >= dropped and shell.prompt and shell.begin then
    -- The last command ends where the prompt begins that now waits.
    local begin = found(shell.begin, shell.prompt[1] - shell.begin, shell.key)
    shell.prompt = { shell.prompt[1] + begin - shell.begin, shell.prompt[2] }
    table.insert(anchors, { shell.ended - dropped, begin - dropped })
    shell.begin, shell.ended = begin, begin
  end
  return anchors
end

--- Tell the server of commands; its text is the buffer's.
---@param bufnr integer
---@param client vim.lsp.Client
---@param uri string
---@param dropped integer lines dropped at the buffer's top
function M.tell(bufnr, client, uri, dropped)
  local shell = shells[bufnr]
  for _, command in ipairs(shell and shell.commands or {}) do
    if not command.settled then
      break
    end
    if not command.told then
      command.told, shell.ended = true, nil
      client:notify('unstuck/terminal/didStartCommand', {
        uri = uri,
        commandLine = command.line,
        cwd = command.cwd,
        line = math.max(command.first - dropped, 0),
      })
    end
    if command.last and not command.told_end then
      command.told_end, shell.ended = true, command.last
      client:notify('unstuck/terminal/didEndCommand', {
        uri = uri,
        exitCode = command.exit,
        line = math.max(command.last - dropped, 0),
      })
    end
  end
end

--- A new server knows of no commands.
---@param bufnr integer
function M.retell(bufnr)
  for _, command in ipairs(shells[bufnr] and shells[bufnr].commands or {}) do
    command.told, command.told_end = nil, nil
  end
end

--- Forget a terminal.
---@param bufnr integer
function M.close(bufnr)
  shells[bufnr] = nil
end

return M
