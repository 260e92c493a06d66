"""S3 as boto3 sees it: every assertion is AWS's documented behaviour. Endpoint and credentials come from the environment."""

import io
import json
import sys
import urllib.request

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

once = Config(retries={"total_max_attempts": 1})
s3 = boto3.client("s3", config=once)
region = s3.meta.region_name
here = {"LocationConstraint": region}
BUCKET = sys.argv[1] if len(sys.argv) > 1 else "acme-conformance"


def code(call, **arguments):
    """The error's code and status, or None."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    return None


def same(actual, expected):
    assert actual == expected, f"expected {expected!r}, got {actual!r}"


def bucket_and_its_configuration():
    tags = [{"Key": "fleetkeeper:fleet", "Value": "acme"}]
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={**here, "Tags": tags})
    same(code(s3.create_bucket, Bucket=BUCKET, CreateBucketConfiguration=here), ("BucketAlreadyOwnedByYou", 409))
    same(code(s3.create_bucket, Bucket="acme-elsewhere"), ("IllegalLocationConstraintException", 400))
    same(code(s3.create_bucket, Bucket="No_Such", CreateBucketConfiguration=here), ("InvalidBucketName", 400))
    same(s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"], region)
    same(s3.head_bucket(Bucket=BUCKET)["BucketRegion"], region)
    same(code(s3.head_bucket, Bucket=BUCKET + "-none"), ("404", 404))
    same(s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"], tags)
    s3.delete_bucket_tagging(Bucket=BUCKET)
    same(code(s3.get_bucket_tagging, Bucket=BUCKET), ("NoSuchTagSet", 404))

    block = {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    }
    same(s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"], block)
    s3.delete_public_access_block(Bucket=BUCKET)
    same(code(s3.get_public_access_block, Bucket=BUCKET), ("NoSuchPublicAccessBlockConfiguration", 404))
    s3.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=block)

    rule = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"][0]
    same(rule["ApplyServerSideEncryptionByDefault"], {"SSEAlgorithm": "AES256"})
    by_key = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/acme-cache"}
    s3.put_bucket_encryption(
        Bucket=BUCKET,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": by_key, "BucketKeyEnabled": True}]
        },
    )
    rule = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"][0]
    same((rule["ApplyServerSideEncryptionByDefault"], rule["BucketKeyEnabled"]), (by_key, True))
    s3.delete_bucket_encryption(Bucket=BUCKET)

    owned = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    same(s3.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"], owned)
    s3.delete_bucket_ownership_controls(Bucket=BUCKET)
    same(code(s3.get_bucket_ownership_controls, Bucket=BUCKET), ("OwnershipControlsNotFoundError", 404))
    s3.put_bucket_ownership_controls(Bucket=BUCKET, OwnershipControls=owned)

    same(code(s3.get_bucket_lifecycle_configuration, Bucket=BUCKET), ("NoSuchLifecycleConfiguration", 404))
    rules = [{"ID": "cache", "Status": "Enabled", "Filter": {"Prefix": "runner/"}, "Expiration": {"Days": 14}}]
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": rules})
    same(s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"], rules)
    s3.delete_bucket_lifecycle(Bucket=BUCKET)

    same(code(s3.get_bucket_policy, Bucket=BUCKET), ("NoSuchBucketPolicy", 404))
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    same(json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"]), policy)
    same(code(s3.put_bucket_policy, Bucket=BUCKET, Policy="{"), ("MalformedPolicy", 400))
    s3.delete_bucket_policy(Bucket=BUCKET)


def objects_and_conditions():
    for key in ["plain", "a b/ü+%.txt", "d/1", "d/2"]:
        s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode(), Metadata={"Sequence": "7"}, ContentType="text/plain")
        got = s3.get_object(Bucket=BUCKET, Key=key)
        same((got["Body"].read(), got["Metadata"], got["ContentType"]), (key.encode(), {"sequence": "7"}, "text/plain"))
    for algorithm in ["CRC32", "SHA1", "SHA256"]:
        body = io.BytesIO(b"hello" * 1000)
        s3.put_object(Bucket=BUCKET, Key="sum", Body=body, ChecksumAlgorithm=algorithm)
        got = s3.get_object(Bucket=BUCKET, Key="sum", ChecksumMode="ENABLED")
        same(got["Body"].read(), b"hello" * 1000)
        assert f"Checksum{algorithm}" in got
    same(code(s3.get_object, Bucket=BUCKET, Key="none"), ("NoSuchKey", 404))
    same(code(s3.put_object, Bucket=BUCKET, Key="plain", Body=b"x", IfNoneMatch="*"), ("PreconditionFailed", 412))
    same(code(s3.put_object, Bucket=BUCKET, Key="plain", Body=b"x", IfMatch='"0"'), ("PreconditionFailed", 412))
    same(code(s3.put_object, Bucket=BUCKET, Key="none", Body=b"x", IfMatch='"0"'), ("NoSuchKey", 404))
    same(code(s3.delete_object, Bucket=BUCKET, Key="plain", IfMatch='"0"'), ("PreconditionFailed", 412))
    etag = s3.head_object(Bucket=BUCKET, Key="plain")["ETag"]
    same(code(s3.get_object, Bucket=BUCKET, Key="plain", IfNoneMatch=etag), ("304", 304))
    s3.put_object(Bucket=BUCKET, Key="plain", Body=b"2", IfMatch=etag)
    same(s3.get_object(Bucket=BUCKET, Key="plain", Range="bytes=0-0")["ContentRange"], "bytes 0-0/1")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, PaginationConfig={"PageSize": 2})
    same([found["Key"] for page in pages for found in page["Contents"]], ["a b/ü+%.txt", "d/1", "d/2", "plain", "sum"])
    rolled = s3.list_objects_v2(Bucket=BUCKET, Delimiter="/")
    same([prefix["Prefix"] for prefix in rolled["CommonPrefixes"]], ["a b/", "d/"])
    url = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "plain"})
    same(urllib.request.urlopen(url).read(), b"2")


def versions():
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    one = s3.put_object(Bucket=BUCKET, Key="v", Body=b"1")["VersionId"]
    marker = s3.delete_object(Bucket=BUCKET, Key="v")
    assert marker["DeleteMarker"]
    same(code(s3.get_object, Bucket=BUCKET, Key="v"), ("NoSuchKey", 404))
    same(code(s3.get_object, Bucket=BUCKET, Key="v", VersionId=marker["VersionId"]), ("MethodNotAllowed", 405))
    same(s3.get_object(Bucket=BUCKET, Key="v", VersionId=one)["Body"].read(), b"1")
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=BUCKET, PaginationConfig={"PageSize": 2})
    found = [entry for page in pages for entry in page.get("Versions", []) + page.get("DeleteMarkers", [])]
    same(sorted(entry["VersionId"] for entry in found if entry["Key"] == "v"), sorted([one, marker["VersionId"]]))


def large_objects():
    body = bytes(range(256)) * (12 * 4096)
    parts = TransferConfig(multipart_threshold=6 * 1024 * 1024, multipart_chunksize=6 * 1024 * 1024)
    s3.upload_fileobj(io.BytesIO(body), BUCKET, "big", Config=parts)
    s3.copy({"Bucket": BUCKET, "Key": "big"}, BUCKET, "copy", Config=parts)
    for key in ["big", "copy"]:
        back = io.BytesIO()
        s3.download_fileobj(BUCKET, key, back)
        assert back.getvalue() == body, key


def emptied_and_deleted():
    same(code(s3.delete_bucket, Bucket=BUCKET), ("BucketNotEmpty", 409))
    bucket = boto3.resource("s3").Bucket(BUCKET)
    bucket.object_versions.delete()
    bucket.delete()
    assert BUCKET not in [found["Name"] for found in s3.list_buckets()["Buckets"]]


for check in [bucket_and_its_configuration, objects_and_conditions, versions, large_objects, emptied_and_deleted]:
    check()
    print(f"ok {check.__name__}")
