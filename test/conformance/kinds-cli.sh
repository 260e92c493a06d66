#!/usr/bin/env bash
# What the kinds own, as the AWS CLI sees it. `life`: make, read, change and delete it. `drift FLEET BUCKET` breaks a fleet,
# `healed FLEET BUCKET` fails unless it is mended. Endpoint and credentials come from the environment.
set -euo pipefail

aws=${1:?"usage: kinds-cli.sh AWS life | drift FLEET BUCKET | healed FLEET BUCKET"}
what=${2:?"life, drift or healed"}
trust='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
wide='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'

# fails CODE COMMAND...: runs the AWS CLI and demands this error of it.
fails() {
  local code=$1 said
  shift
  if said=$("$aws" "$@" 2>&1); then
    printf 'expected %s, but it succeeded: %s\n' "$code" "$*" >&2
    return 1
  fi
  grep -q "($code)" <<<"$said" || { printf 'expected %s, got %s\n' "$code" "$said" >&2; return 1; }
}

group_id() {
  "$aws" ec2 describe-security-groups --filters "Name=group-name,Values=$1" --query 'SecurityGroups[0].GroupId' --output text
}

life() {
  "$aws" iam create-role --role-name cli-role --assume-role-policy-document "$trust" --tags Key=team,Value=x >/dev/null
  fails EntityAlreadyExists iam create-role --role-name cli-role --assume-role-policy-document "$trust"
  "$aws" iam put-role-policy --role-name cli-role --policy-name p --policy-document "$wide"
  [[ $("$aws" iam get-role-policy --role-name cli-role --policy-name p --query 'PolicyDocument.Statement[0].Action' --output text) == '*' ]]
  "$aws" iam create-instance-profile --instance-profile-name cli-role >/dev/null
  "$aws" iam add-role-to-instance-profile --instance-profile-name cli-role --role-name cli-role
  fails DeleteConflict iam delete-role --role-name cli-role
  "$aws" iam remove-role-from-instance-profile --instance-profile-name cli-role --role-name cli-role
  "$aws" iam delete-instance-profile --instance-profile-name cli-role
  "$aws" iam delete-role-policy --role-name cli-role --policy-name p
  "$aws" iam delete-role --role-name cli-role
  fails NoSuchEntity iam get-role --role-name cli-role

  local vpc group
  vpc=$("$aws" ec2 describe-vpcs --query 'Vpcs[0].VpcId' --output text)
  group=$("$aws" ec2 create-security-group --group-name cli-group --description d --vpc-id "$vpc" --query GroupId --output text)
  "$aws" ec2 authorize-security-group-ingress --group-id "$group" --protocol tcp --port 443 --cidr 203.0.113.0/24 >/dev/null
  fails InvalidPermission.Duplicate ec2 authorize-security-group-ingress --group-id "$group" --protocol tcp --port 443 --cidr 203.0.113.0/24
  "$aws" ec2 create-tags --resources "$group" --tags Key=team,Value=x
  [[ $("$aws" ec2 describe-security-groups --filters Name=tag:team,Values=x --query 'length(SecurityGroups)' --output text) == 1 ]]
  "$aws" ec2 revoke-security-group-ingress --group-id "$group" --protocol tcp --port 443 --cidr 203.0.113.0/24 >/dev/null
  "$aws" ec2 delete-security-group --group-id "$group" >/dev/null
  fails InvalidGroup.NotFound ec2 describe-security-groups --group-ids "$group"
}

drift() {
  "$aws" iam put-role-policy --role-name "$1-machine" --policy-name admin --policy-document "$wide"
  "$aws" ec2 authorize-security-group-ingress --group-id "$(group_id "fleetkeeper-$1-host")" --protocol tcp --port 3389 --cidr 0.0.0.0/0 >/dev/null
  "$aws" s3api delete-public-access-block --bucket "$2"
}

healed() {
  fails NoSuchEntity iam get-role-policy --role-name "$1-machine" --policy-name admin
  local ports
  ports=$("$aws" ec2 describe-security-groups --group-ids "$(group_id "fleetkeeper-$1-host")" --query 'SecurityGroups[0].IpPermissions[].FromPort' --output text)
  [[ $ports != *3389* ]]
  [[ $("$aws" s3api get-public-access-block --bucket "$2" --query 'PublicAccessBlockConfiguration.BlockPublicPolicy') == true ]]
}

case $what in
  life) life ;;
  drift) drift "${3:?FLEET}" "${4:?BUCKET}" ;;
  healed) healed "${3:?FLEET}" "${4:?BUCKET}" ;;
  *) exit 2 ;;
esac
printf 'ok\n'
