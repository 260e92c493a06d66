#!/usr/bin/env bash
# S3 as the AWS CLI sees it: its high-level commands, with large files, odd names and errors. Endpoint and credentials come
# from the environment.
set -euo pipefail

aws=${1:?"usage: s3-cli.sh AWS"}
bucket=acme-conformance-cli
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

head -c 20000000 /dev/urandom >"$work/big"
printf 'hi\n' >"$work/small"

"$aws" s3 mb "s3://$bucket"
"$aws" s3 cp --no-progress "$work/small" "s3://$bucket/a b/ü.txt"
"$aws" s3 cp --no-progress "$work/big" "s3://$bucket/big"
"$aws" s3 cp --no-progress "s3://$bucket/big" "$work/back"
cmp "$work/big" "$work/back"
"$aws" s3 sync --no-progress "s3://$bucket" "$work/all"
cmp "$work/small" "$work/all/a b/ü.txt"
[[ $("$aws" s3 ls --recursive "s3://$bucket" | wc -l) -eq 2 ]]

"$aws" s3api put-object --bucket "$bucket" --key lease --body "$work/small" --if-none-match '*' >"$work/put"
if "$aws" s3api put-object --bucket "$bucket" --key lease --body "$work/small" --if-none-match '*' 2>"$work/error"; then
  exit 1
fi
grep -q PreconditionFailed "$work/error"
if "$aws" s3api get-bucket-policy --bucket "$bucket" 2>"$work/error"; then
  exit 1
fi
grep -q NoSuchBucketPolicy "$work/error"

"$aws" s3 rb --force "s3://$bucket"
printf 'ok\n'
