--- The two clients: `unstuck` for files, which vim.lsp.enable() starts, and `unstuck-terminal` for everything else.
---
--- A terminal changes hundreds of thousands of times a second: its client has no text synchronisation of Neovim's, but
--- that of unstuck.sync. In all else its buffers are attached as any other.
local M = {}

local TERMINAL = 'unstuck-terminal'
local RESTART_PAUSE = 60 -- seconds within which a server that dies again stays dead

local waiting = {} ---@type fun(client: vim.lsp.Client)[]
local hooked = {} ---@type table<integer, string> the names of the clients that have what every one gets
local stopping = {} ---@type table<integer, boolean>
local last_death = {} ---@type table<string, integer>

--- All running clients of ours.
---@return vim.lsp.Client[]
function M.all()
  return vim.list_extend(vim.lsp.get_clients({ name = 'unstuck' }), vim.lsp.get_clients({ name = TERMINAL }))
end

---@return boolean whether `vim.lsp.enable('unstuck')` was called
function M.enabled()
  return vim.lsp.is_enabled == nil or vim.lsp.is_enabled('unstuck')
end

--- Why the server cannot be started, or nil.
---@return string|nil
function M.problem()
  local config = vim.lsp.config.unstuck
  if not config then
    return 'lsp/unstuck.lua is not on the runtime path'
  end
  local cmd = config.cmd
  if type(cmd) == 'table' and vim.fn.executable(cmd[1]) == 0 then
    return ('%s is not executable; install it with "uv tool install unstuck", or name it: '):format(cmd[1])
      .. "vim.lsp.config('unstuck', { cmd = { '/path/to/unstuck', 'serve' } })"
  end
  return nil
end

-- What a terminal's server must know to tell which files a fix may change.
local function root()
  local cwd = vim.fn.getcwd()
  return vim.fs.root(cwd, vim.lsp.config.unstuck.root_markers or { '.git' }) or cwd
end

local function exited(code, signal, client_id)
  local name = hooked[client_id] or 'unstuck'
  hooked[client_id] = nil
  if stopping[client_id] or vim.v.exiting ~= vim.NIL or (code == 0 and signal == 0) then
    stopping[client_id] = nil
    return
  end
  local now = vim.uv.now() / 1000
  local again = not last_death[name] or now - last_death[name] > RESTART_PAUSE
  last_death[name] = now
  local how = ('the server ended unexpectedly (exit %d, signal %d)'):format(code, signal)
  local notify = require('unstuck').notify
  if again then
    notify(how .. '; it is being restarted', vim.log.levels.WARN)
    vim.defer_fn(M.start_all, 200)
  else
    notify(how .. ' again; see ":Unstuck log", then ":Unstuck restart"', vim.log.levels.ERROR)
  end
end

--- The configuration's on_exit: a server that dies is started again, once.
---@param code integer
---@param signal integer
---@param client_id integer
function M.exited(code, signal, client_id)
  vim.schedule(function()
    exited(code, signal, client_id)
  end)
end

-- Neovim shall neither open nor change documents of this client.
local function without_sync(client)
  client.server_capabilities.textDocumentSync =
    { openClose = false, change = vim.lsp.protocol.TextDocumentSyncKind.None }
end

local function terminal_config()
  local config = vim.deepcopy(vim.lsp.config.unstuck) --[[@as vim.lsp.ClientConfig]]
  config.name = TERMINAL
  config.root_dir = root()
  config.on_init =
    vim.list_extend({ without_sync }, vim.islist(config.on_init) and config.on_init or { config.on_init })
  config.handlers = vim.tbl_extend('force', config.handlers or {}, {
    ['textDocument/publishDiagnostics'] = function(err, result, ctx)
      if result and vim.startswith(result.uri, 'unstuck-terminal:') then
        return require('unstuck.run').publish(result, ctx)
      end
      if result then
        require('unstuck.sync').shown(result.uri)
      end
      return vim.lsp.handlers['textDocument/publishDiagnostics'](err, result, ctx)
    end,
  })
  return config
end

--- Start or reuse the terminals' client.
---@return integer|nil client_id
function M.start()
  local problem = M.problem()
  if problem then
    -- One short line: a longer one would stop the user at a "Press ENTER".
    vim.notify_once('unstuck: the server cannot be started; see :checkhealth unstuck', vim.log.levels.WARN)
    return nil
  end
  return vim.lsp.start(terminal_config(), {
    attach = false,
    reuse_client = function(client, config)
      return client.name == config.name and not client:is_stopped()
    end,
  })
