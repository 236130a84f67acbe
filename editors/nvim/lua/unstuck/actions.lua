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

-- The failure that is meant, and whom to ask about it: nothing where the user was told why not.
local function target(bufnr)
  local diagnostic = diagnoses.nearest(bufnr)
  if not diagnostic then
    return notify('nothing has failed here that we know of')
  end
  local client, uri, original = diagnoses.origin(diagnostic)
  if not client then
    return notify('the server that found this has ended; try ":Unstuck restart"', vim.log.levels.WARN)
  end
  return { client = client, uri = uri, original = original, message = diagnostic.message }
end

-- Ask the server; an error is told to the user.
local function ask(client, method, params, bufnr, answered)
  client:request(method, params, function(err, result)
    if err then
      return notify(err.message, vim.log.levels.ERROR)
    end
    answered(result ~= vim.NIL and result or nil)
  end, bufnr)
end

--- Explain a signature by its id.
---@param id string
function M.explain_id(id)
  require('unstuck.client').ready(function(client)
    ask(client, 'unstuck/explain', { id = id }, nil, function(result)
      if not result then
        return notify(('no signature has the id %s'):format(id), vim.log.levels.WARN)
      end
      show({ kind = 'markdown', value = result.markdown })
    end)
  end)
end

--- Explain the failure at the cursor, or the nearest above it.
function M.explain()
  local bufnr = vim.api.nvim_get_current_buf()
  local found = target(bufnr)
  if not found then
    return
  end
  local params = { textDocument = { uri = found.uri }, position = found.original.range.start }
  ask(found.client, 'textDocument/hover', params, bufnr, function(hover)
    show(hover and hover.contents or found.message)
  end)
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
  ask(client, 'codeAction/resolve', action, bufnr, function(resolved)
    apply(client, resolved or action, context)
  end)
end

--- Offer the fixes of the failure at the cursor, or of the nearest above it.
function M.fix()
  local bufnr = vim.api.nvim_get_current_buf()
  local found = target(bufnr)
  if not found then
    return
  end
  local params = {
    textDocument = { uri = found.uri },
    range = found.original.range,
    context = { diagnostics = { found.original }, triggerKind = vim.lsp.protocol.CodeActionTriggerKind.Invoked },
  }
  ask(found.client, 'textDocument/codeAction', params, bufnr, function(actions)
    if not actions or #actions == 0 then
      return notify('no fix can be offered for this; press K to read what is known', vim.log.levels.WARN)
    end
    if preview and vim.api.nvim_win_is_valid(preview) then
      vim.api.nvim_win_close(preview, true)
    end
    vim.ui.select(actions, {
      prompt = 'Fix: ' .. found.message:gsub('\n.*', ''),
      kind = 'codeaction',
      format_item = function(action)
        local reason = action.disabled and (' (%s)'):format(action.disabled.reason) or ''
        return action.title:gsub('%s+', ' ') .. reason
      end,
    }, function(action)
      if action and action.disabled then
        notify(action.disabled.reason, vim.log.levels.WARN)
      elseif action then
        choose(found.client, action, bufnr)
      end
    end)
  end)
end

return M
