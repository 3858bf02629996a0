// Light or dark, type size and language as chosen last time, before the page is drawn; kept in this browser alone.
"use strict";
(function () {
  const root = document.documentElement;
  const names = ["theme", "size", "lang"];
  const kept = {};
  try {
    for (const name of names) kept[name] = localStorage.getItem("scamjob." + name);
  } catch (error) { return; } // the browser keeps nothing: the address does
  for (const name of ["theme", "size"]) {
    if (kept[name]) root.dataset[name] = kept[name];
    else if (kept[name] === "") delete root.dataset[name];
  }
  const known = ["zh-Hans", "zh-Hant", "en"].includes(kept.lang);
  if (known && "translated" in root.dataset && kept.lang !== root.lang && !/[?&]lang=/.test(location.search)) {
    const address = new URL(location.href);
    address.searchParams.set("lang", kept.lang);
    location.replace(address);
  }
  document.addEventListener("click", function (event) {
    const pressed = event.target.closest("[data-choice]");
    if (!pressed || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const { choice, value } = pressed.dataset;
    try { localStorage.setItem("scamjob." + choice, value); } catch (error) { return; }
    if (choice === "lang") return; // the server speaks it
    event.preventDefault();
    if (value) root.dataset[choice] = value; else delete root.dataset[choice];
    mark();
  });
  const mark = function () {
    for (const one of document.querySelectorAll("[data-choice]")) {
      const { choice, value } = one.dataset;
      if (choice === "lang") continue;
      if ((root.dataset[choice] || "") === value) one.setAttribute("aria-current", "true");
      else one.removeAttribute("aria-current");
    }
  };
  document.addEventListener("DOMContentLoaded", mark);
  document.addEventListener("page", mark); // another body was put in by check.js
})();
