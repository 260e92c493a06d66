"""Everything that the kinds iam, network and cache-bucket own, as boto3 sees it. `life`: make, read, change and delete it all.
`drift FLEET BUCKET`: break a fleet in every declared part. `healed FLEET BUCKET`: fail unless all of it is mended.
Endpoint and credentials come from the environment."""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

once = Config(retries={"total_max_attempts": 1})
iam, ec2, s3 = (boto3.client(service, config=once) for service in ("iam", "ec2", "s3"))
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
WIDE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
TAGS = [{"Key": "team", "Value": "platform"}]


def code(call, **arguments):
    """The error's code, or None."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def same(actual, expected):
    assert actual == expected, f"expected {expected!r}, got {actual!r}"


def roles():
    name, path = "conformance-role", "/conformance/"
    trust = json.dumps(TRUST)
    made = iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=trust, Tags=TAGS, Description="one")["Role"]
    same(made["Arn"].split(":")[5], "role/conformance/conformance-role")
    same(code(iam.create_role, RoleName=name, AssumeRolePolicyDocument=trust), "EntityAlreadyExists")
    same(code(iam.create_role, RoleName=name.upper(), AssumeRolePolicyDocument=trust), "EntityAlreadyExists")
    same(code(iam.create_role, RoleName="bad", AssumeRolePolicyDocument="{"), "MalformedPolicyDocument")
    role = iam.get_role(RoleName=name)["Role"]
    same((role["AssumeRolePolicyDocument"], role["MaxSessionDuration"], role["Tags"]), (TRUST, 3600, TAGS))
    iam.update_role(RoleName=name, Description="two", MaxSessionDuration=7200)
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust)
    role = iam.get_role(RoleName=name)["Role"]
    same((role["Description"], role["MaxSessionDuration"]), ("two", 7200))
    same(code(iam.update_role, RoleName="none", Description="x"), "NoSuchEntity")

    iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=json.dumps(WIDE))
    same(iam.get_role_policy(RoleName=name, PolicyName="inline")["PolicyDocument"], WIDE)
    same(iam.list_role_policies(RoleName=name)["PolicyNames"], ["inline"])
    same(code(iam.get_role_policy, RoleName=name, PolicyName="none"), "NoSuchEntity")
    managed = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    iam.attach_role_policy(RoleName=name, PolicyArn=managed)
    iam.attach_role_policy(RoleName=name, PolicyArn=managed)
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    same([policy["PolicyArn"] for policy in attached], [managed])
    iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=managed)
    same(iam.get_role(RoleName=name)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"], managed)
    iam.delete_role_permissions_boundary(RoleName=name)
    iam.tag_role(RoleName=name, Tags=[{"Key": "more", "Value": "x"}])
    same(len(iam.list_role_tags(RoleName=name)["Tags"]), 2)
    iam.untag_role(RoleName=name, TagKeys=["more"])
    pages = iam.get_paginator("list_roles").paginate(PathPrefix=path, PaginationConfig={"PageSize": 1})
    same([found["RoleName"] for page in pages for found in page["Roles"]], [name])

    iam.create_instance_profile(InstanceProfileName=name, Path=path, Tags=TAGS)
    same(code(iam.create_instance_profile, InstanceProfileName=name), "EntityAlreadyExists")
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    same(code(iam.add_role_to_instance_profile, InstanceProfileName=name, RoleName=name), "LimitExceeded")
    profile = iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]
    same(([role["RoleName"] for role in profile["Roles"]], profile["Tags"]), ([name], TAGS))
    found = iam.list_instance_profiles_for_role(RoleName=name)["InstanceProfiles"]
    same([one["InstanceProfileName"] for one in found], [name])
    iam.tag_instance_profile(InstanceProfileName=name, Tags=[{"Key": "more", "Value": "x"}])
    iam.untag_instance_profile(InstanceProfileName=name, TagKeys=["more"])

    same(code(iam.delete_role, RoleName=name), "DeleteConflict")
    same(code(iam.delete_instance_profile, InstanceProfileName=name), "DeleteConflict")
    iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=name)
    iam.delete_instance_profile(InstanceProfileName=name)
    same(code(iam.delete_role, RoleName=name), "DeleteConflict")
    iam.delete_role_policy(RoleName=name, PolicyName="inline")
    iam.detach_role_policy(RoleName=name, PolicyArn=managed)
    iam.delete_role(RoleName=name)
    same(code(iam.get_role, RoleName=name), "NoSuchEntity")


def groups():
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    tags = [{"ResourceType": "security-group", "Tags": TAGS}]
    one, two = (
        ec2.create_security_group(GroupName=name, Description="d", VpcId=vpc, TagSpecifications=tags)["GroupId"]
        for name in ("conformance-one", "conformance-two")
    )
    same(code(ec2.create_security_group, GroupName="conformance-one", Description="d", VpcId=vpc), "InvalidGroup.Duplicate")
    same(code(ec2.create_security_group, GroupName="x", Description="d", VpcId="vpc-00000000000000001"), "InvalidVpcID.NotFound")
    group = ec2.describe_security_groups(GroupIds=[one])["SecurityGroups"][0]
    same((group["Tags"], group["IpPermissions"], group["VpcId"]), (TAGS, [], vpc))
    same([rule["IpProtocol"] for rule in group["IpPermissionsEgress"]], ["-1"])
    web = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "203.0.113.0/24", "Description": "web"}]}
    ssh = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [{"GroupId": two}]}
    made = ec2.authorize_security_group_ingress(GroupId=one, IpPermissions=[web, ssh])["SecurityGroupRules"]
    same(len(made), 2)
    same(code(ec2.authorize_security_group_ingress, GroupId=one, IpPermissions=[web]), "InvalidPermission.Duplicate")
    same(code(ec2.revoke_security_group_egress, GroupId=two, IpPermissions=[web]), "InvalidPermission.NotFound")
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [one]}])["SecurityGroupRules"]
    same(sorted(rule.get("FromPort", -1) for rule in rules), [-1, 22, 443])
    ec2.update_security_group_rule_descriptions_ingress(
        GroupId=one, IpPermissions=[{**web, "IpRanges": [{"CidrIp": "203.0.113.0/24", "Description": "other"}]}]
    )
    group = ec2.describe_security_groups(GroupIds=[one])["SecurityGroups"][0]
    described = [r["Description"] for p in group["IpPermissions"] for r in p["IpRanges"]]
    same(described, ["other"])
    same(code(ec2.delete_security_group, GroupId=two), "DependencyViolation")
    ec2.create_tags(Resources=[one], Tags=[{"Key": "more", "Value": "x"}])
    found = ec2.describe_security_groups(Filters=[{"Name": "tag:more", "Values": ["x"]}])["SecurityGroups"]
    same([each["GroupId"] for each in found], [one])
    ec2.delete_tags(Resources=[one], Tags=[{"Key": "more"}])
    pages = ec2.get_paginator("describe_security_groups").paginate(
        Filters=[{"Name": "group-name", "Values": ["conformance-*"]}], PaginationConfig={"PageSize": 5}
    )
    same(sorted(each["GroupId"] for page in pages for each in page["SecurityGroups"]), sorted([one, two]))
    ec2.revoke_security_group_ingress(GroupId=one, SecurityGroupRuleIds=[rule["SecurityGroupRuleId"] for rule in made])
    for id in (two, one):
        ec2.delete_security_group(GroupId=id)
    same(code(ec2.describe_security_groups, GroupIds=[one]), "InvalidGroup.NotFound")


def group_of(fleet, role):
    names = [f"fleetkeeper-{fleet}-{role}"]
    return ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": names}])["SecurityGroups"][0]


def drift(fleet, bucket):
    host, machine = f"{fleet}-host", f"{fleet}-machine"
    iam.put_role_policy(RoleName=host, PolicyName="host", PolicyDocument=json.dumps(WIDE))
    iam.put_role_policy(RoleName=host, PolicyName="admin", PolicyDocument=json.dumps(WIDE))
    iam.attach_role_policy(RoleName=machine, PolicyArn="arn:aws:iam::aws:policy/PowerUserAccess")
    anybody = {**TRUST, "Statement": [{**TRUST["Statement"][0], "Principal": {"AWS": "*"}}]}
    iam.update_assume_role_policy(RoleName=machine, PolicyDocument=json.dumps(anybody))
    iam.update_role(RoleName=host, Description="mine", MaxSessionDuration=43200)
    iam.remove_role_from_instance_profile(InstanceProfileName=machine, RoleName=machine)
    iam.untag_role(RoleName=host, TagKeys=["fleetkeeper:name"])
    everywhere = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    for role in ("host", "machine", "egress"):
        ec2.authorize_security_group_ingress(GroupId=group_of(fleet, role)["GroupId"], IpPermissions=everywhere)
    egress = group_of(fleet, "egress")
    ec2.revoke_security_group_egress(GroupId=egress["GroupId"], IpPermissions=egress["IpPermissionsEgress"])
    s3.delete_public_access_block(Bucket=bucket)
    s3.delete_bucket_policy(Bucket=bucket)
    s3.delete_bucket_lifecycle(Bucket=bucket)
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    dsse = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms:dsse"}}]
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": dsse})


def healed(fleet, bucket):
    host, machine = f"{fleet}-host", f"{fleet}-machine"
    names = iam.list_role_policies(RoleName=host)["PolicyNames"]
    assert "admin" not in names and "host" in names, names
    assert iam.get_role_policy(RoleName=host, PolicyName="host")["PolicyDocument"] != WIDE
    same(iam.list_attached_role_policies(RoleName=machine)["AttachedPolicies"], [])
    trust = iam.get_role(RoleName=machine)["Role"]["AssumeRolePolicyDocument"]
    assert "AWS" not in json.dumps(trust), trust
    same(iam.get_role(RoleName=host)["Role"]["MaxSessionDuration"], 3600)
    profile = iam.get_instance_profile(InstanceProfileName=machine)["InstanceProfile"]
    same([role["RoleName"] for role in profile["Roles"]], [machine])
    assert "fleetkeeper:name" in [tag["Key"] for tag in iam.list_role_tags(RoleName=host)["Tags"]]
    for role in ("host", "machine", "egress"):
        group = group_of(fleet, role)
        assert "-1" not in [rule["IpProtocol"] for rule in group["IpPermissions"]], group
    same(sorted(rule["FromPort"] for rule in group_of(fleet, "egress")["IpPermissionsEgress"]), [80, 443])
    assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
    assert "SecureTransport" in s3.get_bucket_policy(Bucket=bucket)["Policy"]
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    owner = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    same(owner, [{"ObjectOwnership": "BucketOwnerEnforced"}])
    rule = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    same(rule["ApplyServerSideEncryptionByDefault"], {"SSEAlgorithm": "AES256"})


match sys.argv[1:]:
    case ["life"]:
        for check in [roles, groups]:
            check()
            print(f"ok {check.__name__}")
    case ["drift", fleet, bucket]:
        drift(fleet, bucket)
        print("ok drift")
    case ["healed", fleet, bucket]:
        healed(fleet, bucket)
        print("ok healed")
    case _:
        sys.exit(__doc__)
