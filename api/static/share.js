// The verdict to take along: as text, on paper, or as a picture that is drawn here and sent nowhere by us.
"use strict";
(function () {
  const tools = document.querySelector("[data-tools]");
  const said = (selector, within) => {
    const found = (within || document).querySelector(selector);
    return found ? found.textContent.replace(/\s+/g, " ").trim() : "";
  };
  const verdict = document.getElementById("verdict");
  const told = {
    brand: said(".brand"), level: said("#level"), score: said(".score"), now: said(".now"), help: said("footer p:nth-of-type(2)"),
    reasons: [...document.querySelectorAll(".reason")].map(function (reason) {
      const heading = reason.querySelector("h3").cloneNode(true);
      heading.querySelector(".number").remove();
      return { title: heading.textContent.trim(), quote: said(".quote", reason) };
    }),
  };

  function asText() {
    const reasons = told.reasons.map((one, index) => index + 1 + ". " + one.title + " " + one.quote);
    return [told.brand, told.level + " " + told.score, told.now, ...reasons, told.help].join("\n");
  }

  const WIDTH = 720, EDGE = 40, FONT = getComputedStyle(document.body).fontFamily;
  const INK = { high: "#a31f1a", medium: "#7c4a00", low: "#17633a", none: "#44525e" };

  // Lines no wider than the picture; Chinese may break anywhere, a word of Latin letters if it must.
  function lines(pen, text, width, most) {
    const found = [];
    let line = "";
    for (const piece of text.match(/[A-Za-z0-9.,:'’%-]+\s?|./gu) || []) {
      for (const part of pen.measureText(piece).width > width ? Array.from(piece) : [piece]) {
        if (line && pen.measureText(line + part).width > width) { found.push(line); line = ""; }
        line += part;
      }
    }
    if (line) found.push(line);
    return found.length <= most ? found : [...found.slice(0, most - 1), found[most - 1].slice(0, -1) + "…"];
  }

  // Draws, or only measures when there is nothing to draw on; gives the height.
  function paint(pen, real) {
    const level = [...verdict.classList].find((name) => name in INK) || "none";
    let y = 0;
    const write = function (text, size, colour, weight, most) {
      pen.font = weight + " " + size + "px " + FONT;
      pen.fillStyle = colour;
      for (const line of lines(pen, text, WIDTH - 2 * EDGE, most)) {
        y += size * 1.5;
        if (real) pen.fillText(line, EDGE, y);
      }
    };
    if (real) {
      pen.fillStyle = "#fff"; pen.fillRect(0, 0, WIDTH, real);
      pen.fillStyle = INK[level]; pen.fillRect(0, 0, WIDTH, 14); pen.fillRect(0, 0, 14, real);
    }
    y = 34;
    write(told.brand, 24, "#4d5761", 600, 1);
    y += 10;
    write(told.level + "　" + told.score, 52, INK[level], 700, 2);
    y += 8;
    write(told.now, 28, "#14191f", 600, 4);
    y += 14;
    told.reasons.slice(0, 6).forEach(function (one, index) {
      write(index + 1 + ". " + one.title, 26, "#14191f", 600, 2);
      if (one.quote) write(one.quote, 23, "#4d5761", 400, 2);
      y += 8;
    });
    y += 14;
    write(told.help, 21, "#4d5761", 400, 3);
    return Math.ceil(y + 34);
  }

  function picture() {
    const canvas = document.createElement("canvas");
    canvas.width = WIDTH;
    canvas.height = paint(canvas.getContext("2d"), 0);
    paint(canvas.getContext("2d"), canvas.height);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  }

  const actions = {
    copy: () => navigator.clipboard.writeText(asText()),
    print: async () => window.print(),
    picture: async function () {
      const file = new File([await picture()], "scamjob.png", { type: "image/png" });
      if (navigator.canShare && navigator.canShare({ files: [file] })) {
        try { await navigator.share({ files: [file] }); return; } catch (error) { if (error.name === "AbortError") return; }
      }
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = file.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    },
  };
  for (const button of tools.querySelectorAll("[data-do]")) {
    const words = button.textContent;
    button.addEventListener("click", async function () {
      await actions[button.dataset.do]();
      if (!button.dataset.done) return;
      button.textContent = button.dataset.done;
      setTimeout(function () { button.textContent = words; }, 3000);
    });
  }
  if (!navigator.clipboard) tools.querySelector("[data-do=copy]").hidden = true; // only where the address is safe
  tools.hidden = false;
})();
