// Comforts of the form: a count, Ctrl+Enter, dropped and pasted pictures, a text that a bookmark brought along.
"use strict";
(function () {
  const form = document.getElementById("ask");
  const box = document.getElementById("text");
  const count = document.getElementById("count");
  const images = document.getElementById("images");
  const limit = Number(box.dataset.limit);

  function tally() {
    const length = Array.from(box.value).length;
    const over = length - limit;
    const words = over > 0 ? count.dataset.over : count.dataset.said;
    count.textContent = words.replace("{n}", (over > 0 ? over : length).toLocaleString("en"));
    count.classList.toggle("over", over > 0);
    count.hidden = length === 0;
  }
  box.addEventListener("input", tally);
  box.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(form.querySelector(".main"));
  });

  // What a bookmark brings stands behind the #, which browsers send to nobody; it goes from the address at once.
  const brought = /^#say=(.*)/.exec(location.hash);
  if (brought) {
    try { box.value = decodeURIComponent(brought[1]).slice(0, limit); } catch (error) { /* cut short on its way */ }
    history.replaceState(null, "", location.pathname + location.search);
    box.scrollIntoView();
    box.focus();
  }
  tally();

  form.addEventListener("submit", function (event) {
    const pressed = event.submitter;
    if (!pressed || !pressed.dataset.busy) return;
    pressed.dataset.ready = pressed.textContent;
    pressed.textContent = pressed.dataset.busy;
    pressed.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", function () { // back from the verdict, out of the browser's memory
    for (const button of form.querySelectorAll("[aria-busy]")) {
      button.removeAttribute("aria-busy");
      button.textContent = button.dataset.ready;
    }
  });

  if (images) {
    const take = function (event, files) {
      if (![...files].some((file) => file.type.startsWith("image/") || /\.hei[cf]$/i.test(file.name))) return;
      event.preventDefault();
      images.files = files;
      form.requestSubmit(form.querySelector("[formenctype]"));
    };
    form.addEventListener("dragover", function (event) {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      form.classList.add("dropping");
    });
    form.addEventListener("dragleave", function () { form.classList.remove("dropping"); });
    form.addEventListener("drop", function (event) {
      form.classList.remove("dropping");
      take(event, event.dataTransfer.files);
    });
    box.addEventListener("paste", function (event) {
      if (event.clipboardData.files.length) take(event, event.clipboardData.files);
    });
  }

  const complaint = document.querySelector(".complaint");
  if (complaint) complaint.focus();
  const level = document.getElementById("level");
  if (level && !location.hash) { level.tabIndex = -1; level.focus({ preventScroll: true }); }
  if ("serviceWorker" in navigator && window.isSecureContext) navigator.serviceWorker.register("/sw.js").catch(function () {});
})();
