import { type Behaviour, type Clients, codeOf, during } from "./behaviours.ts";

const api = "https://docs.aws.amazon.com/sns/latest/api";

/** A topic that is gone afterwards. */
async function withTopic(clients: Clients, name: string, look: (TopicArn: string) => Promise<string>): Promise<string> {
  const { sns, place } = clients;
  const { TopicArn = "none" } = await sns.createTopic({ Name: `${place.prefix}-${name}` });
  return await during(
    () => look(TopicArn),
    () => sns.deleteTopic({ TopicArn }),
  );
}

/** The ARN of a topic that isn't there, of this account. */
function missing(clients: Clients): Promise<string> {
  return withTopic(clients, "sibling", async (arn) => arn.replace(/sibling$/, "none"));
}

/** SNS. */
export const topicBehaviours: readonly Behaviour[] = [
  {
    name: "sns: a topic that is made twice is one",
    aws: "true",
    source: `${api}/API_CreateTopic.html`,
    look: (clients) =>
      withTopic(clients, "twice", async (arn) => {
        const again = await clients.sns.createTopic({ Name: `${clients.place.prefix}-twice` });
        return String(again.TopicArn === arn);
      }),
  },
  {
    name: "sns: a topic's name has no dots",
    aws: "InvalidParameterException",
    source: `${api}/API_CreateTopic.html`,
    look: ({ sns, place }) => codeOf(() => sns.createTopic({ Name: `${place.prefix}.dots` })),
  },
  {
    name: "sns: deleting a topic that isn't there is no error",
    aws: "ok",
    source: `${api}/API_DeleteTopic.html`,
    look: async (clients) => {
      const TopicArn = await missing(clients);
      return await codeOf(() => clients.sns.deleteTopic({ TopicArn }));
    },
  },
  {
    name: "sns: attributes of a topic that isn't there",
    aws: "NotFoundException",
    source: `${api}/API_GetTopicAttributes.html`,
    look: async (clients) => {
      const TopicArn = await missing(clients);
      return await codeOf(() => clients.sns.getTopicAttributes({ TopicArn }));
    },
  },
  {
    name: "sns: publishing to a topic that isn't there",
    aws: "NotFoundException",
    source: `${api}/API_Publish.html`,
    look: async (clients) => {
      const TopicArn = await missing(clients);
      return await codeOf(() => clients.sns.publish({ TopicArn, Message: "x" }));
    },
  },
  {
    name: "sns: a new topic's policy is its account's, and nobody is subscribed",
    aws: "0 0 true",
    source: `${api}/API_GetTopicAttributes.html`,
    look: (clients) =>
      withTopic(clients, "plain", async (TopicArn) => {
        const { Attributes = {} } = await clients.sns.getTopicAttributes({ TopicArn });
        const { SubscriptionsConfirmed, SubscriptionsPending, Owner, Policy = "" } = Attributes;
        return `${SubscriptionsConfirmed} ${SubscriptionsPending} ${Policy.includes(Owner ?? "none")}`;
      }),
  },
  {
    name: "sns: a message gets an id",
    aws: "true",
    source: `${api}/API_Publish.html`,
    look: (clients) =>
      withTopic(clients, "told", async (TopicArn) => {
        const { MessageId = "" } = await clients.sns.publish({ TopicArn, Subject: "s", Message: "x" });
        return String(/^[0-9a-f-]{36}$/.test(MessageId));
      }),
  },
  {
    name: "sns: an empty message is refused",
    aws: "InvalidParameterException",
    source: `${api}/API_Publish.html`,
    look: (clients) =>
      withTopic(clients, "empty", (TopicArn) => codeOf(() => clients.sns.publish({ TopicArn, Message: "" }))),
  },
  {
    name: "sns: a subject of 99 characters is taken",
    aws: "ok",
    source: `${api}/API_Publish.html`,
    look: (clients) =>
      withTopic(clients, "subject", (TopicArn) =>
        codeOf(() => clients.sns.publish({ TopicArn, Message: "x", Subject: "s".repeat(99) })),
      ),
  },
  {
    name: "sns: a subject of 101 characters is refused",
    aws: "InvalidParameterException",
    source: `${api}/API_Publish.html`,
    look: (clients) =>
      withTopic(clients, "long-subject", (TopicArn) =>
        codeOf(() => clients.sns.publish({ TopicArn, Message: "x", Subject: "s".repeat(101) })),
      ),
  },
  {
    name: "sns: a subject of two lines is refused",
    aws: "InvalidParameterException",
    source: `${api}/API_Publish.html`,
    look: (clients) =>
      withTopic(clients, "two-lines", (TopicArn) =>
        codeOf(() => clients.sns.publish({ TopicArn, Message: "x", Subject: "one\ntwo" })),
      ),
  },
  {
    name: "sns: a message of 262,144 bytes is taken",
    aws: "ok",
    source: `${api}/API_Publish.html`,
    look: (clients) =>
      withTopic(clients, "large", (TopicArn) =>
        codeOf(() => clients.sns.publish({ TopicArn, Message: "x".repeat(262_144) })),
      ),
  },
  {
    name: "sns: a message of one byte more is refused",
    aws: "InvalidParameterException",
    source: `${api}/API_Publish.html`,
    look: (clients) =>
      withTopic(clients, "too-large", (TopicArn) =>
        codeOf(() => clients.sns.publish({ TopicArn, Message: "x".repeat(262_145) })),
      ),
  },
  {
    name: "sns: bytes count, not characters",
    aws: "InvalidParameterException",
    source: `${api}/API_Publish.html`,
    look: (clients) =>
      withTopic(clients, "bytes", (TopicArn) =>
        codeOf(() => clients.sns.publish({ TopicArn, Message: "ü".repeat(131_073) })),
      ),
  },
  {
    name: "sns: a topic of another region than is asked is refused",
    aws: "InvalidParameterException",
    source: "https://docs.aws.amazon.com/sns/latest/api/API_Publish.html",
    look: (clients) =>
      withTopic(clients, "elsewhere", (arn) =>
        codeOf(() => {
          const TopicArn = arn.replace(clients.place.region, "us-west-2");
          return clients.sns.publish({ TopicArn, Message: "x" });
        }),
      ),
  },
  {
    name: "sns: tags of a topic can be read again",
    aws: "b",
    source: `${api}/API_TagResource.html`,
    look: (clients) =>
      withTopic(clients, "tagged", async (ResourceArn) => {
        await clients.sns.tagResource({ ResourceArn, Tags: [{ Key: "a", Value: "b" }] });
        const { Tags = [] } = await clients.sns.listTagsForResource({ ResourceArn });
        return Tags.map(({ Value }) => Value).join();
      }),
  },
  {
    name: "sns: tags of a topic that isn't there",
    aws: "ResourceNotFoundException",
    source: `${api}/API_ListTagsForResource.html`,
    look: async (clients) => {
      const ResourceArn = await missing(clients);
      return await codeOf(() => clients.sns.listTagsForResource({ ResourceArn }));
    },
  },
  {
    name: "sns: a mail address waits until it is confirmed",
    aws: "true",
    source: `${api}/API_Subscribe.html`,
    look: (clients) =>
      withTopic(clients, "mail", async (TopicArn) => {
        const Endpoint = "nobody@example.com";
        const { SubscriptionArn = "none" } = await clients.sns.subscribe({ TopicArn, Protocol: "email", Endpoint });
        return String(SubscriptionArn === "pending confirmation");
      }),
  },
  {
    name: "sns: a subscription by no known protocol is refused",
    aws: "InvalidParameterException",
    source: `${api}/API_Subscribe.html`,
    look: (clients) =>
      withTopic(clients, "pigeon", (TopicArn) =>
        codeOf(() => clients.sns.subscribe({ TopicArn, Protocol: "pigeon", Endpoint: "loft" })),
      ),
  },
];
