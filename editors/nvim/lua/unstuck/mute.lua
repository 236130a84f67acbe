--- Signatures and domains that the user does not want to hear of: kept in a file, added to the setting `unstuck.mute`.
local M = {}

local function path()
  return vim.fs.joinpath(vim.fn.stdpath('state'), 'unstuck', 'mute')
end

--- What is muted here, apart from the setting.
---@return string[]
function M.list()
  return vim.fn.filereadable(path()) == 1 and vim.fn.readfile(path()) or {}
end

local function save(entries)
  vim.fn.mkdir(vim.fs.dirname(path()), 'p')
  vim.fn.writefile(entries, path())
end

-- The user's own setting of a client, before what is kept here is added.
local own = setmetatable({}, { __mode = 'k' }) ---@type table<vim.lsp.Client, string[]>

local function update(client)
  client.settings = client.settings or {}
  local settings = client.settings.unstuck or {}
  own[client] = own[client] or settings.mute or {}
  -- An empty Lua table would go out as a list: the section is an object in any case, as it now has a key.
  settings = vim.tbl_extend('force', settings, { mute = vim.list_extend(vim.deepcopy(own[client]), M.list()) })
  client.settings.unstuck = settings
  client:notify('workspace/didChangeConfiguration', { settings = client.settings })
end

--- Tell a new client.
---@param client vim.lsp.Client
function M.apply(client)
  if #M.list() > 0 then
    update(client)
  end
end

local function update_all()
  for _, client in ipairs(require('unstuck.client').all()) do
    update(client)
  end
end

--- Mute a signature's id or a domain, here and from now on.
---@param name string
function M.add(name)
  local entries = M.list()
  if not vim.list_contains(entries, name) then
    table.insert(entries, name)
    save(entries)
  end
  update_all()
  require('unstuck').notify(('%s is muted; ":Unstuck unmute %s" brings it back'):format(name, name))
end

--- Bring a signature or a domain back.
---@param name string
function M.remove(name)
  local entries = M.list()
  local left = vim.tbl_filter(function(entry)
    return entry ~= name
  end, entries)
  if #left == #entries then
    return require('unstuck').notify(('%s is not muted here'):format(name), vim.log.levels.WARN)
  end
  save(left)
  update_all()
  require('unstuck').notify(('%s is no longer muted'):format(name))
end

return M
