--- Terminals: which are read, how wide they are, where their commands begin and end.
local M = {}

local columns = {} ---@type table<integer, integer> what the server was told, by buffer
local commands = {} ---@type table<integer, {prompt: integer[]|nil, running: boolean|nil}> from OSC 133

--- Why a terminal is not read, by buffer; for :checkhealth.
M.reasons = {} ---@type table<integer, string>

--- Set while `:Unstuck run` opens a terminal: its output is told raw.
M.opening = false

---@param bufnr integer
---@return boolean
function M.is_terminal(bufnr)
  return vim.api.nvim_buf_is_valid(bufnr) and vim.bo[bufnr].buftype == 'terminal'
end

---@param bufnr integer
---@return integer|nil the width of the terminal's rows, where a window shows it
function M.width(bufnr)
  local width
  -- Neovim gives a terminal the width of the widest window that shows it.
  for _, window in ipairs(vim.fn.win_findbuf(bufnr)) do
    local info = vim.fn.getwininfo(window)[1]
    width = math.max(width or 0, info.width - info.textoff)
  end
  return width
end

local function program(bufnr)
  local command = vim.api.nvim_buf_get_name(bufnr):match('^term://.-//%d+:(.*)$') or ''
  return vim.fs.basename(command:match('^%S*'))
end

local function attach(bufnr)
  local options = require('unstuck').options.terminal
  M.reasons[bufnr] = nil
  if not options.attach then
    M.reasons[bufnr] = 'the option terminal.attach is off'
  elseif not require('unstuck.client').enabled() then
    M.reasons[bufnr] = "vim.lsp.enable('unstuck') was not called"
  elseif vim.list_contains(options.ignore, program(bufnr)) then
    M.reasons[bufnr] = ('%s is in the option terminal.ignore'):format(program(bufnr))
  elseif vim.b[bufnr].unstuck_run then
    M.reasons[bufnr] = 'opened by :Unstuck run, its raw output is read'
  elseif not require('unstuck.client').start(bufnr) then
    M.reasons[bufnr] = require('unstuck.client').problem() or 'the server could not be started'
  end
end

--- TermOpen.
---@param bufnr integer
function M.open(bufnr)
  if M.opening then
    vim.b[bufnr].unstuck_run = true
  end
  attach(bufnr)
end

--- Attach all terminals that are open.
function M.attach_all()
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if M.is_terminal(bufnr) and #vim.lsp.get_clients({ bufnr = bufnr, name = 'unstuck-terminal' }) == 0 then
      attach(bufnr)
    end
  end
end

--- The mappings of a terminal's normal mode.
---@param bufnr integer
function M.map(bufnr)
  if not require('unstuck').options.terminal.keymaps then
    return
  end
  vim.keymap.set('n', 'K', '<Plug>(unstuck-explain)', { buffer = bufnr, desc = 'Explain the nearest failure' })
  vim.keymap.set('n', 'gra', '<Plug>(unstuck-fix)', { buffer = bufnr, desc = 'Fix the nearest failure' })
end

local function notify(bufnr, method, params)
  params.uri = vim.uri_from_bufnr(bufnr)
  for _, client in ipairs(vim.lsp.get_clients({ bufnr = bufnr, name = 'unstuck-terminal' })) do
    client:notify('unstuck/terminal/' .. method, params)
  end
end

local function tell_width(bufnr)
  local width = M.is_terminal(bufnr) and M.width(bufnr)
  if width and width ~= columns[bufnr] then
    columns[bufnr] = width
    notify(bufnr, 'didResize', { columns = width })
  end
end

-- The command line that was typed: what stands between the prompt's end and the cursor when the command starts.
local function typed(bufnr, from, to)
  if from[1] > to[1] or (from[1] == to[1] and from[2] >= to[2]) then
    return ''
  end
  local ok, text = pcall(vim.api.nvim_buf_get_text, bufnr, from[1] - 1, from[2], to[1] - 1, to[2], {})
  return ok and vim.trim(table.concat(text, '')) or ''
end

--- Shells with integration mark their prompts and commands: OSC 133 ; A prompt, B its end, C output, D exit code.
---@param bufnr integer
---@param sequence string
---@param cursor integer[]|nil where the cursor was, (1,0)-indexed
function M.request(bufnr, sequence, cursor)
  local mark, rest = sequence:match('^\27%]133;(%u);?([^\7\27]*)')
  local state = commands[bufnr] or {}
  commands[bufnr] = state
  if mark == 'B' then
    state.prompt, state.running = cursor, false
  elseif mark == 'C' then
    local line = state.prompt and cursor and typed(bufnr, state.prompt, cursor) or ''
    state.running = true
    notify(bufnr, 'didStartCommand', { commandLine = line })
  elseif mark == 'D' and state.running then
    state.running = false
    notify(bufnr, 'didEndCommand', { exitCode = tonumber(rest:match('^%-?%d+')) })
  end
end

--- Whether the terminal's shell waits at its prompt, as far as can be known.
---@param bufnr integer
---@return boolean
function M.at_prompt(bufnr)
  local pid = vim.b[bufnr].terminal_job_pid
  local alive = pid and vim.fn.jobwait({ vim.bo[bufnr].channel }, 0)[1] == -1
  if not alive or vim.b[bufnr].unstuck_run then
    return false
  end
  if commands[bufnr] and commands[bufnr].running ~= nil then
    return not commands[bufnr].running
  end
  return #vim.api.nvim_get_proc_children(pid) == 0
end

--- LspAttach of a terminal.
---@param client vim.lsp.Client
---@param bufnr integer
function M.attached(client, bufnr)
  local display = require('unstuck').options.terminal.diagnostics
  vim.diagnostic.config(display, vim.lsp.diagnostic.get_namespace(client.id, false))
  columns[bufnr] = nil
  tell_width(bufnr)
  -- Neovim's own K is set after this event's callbacks.
  vim.schedule(function()
    if M.is_terminal(bufnr) then
      M.map(bufnr)
    end
  end)
  local group = vim.api.nvim_create_augroup('unstuck.terminal.' .. bufnr, {})
  vim.api.nvim_create_autocmd('TermRequest', {
    group = group,
    buffer = bufnr,
    callback = function(event)
      local data = event.data
      local sequence = type(data) == 'table' and data.sequence or data
      M.request(bufnr, sequence, type(data) == 'table' and data.cursor or nil)
    end,
  })
  vim.api.nvim_create_autocmd('BufWinEnter', {
    group = group,
    buffer = bufnr,
    callback = vim.schedule_wrap(function()
      tell_width(bufnr)
    end),
  })
  vim.api.nvim_create_autocmd('WinResized', {
    group = group,
    callback = vim.schedule_wrap(function()
      tell_width(bufnr)
    end),
  })
  vim.api.nvim_create_autocmd('BufWipeout', {
    group = group,
    buffer = bufnr,
    callback = function()
      columns[bufnr], commands[bufnr], M.reasons[bufnr] = nil, nil, nil
      vim.schedule(function()
        pcall(vim.api.nvim_del_augroup_by_id, group)
      end)
    end,
  })
end

return M
