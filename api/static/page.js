// Small comforts. The page does all its work without this file.
"use strict";
(function () {
  const box = document.getElementById("text");
  const count = document.getElementById("count");
  if (box && count) {
    const limit = Number(box.dataset.limit);
    const show = function () {
      const length = Array.from(box.value).length;
      const over = length - limit;
      count.textContent = over > 0 ? "超出 " + over.toLocaleString() + " 字" : "已有 " + length.toLocaleString() + " 字";
      count.classList.toggle("over", over > 0);
      count.hidden = length === 0;
    };
    box.addEventListener("input", show);
    show();
    box.addEventListener("keydown", function (event) {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) box.form.requestSubmit();
    });
    const button = box.form.querySelector("button");
    box.form.addEventListener("submit", function () { button.setAttribute("aria-busy", "true"); button.textContent = "检查中…"; });
    window.addEventListener("pageshow", function () { button.removeAttribute("aria-busy"); button.textContent = "检查"; });
  }
  const first = document.querySelector(".complaint");
  if (first) first.focus();
})();
