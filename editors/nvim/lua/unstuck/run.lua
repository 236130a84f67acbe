--- `:Unstuck run`: a terminal of ours, whose raw output goes to the server as the command prints it, unwrapped.
local M = {}

local FLUSH = 50 -- milliseconds of output that go out together
local KEEP = 2 * 1024 * 1024 -- bytes of output kept for a server that is started again

---@class unstuck.Run
---@field uri string
---@field bufnr integer
---@field command string
---@field cwd string
---@field rest string bytes of a character that is not complete
---@field pending string[] text that is not sent
---@field sent string[] text that was sent
---@field size integer bytes in `sent`
---@field timer uv.uv_timer_t|nil
---@field opened boolean
---@field exit integer|nil

local runs = {} ---@type table<string, unstuck.Run>
local count = 0

-- What decides which configuration pip and uv read; the server does not see the environment of the terminal.
local ENVIRONMENT = {
  'PIP_CONFIG_FILE',
  'PIP_CERT',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'SSL_CERT_FILE',
  'VIRTUAL_ENV',
  'UV_CONFIG_FILE',
  'XDG_CONFIG_HOME',
}

local function environment()
  local found = vim.empty_dict()
  for _, name in ipairs(ENVIRONMENT) do
    found[name] = vim.env[name]
  end
  return found
end

---@param uri string
---@return integer|nil the buffer of that run
function M.buffer(uri)
  return runs[uri] and runs[uri].bufnr
end

local function tell(client, run, method, params)
  client:notify('unstuck/terminal/' .. method, vim.tbl_extend('force', params or {}, { uri = run.uri }))
end

local function open(run)
  require('unstuck.client').ready(function(client)
    tell(client, run, 'didOpen', {
      title = run.command,
      shell = vim.fs.basename(vim.o.shell),
      cwd = run.cwd,
      columns = require('unstuck.terminal').width(run.bufnr) or vim.o.columns,
      environment = environment(),
    })
    tell(client, run, 'didStartCommand', { commandLine = run.command, cwd = run.cwd })
    if #run.sent > 0 then
      tell(client, run, 'didWrite', { text = table.concat(run.sent) })
    end
    run.opened = true
    M.flush(run)
  end)
end

--- Send what has come in, and the exit code after it.
---@param run unstuck.Run
function M.flush(run)
  if not run.opened then
    return
  end
  local client = vim.lsp.get_clients({ name = 'unstuck-terminal' })[1]
  if not client then
    return
  end
  if #run.pending > 0 then
    local text = table.concat(run.pending)
    run.pending = {}
    tell(client, run, 'didWrite', { text = text })
    table.insert(run.sent, text)
    run.size = run.size + #text
    while run.size > KEEP do
      run.size = run.size - #table.remove(run.sent, 1)
    end
  end
  if run.exit then
    tell(client, run, 'didEndCommand', { exitCode = run.exit })
  end
end

local function schedule_flush(run)
  if run.timer then
    return
  end
  run.timer = vim.defer_fn(function()
    run.timer = nil
    M.flush(run)
  end, FLUSH)
end

local function wrote(run, data)
  -- A job's lines: joined by line feeds they are what was printed; a NUL stands as a line feed within one.
  local text, rest = require('unstuck.bytes').decode(run.rest .. table.concat(data, '\n'))
  run.rest = rest
  if text ~= '' then
    table.insert(run.pending, text)
    schedule_flush(run)
  end
end

local function close(run)
  runs[run.uri] = nil
  local client = vim.lsp.get_clients({ name = 'unstuck-terminal' })[1]
  if client and run.opened then
    tell(client, run, 'didClose')
  end
end

