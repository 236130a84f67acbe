-- Neovim knows requirements.txt, constraints.txt and pip.conf; these are the names that it does not.
vim.filetype.add({
  extension = { log = 'log' },
  filename = { ['pip.ini'] = 'dosini' },
  pattern = {
    ['.*%.log%.%d+'] = 'log',
    ['.*/requirements[-_.].*%.txt'] = 'requirements',
    ['.*/requirements[-_.].*%.in'] = 'requirements',
    ['.*/.*[-_]requirements%.txt'] = 'requirements',
    ['.*/requirements/.*%.txt'] = 'requirements',
    ['.*/requirements/.*%.in'] = 'requirements',
    ['.*/constraints[-_.].*%.txt'] = 'requirements',
  },
})
