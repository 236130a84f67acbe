if vim.g.loaded_unstuck then
  return
end
vim.g.loaded_unstuck = true

if vim.fn.has('nvim-0.11') == 0 then
  vim.notify('unstuck needs Neovim 0.11 or later', vim.log.levels.ERROR)
  return
end

-- Where the path was added after filetype detection had started, its rules were not read.
vim.cmd.runtime('ftdetect/unstuck.lua')

vim.api.nvim_create_user_command('Unstuck', function(args)
  require('unstuck.command').run(args)
end, {
  nargs = '*',
  complete = function(lead, line)
    return require('unstuck.command').complete(lead, line)
  end,
  desc = 'Run, explain and fix failures',
})

vim.keymap.set({ 'n', 't' }, '<Plug>(unstuck-explain)', function()
  require('unstuck.actions').explain()
end, { desc = 'Explain the nearest failure' })
vim.keymap.set({ 'n', 't' }, '<Plug>(unstuck-fix)', function()
  require('unstuck.actions').fix()
end, { desc = 'Choose a fix for the nearest failure' })

local group = vim.api.nvim_create_augroup('unstuck', {})

vim.api.nvim_create_autocmd('TermOpen', {
  group = group,
  callback = function(event)
    require('unstuck.terminal').open(event.buf)
  end,
})

vim.api.nvim_create_autocmd('LspAttach', {
  group = group,
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if client and vim.startswith(client.name, 'unstuck') then
      require('unstuck.client').attached(client, event.buf)
    end
  end,
})

vim.api.nvim_create_autocmd('QuickFixCmdPost', {
  group = group,
  pattern = { 'make', 'lmake', '[cl]file', '[cl]getfile', '[cl]expr', '[cl]getexpr', '[cl]buffer', '[cl]getbuffer' },
  callback = function(event)
    require('unstuck.output').quickfix(event.match)
  end,
})
