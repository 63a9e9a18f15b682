// Somebody at the page's frontend, and what a browser adds to its scripts: an origin, cookies and CORS.
const HOME = process.env.BETTER_AUTH_URL;
const cookies = new Map();
const statuses = [];
const network = globalThis.fetch;
let hasTokenExpired = false;

const nameAndValue = (cookie) => cookie.split(";")[0].split(/=(.*)/s);

async function atHome(request) {
  request.headers.set("Cookie", [...cookies].map((pair) => pair.join("=")).join("; "));
  if (request.url.endsWith("/token")) hasTokenExpired = false;
  const response = await network(request);
  for (const [name, value] of response.headers.getSetCookie().map(nameAndValue)) cookies.set(name, value);
  return response;
}

function insistOnPermission(response) {
  if (response.headers.get("Access-Control-Allow-Origin") !== HOME) throw new TypeError("CORS");
}

async function elsewhere(request) {
  if (request.headers.has("Authorization")) {
    const headers = { Origin: HOME, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization" };
    const preflight = await network(request.url, { method: "OPTIONS", headers });
    insistOnPermission(preflight);
    if (!preflight.headers.get("Access-Control-Allow-Headers").includes("authorization")) throw new TypeError("CORS");
    if (hasTokenExpired) request.headers.set("Authorization", "Bearer expired");
  }
  const response = await network(request);
  insistOnPermission(response);
  statuses.push(response.status);
  return response;
}

globalThis.fetch = (input, init) => {
  const request = new Request(input, init);
  request.headers.set("Origin", HOME);
  return new URL(request.url).origin === HOME ? atHome(request) : elsewhere(request);
};

const { authClient } = await import("./auth-client.js");
const { api, signOut } = await import("./api.js");
const asked = async (path) => (await api(path)).json();

await asked("/me");
const { error } = await authClient.signUp.email({ name: "Alice", email: "alice@example.com", password: "correct horse" });
if (error) throw new Error(JSON.stringify(error));
const me = await asked("/me");
const { token } = (await authClient.token()).data;
hasTokenExpired = true;
const hello = await asked("/hello");
await signOut();
await asked("/me");
console.log(JSON.stringify({ me, hello, token, statuses }));
