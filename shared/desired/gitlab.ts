import * as z from "zod/mini";
import { field, named, optional, section, withDefault } from "./field.ts";
import { host, line, matching, port, secretName, unlike, wholeNumber } from "./values.ts";

/** A Ruby literal as plain data: it is rendered as a literal, never pasted as Ruby. */
export type OmnibusValue =
  | string
  | number
  | boolean
  | readonly OmnibusValue[]
  | { readonly [key: string]: OmnibusValue };

const literalText = () =>
  z
    .string()
    .check(
      z.maxLength(16_384, { error: "at most 16,384 characters" }),
      unlike(/\p{Cs}|(?![\n\t])\p{Cc}/u, "text without control characters other than line feed and tab"),
    );

const omnibusValue: z.ZodMiniType<OmnibusValue, OmnibusValue> = named(
  z.lazy(() =>
    z.union([literalText(), z.number(), z.boolean(), z.array(omnibusValue), z.record(literalText(), omnibusValue)]),
  ),
  "omnibusValue",
  "A literal: text, a number, true or false, a list or a mapping of these.",
);

const rubyName = () =>
  matching(/^[a-z][a-z0-9_]{0,99}$/, "an Omnibus name such as gitlab_rails: lower-case letters, digits, _");

const omnibus = z.record(
  rubyName(),
  z.union([z.record(rubyName(), omnibusValue), literalText(), z.number(), z.boolean()]),
);

const versionShape = /^\d{1,2}\.\d{1,2}\.\d{1,3}$/;

export const gitlabSchema = section({
  edition: field(withDefault(z.enum(["ce", "ee"]), "ee"), {
    description:
      "Community or Enterprise Edition. Enterprise without a licence has the features of Community, and can be licensed later.",
    example: "ee",
  }),
  version: field(
    matching(versionShape, "a whole version such as 19.5.3; latest and partial versions move by themselves"),
    {
      description:
        "The version to arrive at. Fleetkeeper goes there over the required stops, with a backup before each; never back.",
      example: "19.5.3",
    },
  ),
  upgradePath: field(
    withDefault(
      z
        .array(matching(/^\d{1,2}\.\d{1,2}(?:\.\d{1,3})?$/, 'a version in quotes, such as "20.2.4"'))
        .check(z.maxLength(50, { error: "at most 50 stops" })),
      [],
    ),
    {
      description:
        "Required stops that GitLab has published and this Fleetkeeper doesn't know yet, each with its newest patch; or a newer patch of one that it knows.",
      unit: "versions",
      example: ["20.2.4"],
    },
  ),
  omnibus: field(withDefault(omnibus, {}), {
    description:
      "Further Omnibus settings, by section. Values are literals. What the file has a field for, and secrets, are refused here.",
    example: { gitlab_rails: { gitlab_default_theme: 2 }, puma: { worker_processes: 2 } },
  }),
  omnibusSecrets: field(
    withDefault(
      z.record(
        matching(
          /^[a-z][a-z0-9_]{0,99}(?:\.[A-Za-z0-9_-]{1,100}){1,8}$/,
          "section and setting, dots between them, such as gitlab_rails.incoming_email_password",
        ),
        secretName(),
      ),
      {},
    ),
    {
      description:
        "Omnibus settings whose values are secrets: by setting, the name of the SecureString. Deeper parts follow with dots, members of lists by number from 0.",
      example: { "gitlab_rails.omniauth_providers.0.args.client_options.secret": "oidc-secret" },
    },
  ),
});

export const smtpSchema = section({
  address: field(host(), { description: "The mail server.", example: "email-smtp.eu-central-1.amazonaws.com" }),
  port: field(withDefault(port(), 587), { description: "Its port.", unit: "TCP port", example: 587 }),
  userName: field(optional(line()), { description: "User at the mail server.", example: "gitlab" }),
  passwordSecret: field(optional(secretName()), {
    description: "Name of the SecureString that holds the user's password.",
    example: "smtp-password",
  }),
  domain: field(optional(host()), { description: "Name that is given in HELO.", example: "example.com" }),
  authentication: field(withDefault(z.enum(["Login", "Plain", "CramMd5", "None"]), "Login"), {
    description: "How the user is authenticated.",
    example: "Login",
  }),
  encryption: field(withDefault(z.enum(["StartTls", "Tls", "None"]), "StartTls"), {
    description: "STARTTLS (587), TLS from the first byte (465), or none.",
    example: "StartTls",
  }),
  from: field(mailAddress(), { description: "Sender of GitLab's mail.", example: "gitlab@example.com" }),
  replyTo: field(optional(mailAddress()), { description: "Where answers go.", example: "noreply@example.com" }),
});

function mailAddress() {
  return matching(/^[^\s@<>"',;:\\]{1,64}@[A-Za-z0-9.-]{1,253}$/, "a mail address such as gitlab@example.com");
}

export const monitoringSchema = section({
  prometheus: field(
    withDefault(
      section({
        enabled: field(withDefault(z.boolean(), true), { description: "Whether metrics are kept.", example: true }),
        retentionDays: field(withDefault(wholeNumber(1, 3650), 15), {
          description: "How long metrics are kept.",
          unit: "days",
          example: 15,
        }),
      }),
      {},
    ),
    { description: "Prometheus beside GitLab, which asks runner and machines." },
  ),
  grafana: field(
    withDefault(
      section({
        enabled: field(withDefault(z.boolean(), false), {
          description: "Whether dashboards are served. Needs Prometheus.",
          example: true,
        }),
        port: field(withDefault(port(), 3000), {
          description: "Port on the host's loopback address; reach it by Session Manager port forwarding.",
          unit: "TCP port",
          example: 3000,
        }),
        adminPasswordSecret: field(withDefault(secretName(), "grafana-admin-password"), {
          description: "Name of the SecureString that holds the administrator's password.",
          example: "grafana-admin-password",
        }),
      }),
      {},
    ),
    { description: "Grafana with a dashboard of the runner's autoscaling." },
  ),
});
