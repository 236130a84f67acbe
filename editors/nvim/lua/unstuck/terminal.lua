--- Terminals: which are read, how wide they are, whether a command can be put at their prompt.
local M = {}

local columns = {} ---@type table<integer, integer> what the server was told, by buffer
local groups = {} ---@type table<integer, integer> of autocommands, by buffer

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
  else
    M.watch(bufnr)
    if not require('unstuck.client').attach(bufnr) then
      M.reasons[bufnr] = require('unstuck.client').problem() or 'the server could not be started'
    end
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
    if columns[bufnr] then
      require('unstuck.shell').resized(bufnr)
    end
    columns[bufnr] = width
    notify(bufnr, 'didResize', { columns = width })
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
  local running = require('unstuck.shell').running(bufnr)
  if running ~= nil then
    return not running
  end
  return #vim.api.nvim_get_proc_children(pid) == 0
end

--- Note from now on what happens in a terminal: its lines, its width, its shell's marks.
---@param bufnr integer
function M.watch(bufnr)
  if groups[bufnr] then
    return
  end
  require('unstuck.sync').watch(bufnr)
  local group = vim.api.nvim_create_augroup('unstuck.terminal.' .. bufnr, {})
  groups[bufnr] = group
  vim.api.nvim_create_autocmd('TermRequest', {
    group = group,
    buffer = bufnr,
    callback = function(event)
      local data = event.data
      if type(data) == 'table' then
        require('unstuck.shell').request(bufnr, data.sequence, data.cursor)
      end
    end,
  })
  local later = vim.schedule_wrap(function()
    tell_width(bufnr)
  end)
  vim.api.nvim_create_autocmd('BufWinEnter', { group = group, buffer = bufnr, callback = later })
  vim.api.nvim_create_autocmd('WinResized', { group = group, callback = later })
  vim.api.nvim_create_autocmd('BufFilePost', {
    group = group,
    buffer = bufnr,
    callback = function()
      require('unstuck.client').reopen(bufnr)
    end,
  })
  vim.api.nvim_create_autocmd('BufUnload', {
    group = group,
    buffer = bufnr,
    callback = function()
      columns[bufnr], groups[bufnr], M.reasons[bufnr] = nil, nil, nil
      require('unstuck.shell').close(bufnr)
      require('unstuck.client').detach(bufnr)
      vim.schedule(function()
        pcall(vim.api.nvim_del_augroup_by_id, group)
      end)
    end,
  })
end

--- A server has been told of a terminal.
---@param bufnr integer
function M.attached(bufnr)
  columns[bufnr] = nil
  tell_width(bufnr)
  -- Neovim's own K is set after this event's callbacks.
  vim.schedule(function()
    if M.is_terminal(bufnr) then
      M.map(bufnr)
    end
  end)
end

return M
