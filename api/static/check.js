// The verdict is put into the page that is open: no new document is built for it, so it stands there in half the time.
// Back and forward bring the pages back as they were left. Whatever goes wrong, the form is sent the usual way; but for
// want of a network, which the open page says, with all that was typed and chosen.
"use strict";
(function () {
  const own = document.currentScript.src;
  const pages = []; // bodies by their number in the browser's history
  let now = (history.state && history.state.page) || 0;
  let asking = false;

  function show(body) {
    pages[now] = body;
    document.body.replaceWith(body);
    document.title = body.dataset.title;
    document.dispatchEvent(new Event("page"));
  }
  function rest(form) {
    for (const button of form.querySelectorAll("[aria-busy]")) {
      button.removeAttribute("aria-busy");
      button.textContent = button.dataset.ready;
    }
  }
  function away(form) {
    const said = form.querySelector("[data-away]");
    rest(form);
    said.hidden = false;
    said.focus();
  }
  async function ask(form) {
    const sent = new URLSearchParams();
    for (const [name, value] of new FormData(form)) sent.append(name, value instanceof File ? value.name : value);
    const headers = { Accept: "text/html" };
    const answer = await fetch(form.action, { method: "POST", body: sent, headers, signal: AbortSignal.timeout(20000) });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!fresh.getElementById("ask")) throw new Error("not the page");
    rest(form);
    document.body.dataset.title = document.title;
    pages[now] = document.body;
    history.replaceState({ page: now }, "", form.action); // where a reload gives the form, also after /screenshots
    now += 1;
    pages.length = now;
    history.pushState({ page: now }, "", form.action);
    fresh.body.dataset.title = fresh.title;
    show(document.adoptNode(fresh.body));
    scrollTo({ top: 0, behavior: "instant" });
    for (const { src } of fresh.querySelectorAll("head script[defer]")) {
      if (src === own) continue;
      const script = document.createElement("script"); // runs anew, for the new elements
      script.src = src;
      document.head.append(script);
    }
  }

  document.addEventListener("submit", function (event) {
    const form = event.target, pressed = event.submitter;
    if (form.id !== "ask" || !pressed) return;
    const elsewhere = pressed.hasAttribute("formaction"); // pictures, or another language
    if (elsewhere && navigator.onLine) return;
    event.preventDefault();
    if (asking) return;
    form.querySelector("[data-away]").hidden = true;
    if (elsewhere) { away(form); return; }
    asking = true;
    ask(form).catch(function () {
      if (navigator.onLine) form.submit(); else away(form);
    }).finally(function () { asking = false; });
  });
  addEventListener("popstate", function (event) {
    if (!event.state || event.state.page === now) return; // a mark or a reason on the page that is shown
    now = event.state.page;
    if (pages[now]) show(pages[now]); else location.reload();
  });
})();
