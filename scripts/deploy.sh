#!/usr/bin/env bash
# Builds the function and deploys it as serverless.yml says: package.sh, then `scf deploy` with the arguments given here.
# First it looks whether all is there that scf needs, and names everything that is missing at once.
#
#   scripts/deploy.sh
#   scripts/deploy.sh --stage test
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The stage decides which file scf reads settings from, and --login or --profile where it gets credentials.
stage=$(sed -n 's/^stage:[[:space:]]*\([^[:space:]#]*\).*/\1/p' serverless.yml)
own_credentials=${TENCENT_CREDENTIALS_PROFILE:-}
previous=
for argument in "$@"; do
  case $argument in
    --stage=*) stage=${argument#*=} ;;
    --login | --profile | --profile=*) own_credentials=$argument ;;
  esac
  if [[ $previous == --stage ]]; then
    stage=$argument
  fi
  previous=$argument
done

# scf reads the first of these files, and no other. The environment wins over it.
env_file=
for folder in . .. ../..; do
  for file in "$folder/.env.${stage:-dev}" "$folder/.env"; do
    if [[ -z $env_file && -f $file ]]; then
      env_file=$file
    fi
  done
done

# is_set NAME: whether scf will find a value. Nothing is evaluated, and no value is shown.
is_set() {
  if [[ -n ${!1+set} ]]; then
    [[ -n ${!1} ]]
  elif [[ -n $env_file ]]; then
    # As scf reads the file: the last line counts, blanks and quotes around a value don't.
    local value
    value=$(sed -n "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*//p" "$env_file" | tail -n 1 | tr -d "\"'[:space:]")
    [[ -n $value ]]
  else
    return 1
  fi
}

# unset_of NAME...: those that are not set, with commas.
unset_of() {
  local name list=
  for name in "$@"; do
    if ! is_set "$name"; then
      list+=${list:+, }$name
    fi
  done
  echo "$list"
}

missing=()

if ! command -v go >/dev/null; then
  missing+=("Go. Install it: https://go.dev/dl")
fi

install="npm install -g serverless-cloud-framework"
if ! command -v scf >/dev/null; then
  missing+=("the command scf, 1.2.0 or newer. Install it: $install")
else
  # An older Tencent tool has the same name; its versions are 0.something.
  version=$(scf --version </dev/null 2>/dev/null |
    sed -n 's/.*version[:, ]*\([0-9]\{1,\}\.[0-9]\{1,\}\)\.[0-9].*/\1/p' | tail -n 1) || version=
  if [[ $version =~ ^(0\..*|1\.[01])$ ]]; then
    missing+=("a newer scf: $(command -v scf) is $version, function URLs need 1.2.0. Install it: $install")
  fi
fi

# scf may also have been given a key to keep (scf credentials set).
names=$(unset_of TENCENT_SECRET_ID TENCENT_SECRET_KEY)
if [[ -n $names && -z $own_credentials && ! -f ${HOME:-}/.serverless-tencent/credentials ]]; then
  missing+=("$names: the key to deploy with. Make one at https://console.cloud.tencent.com/cam/capi, and put it into the environment or .env; or let scf ask you: --login")
fi

# What serverless.yml names in ${env:NAME}, comments aside.
names=$(sed -n 's/^[^#]*[$]{env:\([A-Za-z0-9_]*\)}.*/\1/p' serverless.yml)
# shellcheck disable=SC2086 # there are no blanks in a name
names=$(unset_of $names)
if [[ -n $names ]]; then
  missing+=("$names: settings of the function. .env.example explains them; put them into the environment or .env")
fi

if grep -q '^[^#]*"111000[1-4]"' serverless.yml; then
  missing+=("template IDs: TEMPLATES in serverless.yml still has those of the example. Put yours there")
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

Deployed. The function's URL is above (https://….tencentscf.com); if not, it is in SCF's console, with the function's triggers.
Next: give Logto's HTTP SMS connector that URL and the Authorization value from the secret, and send yourself a test message.
END
