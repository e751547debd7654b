#!/usr/bin/env bash
# Builds the function and deploys it as serverless.yml says: package.sh, then `scf deploy` with the
# arguments given here. First it names everything that is missing at once.
#
#   scripts/deploy.sh
#   scripts/deploy.sh --stage test
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# say prints its first argument, or the second to people who read Chinese.
say() {
  case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in
    zh*) echo "$2" ;;
    *) echo "$1" ;;
  esac
}

missing=()

install="npm install -g serverless-cloud-framework"
if ! command -v scf >/dev/null; then
  missing+=("$(say "the command scf, 1.2.0 or newer. Install it: $install" \
    "命令 scf，1.2.0 或更高版本。安装：$install")")
else
  # An older Tencent tool has the same name; its versions are 0.something.
  version=$(scf --version </dev/null 2>/dev/null |
    sed -n 's/.*version[:, ]*\([0-9]\{1,\}\.[0-9]\{1,\}\)\.[0-9].*/\1/p' | tail -n 1) || version=
  if [[ $version =~ ^(0\..*|1\.[01])$ ]]; then
    missing+=("$(say "a newer scf: $(command -v scf) is $version, function URLs need 1.2.0. \
Install it: $install" "更新的 scf：$(command -v scf) 是 $version，函数 URL 需要 1.2.0。安装：$install")")
  fi
fi

# What is missing in the settings, a line for each thing. go run adds a line of its own.
if ! command -v go >/dev/null; then
  missing+=("$(say "Go. Install it: https://go.dev/dl" "Go。安装：https://golang.google.cn/dl")")
elif ! lines=$(go run ./scripts/local check -deploy -- "$@" 2> >(grep -v '^exit status' >&2)); then
  [[ -n $lines ]] || exit 1 # what went wrong is on stderr
  while IFS= read -r line; do
    missing+=("$line")
  done <<<"$lines"
fi

if ((${#missing[@]} > 0)); then
  {
    say "deploy.sh: nothing was deployed. Missing:" "deploy.sh：没有部署任何内容。还缺少："
    printf '  - %s\n' "${missing[@]}"
  } >&2
  exit 1
fi

scripts/package.sh
scf deploy "$@"

say "
Deployed. The function's URL is above (https://….tencentscf.com); if not, it is in SCF's console,
with the function's triggers.
Next: go run ./scripts/local probe URL says whether it works. Then give Logto's HTTP SMS connector
that URL and the Authorization value from the secret, and send yourself a test message." "
已部署。函数的 URL 见上文（https://….tencentscf.com）；没有的话，见云函数控制台中函数的触发器。
接下来：用 go run ./scripts/local probe URL 检查它是否正常；再把这个 URL 和凭据中的 authorization
填入 Logto 的 HTTP SMS 连接器，给自己发一条测试短信。"
