--- Explaining and fixing the nearest failure.
local diagnoses = require('unstuck.diagnoses')

local M = {}

local function notify(message, level)
  require('unstuck').notify(message, level)
end

local preview ---@type integer|nil the window of the last explanation

local function show(contents)
  local lines = vim.lsp.util.convert_input_to_markdown_lines(contents)
  local _
  _, preview = vim.lsp.util.open_floating_preview(lines, 'markdown', {
    focus_id = 'unstuck',
    -- Typing on in the terminal moves no cursor of the editor's.
    close_events = { 'CursorMoved', 'CursorMovedI', 'InsertCharPre', 'TermEnter' },
    border = vim.o.winborder ~= '' and vim.o.winborder or 'rounded',
    max_width = 90,
  })
  if preview then
    vim.wo[preview].linebreak = true
  end
end

--- Explain a signature by its id.
---@param id string
function M.explain_id(id)
  require('unstuck.client').ready(function(client)
    client:request('unstuck/explain', { id = id }, function(err, result)
      if err then
        return notify(err.message, vim.log.levels.ERROR)
      end
      if not result or result == vim.NIL then
        return notify(('no signature has the id %s'):format(id), vim.log.levels.WARN)
      end
      show({ kind = 'markdown', value = result.markdown })
    end)
  end)
end

--- Explain the failure at the cursor, or the nearest above it.
function M.explain()
  local bufnr = vim.api.nvim_get_current_buf()
  local diagnostic = diagnoses.nearest(bufnr)
  if not diagnostic then
    return notify('nothing has failed here that we know of')
  end
  local client, uri, original = diagnoses.origin(diagnostic)
  if not client then
    return notify('the server that found this has ended; try ":Unstuck restart"', vim.log.levels.WARN)
  end
  local params = { textDocument = { uri = uri }, position = original.range.start }
  client:request('textDocument/hover', params, function(err, result)
    if err then
      return notify(err.message, vim.log.levels.ERROR)
    end
    if not result or result == vim.NIL then
      return show(diagnostic.message)
    end
    show(result.contents)
  end, bufnr)
end

local function apply(client, action, context)
  if action.edit then
    vim.lsp.util.apply_workspace_edit(action.edit, client.offset_encoding)
  end
  local command = type(action.command) == 'table' and action.command
    or type(action.command) == 'string' and action
    or nil
  if command then
    client:exec_cmd(command, context)
  end
end

local function choose(client, action, bufnr)
  local context = { bufnr = bufnr, client_id = client.id, method = 'textDocument/codeAction' }
  if action.edit or type(action.command) == 'string' or not client:supports_method('codeAction/resolve') then
    return apply(client, action, context)
  end
  client:request('codeAction/resolve', action, function(err, resolved)
    if err then
      return notify(err.message, vim.log.levels.ERROR)
    end
    apply(client, resolved, context)
  end, bufnr)
end

--- Offer the fixes of the failure at the cursor, or of the nearest above it.
function M.fix()
  local bufnr = vim.api.nvim_get_current_buf()
  local diagnostic = diagnoses.nearest(bufnr)
  if not diagnostic then
    return notify('nothing has failed here that we know of')
  end
  local client, uri, original = diagnoses.origin(diagnostic)
  if not client then
    return notify('the server that found this has ended; try ":Unstuck restart"', vim.log.levels.WARN)
  end
  local params = {
    textDocument = { uri = uri },
    range = original.range,
    context = { diagnostics = { original }, triggerKind = vim.lsp.protocol.CodeActionTriggerKind.Invoked },
  }
  client:request('textDocument/codeAction', params, function(err, actions)
    if err then
      return notify(err.message, vim.log.levels.ERROR)
    end
    if not actions or actions == vim.NIL or #actions == 0 then
      return notify('no fix can be offered for this; press K to read what is known', vim.log.levels.WARN)
    end
    if preview and vim.api.nvim_win_is_valid(preview) then
      vim.api.nvim_win_close(preview, true)
    end
    vim.ui.select(actions, {
      prompt = 'Fix: ' .. diagnostic.message:gsub('\n.*', ''),
      kind = 'codeaction',
      format_item = function(action)
        local reason = action.disabled and (' (%s)'):format(action.disabled.reason) or ''
        return action.title:gsub('%s+', ' ') .. reason
      end,
    }, function(action)
      if action and action.disabled then
        notify(action.disabled.reason, vim.log.levels.WARN)
      elseif action then
        choose(client, action, bufnr)
      end
    end)
  end, bufnr)
end

return M
