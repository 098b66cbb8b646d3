#!/usr/bin/env bash
# Makes a Debian or Ubuntu with the .NET 10 SDK ready for the chapters: Jupyter, the library, the kernels. What is there already is kept.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v jupyter-notebook jupyter-nbconvert >/dev/null; then
    as_root() { if [[ $(id -u) -eq 0 ]]; then "$@"; else sudo "$@"; fi; }
    as_root apt-get update -qq || true # an image may list a source that has gone; what counts is whether Jupyter can be installed
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends jupyter-notebook jupyter-nbconvert
fi

dotnet build lib/Workbook -c Release
dotnet lib/bin/workbook.dll kernel install --official || dotnet lib/bin/workbook.dll kernel install