end

--- Call `callback` with the terminals' client as soon as it may be spoken to.
---@param callback fun(client: vim.lsp.Client)
---@return boolean whether there is a server
function M.ready(callback)
  local id = M.start()
  local client = id and vim.lsp.get_client_by_id(id)
  if not client then
    return false
  end
  if client.initialized then
    M.hook(client)
    callback(client)
    return true
  end
  table.insert(waiting, callback)
  if #waiting == 1 then
    local timer = assert(vim.uv.new_timer())
    timer:start(20, 20, function()
      vim.schedule(function()
        if timer:is_closing() or not (client.initialized or client:is_stopped()) then
          return
        end
        timer:close()
        local calls = waiting
        waiting = {}
        if client.initialized and not client:is_stopped() then
          M.hook(client)
          for _, call in ipairs(calls) do
            call(client)
          end
        end
      end)
    end)
  end
  return true
end

local pending = {} ---@type table<integer, boolean>

--- Attach the terminals' client to a terminal or a scratch buffer.
---@param bufnr integer
---@return boolean whether there is a server
function M.attach(bufnr)
  if pending[bufnr] then
    return true
  end
  pending[bufnr] = true
  local found = M.ready(function(client)
    pending[bufnr] = nil
    if not vim.api.nvim_buf_is_loaded(bufnr) or client.attached_buffers[bufnr] then
      return
    end
    -- Not vim.lsp.buf_attach_client(): it looks at each change of the buffer, whatever the client wants.
    client.attached_buffers[bufnr] = true
    client:on_attach(bufnr)
  end)
  if not found then
    pending[bufnr] = nil
  end
  return found
end

--- A buffer is gone.
---@param bufnr integer
function M.detach(bufnr)
  pending[bufnr] = nil
  require('unstuck.sync').close(bufnr)
  for _, client in ipairs(vim.lsp.get_clients({ bufnr = bufnr, name = TERMINAL })) do
    vim.lsp.buf_detach_client(bufnr, client.id)
  end
end

--- A buffer has another name: to the server it is another document.
---@param bufnr integer
function M.reopen(bufnr)
  local client = vim.lsp.get_clients({ bufnr = bufnr, name = TERMINAL })[1]
  if client then
    M.attached(client, bufnr)
  end
end

--- What every client of ours gets, once.
---@param client vim.lsp.Client
function M.hook(client)
  if hooked[client.id] then
    return
  end
  hooked[client.id] = client.name
  require('unstuck.edits').watch(client)
  if client.name == TERMINAL then
    require('unstuck.sync').hook(client)
  end
  require('unstuck.mute').apply(client)
  M.configure()
end

--- LspAttach of a client of ours.
---@param client vim.lsp.Client
---@param bufnr integer
function M.attached(client, bufnr)
  M.hook(client)
  if client.name == TERMINAL then
    require('unstuck.shell').retell(bufnr)
    require('unstuck.sync').open(client, bufnr)
    require('unstuck.sync').touch(bufnr)
  end
  if vim.bo[bufnr].buftype == 'terminal' then
    require('unstuck.terminal').attached(bufnr)
  end
end

--- Show terminals' failures as the options say.
function M.configure()
  require('unstuck.display')
  local display = require('unstuck').options.terminal.diagnostics
  vim.diagnostic.config(display, require('unstuck.diagnoses').namespace)
  for _, client in ipairs(vim.lsp.get_clients({ name = TERMINAL })) do
    vim.diagnostic.config(display, vim.lsp.diagnostic.get_namespace(client.id, false))
  end
end

--- Attach what should be attached: files, terminals, outputs.
function M.start_all()
  if not M.enabled() then
    return
  end
  vim.lsp.enable('unstuck')
  require('unstuck.terminal').attach_all()
  require('unstuck.output').attach_all()
  require('unstuck.run').reopen_all()
end

--- Stop all servers and start them again.
function M.restart()
  last_death = {}
  local old = M.all()
  for _, client in ipairs(old) do
    stopping[client.id] = true
    client:stop()
  end
  local tries = 0
  local function start()
    tries = tries + 1
    local alive = vim.tbl_filter(function(client)
      return not client.rpc.is_closing()
    end, old)
    if #alive > 0 and tries < 100 then
      if tries == 30 then
        vim.iter(alive):each(function(client)
          client:stop(true)
        end)
      end
      return vim.defer_fn(start, 100)
    end
    M.start_all()
  end
  vim.defer_fn(start, 100)
end

return M
