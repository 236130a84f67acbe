--- What happens after a fix has changed a file: the client leaves a modified buffer that nobody sees.
local M = {}

local function uris(edit)
  local found = {}
  for _, change in ipairs(edit.documentChanges or {}) do
    local uri = change.textDocument and change.textDocument.uri or change.uri
    if uri then
      found[uri] = true
    end
  end
  for uri in pairs(edit.changes or {}) do
    found[uri] = true
  end
  return vim.tbl_keys(found)
end

local function make_parent_on_write(bufnr, name)
  if vim.uv.fs_stat(vim.fs.dirname(name)) then
    return
  end
  vim.api.nvim_create_autocmd('BufWritePre', {
    buffer = bufnr,
    once = true,
    callback = function()
      vim.fn.mkdir(vim.fs.dirname(name), 'p')
    end,
  })
end

local function write(bufnr)
  return pcall(vim.api.nvim_buf_call, bufnr, function()
    vim.cmd('silent write')
  end)
end

local function report(edit)
  local notify = require('unstuck').notify
  local after = require('unstuck').options.after_edit
  local left = {}
  for _, uri in ipairs(uris(edit)) do
    local bufnr = vim.startswith(uri, 'file:') and vim.uri_to_bufnr(uri) or -1
    if bufnr > 0 and vim.api.nvim_buf_is_loaded(bufnr) and vim.bo[bufnr].modified then
      local name = vim.api.nvim_buf_get_name(bufnr)
      make_parent_on_write(bufnr, name)
      -- A hidden, unlisted buffer with changes would be lost at :qall! without ever being seen.
      vim.bo[bufnr].buflisted = true
      local short = vim.fn.fnamemodify(name, ':~:.')
      if after == 'write' then
        local ok, message = write(bufnr)
        notify(
          ok and ('wrote %s'):format(short) or tostring(message),
          ok and vim.log.levels.INFO or vim.log.levels.ERROR
        )
      else
        table.insert(left, short)
        if after == 'open' then
          vim.cmd.sbuffer(bufnr)
        end
      end
    end
  end
  if #left > 0 then
    notify(('changed, not yet written: %s (:wall writes it)'):format(table.concat(left, ', ')))
  end
end

--- See the edits of this client's code actions, by whichever mapping they are chosen.
---@param client vim.lsp.Client
function M.watch(client)
  local request = client.request
  client.request = function(self, method, params, handler, ...)
    if method == 'codeAction/resolve' and handler then
      local inner = handler
      handler = function(err, result, ...)
        inner(err, result, ...)
        if result and result.edit then
          vim.schedule(function()
            report(result.edit)
          end)
        end
      end
    end
    return request(self, method, params, handler, ...)
  end
end

return M
