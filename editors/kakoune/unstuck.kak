# Source this file from your kakrc, after kakoune-lsp.

hook global BufCreate .*\.log(\.\d+)? %{ set-option buffer filetype log }
hook global BufCreate .*((requirements|constraints)[^/]*|requirements/[^/]*)\.(txt|in) %{ set-option buffer filetype requirements }
hook global BufCreate .*/pip\.(conf|ini) %{ set-option buffer filetype pip-conf }

hook -group lsp-unstuck global BufSetOption filetype=(log|requirements|pip-conf) %{
    set-option buffer lsp_servers %{
        [unstuck]
        command = "unstuck"
        args = ["serve"]
        root_globs = ["pyproject.toml", "requirements.txt", ".git"]
    }
}

hook global WinSetOption filetype=(log|requirements|pip-conf) %{
    lsp-enable-window
}
