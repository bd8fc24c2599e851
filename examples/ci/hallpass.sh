#!/bin/sh
# Checks a hallpass configuration in a CI job: check, test, and diff against the base branch, with one Markdown summary.
#
#   CONFIG      the configuration                                        default: authorizer.json
#   CASES       the cases file; no tests if there is none                default: cases.yaml
#   BASE        the branch or commit to compare with; no diff if empty   default: the target branch that the CI system names
#   FAIL_ON     opened, any or none: which changes fail the job          default: opened
#   SUMMARY     the file that gets the summary; - for the log            default: $GITHUB_STEP_SUMMARY, else -
#   JUNIT       a file for the test report in JUnit's form               default: none
#   HALLPASS    how to run hallpass                                      default: the project's own, else npx
#
# Exit codes: 0 good; 1 a finding; 2 something could not be done.
set -eu

config=${CONFIG:-authorizer.json}
cases=${CASES:-cases.yaml}
base=${BASE-${GITHUB_BASE_REF:-${CI_MERGE_REQUEST_TARGET_BRANCH_NAME:-${CHANGE_TARGET:-${BITBUCKET_PR_DESTINATION_BRANCH:-}}}}}
fail_on=${FAIL_ON:-opened}
summary=${SUMMARY:-${GITHUB_STEP_SUMMARY:--}}

work=$(mktemp -d)
trap 'git worktree remove --force "$work/base" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

run() {
  if [ -n "${HALLPASS:-}" ]; then
    $HALLPASS "$@"
  elif [ -x node_modules/.bin/hallpass ]; then
    node_modules/.bin/hallpass "$@"
  else
    npx --yes "hallpass@${HALLPASS_VERSION:-latest}" "$@"
  fi
}

worst=0
# note CODE: keeps the worst exit code; 2 is worse than 1.
note() { [ "$1" -le "$worst" ] || worst=$1; }

# step NAME WORDS…: runs a command for people in the log, and once more for its document.
step() {
  name=$1
  shift
  echo "== hallpass $name"
  code=0
  run "$@" || code=$?
  run "$@" --json >"$work/$name.json" 2>/dev/null || true
  return "$code"
}

set -- # the words of the summary

code=0
step check check --config "$config" || code=$?
note "$code"
set -- "$@" --check "$work/check.json"

if [ -f "$cases" ]; then
  code=0
  if [ -n "${JUNIT:-}" ]; then
    step test test "$cases" --config "$config" --junit "$JUNIT" || code=$?
  else
    step test test "$cases" --config "$config" || code=$?
  fi
  note "$code"
  set -- "$@" --test "$work/test.json"
fi

if [ -n "$base" ]; then
  # The CI system may have fetched the pull request only.
  if commit=$(git rev-parse --verify --quiet "origin/$base^{commit}" || git rev-parse --verify --quiet "$base^{commit}"); then
    :
  else
    git fetch --quiet --depth=1 origin "$base"
    commit=$(git rev-parse FETCH_HEAD)
  fi
  git worktree add --quiet --detach "$work/base" "$commit"
  here=$(git rev-parse --show-prefix)
  old=$work/base/$here$config
  # A configuration in TypeScript may import packages.
  [ ! -d node_modules ] || [ -e "$work/base/${here}node_modules" ] || ln -s "$PWD/node_modules" "$work/base/${here}node_modules"
  if [ -f "$old" ]; then
    code=0
    if [ "$fail_on" = any ]; then
      step diff diff "$old" "$config" || code=$?
    else
      step diff diff "$old" "$config" --fail-on opened || code=$?
    fi
    if [ "$fail_on" = none ] && [ "$code" -eq 1 ]; then code=0; fi
    note "$code"
    set -- "$@" --diff "$work/diff.json"
  else
    echo "== hallpass diff: $base has no $config, so there is nothing to compare with"
  fi
fi

run summary "$@" >"$work/summary.md"
if [ "$summary" = - ]; then cat "$work/summary.md"; else cat "$work/summary.md" >>"$summary"; fi
if [ -n "${COMMENT_FILE:-}" ]; then cp "$work/summary.md" "$COMMENT_FILE"; fi
exit "$worst"
