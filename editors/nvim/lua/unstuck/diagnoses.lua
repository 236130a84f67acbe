--- The failures that are alive in this editor, and which of them is meant.
local M = {}

--- Where the failures of terminals that `:Unstuck run` opened are set.
M.namespace = vim.api.nvim_create_namespace('unstuck.run')

local function namespaces()
  local found = { M.namespace }
  for _, client in ipairs(require('unstuck.client').all()) do
    table.insert(found, vim.lsp.diagnostic.get_namespace(client.id, false))
  end
  return found
end

--- All failures of one buffer, or of every buffer.
---@param bufnr integer|nil
---@return vim.Diagnostic[]
function M.all(bufnr)
  return vim.diagnostic.get(bufnr, { namespace = namespaces() })
end

--- The failure that the cursor stands on, or the nearest above it, or the last one: in a terminal the cursor stands at
--- the prompt, below what is meant.
---@param bufnr integer
---@return vim.Diagnostic|nil
function M.nearest(bufnr)
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  local above, last
  for _, diagnostic in ipairs(M.all(bufnr)) do
    if not last or diagnostic.lnum > last.lnum then
      last = diagnostic
    end
    if diagnostic.lnum <= row and (not above or diagnostic.lnum >= above.lnum) then
      above = diagnostic
    end
  end
  return above or last
end

-- The protocol's diagnostic at the place where it now stands: lines may have gone above it since it came.
local function current(diagnostic)
  local sync = require('unstuck.sync')
  sync.flush(diagnostic.bufnr)
  local moved = sync.moved(diagnostic.bufnr)
  local found = vim.deepcopy(diagnostic.user_data.lsp)
  for _, place in ipairs({ found.range.start, found.range['end'] }) do
    place.line = math.max(place.line - moved, 0)
  end
  return found
end

--- The client, URI and protocol diagnostic behind a diagnostic of Neovim.
---@param diagnostic vim.Diagnostic
---@return vim.lsp.Client|nil client, string uri, lsp.Diagnostic original
function M.origin(diagnostic)
  local data = diagnostic.user_data or {}
  if diagnostic.namespace == M.namespace then
    return vim.lsp.get_client_by_id(data.client_id), data.uri, data.lsp
  end
  for _, client in ipairs(require('unstuck.client').all()) do
    if vim.lsp.diagnostic.get_namespace(client.id, false) == diagnostic.namespace then
      return client, vim.uri_from_bufnr(diagnostic.bufnr), current(diagnostic)
    end
  end
  return nil, '', data.lsp
end

--- Fill the quickfix list with all failures that are alive.
function M.to_quickfix()
  local items = vim.diagnostic.toqflist(M.all())
  vim.fn.setqflist({}, ' ', { title = 'Unstuck', items = items })
  if #items == 0 then
    return require('unstuck').notify('nothing has failed that we know of')
  end
  vim.cmd('botright copen')
end

return M