--- Run a command line in a terminal below the others.
---@param command string
---@return integer bufnr
function M.start(command)
  vim.cmd('botright new')
  local bufnr = vim.api.nvim_get_current_buf()
  count = count + 1
  local run = {
    uri = ('unstuck-terminal:/nvim-%d/%d'):format(vim.fn.getpid(), count),
    bufnr = bufnr,
    command = command,
    cwd = vim.fn.getcwd(),
    rest = '',
    pending = {},
    sent = {},
    size = 0,
    opened = false,
  }
  runs[run.uri] = run
  local terminal = require('unstuck.terminal')
  terminal.opening = true
  local ok, job = pcall(vim.fn.jobstart, command, {
    term = true,
    on_stdout = function(_, data)
      wrote(run, data)
    end,
    on_exit = function(_, code)
      run.exit = code
      schedule_flush(run)
    end,
  })
  terminal.opening = false
  if not ok or job <= 0 then
    runs[run.uri] = nil
    vim.cmd('bwipeout! ' .. bufnr)
    require('unstuck').notify(('cannot run %s: %s'):format(command, ok and 'no shell' or job), vim.log.levels.ERROR)
    return -1
  end
  vim.b[bufnr].unstuck_run = true
  terminal.map(bufnr)
  vim.api.nvim_create_autocmd('BufWipeout', {
    buffer = bufnr,
    callback = function()
      close(run)
    end,
  })
  open(run)
  -- At the last row the window follows the output, as a terminal does.
  vim.cmd('normal! G')
  return bufnr
end

--- Tell a new server of all runs.
function M.reopen_all()
  for _, run in pairs(runs) do
    run.opened = false
    open(run)
  end
end

-- Where each occurrence of a transcript's line begins in the terminal's rows: the line may take several of them.
local function rows_of(rows, line)
  local found = {}
  for index, row in ipairs(rows) do
    if row ~= '' and vim.startswith(line, row) then
      local length, last = #row, index
      while
        length < #line
        and rows[last + 1]
        and vim.startswith(line:sub(length + 1), rows[last + 1])
        and rows[last + 1] ~= ''
      do
        last = last + 1
        length = length + #rows[last]
      end
      if length >= #vim.trim(line) then
        table.insert(found, index)
      end
    end
  end
  return found
end

-- The place in the rows of a byte of a line that begins at row `index` (from 1).
local function place(rows, index, byte)
  while rows[index + 1] and byte > #rows[index] do
    byte = byte - #rows[index]
    index = index + 1
  end
  return index - 1, math.min(byte, #rows[index])
end

-- A place of the transcript is a place of the terminal: the same line, counted from the end, where the same text
-- stands more than once (the beginning may have left the scrollback).
local function locate(rows, transcript, range, encoding)
  local number = range.start.line + 1
  local line = transcript[number]
  if not line then
    return nil
  end
  local below = 0
  for index = number + 1, #transcript do
    below = below + (transcript[index] == line and 1 or 0)
  end
  local found = rows_of(rows, line)
  local index = found[#found - below]
  if not index then
    return nil
  end
  local first = vim.str_byteindex(line, encoding, range.start.character, false)
  local last = range['end'].line > range.start.line and #line
    or vim.str_byteindex(line, encoding, range['end'].character, false)
  local lnum, col = place(rows, index, first)
  local end_lnum, end_col = place(rows, index, last)
  return { lnum = lnum, col = col, end_lnum = end_lnum, end_col = end_col }
end

--- textDocument/publishDiagnostics of a transcript: shown in the terminal that it came from.
---@param result lsp.PublishDiagnosticsParams
---@param ctx lsp.HandlerContext
function M.publish(result, ctx)
  local run = runs[result.uri]
  local client = vim.lsp.get_client_by_id(ctx.client_id)
  if not (run and client and vim.api.nvim_buf_is_valid(run.bufnr)) then
    return
  end
  local namespace = require('unstuck.diagnoses').namespace
  if #result.diagnostics == 0 then
    return vim.diagnostic.set(namespace, run.bufnr, {})
  end
  client:request('workspace/textDocumentContent', { uri = result.uri }, function(err, content)
    if err or not content or not vim.api.nvim_buf_is_valid(run.bufnr) then
      return
    end
    local rows = vim.api.nvim_buf_get_lines(run.bufnr, 0, -1, false)
    local transcript = vim.split(content.text, '\r?\n')
    local shown = {}
    for _, diagnostic in ipairs(result.diagnostics) do
      local at = locate(rows, transcript, diagnostic.range, client.offset_encoding)
        or { lnum = math.max(#rows - 1, 0), col = 0 }
      table.insert(
        shown,
        vim.tbl_extend('force', at, {
          message = diagnostic.message,
          severity = diagnostic.severity or vim.diagnostic.severity.ERROR,
          source = diagnostic.source,
          code = diagnostic.code,
          user_data = { lsp = diagnostic, uri = result.uri, client_id = client.id },
        })
      )
    end
    vim.diagnostic.set(namespace, run.bufnr, shown)
  end, run.bufnr)
end

return M
