// jose with createRemoteJWKSet, as its documentation shows it.
import { createInterface } from "node:readline";
import { createRemoteJWKSet, errors, jwtVerify } from "jose";

const keySets = new Map();

async function answer({ token, jwks_url: url, issuer, audience, algorithms, leeway_seconds: clockTolerance, now }) {
  if (token === undefined) return { skipped: "it reads no headers" };
  if (!keySets.has(url)) keySets.set(url, createRemoteJWKSet(new URL(url)));
  const currentDate = now ? new Date(now * 1000) : undefined;
  try {
    await jwtVerify(token, keySets.get(url), { issuer, audience, algorithms, clockTolerance, currentDate });
    return { accepted: true };
  } catch (error) {
    return { accepted: false, status: statusOf(error), reason: String(error).slice(0, 200) };
  }
}

function statusOf(error) {
  const isOutage = error instanceof errors.JWKSTimeout || error.code === "ERR_JOSE_GENERIC" || error.message === "fetch failed";
  return isOutage ? 503 : error instanceof errors.JOSEError ? 401 : 500;
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await answer(JSON.parse(line))));
}
