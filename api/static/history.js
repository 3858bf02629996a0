// What was checked on this device, kept in its browser alone. Every text is put in as text, never as HTML.
"use strict";
(function () {
  const NAME = "scamjob.history", OFF = "scamjob.history.off", MOST = 20, LONGEST = 20000;
  const place = document.getElementById("history");
  const form = document.getElementById("ask");
  const list = place.querySelector("ul");
  const pause = place.querySelector("[data-do=pause]");

  function kept() {
    try {
      const found = JSON.parse(localStorage.getItem(NAME));
      return Array.isArray(found) ? found.filter((one) => one && typeof one.text === "string").slice(0, MOST) : [];
    } catch (error) { return []; }
  }
  function keep(entries) {
    for (let some = entries.slice(0, MOST); ; some = some.slice(0, -1)) {
      try { localStorage.setItem(NAME, JSON.stringify(some)); return; } catch (error) { if (!some.length) return; }
    }
  }
  function off() {
    try { return localStorage.getItem(OFF) === "1"; } catch (error) { return true; }
  }
  function fields() {
    const columns = {};
    for (const input of form.querySelectorAll(".columns input")) if (input.value) columns[input.name] = input.value;
    return columns;
  }
  function fill(one) {
    form.elements.text.value = one.text;
    for (const input of form.querySelectorAll(".columns input")) input.value = (one.columns || {})[input.name] || "";
    form.elements.text.dispatchEvent(new Event("input"));
    form.elements.text.focus();
    form.scrollIntoView();
  }
  function button(words, action) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = words;
    made.addEventListener("click", action);
    return made;
  }
  function draw() {
    const entries = kept();
    list.replaceChildren(...entries.map(function (one, index) {
      const row = document.createElement("li");
      const opening = (one.text || Object.values(one.columns || {}).join(" ")).replace(/\s+/g, " ").slice(0, 60);
      const told = String(one.words || "") + (one.score ? " " + one.score : "") + " · " + opening;
      const drop = button("×", function () { keep(kept().filter((_, other) => other !== index)); draw(); });
      drop.className = "second";
      drop.setAttribute("aria-label", list.dataset.delete.replace("{words}", told));
      row.append(button(told, function () { fill(one); }), drop);
      return row;
    }));
    pause.checked = off();
    place.hidden = !entries.length && !off();
  }

  if (place.dataset.level && !off()) {
    const { level, words, score } = place.dataset;
    const one = { text: form.elements.text.value.slice(0, LONGEST), columns: fields(), level, words, score };
    const same = JSON.stringify([one.text, one.columns]);
    keep([one, ...kept().filter((other) => JSON.stringify([other.text, other.columns]) !== same)]);
  }
  place.querySelector("[data-do=erase]").addEventListener("click", function () { keep([]); draw(); });
  pause.addEventListener("change", function () {
    try { localStorage.setItem(OFF, pause.checked ? "1" : ""); } catch (error) { /* it keeps nothing anyway */ }
    draw();
  });
  document.addEventListener("page", draw);
  draw();
})();
