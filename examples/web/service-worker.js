// Opens the page without a network. The build writes two lines above: SHELL, the files of the page, and VERSION, which
// changes with them. What the API and Better Auth answer passes by and is never kept.
const CACHE = `shell ${VERSION}`;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== self.location.origin || !SHELL.includes(pathname) && !pathname.startsWith("/assets/")) return;
  event.respondWith(answer(mode === "navigate" ? "/" : pathname, event.request));
});

async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll(SHELL.map((path) => new Request(path, { cache: "reload" })));
  await self.skipWaiting();
}

/** The shell before this one stays, for a tab that has been open since may still load a part of it. */
async function takeOver() {
  const shells = (await caches.keys()).filter((name) => name.startsWith("shell ") && name !== CACHE);
  await Promise.all(shells.slice(0, -1).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function answer(path, request) {
  const kept = (await (await caches.open(CACHE)).match(path)) ?? (await caches.match(path));
  return kept ?? fetch(request);
}
