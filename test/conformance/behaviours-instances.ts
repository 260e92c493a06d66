import { type Behaviour, codeOf, during, until } from "./behaviours.ts";
import { imageOf, launchOf, stateOf, withInstance } from "./with-instance.ts";

const api = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/";
const guide = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/";
const errors = `${api}errors-overview.html`;
const idempotency = "https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html";

function behaviour(name: string, aws: string, source: string, look: Behaviour["look"], cents = 0): Behaviour {
  const page = source.startsWith("https:") ? source : `${api}API_${source}.html`;
  return { name: `ec2: ${name}`, aws, source: page, cents, look };
}

/** One that starts the smallest instance for some minutes. */
function costing(name: string, aws: string, source: string, look: Behaviour["look"]): Behaviour {
  return behaviour(name, aws, source, look, 1);
}

const absent = "i-0123456789abcdef0";

export const instanceBehaviours: readonly Behaviour[] = [
  costing("one client token makes one instance", "same", idempotency, async (clients) => {
    const { ec2, place } = clients;
    const request = { ...(await launchOf(clients)), ClientToken: `${place.prefix}-once` };
    const launched = async () => (await ec2.runInstances(request)).Instances?.[0]?.InstanceId ?? "none";
    const first = await launched();
    let second = first;
    return await during(
      async () => {
        second = await launched();
        return first === second ? "same" : "another";
      },
      () => ec2.terminateInstances({ InstanceIds: [...new Set([first, second])] }),
    );
  }),
  costing("a client token with other parameters", "IdempotentParameterMismatch", idempotency, async (clients) => {
    const { ec2, place } = clients;
    const request = { ...(await launchOf(clients)), ClientToken: `${place.prefix}-other` };
    const ids: string[] = [];
    const launch = async (more: object) => {
      const { Instances = [] } = await ec2.runInstances({ ...request, ...more });
      ids.push(...Instances.map(({ InstanceId = "" }) => InstanceId));
    };
    return await during(
      async () => {
        await launch({});
        return await codeOf(() => launch({ InstanceType: "t3.small" }));
      },
      () => ec2.terminateInstances({ InstanceIds: ids }),
    );
  }),
  costing(
    "a launch is answered before the instance runs",
    "pending",
    `${guide}ec2-instance-lifecycle.html`,
    async (clients) => {
      const { ec2 } = clients;
      const { Instances } = await ec2.runInstances(await launchOf(clients));
      const id = Instances?.[0]?.InstanceId ?? "";
      return await during(
        async () => Instances?.[0]?.State?.Name ?? "none",
        () => ec2.terminateInstances({ InstanceIds: [id] }),
      );
    },
  ),
  behaviour("an image that isn't there", "InvalidAMIID.NotFound", errors, async (clients) => {
    const request = await launchOf(clients);
    return await codeOf(() => clients.ec2.runInstances({ ...request, ImageId: "ami-0123456789abcdef0" }));
  }),
  behaviour("an image's id that is none", "InvalidAMIID.Malformed", errors, async (clients) => {
    const request = await launchOf(clients);
    return await codeOf(() => clients.ec2.runInstances({ ...request, ImageId: "nonsense" }));
  }),
  behaviour("a subnet that isn't there", "InvalidSubnetID.NotFound", errors, async (clients) => {
    const request = await launchOf(clients);
    return await codeOf(() => clients.ec2.runInstances({ ...request, SubnetId: "subnet-0123456789abcdef0" }));
  }),
  behaviour("a launch with a key pair that isn't there", "InvalidKeyPair.NotFound", errors, async (clients) => {
    const request = await launchOf(clients);
    return await codeOf(() => clients.ec2.runInstances({ ...request, KeyName: `${clients.place.prefix}-none` }));
  }),
  costing(
    "termination protection",
    "OperationNotPermitted running",
    `${guide}Using_ChangingDisableAPITermination.html`,
    withInstance(async (clients, InstanceId) => {
      await clients.ec2.modifyInstanceAttribute({ InstanceId, DisableApiTermination: { Value: true } });
      const said = await codeOf(() => clients.ec2.terminateInstances({ InstanceIds: [InstanceId] }));
      return `${said} ${await stateOf(clients, InstanceId)}`;
    }),
  ),
  costing(
    "of instances that are terminated together one isn't there, and none is terminated",
    "InvalidInstanceID.NotFound running",
    "TerminateInstances",
    withInstance(async (clients, id) => {
      const said = await codeOf(() => clients.ec2.terminateInstances({ InstanceIds: [id, absent] }));
      return `${said} ${await stateOf(clients, id)}`;
    }),
  ),
  costing(
    "an instance can be terminated twice, and stays listed",
    "ok terminated",
    "TerminateInstances",
    withInstance(async (clients, id) => {
      await clients.ec2.terminateInstances({ InstanceIds: [id] });
      const said = await codeOf(() => clients.ec2.terminateInstances({ InstanceIds: [id] }));
      return `${said} ${await until(clients, ["terminated"], () => stateOf(clients, id))}`;
    }),
  ),
  costing(
    "a terminated instance can't be started",
    "IncorrectInstanceState",
    errors,
    withInstance(async (clients, id) => {
      await clients.ec2.terminateInstances({ InstanceIds: [id] });
      await until(clients, ["terminated"], () => stateOf(clients, id));
      return await codeOf(() => clients.ec2.startInstances({ InstanceIds: [id] }));
    }),
  ),
  costing(
    "stopping takes its time, and a stopped instance starts again",
    "stopping stopped pending",
    `${guide}ec2-instance-lifecycle.html`,
    withInstance(async (clients, id) => {
      const { StoppingInstances } = await clients.ec2.stopInstances({ InstanceIds: [id] });
      const stopped = await until(clients, ["stopped"], () => stateOf(clients, id));
      const { StartingInstances } = await clients.ec2.startInstances({ InstanceIds: [id] });
      const [one] = StoppingInstances ?? [];
      const [two] = StartingInstances ?? [];
      return `${one?.CurrentState?.Name} ${stopped} ${two?.CurrentState?.Name}`;
    }),
  ),
  costing(
    "the type of a running instance can't be changed",
    "IncorrectInstanceState",
    `${guide}change-instance-type-of-ebs-backed-instance.html`,
    withInstance(({ ec2 }, InstanceId) =>
      codeOf(() => ec2.modifyInstanceAttribute({ InstanceId, InstanceType: { Value: "t3.small" } })),
    ),
  ),
  costing(
    "tags of the launch are there at once",
    "1",
    "RunInstances",
    withInstance(async ({ ec2, place }, id) => {
      const Filters = [{ Name: "tag:Name", Values: [`${place.prefix}-instance`] }];
      const { Reservations = [] } = await ec2.describeInstances({ Filters });
      const found = Reservations.flatMap(({ Instances = [] }) => Instances);
      return String(found.filter(({ InstanceId }) => InstanceId === id).length);
    }),
  ),
  costing(
    "IMDSv2 can be demanded of a running instance",
    "required",
    "ModifyInstanceMetadataOptions",
    withInstance(async (clients, InstanceId) => {
      await clients.ec2.modifyInstanceMetadataOptions({ InstanceId, HttpTokens: "required" });
      return await until(clients, ["required"], async () => {
        const { Reservations } = await clients.ec2.describeInstances({ InstanceIds: [InstanceId] });
        return Reservations?.[0]?.Instances?.[0]?.MetadataOptions?.HttpTokens ?? "none";
      });
    }),
  ),
  costing(
    "a root volume goes with its instance",
    "InvalidVolume.NotFound",
    `${guide}preserving-volumes-on-termination.html`,
    withInstance(async (clients, id) => {
      const { Reservations } = await clients.ec2.describeInstances({ InstanceIds: [id] });
      const VolumeIds = [Reservations?.[0]?.Instances?.[0]?.BlockDeviceMappings?.[0]?.Ebs?.VolumeId ?? ""];
      await clients.ec2.terminateInstances({ InstanceIds: [id] });
      await until(clients, ["terminated"], () => stateOf(clients, id));
      const gone = "InvalidVolume.NotFound";
      return await until(clients, [gone], () => codeOf(() => clients.ec2.describeVolumes({ VolumeIds })));
    }),
  ),
  costing("a group that an instance is in can't be deleted", "DependencyViolation", errors, async (clients) => {
    const { ec2, place } = clients;
    const launch = await launchOf(clients);
    const { Subnets } = await ec2.describeSubnets({ SubnetIds: [launch.SubnetId ?? ""] });
    const group = { GroupName: `${place.prefix}-used`, Description: "conformance", VpcId: Subnets?.[0]?.VpcId };
    const { GroupId = "" } = await ec2.createSecurityGroup(group);
    return await during(
      () =>
        withInstance(() => codeOf(() => ec2.deleteSecurityGroup({ GroupId })), { SecurityGroupIds: [GroupId] })(
          clients,
        ),
      () => ec2.deleteSecurityGroup({ GroupId }),
    );
  }),
  costing(
    "a profile that isn't there can't be associated",
    "InvalidParameterValue",
    errors,
    withInstance(({ ec2, place }, InstanceId) => {
      const IamInstanceProfile = { Name: `${place.prefix}-none` };
      return codeOf(() => ec2.associateIamInstanceProfile({ InstanceId, IamInstanceProfile }));
    }),
  ),
  behaviour("a page of instances by their ids", "InvalidParameterCombination", "DescribeInstances", ({ ec2 }) =>
    codeOf(() => ec2.describeInstances({ InstanceIds: [absent], MaxResults: 5 })),
  ),
  behaviour("a page of fewer instances than there can be", "InvalidParameterValue", "DescribeInstances", ({ ec2 }) =>
    codeOf(() => ec2.describeInstances({ MaxResults: 4 })),
  ),
  costing(
    "a spot launch makes a request that is active and names the instance",
    "active same",
    `${guide}spot-request-status.html`,
    withInstance(
      async ({ ec2 }, id) => {
        const Filters = [{ Name: "instance-id", Values: [id] }];
        const [request] = (await ec2.describeSpotInstanceRequests({ Filters })).SpotInstanceRequests ?? [];
        return `${request?.State} ${request?.InstanceId === id ? "same" : "another"}`;
      },
      { InstanceMarketOptions: { MarketType: "spot" } },
    ),
  ),
  costing(
    "a cancelled spot request stays listed, and its instance runs on",
    "cancelled running",
    "CancelSpotInstanceRequests",
    withInstance(
      async (clients, id) => {
        const Filters = [{ Name: "instance-id", Values: [id] }];
        const { SpotInstanceRequests = [] } = await clients.ec2.describeSpotInstanceRequests({ Filters });
        const SpotInstanceRequestIds = SpotInstanceRequests.map(
          ({ SpotInstanceRequestId = "" }) => SpotInstanceRequestId,
        );
        await clients.ec2.cancelSpotInstanceRequests({ SpotInstanceRequestIds });
        const [request] =
          (await clients.ec2.describeSpotInstanceRequests({ SpotInstanceRequestIds })).SpotInstanceRequests ?? [];
        return `${request?.State} ${await stateOf(clients, id)}`;
      },
      { InstanceMarketOptions: { MarketType: "spot" } },
    ),
  ),
  costing(
    "the spot request of a terminated instance is closed",
    "closed",
    `${guide}spot-request-status.html`,
    withInstance(
      async (clients, id) => {
        const Filters = [{ Name: "instance-id", Values: [id] }];
        await clients.ec2.terminateInstances({ InstanceIds: [id] });
        return await until(clients, ["closed"], async () => {
          const [request] = (await clients.ec2.describeSpotInstanceRequests({ Filters })).SpotInstanceRequests ?? [];
          return request?.State ?? "none";
        });
      },
      { InstanceMarketOptions: { MarketType: "spot" } },
    ),
  ),
  behaviour("a spot price that nobody sells at", "SpotMaxPriceTooLow", errors, async (clients) => {
    const request = await launchOf(clients);
    const InstanceMarketOptions = { MarketType: "spot" as const, SpotOptions: { MaxPrice: "0.0001" } };
    return await codeOf(() => clients.ec2.runInstances({ ...request, InstanceMarketOptions }));
  }),
  behaviour("a spot request that isn't there", "InvalidSpotInstanceRequestID.NotFound", errors, ({ ec2 }) =>
    codeOf(() => ec2.describeSpotInstanceRequests({ SpotInstanceRequestIds: ["sir-0123abcd"] })),
  ),
  behaviour("cancelling a spot request that isn't there", "InvalidSpotInstanceRequestID.NotFound", errors, ({ ec2 }) =>
    codeOf(() => ec2.cancelSpotInstanceRequests({ SpotInstanceRequestIds: ["sir-0123abcd"] })),
  ),
  behaviour("the newest image's public parameter names an image", "available", "DescribeImages", async (clients) => {
    const { Images } = await clients.ec2.describeImages({ ImageIds: [await imageOf(clients)] });
    return Images?.[0]?.State ?? "none";
  }),
  behaviour("a key pair of what is no key", "InvalidKey.Format", errors, ({ ec2, place }) =>
    codeOf(() => ec2.importKeyPair({ KeyName: `${place.prefix}-bad`, PublicKeyMaterial: Buffer.from("nonsense") })),
  ),
  behaviour("key pairs by a pattern of their names", "1", "DescribeKeyPairs", ({ ec2, place }) => {
    const KeyName = `${place.prefix}-pattern`;
    return during(
      async () => {
        await ec2.createKeyPair({ KeyName });
        const { KeyPairs } = await ec2.describeKeyPairs({
          Filters: [{ Name: "key-name", Values: [`${place.prefix}-pat*`] }],
        });
        return String(KeyPairs?.length);
      },
      () => ec2.deleteKeyPair({ KeyName }),
    );
  }),
];
