"""SNS as boto3 sees it: every assertion is AWS's documented behaviour. Endpoint and credentials come from the environment; the first argument is
the address of the sandbox's own endpoint, which tells what was published."""

import json
import sys
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

sns = boto3.client("sns", config=Config(retries={"total_max_attempts": 1}))


def code(call, **arguments):
    """The error's code and status, or None."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    return None


def same(actual, expected):
    assert actual == expected, f"expected {expected!r}, got {actual!r}"


def published(name):
    state = json.loads(urllib.request.urlopen(f"{sys.argv[1]}/_sandbox/state").read())
    return state["sns/eu-central-1"]["topics"][name]["messages"]


topics = [sns.create_topic(Name=f"conformance-{number}")["TopicArn"] for number in range(3)]
same(sns.create_topic(Name="conformance-0")["TopicArn"], topics[0])
same([topic["TopicArn"] for topic in sns.list_topics()["Topics"] if "conformance" in topic["TopicArn"]], topics)
same(code(sns.create_topic, Name="no.dots"), ("InvalidParameter", 400))
same(code(sns.create_topic, Name="conformance-0", Attributes={"DisplayName": "other"}), ("InvalidParameter", 400))
arn = topics[0]
attribute = {"DataType": "String", "StringValue": "Drifted"}
sns.publish(TopicArn=arn, Subject="subject", Message="päckchen\nzwei", MessageAttributes={"event": attribute})
same(
    [(one["subject"], one["message"], one["attributes"]) for one in published("conformance-0")],
    [("subject", "päckchen\nzwei", {"event": {"type": "String", "value": "Drifted"}})],
)
same(code(sns.publish, TopicArn=arn, Subject="s" * 100, Message="x"), ("InvalidParameter", 400))
same(code(sns.publish, TopicArn=f"{arn}-none", Message="x"), ("NotFound", 404))
same(code(sns.publish, TopicArn=arn.replace("123456789012", "210987654321"), Message="x"), ("AuthorizationError", 403))
sns.tag_resource(ResourceArn=arn, Tags=[{"Key": "team", "Value": "platform"}])
same(sns.list_tags_for_resource(ResourceArn=arn)["Tags"], [{"Key": "team", "Value": "platform"}])
sns.untag_resource(ResourceArn=arn, TagKeys=["team"])
same(sns.list_tags_for_resource(ResourceArn=arn)["Tags"], [])
queue = "arn:aws:sqs:eu-central-1:123456789012:queue"
sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue)
same([one["Endpoint"] for one in sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]], [queue])
sns.set_topic_attributes(TopicArn=arn, AttributeName="DisplayName", AttributeValue="Platform")
found = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
same((found["DisplayName"], found["SubscriptionsConfirmed"], found["Owner"]), ("Platform", "1", "123456789012"))
for topic in topics:
    sns.delete_topic(TopicArn=topic)
    sns.delete_topic(TopicArn=topic)
same(code(sns.get_topic_attributes, TopicArn=arn), ("NotFound", 404))
print("ok a topic's life")
