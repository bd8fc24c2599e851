#!/bin/sh
# Writes the summary as a comment of a pull request on GitHub, or replaces the one of an earlier run.
#
#   COMMENT_FILE       the summary
#   NUMBER             the pull request
#   GITHUB_REPOSITORY  owner/name
#   GH_TOKEN           a token that may write comments
set -eu

[ -f "$COMMENT_FILE" ] || exit 0
comments="repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments"
known=$(gh api "$comments" --paginate --jq '.[] | select(.body | startswith("<!-- hallpass -->")) | .id' | head -n 1)
if [ -n "$known" ]; then
  gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$known" -F "body=@$COMMENT_FILE"
else
  gh api --silent "$comments" -F "body=@$COMMENT_FILE"
fi
