// The bookmark that takes a selected text here. Our own pages do not run such links: it is for the bookmark bar.
"use strict";
(function () {
  const link = document.querySelector("[data-bookmark]");
  const code = "javascript:void(window.open(" + JSON.stringify(location.origin + "/#say=") +
    "+encodeURIComponent(String(window.getSelection()).slice(0,6000))))";
  link.href = code;
  link.hidden = false;
  link.addEventListener("click", function (event) { event.preventDefault(); });
  const field = document.getElementById("bookmark-code");
  field.value = code;
  field.addEventListener("focus", function () { field.select(); });
})();
