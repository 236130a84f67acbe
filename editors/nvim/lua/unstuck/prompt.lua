--- Putting a command line where the user can look at it before pressing Enter.
local M = {}

local function terminal_of(uri)
  local run = require('unstuck.run').buffer(uri)
  if run then
    return run
  end
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.bo[bufnr].buftype == 'terminal' and vim.uri_from_bufnr(bufnr) == uri then
      return bufnr
    end
  end
  return nil
end

local function to_register(text, why)
  vim.fn.setreg('"', text)
  -- Without a clipboard provider the register + cannot be written; the unnamed one always can.
  pcall(vim.fn.setreg, '+', text)
  require('unstuck').notify(('%s; the command is in register ": %s'):format(why, text))
end

--- The command unstuck.insertCommand: put a command line at the prompt of its terminal, without Enter.
---@param argument {uri: string, command: string, cwd: string|nil}
function M.insert(argument)
  -- A line end would run the command, and other control characters are keys to a shell.
  local text = vim.trim((argument.command:gsub('%c', ' ')))
  local bufnr = terminal_of(argument.uri)
  if not bufnr then
    return to_register(text, 'there is no terminal to put it in')
  end
  if not require('unstuck.terminal').at_prompt(bufnr) then
    return to_register(text, 'the terminal is not at its prompt')
  end
  vim.api.nvim_chan_send(vim.bo[bufnr].channel, text)
  local window = vim.fn.win_findbuf(bufnr)[1]
  if window then
    vim.api.nvim_set_current_win(window)
    vim.cmd.startinsert()
  end
end

return M
