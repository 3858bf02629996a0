"""The usual service, for comparison: Flask around a pickled pipeline and a list of regular expressions.

python -m training.naive_service MODEL.joblib      trains the pipeline on data/ and keeps it
NAIVE_MODEL=MODEL.joblib gunicorn --preload training.naive_service:create()
"""

from __future__ import annotations

import os
import sys

import joblib
from flask import Flask, Response, jsonify, request

from training.bench import plain_patterns

PATTERNS = 100
VARIABLE = "NAIVE_MODEL"


def create() -> Flask:
    """The application, its pipeline loaded and warm; `/empty` answers nothing at all."""
    pipeline = joblib.load(os.environ[VARIABLE])
    patterns = plain_patterns(PATTERNS)
    app = Flask("naive")

    def judge(texts: list[str]) -> list[dict[str, object]]:
        shares = pipeline.predict_proba(texts)[:, 1].tolist()
        return [
            {"risk_score": round(share * 100), "rules": [one.pattern for one in patterns if one.search(text)]}
            for share, text in zip(shares, texts, strict=True)
        ]

    @app.post("/single")
    def single() -> Response:
        return jsonify(judge([request.get_json()["text"]])[0])

    @app.post("/batch")
    def batch() -> Response:
        return jsonify(assessments=judge([item["text"] for item in request.get_json()["postings"]]))

    @app.post("/empty")
    def empty() -> str:
        return ""

    judge(["招店员一名，月薪4500元。"])
    return app


def main(path: str) -> None:
    """Train the pipeline on data/ and keep it."""
    from training.dataset import DATA, read_examples  # noqa: PLC0415  # the service needs neither
    from training.peers import naive_pipeline  # noqa: PLC0415

    joblib.dump(naive_pipeline(read_examples([DATA])), path)


if __name__ == "__main__":
    main(sys.argv[1])
