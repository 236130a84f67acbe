"""One module per command; each is imported when its command is called and has `command(options) -> exit code`."""
