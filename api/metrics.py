"""What the service counts about itself, for Prometheus: `/metrics` gives the sum over all workers.

Labels hold routes, levels, rule ids: names of ours. Nothing that a user wrote can become a label.
"""

from __future__ import annotations

import os
from collections import Counter as Tally
from collections.abc import Generator, Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flask import Response, current_app
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from api import openapi, workers
from api.drift import BANDS, band, expected, stability
from api.exchange import OTHER, Exchange, current
from api.openapi import Operation

if TYPE_CHECKING:
    from flask import Flask
    from prometheus_client.core import Metric

    from api.config import Assessor
    from detector.types import Assessment, Versions

SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
POSTINGS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
LABELS = frozenset({"scam", "legit", "not_posting"})
CLASSIFIER = "classifier"
"""Stands where a rule's id would, for reasons that no rule gave."""
TENANTS = 100
"""Tenants that have a series of their own; the others share one, so that their number does not matter."""
EVERY = 100
"""Counts of a long stream are handed over after so many postings."""


class Metrics:
    """The counters of one application; under several workers each process writes its own, in the shared folder."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self.requests = Counter(
            "scamjob_requests", "Requests answered.", ["route", "method", "status"], registry=registry
        )
        self.seconds = Histogram(
            "scamjob_request_seconds", "Time to the end of the answer.", ["route"], registry=registry, buckets=SECONDS
        )
        self.in_flight = Gauge(
            "scamjob_requests_in_flight",
            "Requests being answered.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.assessments = Counter("scamjob_assessments", "Postings assessed.", ["kind", "level"], registry=registry)
        self.rule_hits = Counter("scamjob_rule_hits", "Reasons given, by rule.", ["rule"], registry=registry)
        self.set_aside = Counter(
            "scamjob_set_aside", "Mentions that do not count, by why.", ["because"], registry=registry
        )
        self.bands = Counter("scamjob_score_band", "Postings assessed, by score.", ["band"], registry=registry)
        self.batches = Histogram("scamjob_batch_postings", "Postings a batch.", registry=registry, buckets=POSTINGS)
        self.feedback = Counter("scamjob_feedback", "Feedback taken down, by label.", ["label"], registry=registry)
        self.tenants = Counter(
            "scamjob_tenant_requests", "Requests with a key, by its tenant.", ["tenant"], registry=registry
        )
        self.worker_starts = Counter("scamjob_worker_starts", "Workers started, the first ones too.", registry=registry)
        self._series: dict[tuple[object, ...], Counter] = {}
        self._times: dict[str, Histogram] = {}
        self._tenants: set[str] = set()

    def began(self, _: Exchange) -> None:
        """A request has come in."""
        self.in_flight.inc()

    def ended(self, exchange: Exchange) -> None:
        """A request has been answered."""
        self.in_flight.dec()
        self._one(self.requests, exchange.route, exchange.method, exchange.status).inc()
        times = self._times.get(exchange.route)
        if times is None:
            times = self._times[exchange.route] = self.seconds.labels(exchange.route)
        times.observe(exchange.seconds)
        if exchange.tenant is not None:
            if len(self._tenants) < TENANTS:
                self._tenants.add(exchange.tenant)
            self._one(self.tenants, exchange.tenant if exchange.tenant in self._tenants else OTHER).inc()

    def unreadable(self, status: int) -> None:
        """A request that never reached the application."""
        self.requests.labels("unreadable", OTHER, status).inc()

    def record(self, assessments: Iterable[Assessment]) -> None:
        """Count assessments that were given out."""
        tally = Tally(part for assessment in assessments for part in self._parts(assessment))
        for (counter, *labels), times in tally.items():
            self._one(counter, *labels).inc(times)

    def _parts(self, assessment: Assessment) -> Iterator[tuple[Counter, *tuple[str, ...]]]:
        """What one assessment adds one to: a counter and its labels."""
        yield self.assessments, assessment.kind.value, assessment.risk_level.value
        yield self.bands, band(assessment.risk_score)
        for reason in assessment.reasons:
            yield self.rule_hits, reason.rule or CLASSIFIER
        for mention in assessment.set_aside:
            yield self.set_aside, mention.because.value

    def _one(self, counter: Counter, *labels: object) -> Counter:
        """The series with these labels; looking it up here takes a tenth of what `labels` takes."""
        series = self._series.get((counter, *labels))
        if series is None:
            series = self._series[counter, *labels] = counter.labels(*labels)
        return series

    def exposition(self, running: Versions, manifest: Mapping[str, object]) -> bytes:
        """Everything, in Prometheus's text format, summed over the workers."""
        folder = workers.shared_folder()
        counted = list(workers.collect(folder) if folder else self.registry.collect())
        once = CollectorRegistry(auto_describe=False)
        once.register(Scrape([*counted, info(running), *memory(folder), *drift(counted, manifest)]))
        return generate_latest(once)


