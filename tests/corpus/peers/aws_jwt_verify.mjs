// aws-jwt-verify with its cache of key sets. It fetches over https only, so it gets a fetcher that can do without.
import { createInterface } from "node:readline";
import { JwtVerifier } from "aws-jwt-verify";
import * as errors from "aws-jwt-verify/error";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";

const verifiers = new Map();
const fetcher = { fetch: async (url) => (await fetch(url)).arrayBuffer() };

function verifierFor({ jwks_url: jwksUri, issuer, audience, leeway_seconds: graceSeconds }) {
  const told = { issuer, audience, jwksUri, graceSeconds };
  return JwtVerifier.create(told, { jwksCache: new SimpleJwksCache({ fetcher }) });
}

async function answer(question) {
  if (question.token === undefined) return { skipped: "it reads no headers" };
  if (String(question.algorithms) === "PS256") return { skipped: "it has no PS256" };
  if (!verifiers.has(question.jwks_url)) verifiers.set(question.jwks_url, verifierFor(question));
  try {
    await verifiers.get(question.jwks_url).verify(question.token);
    return { accepted: true };
  } catch (error) {
    const isTheirs = Object.values(errors).some((type) => error instanceof type);
    const status = error instanceof errors.FetchError ? 503 : isTheirs ? 401 : 500;
    return { accepted: false, status, reason: String(error).slice(0, 200) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await answer(JSON.parse(line))));
}
