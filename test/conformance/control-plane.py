"""EC2, IAM, STS and Systems Manager as boto3 sees them: every assertion is AWS's documented behaviour.

Endpoint and credentials come from the environment; the first argument is the address of the sandbox's own endpoint, by
which time is moved on.
"""

import json
import sys
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

once = Config(retries={"total_max_attempts": 1})
ec2, iam, sts, ssm = (boto3.client(name, config=once) for name in ["ec2", "iam", "sts", "ssm"])
VPC = "vpc-0a1b2c3d4e5f60718"
SUBNET = "subnet-0aaaaaaaaaaaaaaa1"
CONTROL = sys.argv[1]
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def later(seconds):
    body = json.dumps({"advance": seconds * 1000}).encode()
    urllib.request.urlopen(urllib.request.Request(f"{CONTROL}/_sandbox/clock", data=body, method="POST")).read()


def code(call, **arguments):
    """The error's code and status, or None."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    return None


def same(actual, expected):
    assert actual == expected, f"expected {expected!r}, got {actual!r}"


def who_calls():
    same(sts.get_caller_identity()["Arn"], "arn:aws:iam::123456789012:root")
    same(code(sts.assume_role, RoleArn="arn:aws:iam::123456789012:role/none", RoleSessionName="me"), ("AccessDenied", 403))


def roles_and_profiles():
    trust = json.dumps(TRUST)
    tags = [{"Key": "fleetkeeper:fleet", "Value": "acme"}]
    iam.create_role(RoleName="host", Path="/fleetkeeper/acme/", AssumeRolePolicyDocument=trust, Tags=tags)
    same(code(iam.create_role, RoleName="host", AssumeRolePolicyDocument=trust), ("EntityAlreadyExists", 409))
    same(code(iam.get_role, RoleName="none"), ("NoSuchEntity", 404))
    role = iam.get_role(RoleName="host")["Role"]
    same(role["Arn"], "arn:aws:iam::123456789012:role/fleetkeeper/acme/host")
    same(role["AssumeRolePolicyDocument"], TRUST)
    same(role["Tags"], tags)
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["ssm:UpdateInstanceInformation"], "Resource": "*"}],
    }
    iam.put_role_policy(RoleName="host", PolicyName="agent", PolicyDocument=json.dumps(policy))
    same(iam.get_role_policy(RoleName="host", PolicyName="agent")["PolicyDocument"], policy)
    same(code(iam.put_role_policy, RoleName="host", PolicyName="bad", PolicyDocument="{"), ("MalformedPolicyDocument", 400))
    iam.attach_role_policy(RoleName="host", PolicyArn="arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore")
    attached = iam.list_attached_role_policies(RoleName="host")["AttachedPolicies"]
    same([found["PolicyName"] for found in attached], ["AmazonSSMManagedInstanceCore"])
    iam.create_instance_profile(InstanceProfileName="host", Path="/fleetkeeper/acme/", Tags=tags)
    iam.add_role_to_instance_profile(InstanceProfileName="host", RoleName="host")
    same(code(iam.delete_role, RoleName="host"), ("DeleteConflict", 409))
    names = [found["RoleName"] for page in iam.get_paginator("list_roles").paginate(PathPrefix="/fleetkeeper/") for found in page["Roles"]]
    same(names, ["host"])


def groups_and_rules():
    tagged = [{"ResourceType": "security-group", "Tags": [{"Key": "fleetkeeper:fleet", "Value": "acme"}]}]
    group = ec2.create_security_group(GroupName="web", Description="web", VpcId=VPC, TagSpecifications=tagged)["GroupId"]
    again = code(ec2.create_security_group, GroupName="web", Description="web", VpcId=VPC)
    same(again, ("InvalidGroup.Duplicate", 400))
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    rule = {**https, "IpRanges": [{"CidrIp": "203.0.113.0/24", "Description": "office"}]}
    added = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    rule_id = added["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    same(code(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=[rule]), ("InvalidPermission.Duplicate", 400))
    found = ec2.describe_security_groups(Filters=[{"Name": "tag:fleetkeeper:fleet", "Values": ["acme"]}])["SecurityGroups"][0]
    same(found["IpPermissions"], [{**rule, "UserIdGroupPairs": [], "Ipv6Ranges": [], "PrefixListIds": []}])
    same(found["IpPermissionsEgress"][0]["IpProtocol"], "-1")
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    same(sorted(one["IsEgress"] for one in rules), [False, True])
    ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[rule_id])
    gone = code(ec2.revoke_security_group_ingress, GroupId=group, IpPermissions=[rule])
    same(gone, ("InvalidPermission.NotFound", 400))
    same(code(ec2.delete_security_group, GroupId=group, DryRun=True), ("DryRunOperation", 412))
    ec2.delete_security_group(GroupId=group)
    same(code(ec2.describe_security_groups, GroupIds=[group]), ("InvalidGroup.NotFound", 400))


def an_instance():
    name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    image = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    request = {
        "ImageId": image,
        "InstanceType": "t3.large",
        "MinCount": 1,
        "MaxCount": 1,
        "SubnetId": SUBNET,
        "ClientToken": "host-1",
        "IamInstanceProfile": {"Name": "host"},
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 2},
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 30, "VolumeType": "gp3", "Encrypted": True}}],
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "host"}]}],
        "UserData": "#!/bin/sh\n",
        "DisableApiTermination": True,
    }
    instance = ec2.run_instances(**request)["Instances"][0]["InstanceId"]
    same(ec2.run_instances(**request)["Instances"][0]["InstanceId"], instance)
    other = {**request, "InstanceType": "t3.xlarge"}
    same(code(ec2.run_instances, **other), ("IdempotentParameterMismatch", 400))
    later(180)
    ec2.get_waiter("instance_status_ok").wait(InstanceIds=[instance])
    same(code(ec2.terminate_instances, InstanceIds=[instance]), ("OperationNotPermitted", 400))
    retype = {"InstanceId": instance, "InstanceType": {"Value": "t3.xlarge"}}
    same(code(ec2.modify_instance_attribute, **retype), ("IncorrectInstanceState", 400))
    volume = ec2.create_volume(AvailabilityZone="eu-central-1a", Size=20, VolumeType="gp3")["VolumeId"]
    later(5)
    ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdf")
    same(code(ec2.delete_volume, VolumeId=volume), ("VolumeInUse", 400))
    return instance


def a_command(instance):
    nodes = ssm.describe_instance_information()["InstanceInformationList"]
    same([(node["InstanceId"], node["PingStatus"]) for node in nodes], [(instance, "Online")])
    content = {
        "schemaVersion": "2.2",
        "description": "hello",
        "parameters": {"name": {"type": "String", "allowedPattern": "[a-z]+"}},
        "mainSteps": [{"action": "aws:runShellScript", "name": "hello", "inputs": {"runCommand": ["echo {{ name }}"]}}],
    }
    made = ssm.create_document(Name="acme-hello", Content=json.dumps(content), DocumentType="Command")
    same(made["DocumentDescription"]["Parameters"], [{"Name": "name", "Type": "String"}])
    target = {"DocumentName": "acme-hello", "InstanceIds": [instance]}
    same(code(ssm.send_command, **target, Parameters={"name": ["X"]}), ("InvalidParameters", 400))
    command = ssm.send_command(**target, Parameters={"name": ["world"]})["Command"]["CommandId"]
    where = {"CommandId": command, "InstanceId": instance}
    same(code(ssm.get_command_invocation, **where), ("InvocationDoesNotExist", 400))
    later(1)
    status = ssm.get_command_invocation(**where)["Status"]
    assert status in ["Pending", "InProgress", "Success", "Failed"], status
    ssm.put_parameter(Name="/acme/token", Value="secret", Type="SecureString")
    assert ssm.get_parameter(Name="/acme/token")["Parameter"]["Value"] != "secret"
    same(ssm.get_parameter(Name="/acme/token", WithDecryption=True)["Parameter"]["Value"], "secret")
    same(code(ssm.put_parameter, Name="/acme/token", Value="x", Type="SecureString"), ("ParameterAlreadyExists", 400))


def a_spot_request():
    launch = {"ImageId": "ami-0b1b2c3d4e5f60001", "InstanceType": "m5.large", "SubnetId": SUBNET}
    request = ec2.request_spot_instances(LaunchSpecification=launch)["SpotInstanceRequests"][0]["SpotInstanceRequestId"]
    later(10)
    found = ec2.describe_spot_instance_requests(SpotInstanceRequestIds=[request])["SpotInstanceRequests"][0]
    same((found["State"], found["Status"]["Code"]), ("active", "fulfilled"))
    ec2.cancel_spot_instance_requests(SpotInstanceRequestIds=[request])
    machine = ec2.describe_instances(InstanceIds=[found["InstanceId"]])["Reservations"][0]["Instances"][0]
    same((machine["InstanceLifecycle"], machine["State"]["Name"]), ("spot", "pending"))
    ec2.terminate_instances(InstanceIds=[found["InstanceId"]])


def the_end(instance):
    ec2.modify_instance_attribute(InstanceId=instance, DisableApiTermination={"Value": False})
    ec2.terminate_instances(InstanceIds=[instance])
    later(60)
    ec2.get_waiter("instance_terminated").wait(InstanceIds=[instance])
    left = ec2.describe_volumes()["Volumes"]
    same([(volume["State"], volume["Size"]) for volume in left], [("available", 20)])
    later(3600)
    same(code(ec2.describe_instances, InstanceIds=[instance]), ("InvalidInstanceID.NotFound", 400))


for check in [who_calls, roles_and_profiles, groups_and_rules]:
    check()
    print(f"ok {check.__name__}")
host = an_instance()
a_command(host)
a_spot_request()
the_end(host)
print("ok a host's life")
