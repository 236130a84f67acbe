--- :checkhealth unstuck
local M = {}

local health = vim.health

local function version(cmd)
  local argv = vim.list_slice(cmd, 1, #cmd - (cmd[#cmd] == 'serve' and 1 or 0))
  table.insert(argv, '--version')
  local ok, result = pcall(function()
    return vim.system(argv, { text = true, timeout = 20000 }):wait()
  end)
  if not ok then
    return nil, tostring(result)
  end
  if result.code ~= 0 then
    return nil, vim.trim(result.stderr or '')
  end
  return vim.trim(result.stdout)
end

local function check_server()
  health.start('unstuck: the server')
  local client = require('unstuck.client')
  local problem = client.problem()
  if problem then
    return health.error(problem)
  end
  local cmd = vim.lsp.config.unstuck.cmd
  if type(cmd) ~= 'table' then
    return health.info('cmd is a function')
  end
  health.ok(('%s is %s'):format(cmd[1], vim.fn.exepath(cmd[1])))
  local found, message = version(cmd)
  if found then
    health.ok('version: ' .. found)
  else
    health.error(
      ('%s --version failed: %s'):format(cmd[1], message),
      { 'Install the server again, then ":Unstuck restart".' }
    )
  end
end

local function check_catalogs()
  health.start('unstuck: catalogs')
  local settings = vim.tbl_get(vim.lsp.config, 'unstuck', 'settings', 'unstuck') or {}
  health.ok('the catalog that comes with the server')
  for _, path in ipairs(settings.catalogs or {}) do
    if vim.uv.fs_stat(vim.fn.expand(path)) then
      health.ok(path)
    else
      health.error(path .. ' does not exist', { "Correct it in vim.lsp.config('unstuck', { settings = … })." })
    end
  end
  local muted = vim.list_extend(vim.deepcopy(settings.mute or {}), require('unstuck.mute').list())
  if #muted > 0 then
    health.info('muted: ' .. table.concat(muted, ', '))
  end
end

local function describe(bufnr)
  local name = vim.api.nvim_buf_get_name(bufnr)
  return ('buffer %d %s'):format(bufnr, name == '' and '[No Name]' or vim.fn.fnamemodify(name, ':~:.'))
end

local function check_attached()
  health.start('unstuck: what is read')
  local clients = require('unstuck.client').all()
  if not require('unstuck.client').enabled() then
    health.warn('not enabled', { "Put vim.lsp.enable('unstuck') into your init.lua." })
  elseif #clients == 0 then
    health.info('no server is running: it starts with the first terminal, log, requirements file or pip configuration')
  end
  for _, client in ipairs(clients) do
    health.ok(('%s runs (client %d, root %s)'):format(client.name, client.id, client.root_dir or 'none'))
    for bufnr in pairs(client.attached_buffers) do
      health.ok('  ' .. describe(bufnr))
    end
  end
  for bufnr, reason in pairs(require('unstuck.terminal').reasons) do
    if vim.api.nvim_buf_is_valid(bufnr) then
      health.info(('%s is not read: %s'):format(describe(bufnr), reason))
    end
  end
  local found = require('unstuck.diagnoses').all()
  health.info(('%d failures are alive'):format(#found))
end

function M.check()
  health.start('unstuck: Neovim')
  if vim.fn.has('nvim-0.11') == 1 then
    health.ok('version ' .. tostring(vim.version()))
  else
    health.error('Neovim 0.11 or later is needed')
  end
  check_server()
  check_catalogs()
  check_attached()
end

return M
