--- What the server is told of terminals and scratch buffers: their text, from where it changed.
---
--- A terminal that prints changes hundreds of thousands of times a second. Neovim's own change tracking looks at each
--- change and makes the terminal three times slower; here a change costs a comparison, and text goes out when the
--- buffer is quiet, or now and then while it is not.
local M = {}

local TICK = 100 -- milliseconds without a change that count as quiet
local PAUSE = 500 -- milliseconds between two messages while the buffer goes on changing …
local SHARE = 20 -- … and at least so many times what the last one took

--- A line counts from the first that the buffer ever had: a full scrollback drops lines at its top, and no mark of
--- Neovim's moves with that.
---@class unstuck.Buffer
---@field gone integer lines dropped at the top
---@field low integer|nil the first line that may have changed since the last message
---@field changes integer
---@field seen integer `changes` at the last tick
---@field ticking boolean
---@field client vim.lsp.Client|nil who is told
---@field uri string
---@field version integer
---@field sent_gone integer `gone` at the last message
---@field sent_count integer lines that the server has
---@field shown_gone integer `sent_gone` when the diagnostics came that are shown
---@field last number when the last message went out, in milliseconds
---@field took number milliseconds that it took

local buffers = {} ---@type table<integer, unstuck.Buffer>

local function tick(bufnr, state)
  vim.defer_fn(function()
    if buffers[bufnr] ~= state then
      return
    end
    local quiet = state.changes == state.seen
    state.seen = state.changes
    state.ticking = not quiet
    if quiet or vim.uv.now() - state.last >= math.max(PAUSE, SHARE * state.took) then
      M.flush(bufnr)
    end
    if not quiet then
      tick(bufnr, state)
    end
  end, TICK)
end

--- Let what is new go out soon.
---@param bufnr integer
function M.touch(bufnr)
  local state = buffers[bufnr]
  if state and not state.ticking then
    state.ticking = true
    tick(bufnr, state)
  end
end

--- Note a buffer's changes from now on.
---@param bufnr integer
function M.watch(bufnr)
  if buffers[bufnr] then
    return
  end
  local state = { gone = 0, changes = 0, seen = -1, ticking = false, uri = '', version = 0, last = 0, took = 0 }
  buffers[bufnr] = state
  local terminal = vim.bo[bufnr].buftype == 'terminal'
  vim.api.nvim_buf_attach(bufnr, false, {
    on_lines = function(_, _, _, first, last, new)
      if buffers[bufnr] ~= state then
        return true
      end
      state.changes = state.changes + 1
      if terminal and first == 0 and new == 0 then
        state.gone = state.gone + last
      elseif not state.low or first + state.gone < state.low then
        state.low = first + state.gone
      end
      if not state.ticking then
        M.touch(bufnr)
      end
    end,
  })
end

---@param bufnr integer
---@return integer lines dropped at its top
function M.gone(bufnr)
  return buffers[bufnr] and buffers[bufnr].gone or 0
end

-- Lines as the server counts them: each ends in a line feed. A NUL in a buffer's line is given as one.
local function text_of(lines, first, last)
  local parts = {}
  for index = first, last do
    table.insert(parts, (lines[index]:gsub('\n', '\0')))
    table.insert(parts, '\n')
  end
  return table.concat(parts)
end

