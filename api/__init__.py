"""The service over HTTP: a web form for people and a JSON API for platforms, built around one detector."""

from __future__ import annotations

from flask import Flask

from api import access, campaigns, exchange, feedback, headers, metrics, pages, problems, review, routes, stored, stream
from api.config import Assessor, Config
from api.jobs import routes as jobs
from api.limits import Limits
from api.logs import RequestLog
from api.ocr import routes as images
from api.ocr.desk import ReadsImages
from api.policy import Policies
from api.repeats import Repeats
from api.store import Store

__all__ = ["Assessor", "Config", "create_app"]


def create_app(
    detector: Assessor, config: Config | None = None, store: Store | None = None, desk: ReadsImages | None = None
) -> Flask:
    """The WSGI application around a loaded detector; two calls give two independent applications.

    Without a store nothing is kept, and the routes that keep something answer 503; without a desk (`api.ocr.opened()`)
    no pictures are read, and the routes that take them say so. PolicyError: the policy file is not right.
    """
    app = Flask(__name__, static_folder="static", template_folder="templates")
    app.extensions["assessor"] = detector
    own = app.extensions["config"] = config or Config()
    app.extensions["repeats"] = Repeats(own.remember) if own.remember else None
    if own.policy:
        app.extensions["policies"] = Policies.opened(own.policy, detector)
    problems.register(app)
    stored.register(app, store)
    campaigns.register(app, store)
    routes.register(app)
    feedback.register(app)
    stream.register(app)
    jobs.register(app)
    pages.register(app)
    images.register(app, desk)
    review.register(app)
    headers.register(app)
    counters = metrics.register(app)
    log = [RequestLog(addresses=own.log_addresses)] if own.log_requests else []
    exchange.register(app, [counters.began], [counters.ended, *log])
    limits = app.extensions["limits"] = Limits(own.counts, own.redis)
    access.register(app, store, limits, open_to_all=own.open_to_all)
    return app
