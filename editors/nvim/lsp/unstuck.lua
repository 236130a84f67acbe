---@brief
---
--- Unstuck, a language server for failures: it marks the telling line of a log, a requirements file or a pip
--- configuration, explains it on hover, and offers the edit that fixes it.
---
--- Install the server with `uv tool install unstuck` or `pipx install unstuck`. This file works alone; the plugin
--- around it adds terminals, `:make` and `:Unstuck` (see `:help unstuck`).

local markers = { 'pyproject.toml', 'setup.py', 'requirements.txt', 'Pipfile', '.git' }

-- Neovim gives these filetypes to many files that are none of the server's business: only these names are.
local names = {
  dosini = { ['pip.conf'] = true, ['pip.ini'] = true },
  toml = { ['pyproject.toml'] = true, ['uv.toml'] = true },
}

-- The plugin's part, where it is installed: the prompt of a terminal, and the list of muted signatures.
local plugin = #vim.api.nvim_get_runtime_file('lua/unstuck/prompt.lua', false) > 0

local function insert_command(command)
  if plugin then
    return require('unstuck.prompt').insert(command.arguments[1])
  end
  local text = command.arguments[1].command:gsub('%c', ' ')
  vim.fn.setreg('"', text)
  vim.notify('unstuck: in register ": ' .. text)
end

local commands = { ['unstuck.insertCommand'] = insert_command }
local names_of_commands = { 'unstuck.insertCommand' }
if plugin then
  commands['unstuck.mute'] = function(command)
    local argument = command.arguments[1]
    require('unstuck.mute').add(argument.id or argument.domain)
  end
  table.insert(names_of_commands, 'unstuck.mute')
end

---@type vim.lsp.Config
return {
  cmd = { 'unstuck', 'serve' },
  filetypes = { 'log', 'requirements', 'dosini', 'toml' },
  root_markers = markers,
  root_dir = function(bufnr, on_dir)
    local wanted = names[vim.bo[bufnr].filetype]
    local name = vim.api.nvim_buf_get_name(bufnr)
    if wanted and not wanted[vim.fs.basename(name)] then
      return
    end
    on_dir(vim.fs.root(bufnr, markers))
  end,
  commands = commands,
  on_exit = plugin and function(...)
    require('unstuck.client').exited(...)
  end or nil,
  init_options = { clientCommands = names_of_commands },
  settings = { unstuck = vim.empty_dict() },
}
