"""Exchange with Label Studio: its export into labelled rows, our rows into its tasks, and the page people label on.

A task's `data` carries the fields of the posting and what else the row had; an annotation says the label as a choice,
the codes as choices or as spans in the text. Several annotators of one task have to agree; where they do not, the task
is refused with what each of them said.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from detector.types import CODES, Posting
from training.dataset import LABELS, DataError, Example
from training.files import BadRow, FileError
from training.naming import Names

if TYPE_CHECKING:
    from detector import Detector
    from detector.types import Assessment, Evidence

LARGEST = 1 << 30
"""Bytes of an export, which is one JSON array and has to be read whole."""
LABEL, CODE, SPAN = "label", "codes", "spans"
"""The names of the controls on the labelling page."""
SHOWN = "show"
"""The text that is labelled: all fields of a posting, one a line."""
TITLES = {"scam": "骗局", "legit": "正常招聘", "not_posting": "不是招聘"}

Task = Mapping[str, object]
Found = tuple[int, dict[str, object] | BadRow]


def read_export(path: str, names: Names, majority: bool = False) -> Iterator[Found]:
    """(number of the task from 1, row of ours or what is wrong) of a JSON export; FileError when it is none.

    Read are the full JSON export and JSON-MIN. Annotators of a task have to agree, or most of them with `majority`.
    """
    for number, task in enumerate(_tasks(path), 1):
        if not isinstance(task, dict):
            yield number, BadRow(number, "not a JSON object")
            continue
        try:
            yield number, _row(task, names, majority)
        except DataError as error:
            yield number, BadRow(number, str(error), {"id": task.get("id"), **_data(task)})


def _tasks(path: str) -> list[object]:
    if Path(path).stat().st_size > LARGEST:
        raise FileError(f"{path}: larger than {LARGEST:,} bytes; export it in parts")
    try:
        tasks = json.loads(Path(path).read_bytes())
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path}: not JSON: {' '.join(str(error).split())[:120]}") from None
    if not isinstance(tasks, list):
        raise FileError(f"{path}: not a Label Studio export, which is a JSON array of tasks (export as JSON)")
    return tasks


def _row(task: Task, names: Names, majority: bool) -> dict[str, object]:
    """The labelled row in a task; DataError when nobody labelled it, or not as one."""
    said = [_said(result, names) for result in _results(task)]
    label = _agreed([label for label, _ in said if label], majority)
    named = Counter(code for own, codes in said if own == label for code in codes)
    least = len([own for own, _ in said if own == label]) / 2 if majority else 0
    data = dict(names.row(_data(task)))
    data.setdefault("id", task.get("id"))
    return {**data, "label": label, "codes": [code for code in CODES if label == "scam" and named[code] > least]}


def _agreed(labels: Sequence[str], majority: bool) -> str:
    if not labels:
        raise DataError("no annotation that names a label")
    (first, most), *others = Counter(labels).most_common()
    if others and not (majority and most > len(labels) / 2):
        counts = ", ".join(f"{label} {many}" for label, many in sorted([(first, most), *others]))
        raise DataError(f"annotators disagree: {counts}")
    return first


def _data(task: Task) -> dict[str, object]:
    """What was labelled; JSON-MIN has it beside the answers, and those are left out."""
    data = task.get("data")
    if isinstance(data, dict):
        return {name: value for name, value in data.items() if name != SHOWN}
    own = {SHOWN, "annotator", "annotation_id", "created_at", "updated_at", "lead_time", LABEL, CODE, SPAN}
    return {name: value for name, value in task.items() if name not in own}


def _results(task: Task) -> Iterator[Sequence[Mapping[str, object]]]:
    """The results of each annotator; one who skipped the task said nothing."""
    annotations = task.get("annotations", task.get("completions"))
    if annotations is None and "data" not in task:  # JSON-MIN
        yield list(_plain_results(task))
        return
    for annotation in annotations if isinstance(annotations, list) else []:
        result = annotation.get("result") if isinstance(annotation, dict) else None
        if isinstance(result, list) and result and not annotation.get("was_cancelled"):
            yield [item for item in result if isinstance(item, dict)]


def _plain_results(task: Task) -> Iterator[Mapping[str, object]]:
    for name in (LABEL, CODE, SPAN):
        value = task.get(name)
        if isinstance(value, dict):
            value = value.get("choices")
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield {"value": item}
            elif isinstance(item, str):
                yield {"value": {"choices": [item]}}


def _said(result: Iterable[Mapping[str, object]], names: Names) -> tuple[str, set[str]]:
    """The label and the codes of one annotator, whatever the controls are called."""
    label, codes = "", set[str]()
    for word in _words(result):
        if word in CODES:
            codes.add(word)
            continue
        try:
            found = names.label(word)
        except ValueError as error:
            raise DataError(str(error)) from None
        if label not in {"", found}:
            raise DataError(f"one annotator says both {label} and {found}")
        label = found
    return label, codes


def _words(result: Iterable[Mapping[str, object]]) -> Iterator[str]:
    for item in result:
        value = item.get("value")
        for kind in ("choices", "labels", "hypertextlabels"):
            named = value.get(kind) if isinstance(value, dict) else None
            yield from (word for word in named if isinstance(word, str)) if isinstance(named, list) else ()


def task_of(example: Example, detector: Detector | None = None) -> dict[str, object]:
    """A task to import: the posting as `data`, the label as an annotation, what the model says as a prediction."""
    facts = {name: getattr(example, name) for name in ("id", "source", "group", "date", "poster")}
    posting = dict(example.posting.fields())
    data = {name: value for name, value in facts.items() if value} | posting | {SHOWN: example.text}
    annotation = [_choice(LABEL, [example.label]), *([_choice(CODE, list(example.codes))] if example.codes else [])]
    task: dict[str, object] = {"data": data, "annotations": [{"result": annotation}]}
    if detector:
        task["predictions"] = [prediction(detector.assess(Posting(text=example.text)))]
    return task


def prediction(assessment: Assessment) -> dict[str, object]:
    """What the model says of a text, as Label Studio shows it before anybody has labelled: label, codes and spans.

    `score` is how sure the model is of its own label, so that sorting by it brings the doubtful first.
    """
    risk = assessment.risk_score / 100
    label = "not_posting" if assessment.kind == "not_posting" else "scam" if risk >= 0.5 else "legit"
    codes = list(dict.fromkeys(reason.code for reason in assessment.reasons))
    result = [_choice(LABEL, [label]), *([_choice(CODE, codes)] if codes else [])]
    spans = [(reason.code, mention) for reason in assessment.reasons for mention in reason.evidence]
    result += [_span(number, code, mention) for number, (code, mention) in enumerate(spans)]
    return {"model_version": assessment.versions.model, "score": round(max(risk, 1 - risk), 2), "result": result}


def _choice(name: str, words: list[str]) -> dict[str, object]:
    return {"from_name": name, "to_name": "text", "type": "choices", "value": {"choices": words}}


def _span(number: int, code: str, mention: Evidence) -> dict[str, object]:
    value = {"start": mention.start, "end": mention.end, "text": mention.quote, "labels": [code]}
    return {"id": f"span{number}", "from_name": SPAN, "to_name": "text", "type": "labels", "value": value}


def labeling_config() -> str:
    """The XML of the labelling page: one label, the codes of a scam, and spans for the words that say so."""
    labels = "".join(f"    <Choice value={quoteattr(TITLES[name])} alias={quoteattr(name)}/>\n" for name in LABELS)
    codes = "".join(
        f"    <Choice value={quoteattr(title)} alias={quoteattr(code)}/>\n" for code, title in CODES.items()
    )
    spans = "".join(f"    <Label value={quoteattr(title)} alias={quoteattr(code)}/>\n" for code, title in CODES.items())
    return f"""<View>
  <Choices name="{LABEL}" toName="text" choice="single" required="true" showInline="true">
{labels}  </Choices>
  <Labels name="{SPAN}" toName="text">
{spans}  </Labels>
  <Text name="text" value="${SHOWN}" granularity="symbol"/>
  <Choices name="{CODE}" toName="text" choice="multiple" showInline="true" visibleWhen="choice-selected"
           whenTagName="{LABEL}" whenChoiceValue="{TITLES["scam"]}">
{codes}  </Choices>
</View>
"""
