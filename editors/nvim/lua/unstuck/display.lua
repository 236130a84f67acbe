--- How failures are shown in a terminal: the telling line underlined, what happened below it.
---
--- Neovim's own handlers look at every mark at every change of the buffer; a terminal that prints would be three times
--- slower with a single failure in it. So this is a handler of its own, `unstuck/lines`; see |diagnostic-handlers|.
local M = {}

M.NAME = 'unstuck/lines'

local HIGHLIGHTS = { 'Error', 'Warn', 'Info', 'Hint' }

local function marks(namespace)
  local data = vim.diagnostic.get_namespace(namespace).user_data
  data.unstuck_lines = data.unstuck_lines or vim.api.nvim_create_namespace('unstuck.lines.' .. namespace)
  return data.unstuck_lines
end

-- Virtual lines are cut at the window's edge: the message is folded to the width of the window that shows it.
local function folded(bufnr, message)
  local window = vim.fn.bufwinid(bufnr)
  local limit = math.max((window > 0 and vim.api.nvim_win_get_width(window) or vim.o.columns) - 8, 20)
  local lines = {}
  for paragraph in vim.gsplit(message, '\n') do
    local line = ''
    for word in paragraph:gmatch('%S+') do
      if line ~= '' and vim.fn.strdisplaywidth(line .. ' ' .. word) > limit then
        table.insert(lines, line)
        line = word
      else
        line = line == '' and word or line .. ' ' .. word
      end
    end
    table.insert(lines, line)
  end
  return lines
end

local function show(namespace, bufnr, diagnostics)
  if not vim.api.nvim_buf_is_loaded(bufnr) then
    return
  end
  local group = marks(namespace)
  vim.api.nvim_buf_clear_namespace(bufnr, group, 0, -1)
  local below = {} ---@type table<integer, table[]>
  for _, diagnostic in ipairs(diagnostics) do
    local kind = HIGHLIGHTS[diagnostic.severity] or 'Error'
    local first, last = { diagnostic.lnum, diagnostic.col }, { diagnostic.end_lnum, diagnostic.end_col }
    vim.hl.range(bufnr, group, 'DiagnosticUnderline' .. kind, first, last, { priority = 150 })
    local row = last[2] == 0 and last[1] > first[1] and last[1] - 1 or last[1]
    below[row] = below[row] or {}
    for index, line in ipairs(folded(bufnr, diagnostic.message)) do
      local lead = index == 1 and '└──── ' or '      '
      table.insert(below[row], { { lead .. line, 'DiagnosticVirtualLines' .. kind } })
    end
  end
  local count = vim.api.nvim_buf_line_count(bufnr)
  for row, lines in pairs(below) do
    vim.api.nvim_buf_set_extmark(bufnr, group, math.min(row, count - 1), 0, { virt_lines = lines })
  end
end

local function hide(namespace, bufnr)
  if vim.api.nvim_buf_is_valid(bufnr) then
    vim.api.nvim_buf_clear_namespace(bufnr, marks(namespace), 0, -1)
  end
end

vim.diagnostic.handlers[M.NAME] = { show = show, hide = hide }

return M