--- Tell a client of a buffer: at first, or again after a restart or under another name.
---@param client vim.lsp.Client
---@param bufnr integer
function M.open(client, bufnr)
  M.watch(bufnr)
  local state = buffers[bufnr]
  if state.client == client then
    client:notify('textDocument/didClose', { textDocument = { uri = state.uri } })
  end
  local lines = vim.api.nvim_buf_get_lines(bufnr, 0, -1, false)
  state.client, state.uri, state.low = client, vim.uri_from_bufnr(bufnr), nil
  state.sent_gone, state.shown_gone, state.sent_count = state.gone, state.gone, #lines
  state.version = state.version + 1
  client:notify('textDocument/didOpen', {
    textDocument = {
      uri = state.uri,
      languageId = vim.bo[bufnr].buftype == 'terminal' and 'terminal' or 'log',
      version = state.version,
      text = text_of(lines, 1, #lines),
    },
  })
end

--- The changes that put `lines` in the place of the document's lines from `low` up to and without `old`. The text is
--- cut at `anchors`, pairs of a line before and after: what the server keeps of such a line moves with it. The changes
--- go from below upwards, so that none moves the place of the next.
---@param lines string[]
---@param low integer
---@param old integer
---@param anchors [integer, integer][]
---@return lsp.TextDocumentContentChangeEvent[]
function M.changes(lines, low, old, anchors)
  local cuts = { { low, low } }
  for _, anchor in ipairs(anchors) do
    local last = cuts[#cuts]
    if anchor[1] > last[1] and anchor[2] > last[2] and anchor[1] < old and anchor[2] < low + #lines then
      table.insert(cuts, anchor)
    end
  end
  table.insert(cuts, { old, low + #lines })
  local changes = {}
  for index = #cuts - 1, 1, -1 do
    local from, to = cuts[index], cuts[index + 1]
    table.insert(changes, {
      range = { start = { line = from[1], character = 0 }, ['end'] = { line = to[1], character = 0 } },
      text = text_of(lines, from[2] - low + 1, to[2] - low),
    })
  end
  return changes
end

local function send(bufnr, state)
  local changes = {}
  local dropped = math.min(state.gone - state.sent_gone, state.sent_count)
  if dropped > 0 then
    local range = { start = { line = 0, character = 0 }, ['end'] = { line = dropped, character = 0 } }
    table.insert(changes, { range = range, text = '' })
  end
  local old = state.sent_count - dropped
  local low = math.max(math.min((state.low or math.huge) - state.gone, old), 0)
  local lines = vim.api.nvim_buf_get_lines(bufnr, low, -1, false)
  local anchors = require('unstuck.shell').anchors(bufnr, state.gone)
  vim.list_extend(changes, M.changes(lines, low, old, anchors))
  state.low, state.sent_gone, state.sent_count = nil, state.gone, low + #lines
  state.version = state.version + 1
  state.client:notify('textDocument/didChange', {
    textDocument = { uri = state.uri, version = state.version },
    contentChanges = changes,
  })
end

--- Send what is new.
---@param bufnr integer
function M.flush(bufnr)
  local state = buffers[bufnr]
  if not state or not state.client or state.client:is_stopped() or not vim.api.nvim_buf_is_loaded(bufnr) then
    return
  end
  local began = vim.uv.hrtime()
  if state.low or state.gone > state.sent_gone then
    send(bufnr, state)
  end
  require('unstuck.shell').tell(bufnr, state.client, state.uri, state.gone)
  state.last, state.took = vim.uv.now(), (vim.uv.hrtime() - began) / 1e6
end

--- Let requests of a client find what has changed.
---@param client vim.lsp.Client
function M.hook(client)
  local request = client.request
  client.request = function(self, ...)
    for bufnr, state in pairs(buffers) do
      if state.client == client then
        M.flush(bufnr)
      end
    end
    return request(self, ...)
  end
end

--- The diagnostics of a document have come.
---@param uri string
function M.shown(uri)
  for _, state in pairs(buffers) do
    if state.uri == uri then
      state.shown_gone = state.sent_gone
    end
  end
end

--- How many lines a shown diagnostic has moved up by since it came.
---@param bufnr integer
---@return integer
function M.moved(bufnr)
  local state = buffers[bufnr]
  return state and state.client and state.sent_gone - state.shown_gone or 0
end

--- Forget a buffer.
---@param bufnr integer
function M.close(bufnr)
  local state = buffers[bufnr]
  buffers[bufnr] = nil
  if state and state.client and not state.client:is_stopped() then
    state.client:notify('textDocument/didClose', { textDocument = { uri = state.uri } })
  end
end

return M
