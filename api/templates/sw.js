// Keeps the files of the pages, and the page that is shown without a network. Never a text: nothing that was sent, no
// page that answers it, no address with something after a question mark but a language or the number of a version.
"use strict";
const FILES = [{% for name in names if name.endswith((".css", ".js", ".svg")) and "/" not in name %}"{{ asset(name)|safe }}", {% endfor %}{% for code in LANGUAGES %}"/offline?lang={{ code }}", {% endfor %}"/offline"];
const KEPT = "scamjob-{{ version }}";
const FORMS = ["/", "/feedback"]; // whose text is given back when it could not be sent
const COLUMNS = {{ columns|list|tojson }};
const PICTURES = "/screenshots"; // too large to be held here on their way

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
    if (request.method === "GET") event.respondWith(fetch(request).catch(() => helping(address)));
    else if (FORMS.includes(address.pathname)) event.respondWith(sent(request, address));
    else if (address.pathname === PICTURES && !self.navigator.onLine) event.respondWith(givenBack(request, address));
    return;
  }
  if (request.method === "GET" && address.pathname.startsWith("/static/")) {
    event.respondWith(caches.match(request).then((kept) => kept || fetch(request)));
  }
});

async function helping(address) {
  return (await caches.match("/offline?lang=" + address.searchParams.get("lang"))) || caches.match("/offline");
}
async function sent(request, address) {
  const copy = request.clone();
  return fetch(request).catch(() => givenBack(copy, address));
}
// The page that helps, with what was typed in its form. That page is ours; what is put in is escaped, in one pass.
async function givenBack(request, address) {
  const page = await helping(address);
  const typed = await request.formData();
  const value = (name) => String(typed.get(name) || "").replace(/[&<>"]/g, (char) => "&#" + char.charCodeAt(0) + ";");
  const places = / data-translated|<nav class="languages"[^]*?<\/nav>| hidden(?= data-typed)|<\/textarea>|<details(?= data-columns)|name="(\w+)" value=""/g;
  const body = (await page.text()).replace(places, (found, name) => {
    if (name) return 'name="' + name + '" value="' + value(name) + '"';
    if (found === "</textarea>") return value("text") + found;
    if (found === "<details") return COLUMNS.some((one) => typed.get(one)) ? "<details open" : found;
    return ""; // to choose a language would lose the text
  });
  const policy = page.headers.get("Content-Security-Policy");
  return new Response(body, { headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy } });
}
