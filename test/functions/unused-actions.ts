/** Actions that roles are allowed and no judged suite uses, each with what needs it. */
export const unusedActions: Readonly<Record<string, string>> = {
  "ec2:DisassociateAddress": "An address that is still on something when it is to be released.",
  "iam:CreateServiceLinkedRole":
    "Auto Scaling makes its own role with an account's first group; the embedded AWS has it from the start.",
  "logs:CreateLogStream": "Lambda writes the function's log by its role.",
  "logs:PutLogEvents": "Lambda writes the function's log by its role.",
  "sqs:ChangeMessageVisibility": "Lambda's event source, for what failed again.",
  "sqs:DeleteMessage": "Lambda's event source, once a letter was delivered.",
  "sqs:GetQueueAttributes": "Lambda's event source, before it reads.",
  "sqs:ReceiveMessage": "Lambda's event source reads the queue by the function's role, when a person redrives it.",
  "sqs:SendMessage": "Lambda puts dead letters into the queue by the function's role.",
};

/** `role action` of what the judged suites use by another role alone, each with when this one needs it. */
export const unusedByRole: Readonly<Record<string, string>> = {
  "fleetkeeper-plan-worker ec2:DescribeVolumesModifications": "A plan that is asked for while a volume grows.",
  "fleetkeeper-plan-worker iam:ListInstanceProfilesForRole":
    "A plan that is asked for while a role waits for its deletion.",
  "fleetkeeper-reconcile-worker ec2:DetachVolume":
    "A data volume on another instance of the fleet than its host; in the judged suites a person's run replaces the host.",
  "fleetkeeper-reconcile-worker ec2:DeleteLaunchTemplate":
    "A template whose group a person has deleted; in the judged suite that person's next run deletes both.",
};

/** `role area/statement` of statements that allowed no call of any judged suite, each with what needs it. */
export const unusedStatements: Readonly<Record<string, string>> = {
  "fleetkeeper-reconcile-worker pools/AdoptGroups": "A group without any mark, where the file says `adopt: true`.",
  "fleetkeeper-schedule own/InvokeDispatch": "EventBridge Scheduler invokes by this role, in AWS itself.",
  "fleetkeeper-teardown cache/CreateSnapshots": "A backup that falls due in a person's run.",
  "fleetkeeper-teardown cache/ExpireBackups": "Retention that falls due in a person's run.",
  "fleetkeeper-teardown cache/SnapshotVolumes": "A backup that falls due in a person's run.",
  "fleetkeeper-teardown cache/TagSnapshotsAtCreation": "A backup that falls due in a person's run.",
  "fleetkeeper-teardown state/TellTopic": "A person's run tells the fleet's topics as the functions' runs do.",
  "fleetkeeper-teardown pools/AdoptGroups": "A group without any mark, where the file says `adopt: true`.",
  "fleetkeeper-teardown state/PruneHistory": "Old records, for which one of many runs looks: seldom a person's.",
};
