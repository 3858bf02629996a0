"""Speed, cold start and memory, beside the usual pipeline on the same machine in the same run: `make bench`.

The other side is jieba + TF-IDF + LogisticRegression, trained on the same data/, and as many plain regular expressions
as the rules have. Ours gives more in that time: offsets, reasons, what was set aside, terms.
"""

from __future__ import annotations

import gc
import os
import platform
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from socket import create_server
from statistics import median
from urllib.request import Request, urlopen

from detector import Detector, Posting

LENGTH = 340
BATCH = 2_000
HEAVY = ("sklearn", "pandas", "scipy")
MIB = 1 << 20

TEXT = (
    "【急招】某跨境电商平台招聘线上兼职客服若干名，在家即可办公，时间自由，宝妈、学生、上班族均可。工作内容：协助商家"
    "处理售后咨询、整理订单表格，按单结算，一单8-15元，熟练后日结300-500元，月入过万不是梦。要求：年满18周岁，有智能"
    "手机，会基本打字，无需经验，专人带教。入职流程：先加微信报名，审核通过后缴纳200元押金用于开通工作账号，完成首单"
    "后全额退还；工资当天结算，不拖欠，不收培训费、服装费。公司地址：杭州市余杭区文一西路，正规企业，五险一金，可签"
    "劳动合同。名额有限，先到先得，有意者请尽快联系王经理，谨防假冒本公司名义收取其他费用的行为，如遇可疑情况请拨打"
    "96110咨询。本岗位长期有效，另招仓库分拣员，月薪4500-6000元，包食宿，每月10日发薪，节假日三倍工资。"
)[:LENGTH]


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison and whether it is good enough; None where there is no target, only a figure."""

    name: str
    ours: str
    theirs: str
    ratio: str
    target: str
    good: bool | None


def compare(model: Path | None = None) -> list[Line]:
    """All comparisons, the quick ones first."""
    detector = Detector.load(model)
    usual, texts = _usual(sum(len(rule.patterns) for rule in detector.rules))
    return [
        single(detector, usual),
        batch(detector, usual, _batch_of(texts)),
        cold_start(model),
        *serving(model),
    ]


def _usual(patterns: int) -> tuple[Callable[[Sequence[str]], object], list[str]]:
    """The usual pipeline with its regular expressions, and the texts that it was trained on."""
    from training.dataset import DATA, read_examples  # noqa: PLC0415  # the other side's imports are not ours
    from training.peers import naive_pipeline  # noqa: PLC0415

    examples = read_examples([DATA])
    pipeline = naive_pipeline(examples)
    plain = plain_patterns(patterns)

    def judge(texts: Sequence[str]) -> object:
        found = [[pattern.search(text) for pattern in plain] for text in texts]
        return pipeline.predict_proba(texts), found

    return judge, [example.text for example in examples]


def plain_patterns(number: int) -> list[re.Pattern[str]]:
    """As many expressions of the cheapest useful kind: a keyword and what follows it in the sentence."""
    from training.peers import KEYWORDS  # noqa: PLC0415  # as above

    words = [word for line in KEYWORDS.values() for word in line.split()]
    return [
        re.compile(f"{words[index % len(words)]}[^。，]{{0,{12 + index // len(words)}}}") for index in range(number)
    ]


def _batch_of(texts: Sequence[str]) -> list[str]:
    """2,000 different texts of 340 characters, cut from the labelled ones."""
    stream = "。".join(texts)
    return [(stream[at : at + LENGTH] or TEXT) for at in range(0, BATCH * LENGTH, LENGTH)][:BATCH]


def single(detector: Detector, usual: Callable[[Sequence[str]], object]) -> Line:
    """One text at a time, at the median, everything included down to the JSON object."""
    posting = Posting(text=TEXT)
    gc.freeze()  # as the server does: neither side pays for the other's loaded tables
    ours, theirs = _medians(lambda: detector.assess(posting).to_dict(), lambda: usual([TEXT]), rounds=200, warm=20)
    return _faster("one text, median", ours, theirs, 10)


def batch(detector: Detector, usual: Callable[[Sequence[str]], object], texts: Sequence[str]) -> Line:
    """2,000 different texts, a text."""
    postings = [Posting(text=text) for text in texts]
    ours, theirs = _medians(
        lambda: [found.to_dict() for found in detector.assess_many(postings)], lambda: usual(texts), rounds=3, warm=1
    )
    return _faster(f"batch of {len(texts):,}, a text", ours / len(texts), theirs / len(texts), 8)


def _medians(ours: Callable[[], object], theirs: Callable[[], object], rounds: int, warm: int) -> tuple[float, float]:
    """Seconds of either side, taken in turns, so that whatever else the machine does weighs on both."""
    for _ in range(warm):
        ours()
        theirs()
    pairs = [(_seconds(ours), _seconds(theirs)) for _ in range(rounds)]
    left, right = zip(*pairs, strict=True)
    return median(left), median(right)


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _faster(name: str, ours: float, theirs: float, least: float) -> Line:
    ratio = theirs / ours
    left, right = (f"{seconds * 1e3:.3f} ms" for seconds in (ours, theirs))
    return Line(name, left, right, f"{ratio:.1f}×", f"≥ {least:g}×", ratio >= least)


def cold_start(model: Path | None, times: int = 5) -> Line:
    """`scamjob check` on the text against jieba alone getting ready, each a new process, its files in the cache."""
    check = [sys.executable, "-m", "training.command", "check", *_model_option(model)]
    program = Path(sys.executable).with_name("scamjob")
    if program.exists():
        check[:3] = [str(program)]
    jieba = [sys.executable, "-W", "ignore", "-c", "import jieba; jieba.initialize()"]
    _run(check), _run(jieba)
    pairs = [(_run(check), _run(jieba)) for _ in range(times)]
    ours, theirs = (median(side) for side in zip(*pairs, strict=True))
    ratio = ours / theirs
    return Line("cold start", f"{ours:.2f} s", f"{theirs:.2f} s", f"{ratio:.2f}×", "≤ 0.6×", ratio <= 0.6)


def _run(command: Sequence[str]) -> float:
    return _seconds(lambda: subprocess.run(command, input=TEXT.encode(), capture_output=True, check=True))


def _model_option(model: Path | None) -> list[str]:
    return [] if model is None else ["--model", str(model)]


def serving(model: Path | None) -> Iterable[Line]:
    """What a serving process weighs after it has answered, and which heavy modules it holds."""
    resident = serving_memory(model) / MIB
    yield Line("memory of one worker", f"{resident:.0f} MiB", "-", "-", "≤ 130 MiB", resident <= 130)
    loaded = heavy_modules()
    yield Line("heavy modules when serving", ", ".join(loaded) or "none", "-", "-", "none", not loaded)


def heavy_modules() -> list[str]:
    """Those of scikit-learn, pandas and scipy that serving and one assessment import."""
    code = (
        "import sys, api.server; from detector import Detector, Posting; from api import create_app;"
        "client = create_app(Detector.load()).test_client();"
        "client.get('/'); client.get('/openapi.json'); client.post('/api/v1/assessments', json={'text': 'x'});"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules])"
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


def serving_memory(model: Path | None, requests: int = 50) -> int:
    """Bytes resident in the heaviest worker of `scamjob serve` after so many requests."""
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "training.command", "serve", "--port", str(port), *_model_option(model)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _wait_for(f"http://127.0.0.1:{port}/readyz", server)
        for _ in range(requests):
            _post(f"http://127.0.0.1:{port}/api/v1/assessments")
        return max(_resident(worker) for worker in _children(server.pid))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(40)


def _wait_for(url: str, server: subprocess.Popen[bytes], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and server.poll() is None:
        try:
            with urlopen(url, timeout=5) as answer:  # noqa: S310  # our own server on the loopback
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not answer on {url}")


def _post(url: str) -> None:
    import json  # noqa: PLC0415

    body = json.dumps({"text": TEXT}).encode()
    request = Request(url, body, {"Content-Type": "application/json"})  # noqa: S310  # our own server on the loopback
    with urlopen(request, timeout=30) as answer:  # noqa: S310
        answer.read()


def _children(parent: int) -> list[int]:
    """Process numbers of the direct children."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(entry.parent.name))
    return found


def _resident(process: int) -> int:
    """VmRSS in bytes."""
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


def machine() -> str:
    """What the figures were taken on."""
    try:
        names = re.findall(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        names = []
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{names[0] if names else platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {load}; "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    )


def report(lines: Sequence[Line]) -> str:
    """The comparisons as a table."""
    rows = [("", "scamjob", "usual pipeline", "ratio", "target", "")]
    said = {True: "PASS", False: "FAIL", None: ""}
    rows += [(line.name, line.ours, line.theirs, line.ratio, line.target, said[line.good]) for line in lines]
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    return "\n".join(
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def main() -> int:
    """Print the comparisons; 1 when one falls short."""
    print(f"{machine()}\none text of {len(TEXT)} characters; both sides in this run\n", flush=True)
    lines = compare(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    print(report(lines))
    if os.getloadavg()[0] > (os.cpu_count() or 1) + 0.5:
        print("\nOther programs were busy: times are too long on both sides, ratios rougher than usual.")
    return 1 if any(line.good is False for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
