--- The plugin's options and what a configuration calls. `vim.lsp.enable('unstuck')` is enough to use it.
local M = {}

---@class unstuck.Options
---@field terminal unstuck.TerminalOptions
---@field quickfix boolean read the output of :make and the like (default true)
---@field after_edit 'notify'|'open'|'write' what happens to a buffer that a fix has changed (default 'notify')

---@class unstuck.TerminalOptions
---@field attach boolean read terminals (default true)
---@field ignore string[] programs whose terminals are none of ours: full-screen ones
---@field keymaps boolean map K and gra in terminal buffers' normal mode (default true)
---@field diagnostics vim.diagnostic.Opts how failures are shown in a terminal

---@type unstuck.Options
M.options = {
  terminal = {
    attach = true,
    ignore = {
      'fzf',
      'lazygit',
      'lazydocker',
      'htop',
      'btop',
      'top',
      'vim',
      'nvim',
      'less',
      'tig',
      'yazi',
      'ranger',
      'lf',
    },
    keymaps = true,
    -- A terminal has no sign column, and a full row leaves no room for text at its end: see unstuck.display.
    diagnostics = {
      ['unstuck/lines'] = true,
      virtual_lines = false,
      virtual_text = false,
      signs = false,
      underline = false,
    },
  },
  quickfix = true,
  after_edit = 'notify',
}

--- Change options; it may be called at any time.
---@param options table|nil a part of unstuck.Options
function M.setup(options)
  M.options = vim.tbl_deep_extend('force', M.options, options or {})
  local after = M.options.after_edit
  vim.validate('after_edit', after, function(value)
    return vim.list_contains({ 'notify', 'open', 'write' }, value)
  end, 'notify, open or write')
  require('unstuck.client').configure()
end

--- How many failures are alive, for a status line: `Unstuck 2`, or nothing.
---@param bufnr integer|nil one buffer (0 is the current one); without it, all of them
---@return string
function M.statusline(bufnr)
  local count = #require('unstuck.diagnoses').all(bufnr)
  return count > 0 and ('Unstuck %d'):format(count) or ''
end

--- Tell the user something, as this plugin.
---@param message string
---@param level integer|nil one of vim.log.levels
function M.notify(message, level)
  vim.notify('unstuck: ' .. message, level or vim.log.levels.INFO, { title = 'Unstuck' })
end

return M
