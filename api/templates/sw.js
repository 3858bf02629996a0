// Keeps the files of the pages, and the page that is shown without a network. Never a text: nothing that was sent, no
// page that answers it, no address with something after a question mark but the number of a version.
"use strict";
const FILES = [{% for name in names if name.endswith((".css", ".js", ".svg")) and "/" not in name %}"{{ asset(name)|safe }}", {% endfor %}"/offline"];
const KEPT = "scamjob-{{ version }}";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (request.method === "GET") event.respondWith(fetch(request).catch(() => caches.match("/offline")));
    return;
  }
  if (request.method === "GET" && address.pathname.startsWith("/static/")) {
    event.respondWith(caches.match(request).then((kept) => kept || fetch(request)));
  }
});
