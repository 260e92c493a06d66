"""Launch templates and Auto Scaling groups as boto3 sees them: every assertion is AWS's documented behaviour.

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
ec2, scaling = (boto3.client(name, config=once) for name in ["ec2", "autoscaling"])
SUBNETS = ["subnet-0bbbbbbbbbbbbbbb2", "subnet-0ccccccccccccccc3"]
CONTROL = sys.argv[1]
GROUP = {"AutoScalingGroupName": "acme-build"}


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
    assert actual == expected, f"{actual!r} instead of {expected!r}"


def group():
    return scaling.describe_auto_scaling_groups(AutoScalingGroupNames=["acme-build"])["AutoScalingGroups"][0]


def templates():
    data = {
        "ImageId": "ami-0b1b2c3d4e5f60001",
        "InstanceType": "m5.large",
        "MetadataOptions": {"HttpTokens": "required"},
        "TagSpecifications": [{"ResourceType": "volume", "Tags": [{"Key": "a", "Value": "b"}]}],
    }
    tags = [{"ResourceType": "launch-template", "Tags": [{"Key": "team", "Value": "platform"}]}]
    made = ec2.create_launch_template(LaunchTemplateName="acme", LaunchTemplateData=data, TagSpecifications=tags)
    id = made["LaunchTemplate"]["LaunchTemplateId"]
    same(code(ec2.create_launch_template, LaunchTemplateName="acme", LaunchTemplateData=data),
         ("InvalidLaunchTemplateName.AlreadyExistsException", 400))
    ec2.create_launch_template_version(
        LaunchTemplateId=id, SourceVersion="1", LaunchTemplateData={"InstanceType": "m5.xlarge"}
    )
    ec2.modify_launch_template(LaunchTemplateId=id, DefaultVersion="2")
    pages = ec2.get_paginator("describe_launch_template_versions").paginate(
        LaunchTemplateName="acme", PaginationConfig={"PageSize": 1}
    )
    found = [
        (version["VersionNumber"], version["DefaultVersion"], version["LaunchTemplateData"]["InstanceType"])
        for page in pages
        for version in page["LaunchTemplateVersions"]
    ]
    same(sorted(found), [(1, False, "m5.large"), (2, True, "m5.xlarge")])
    listed = ec2.describe_launch_templates(Filters=[{"Name": "tag:team", "Values": ["platform"]}])["LaunchTemplates"]
    same([(one["LaunchTemplateName"], one["DefaultVersionNumber"]) for one in listed], [("acme", 2)])


def a_group():
    mixed = {
        "LaunchTemplate": {
            "LaunchTemplateSpecification": {"LaunchTemplateName": "acme", "Version": "$Default"},
            "Overrides": [{"InstanceType": "m5.large"}, {"InstanceType": "m5.xlarge"}],
        },
        "InstancesDistribution": {"OnDemandPercentageAboveBaseCapacity": 0},
    }
    tags = [{"Key": "team", "Value": "platform", "PropagateAtLaunch": True}]
    rest = {"MinSize": 0, "MaxSize": 3, "VPCZoneIdentifier": ",".join(SUBNETS), "Tags": tags}
    arguments = {**GROUP, **rest, "MixedInstancesPolicy": mixed, "NewInstancesProtectedFromScaleIn": True}
    scaling.create_auto_scaling_group(**arguments)
    same(code(scaling.create_auto_scaling_group, **arguments), ("AlreadyExists", 400))
    same(code(scaling.set_desired_capacity, **GROUP, DesiredCapacity=4), ("ValidationError", 400))
    scaling.suspend_processes(**GROUP, ScalingProcesses=["AZRebalance"])
    scaling.set_desired_capacity(**GROUP, DesiredCapacity=2)
    later(60)
    seen = group()
    same([one["LifecycleState"] for one in seen["Instances"]], ["InService", "InService"])
    same([one["ProtectedFromScaleIn"] for one in seen["Instances"]], [True, True])
    same([one["ProcessName"] for one in seen["SuspendedProcesses"]], ["AZRebalance"])
    same(seen["MixedInstancesPolicy"]["InstancesDistribution"]["OnDemandBaseCapacity"], 0)
    ids = [one["InstanceId"] for one in seen["Instances"]]
    machines = [one["Instances"][0] for one in ec2.describe_instances(InstanceIds=ids)["Reservations"]]
    same({one["InstanceLifecycle"] for one in machines}, {"spot"})
    same({one["MetadataOptions"]["HttpTokens"] for one in machines}, {"required"})
    same({one["SubnetId"] for one in machines}, set(SUBNETS))
    assert {"Key": "aws:autoscaling:groupName", "Value": "acme-build"} in machines[0]["Tags"]
    assert {"Key": "team", "Value": "platform"} in machines[0]["Tags"]
    return ids


def the_end(ids):
    same(code(scaling.delete_auto_scaling_group, **GROUP), ("ResourceInUse", 400))
    scaling.terminate_instance_in_auto_scaling_group(InstanceId=ids[0], ShouldDecrementDesiredCapacity=True)
    same(group()["DesiredCapacity"], 1)
    same(code(scaling.delete_auto_scaling_group, **GROUP), ("ScalingActivityInProgress", 400))
    scaling.delete_auto_scaling_group(**GROUP, ForceDelete=True)
    same(group()["Status"], "Delete in progress")
    later(120)
    same(scaling.describe_auto_scaling_groups()["AutoScalingGroups"], [])
    states = [
        machine["State"]["Name"]
        for one in ec2.describe_instances(InstanceIds=ids)["Reservations"]
        for machine in one["Instances"]
    ]
    same(states, ["terminated", "terminated"])
    ec2.delete_launch_template(LaunchTemplateName="acme")
    same(code(ec2.describe_launch_templates, LaunchTemplateNames=["acme"]),
         ("InvalidLaunchTemplateName.NotFoundException", 400))


templates()
the_end(a_group())
print("ok a group's life")
