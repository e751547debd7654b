#!/usr/bin/env bash
# Builds the function: dist/main, for SCF's Go1 runtime, and dist/main.zip, which holds it. Needs
# Go, and in a clone git, for the version. The same commit makes the same bytes on any machine.
set -euo pipefail

if ! command -v go >/dev/null; then
  echo "package.sh: there is no go command; install Go (https://go.dev/dl)," \
    "at least the version that go.mod names" >&2
  exit 1
fi
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Another version of Go would compile and compress to other bytes. The go command downloads this one
# where it isn't installed.
GOTOOLCHAIN=$(sed -n 's/^toolchain //p' go.mod)
export GOTOOLCHAIN

# The program itself runs here, whatever the environment says to build for.
export GOOS GOARCH GOAMD64=v1 CGO_ENABLED=0 GOFLAGS=-mod=readonly GOEXPERIMENT="" GOWORK=off
GOOS=$(go env GOHOSTOS)
GOARCH=$(go env GOHOSTARCH)

exec go run ./scripts/package
