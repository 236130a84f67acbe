--- Output that is in no file and no terminal: :make, :cfile, and what an Ex command prints.
local M = {}

local seen = {} ---@type table<integer, boolean> buffers whose failures were told

local function name_of(title)
  return 'unstuck-output://' .. title
end

---@param title string
---@return integer bufnr
local function scratch(title)
  local bufnr = vim.fn.bufadd(name_of(title))
  vim.fn.bufload(bufnr)
  vim.bo[bufnr].buftype = 'nofile'
  vim.bo[bufnr].swapfile = false
  vim.bo[bufnr].bufhidden = 'hide'
  vim.bo[bufnr].filetype = 'unstuck-output'
  return bufnr
end

-- A failure that stands in a buffer which nobody sees is told once.
local function tell(bufnr)
  local found = require('unstuck.diagnoses').all(bufnr)
  if #found > 0 and not seen[bufnr] and #vim.fn.win_findbuf(bufnr) == 0 then
    seen[bufnr] = true
    local first = found[1].message:gsub('\n.*', '')
    require('unstuck').notify(first .. ' (:Unstuck output shows it)', vim.log.levels.WARN)
  end
end

--- Put lines into the scratch buffer of that title and let the server read it.
---@param title string
---@param lines string[]
---@return integer bufnr
function M.write(title, lines)
  local bufnr = scratch(title)
  seen[bufnr] = nil
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.b[bufnr].unstuck_written = vim.uv.now()
  M.last = bufnr
  require('unstuck.client').attach(bufnr)
  local group = vim.api.nvim_create_augroup('unstuck.output.' .. bufnr, {})
  vim.api.nvim_create_autocmd('BufUnload', {
    group = group,
    buffer = bufnr,
    callback = function()
      require('unstuck.client').detach(bufnr)
    end,
  })
  vim.api.nvim_create_autocmd('DiagnosticChanged', {
    group = group,
    buffer = bufnr,
    callback = function()
      tell(bufnr)
    end,
  })
  return bufnr
end

--- Attach all scratch buffers again, after a restart.
function M.attach_all()
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(bufnr) and vim.bo[bufnr].filetype == 'unstuck-output' then
      require('unstuck.client').attach(bufnr)
    end
  end
end

-- An entry that 'errorformat' has taken apart is put together again, as compilers print it.
local function text_of(item)
  if item.valid == 0 or item.bufnr == 0 then
    return vim.split(item.text, '\n')
  end
  local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(item.bufnr), ':.')
  local place = item.col > 0 and ('%s:%d:%d:'):format(name, item.lnum, item.col) or ('%s:%d:'):format(name, item.lnum)
  local kind = ({ e = ' error:', w = ' warning:', n = ' note:' })[item.type:lower()] or ''
  return vim.split(('%s%s %s'):format(place, kind, vim.trim(item.text)), '\n')
end

--- QuickFixCmdPost, or by hand: read the quickfix or the location list.
---@param command string the command that filled it, such as make
function M.quickfix(command)
  if not (require('unstuck').options.quickfix and require('unstuck.client').enabled()) then
    return
  end
  local items = vim.startswith(command, 'l') and vim.fn.getloclist(0) or vim.fn.getqflist()
  if #items == 0 then
    return
  end
  local lines = {}
  for _, item in ipairs(items) do
    vim.list_extend(lines, text_of(item))
  end
  M.write(command, lines)
end

--- Read what an Ex command prints, such as `!pip install demo` or `messages`.
---@param command string
function M.capture(command)
  local ok, output = pcall(vim.fn.execute, command)
  if not ok then
    return require('unstuck').notify(tostring(output), vim.log.levels.ERROR)
  end
  M.show(M.write(command:gsub('%s+', '_'), vim.split(output:gsub('\r', ''), '\n')))
end

--- Show a scratch buffer, by default the last that was written.
---@param bufnr integer|nil
function M.show(bufnr)
  bufnr = bufnr or M.last
  if not (bufnr and vim.api.nvim_buf_is_valid(bufnr)) then
    return require('unstuck').notify('no output has been read yet; ":Unstuck output !command" reads one')
  end
  local window = vim.fn.win_findbuf(bufnr)[1]
  if window then
    return vim.api.nvim_set_current_win(window)
  end
  vim.cmd('botright sbuffer ' .. bufnr)
  local first = require('unstuck.diagnoses').all(bufnr)[1]
  if first then
    vim.api.nvim_win_set_cursor(0, { first.lnum + 1, first.col })
  end
end

return M
