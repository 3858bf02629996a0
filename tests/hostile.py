"""200 texts that try to become part of a page, and a reader of pages that tells whether one did."""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser
from itertools import product

RUNS = (
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script src=//evil.example/x.js></script>",
    "<script\x20type=module>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<IMG SRC=x oNeRrOr=alert(1)//",
    "<img src='x' onerror='alert(1)'>",
    "<img/src=x/onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg/onload=alert(1)//",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<audio src=x onerror=alert(1)>",
    "<math><mtext><script>alert(1)</script></mtext></math>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css'</style>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href=//evil.example/>",
    "<template><script>alert(1)</script></template>",
    "<marquee onstart=alert(1)>",
    "<div style='background:url(javascript:alert(1))'>x</div>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "{{7*7}}{{config}}{% import 'os' as os %}",
    "${alert(1)}`alert(1)`",
    'javascript:alert(1)//";alert(1)//',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#x3C;script&#x3E;alert(1)&#x3C;/script&#x3E;",
    "\u202e<script>alert(1)</script>\u2066",
    "<scr\0ipt>alert(1)</scr\0ipt>",
)
ESCAPES = ("", '">', "'>", "</textarea></title></mark></a></div></main>", "-->]]></script>\n")
HOSTILE: Sequence[str] = tuple(before + run for before, run in product(ESCAPES, RUNS))

TAGS = frozenset(
    [
        "b",
        "html",
        "head",
        "meta",
        "title",
        "link",
        "script",
        "body",
        "a",
        "header",
        "div",
        "svg",
        "path",
        "span",
        "nav",
        "details",
        "summary",
        "p",
        "main",
        "section",
        "h1",
        "h2",
        "h3",
        "rect",
        "g",
        "text",
        "button",
        "ol",
        "ul",
        "li",
        "mark",
        "sup",
        "strong",
        "form",
        "input",
        "label",
        "textarea",
        "footer",
        "br",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "bdi",
        "dl",
        "dt",
        "dd",
        "figure",
        "figcaption",
        "code",
    ]
)


class Reader(HTMLParser):
    """What of a page a browser would obey and we never write."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.strange: list[str] = []
        self.counts: dict[str, int] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counts[tag] = self.counts.get(tag, 0) + 1
        if tag not in TAGS:
            self.strange.append(f"<{tag}>")
        for name, value in attrs:
            if name.startswith("on") or name in {"style", "srcdoc", "http-equiv"}:
                self.strange.append(f"<{tag} {name}>")
            if name in {"href", "src", "action", "formaction", "xlink:href"} and not _ours(value or ""):
                self.strange.append(f"<{tag} {name}={value}>")
        if tag == "script" and not str(dict(attrs).get("src", "")).startswith("/static/"):
            self.strange.append("<script>")


def _ours(address: str) -> bool:
    return address.startswith(("#", "tel:")) or (address.startswith("/") and not address.startswith("//"))


def strange_in(page: str) -> list[str]:
    """What does not belong into a page of ours; `<main>` when it is not there once."""
    found = Reader(page)
    return found.strange + [f"<{tag}>" for tag in ("main", "title", "body") if found.counts.get(tag) != 1]


OF_THE_DESK = frozenset(["article", "caption", "fieldset", "kbd", "legend", "option", "pre", "s", "select", "time"])


def strange_on_desk(page: str) -> list[str]:
    """What does not belong into a page of the desk."""
    return [one for one in strange_in(page) if one.strip("<>") not in OF_THE_DESK]
