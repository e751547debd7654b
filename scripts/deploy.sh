#!/usr/bin/env bash
# Builds the function and deploys it as serverless.yml says: package.sh, then `scf deploy` with the
# arguments given here. First it names everything that is missing at once.
#
#   scripts/deploy.sh
#   scripts/deploy.sh --stage test
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

missing=()

install="npm install -g serverless-cloud-framework"
if ! command -v scf >/dev/null; then
  missing+=("the command scf, 1.2.0 or newer. Install it: $install")
else
  # An older Tencent tool has the same name; its versions are 0.something.
  version=$(scf --version </dev/null 2>/dev/null |
    sed -n 's/.*version[:, ]*\([0-9]\{1,\}\.[0-9]\{1,\}\)\.[0-9].*/\1/p' | tail -n 1) || version=
  if [[ $version =~ ^(0\..*|1\.[01])$ ]]; then
    missing+=("a newer scf: $(command -v scf) is $version, function URLs need 1.2.0. \
Install it: $install")
  fi
fi

# What is missing in the settings, a line for each thing. go run adds a line of its own.
if ! command -v go >/dev/null; then
  missing+=("Go. Install it: https://go.dev/dl")
elif ! lines=$(go run ./scripts/local check -deploy -- "$@" 2> >(grep -v '^exit status' >&2)); then
  [[ -n $lines ]] || exit 1 # what went wrong is on stderr
  while IFS= read -r line; do
    missing+=("$line")
  done <<<"$lines"
fi

if ((${#missing[@]} > 0)); then
  {
    echo "deploy.sh: nothing was deployed. Missing:"
    printf '  - %s\n' "${missing[@]}"
  } >&2
  exit 1
fi

scripts/package.sh
scf deploy "$@"

cat <<'END'

Deployed. The function's URL is above (https://….tencentscf.com); if not, it is in SCF's console,
with the function's triggers.
Next: give Logto's HTTP SMS connector that URL and the Authorization value from the secret, and
send yourself a test message.
END
