// The keyboard at the review desk. Every page does all its work without this file.
"use strict";
(function () {
  const form = document.getElementById("decision");
  const undo = document.getElementById("undo");
  const following = document.getElementById("following");
  const first = document.querySelector('[data-first="1"]');
  const box = document.getElementById("shortcuts");
  let on = true;
  try { on = localStorage.getItem("scamjob.shortcuts") !== "off"; } catch (error) { /* kept nowhere */ }
  if (box) {
    box.checked = on;
    box.closest("[hidden]").hidden = false;
    box.addEventListener("change", function () {
      on = box.checked;
      try { localStorage.setItem("scamjob.shortcuts", on ? "on" : "off"); } catch (error) { /* for this page */ }
    });
  }
  const label = function () { return form && form.querySelector('input[name="label"]:checked'); };
  let sent = false;
  if (form) {
    form.addEventListener("submit", function (event) {
      if (sent) event.preventDefault(); // a second Enter would decide on the next one unseen
      sent = true;
    });
    window.addEventListener("pageshow", function () { sent = false; });
  }
  const pick = function (key) {
    const found = form.querySelector('[data-key="' + key + '"]');
    if (!found) return false;
    if (found.type === "radio") {
      found.checked = true;
      found.focus();
    } else {
      found.checked = !found.checked;
      form.querySelector('input[value="scam"]').checked = true;
      found.focus();
    }
    return true;
  };
  document.addEventListener("keydown", function (event) {
    if (event.isComposing || event.altKey || event.repeat) return;
    const target = event.target;
    const typing = target.tagName === "TEXTAREA" || target.tagName === "SELECT" || (target.tagName === "INPUT" && !["radio", "checkbox"].includes(target.type));
    if (typing) {
      if (event.key === "Escape") target.blur();
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form && form.contains(target)) form.requestSubmit();
      return;
    }
    if (!on || event.ctrlKey || event.metaKey) return;
    const key = event.key.toLowerCase();
    const pressed = target.closest("a, button, summary");
    if (key === "enter") {
      if (pressed || !form) return;
      event.preventDefault();
      if (label()) form.requestSubmit();
      else form.querySelector('input[name="label"]').focus();
    } else if (key === "u" && undo) undo.requestSubmit();
    else if (key === "j" && following) following.click();
    else if (key === "j" && first) first.click();
    else if (key === "n" && form) { event.preventDefault(); document.getElementById("note").focus(); }
    else if (form && /^[a-z0-9]$/.test(key) && pick(key)) event.preventDefault();
  });
})();
