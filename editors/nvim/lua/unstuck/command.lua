--- The command :Unstuck.
local M = {}

local function notify(message, level)
  require('unstuck').notify(message, level)
end

local function open_log()
  local path = vim.lsp.log and vim.lsp.log.get_filename and vim.lsp.log.get_filename() or vim.lsp.get_log_path()
  vim.cmd('tabedit ' .. vim.fn.fnameescape(path))
  vim.cmd('normal! G')
  vim.fn.search('unstuck', 'bcW')
end

local function known_names()
  local names = {}
  for _, diagnostic in ipairs(require('unstuck.diagnoses').all()) do
    local id = tostring(diagnostic.code or '')
    if id ~= '' then
      names[id] = true
      names[id:match('^[^/]+')] = true
    end
  end
  return vim.tbl_keys(names)
end

---@type table<string, {call: fun(rest: string), complete: (fun(): string[])|nil}>
local subcommands = {
  run = {
    call = function(rest)
      if rest == '' then
        return notify(
          '":Unstuck run" needs a command line, such as ":Unstuck run pip install demo"',
          vim.log.levels.ERROR
        )
      end
      require('unstuck.run').start(rest)
    end,
    complete = function()
      return vim.fn.getcompletion('', 'shellcmd')
    end,
  },
  explain = {
    call = function(rest)
      local actions = require('unstuck.actions')
      return rest == '' and actions.explain() or rest ~= '' and actions.explain_id(rest) or nil
    end,
    complete = known_names,
  },
  fix = {
    call = function()
      require('unstuck.actions').fix()
    end,
  },
  output = {
    call = function(rest)
      local output = require('unstuck.output')
      return rest == '' and output.show() or rest ~= '' and output.capture(rest) or nil
    end,
  },
  quickfix = {
    call = function()
      require('unstuck.diagnoses').to_quickfix()
    end,
  },
  log = { call = open_log },
  restart = {
    call = function()
      require('unstuck.client').restart()
    end,
  },
  mute = {
    call = function(rest)
      local mute = require('unstuck.mute')
      if rest ~= '' then
        return mute.add(rest)
      end
      local entries = mute.list()
      notify(#entries > 0 and 'muted: ' .. table.concat(entries, ', ') or 'nothing is muted here')
    end,
    complete = known_names,
  },
  unmute = {
    call = function(rest)
      require('unstuck.mute').remove(rest)
    end,
    complete = function()
      return require('unstuck.mute').list()
    end,
  },
}

--- :Unstuck {subcommand} [argument]
---@param args vim.api.keyset.create_user_command.command_args
function M.run(args)
  local name, rest = vim.trim(args.args):match('^(%S*)%s*(.*)$')
  local subcommand = subcommands[name]
  if not subcommand then
    local names = vim.tbl_keys(subcommands)
    table.sort(names)
    local message = name == '' and 'say what to do: ' or ('there is no ":Unstuck %s", but '):format(name)
    return notify(message .. table.concat(names, ', '), vim.log.levels.ERROR)
  end
  subcommand.call(rest)
end

---@param lead string
---@param line string
---@return string[]
function M.complete(lead, line)
  local name = line:match('^%s*%S+%s+(%S+)%s')
  local candidates = {}
  if not name then
    candidates = vim.tbl_keys(subcommands)
  elseif subcommands[name] and subcommands[name].complete then
    candidates = subcommands[name].complete()
  end
  candidates = vim.tbl_filter(function(candidate)
    return vim.startswith(candidate, lead)
  end, candidates)
  table.sort(candidates)
  return candidates
end

return M
