import { createHash } from "node:crypto";
import type {
  CreateKeyPairCommandInput,
  CreateKeyPairCommandOutput,
  DeleteKeyPairCommandInput,
  DeleteKeyPairCommandOutput,
  DescribeKeyPairsCommandInput,
  DescribeKeyPairsCommandOutput,
  ImportKeyPairCommandInput,
  ImportKeyPairCommandOutput,
  TagSpecification,
} from "@aws-sdk/client-ec2";
import type { Answer, Ec2Context } from "./context.ts";
import { ec2Error, invalidValue, required } from "./errors.ts";
import { filterItems } from "./filters.ts";
import { notFound } from "./identifiers.ts";
import type { KeyPairRecord } from "./key-pair-state.ts";
import { setTags, tagsFromSpecifications, tagsOf } from "./tags.ts";

const MAX_KEY_PAIRS = 5000;

/** The private key is a placeholder: no host of the sandbox checks it. */
export function CreateKeyPair(
  input: CreateKeyPairCommandInput,
  context: Ec2Context,
): Answer<CreateKeyPairCommandOutput> {
  const fingerprint = createHash("sha1").update(context.random.hex(40)).digest("hex").match(/../g)?.join(":") ?? "";
  const pair = add({ KeyName: input.KeyName, TagSpecifications: input.TagSpecifications }, context, {
    keyType: input.KeyType ?? "rsa",
    fingerprint,
  });
  return {
    KeyPairId: pair.keyPairId,
    KeyName: pair.keyName,
    KeyFingerprint: fingerprint,
    KeyMaterial: `sandbox private key ${context.random.hex(32)}`,
    Tags: tagsOf(context.state, pair.keyPairId),
  };
}

export function ImportKeyPair(
  input: ImportKeyPairCommandInput,
  context: Ec2Context,
): Answer<ImportKeyPairCommandOutput> {
  const text = new TextDecoder().decode(required(input.PublicKeyMaterial, "publicKeyMaterial")).trim();
  // Some clients encode the key once more than the protocol asks for; EC2 takes both.
  const key = /^(?:ssh-|---- )/.test(text) ? text : Buffer.from(text, "base64").toString("utf8").trim();
  const match = /^ssh-(rsa|ed25519) ([A-Za-z0-9+/=]+)(?: |$)/.exec(key);
  if (match?.[2] === undefined) throw ec2Error("InvalidKey.Format", "Key is not in valid OpenSSH public key format");
  const fingerprint =
    createHash("md5").update(Buffer.from(match[2], "base64")).digest("hex").match(/../g)?.join(":") ?? "";
  const keyType = match[1] === "rsa" ? "rsa" : "ed25519";
  const pair = add(input, context, { keyType, fingerprint, publicKey: key });
  return {
    KeyPairId: pair.keyPairId,
    KeyName: pair.keyName,
    KeyFingerprint: fingerprint,
    Tags: tagsOf(context.state, pair.keyPairId),
  };
}

/** Deleting what isn't there is no error when it is named by name. */
export function DeleteKeyPair(
  input: DeleteKeyPairCommandInput,
  context: Ec2Context,
): Answer<DeleteKeyPairCommandOutput> {
  const { state } = context;
  const pair = Object.values(state.keyPairs).find(
    (candidate) => candidate.keyPairId === input.KeyPairId || candidate.keyName === input.KeyName,
  );
  if (input.KeyName === undefined && input.KeyPairId === undefined) required(input.KeyName, "KeyName");
  if (pair === undefined) {
    if (input.KeyPairId !== undefined) throw notFound("keyPair", input.KeyPairId);
    return { Return: true };
  }
  delete state.keyPairs[pair.keyPairId];
  delete state.tags[pair.keyPairId];
  return { Return: true, KeyPairId: pair.keyPairId };
}

/** EC2 doesn't page this listing. */
export function DescribeKeyPairs(
  input: DescribeKeyPairsCommandInput,
  context: Ec2Context,
): Answer<DescribeKeyPairsCommandOutput> {
  const { state } = context;
  const names = input.KeyNames ?? [];
  const ids = input.KeyPairIds ?? [];
  const all = Object.values(state.keyPairs);
  for (const name of names) keyPairNamed(name, context);
  for (const id of ids) {
    if (state.keyPairs[id] === undefined) throw notFound("keyPair", id);
  }
  const wanted =
    names.length + ids.length === 0
      ? all
      : all.filter((pair) => names.includes(pair.keyName) || ids.includes(pair.keyPairId));
  const matching = filterItems(
    wanted,
    input.Filters,
    {
      fingerprint: (pair) => pair.fingerprint,
      "key-name": (pair) => pair.keyName,
      "key-pair-id": (pair) => pair.keyPairId,
    },
    (pair) => tagsOf(state, pair.keyPairId),
  );
  const KeyPairs = matching.map((pair) => ({
    KeyPairId: pair.keyPairId,
    KeyName: pair.keyName,
    KeyType: pair.keyType,
    KeyFingerprint: pair.fingerprint,
    PublicKey: input.IncludePublicKey === true ? pair.publicKey : undefined,
    CreateTime: new Date(pair.createdAt),
    Tags: tagsOf(state, pair.keyPairId),
  }));
  return { KeyPairs };
}

export function keyPairNamed(name: string, { state }: Ec2Context): KeyPairRecord {
  const found = Object.values(state.keyPairs).find((pair) => pair.keyName === name);
  if (found === undefined) throw ec2Error("InvalidKeyPair.NotFound", `The key pair '${name}' does not exist`);
  return found;
}

function add(
  request: { readonly KeyName: string | undefined; readonly TagSpecifications?: TagSpecification[] | undefined },
  { state, random, clock }: Ec2Context,
  key: Pick<KeyPairRecord, "keyType" | "fingerprint" | "publicKey">,
): KeyPairRecord {
  const keyName = required(request.KeyName, "KeyName");
  if (!/^[\x20-\x7e]{1,255}$/.test(keyName) || keyName.trim() !== keyName) {
    throw invalidValue(keyName, "keyName", "Names have up to 255 ASCII characters.");
  }
  const tags = tagsFromSpecifications(request.TagSpecifications, ["key-pair"]).get("key-pair");
  const all = Object.values(state.keyPairs);
  if (all.some((pair) => pair.keyName === keyName)) {
    throw ec2Error("InvalidKeyPair.Duplicate", `The keypair '${keyName}' already exists.`);
  }
  if (all.length >= MAX_KEY_PAIRS)
    throw ec2Error("KeyPairLimitExceeded", "The maximum number of key pairs has been reached.");
  const pair: KeyPairRecord = { keyPairId: random.id("key"), keyName, createdAt: clock.now(), ...key };
  state.keyPairs[pair.keyPairId] = pair;
  setTags(state, pair.keyPairId, tags);
  return pair;
}