class Scrape:
    """Metrics as they were at one moment, for prometheus_client to write out."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self.metrics = list(metrics)

    def collect(self) -> Iterator[Metric]:
        """All of them."""
        return iter(self.metrics)


def info(running: Versions) -> Metric:
    """What is running, as labels of a constant 1."""
    family = GaugeMetricFamily("scamjob_info", "What is running.", labels=["version", "model", "rules", "api"])
    try:
        own = version("scamjob")
    except PackageNotFoundError:  # run from a folder that was never installed
        own = ""
    family.add_metric([own, running.model, running.rules, running.api], 1)
    return family


def memory(folder: Path | None) -> Iterator[Metric]:
    """How many workers there are, and what each holds in memory."""
    living = workers.living(folder) if folder else [os.getpid()]
    yield GaugeMetricFamily("scamjob_workers", "Workers that are running.", value=len(living))
    family = GaugeMetricFamily(
        "scamjob_worker_memory_bytes", "Resident memory, with what is shared.", labels=["worker"]
    )
    for pid in living:
        family.add_metric([str(pid)], workers.resident(pid))
    yield family


def drift(counted: Iterable[Metric], manifest: Mapping[str, object]) -> Iterator[Metric]:
    """How far the scores since the start are from those of held-out training texts; nothing without these."""
    wanted = expected(manifest)
    if wanted is None:
        return
    seen = {
        sample.labels["band"]: sample.value
        for metric in counted
        for sample in metric.samples
        if sample.name == "scamjob_score_band_total"
    }
    shares = GaugeMetricFamily(
        "scamjob_score_band_expected", "Share of held-out training texts with such a score.", labels=["band"]
    )
    for name, share in zip(BANDS, wanted, strict=True):
        shares.add_metric([name], share)
    yield shares
    distance = stability([seen.get(name, 0.0) for name in BANDS], wanted)
    yield GaugeMetricFamily(
        "scamjob_score_drift_psi", "Population stability index of the scores since the start.", value=distance
    )


def metrics() -> Metrics:
    """The counters of the application that answers this request."""
    return cast("Metrics", current_app.extensions["metrics"])


def record(*assessments: Assessment) -> None:
    """Count assessments that a route gives out; of a single one the request log learns the level."""
    metrics().record(assessments)
    exchange = current()
    if exchange is not None:
        exchange.postings += len(assessments)
        exchange.level = assessments[0].risk_level.value if exchange.postings == 1 else None


def counted(assessments: Iterable[Assessment]) -> Generator[Assessment]:
    """The assessments as they come, counted on the way, whatever becomes of the rest."""
    waiting: list[Assessment] = []
    try:
        for assessment in assessments:
            waiting.append(assessment)
            if len(waiting) == EVERY:
                record(*waiting)
                waiting.clear()
            yield assessment
    finally:
        if waiting:
            record(*waiting)


def record_batch(size: int) -> None:
    """Count a batch by its size."""
    metrics().batches.observe(size)


def record_feedback(label: str) -> None:
    """Count feedback that was accepted."""
    metrics().feedback.labels(label if label in LABELS else OTHER).inc()


def show() -> Response:
    """`GET /metrics`."""
    detector: Assessor = current_app.extensions["assessor"]
    body = metrics().exposition(detector.versions, detector.manifest)
    return Response(body, headers={"Content-Type": CONTENT_TYPE_LATEST})


OPERATIONS = (Operation("get", "/metrics", "metrics", "Figures for Prometheus, in its text format"),)


def register(app: Flask) -> Metrics:
    """Count what the application does, and show it."""
    own = app.extensions["metrics"] = Metrics()
    app.add_url_rule("/metrics", view_func=show, endpoint="metrics", methods=["GET"])
    openapi.add(app, OPERATIONS)
    return own
