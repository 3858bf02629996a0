"""`make bench-page`: how long from the tap until the verdict is painted, in a real Chromium, by the real service."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from api.examples import EXAMPLES

ROOT = Path(__file__).parent.parent
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
SIZES = {"phone": (360, 740), "desk": (1200, 900)}
TAPS = 15
TARGET = 150
"""Milliseconds from the tap to the painted verdict, the median of the taps."""
WATCH = """
let tap = 0;
addEventListener("click", (event) => { if (event.target.closest(".main")) { tap = event.timeStamp; look(); } }, true);
function look() {
  if (!document.getElementById("verdict")) { setTimeout(look, 1); return; }
  requestAnimationFrame(() => { // the frame that shows it; a message comes when it is done
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      const way = performance.getEntriesByType("resource").filter((one) => one.initiatorType === "fetch").at(-1);
      const painted = performance.now() - tap;
      window.taken = { asked: way.requestStart - tap, answered: way.responseStart - tap, painted };
    };
    channel.port2.postMessage(0);
  });
}
"""
"""Notes the tap, and when the question left, when the answer began, and when it was painted."""


@dataclass(frozen=True, slots=True)
class Tap:
    """Milliseconds after the tap."""

    asked: float
    answered: float
    painted: float


@contextmanager
def served() -> Iterator[str]:
    """The address of `scamjob serve` with the shipped model, as a new user starts it."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "training.command", "serve", "--port", "0"]
        environment = os.environ | {"SCAMJOB_HOME": home}
        service = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            assert service.stdout
            lines = iter(service.stdout.readline, "")
            yield next(found[0] for line in lines if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
        finally:
            service.terminate()
            service.communicate(timeout=40)


def taps(browser: Browser, address: str, size: Sequence[int], number: int = TAPS) -> list[Tap]:
    """As many taps, each on a new text; before the first, the page has been there once."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
    context.add_init_script(WATCH)
    page = context.new_page()
    found = [tap(page, address, f"{EXAMPLES['scam'].text}（{at}店）") for at in range(number + 1)]
    context.close()
    return found[1:]


def tap(page: Page, address: str, text: str) -> Tap:
    """One tap; the page rests before it, as under a reader's eyes."""
    page.goto(address)
    page.wait_for_timeout(300)
    page.fill("#text", text)
    page.wait_for_timeout(100)
    page.click(".main")
    page.wait_for_selector("#verdict")
    while not (taken := page.evaluate("window.taken")):
        page.wait_for_timeout(20)
    return Tap(**taken)


def told(name: str, found: Sequence[Tap]) -> str:
    """A line for people."""
    painted = sorted(one.painted for one in found)
    parts = [median(getattr(one, part) for one in found) for part in ("asked", "answered", "painted")]
    verdict = "PASS" if parts[2] <= TARGET else "above"
    asked, answered, middle = (f"{part:.0f}" for part in parts)
    return (
        f"{name:6} tap → asked {asked} → answered {answered} → painted {middle} ms "
        f"(fastest {painted[0]:.0f}, slowest {painted[-1]:.0f}; target {TARGET}: {verdict})"
    )


def main() -> None:
    """Both sizes."""
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name, size in SIZES.items():
            print(told(name, taps(browser, address, size)), flush=True)
        browser.close()
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
