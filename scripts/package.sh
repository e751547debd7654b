#!/usr/bin/env bash
# Builds the function: dist/main, for SCF's Go1 runtime, and dist/main.zip, which holds it. Needs Go, and nothing else.
# The same source and the same Go make the same bytes on any machine, so that a deployed package can be checked.
set -euo pipefail

if ! command -v go >/dev/null; then
  echo "package.sh: there is no go command; install Go (https://go.dev/dl), at least the version that go.mod names" >&2
  exit 1
fi
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p dist

# What a machine may have set for other builds must not change this one. Both APIs are spoken to over HTTP/1.1, so net/http
# leaves out its HTTP/2, which is 4 % of the package.
export GOFLAGS="-mod=readonly -trimpath -buildvcs=false -tags=nethttpomithttp2" GOAMD64=v1 GOEXPERIMENT="" GOFIPS140=off GOWORK=off

# Static, as the runtime's libc is an old one.
CGO_ENABLED=0 GOOS=linux GOARCH=amd64 go build -ldflags "-s -w -buildid=" -o dist/main .
chmod 755 dist/main

# Empty: for this machine.
GOOS="" GOARCH="" go run ./scripts/zip dist/main dist/main.zip
go version
