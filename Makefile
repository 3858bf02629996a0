# Two commands on a bare machine with Python 3.11 or newer, make and the package registries: `make serve`, `make test`.
# Everything goes into .venv; a second call finds its stamps there and starts at once.

.DEFAULT_GOAL := help
SHELL := /bin/sh
.SHELLFLAGS := -eu -c
MAKEFLAGS += --no-builtin-rules --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(BIN)/python
PIP := $(PYTHON) -m pip --disable-pip-version-check --quiet
MODEL := detector/model
HOST ?= 127.0.0.1
PORT ?= 8000
TEST_JOBS ?= 2

# The tests look for it here.
CHROMIUM := /usr/bin/chromium
CAN_APT := [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null
APT := export DEBIAN_FRONTEND=noninteractive; apt-get -qq update >/dev/null && \
    apt-get -qq install --yes --no-install-recommends >/dev/null

# Named by version first: these are the ones that all packages have wheels for.
PYTHONS := python3.13 python3.12 python3.11 python3 python

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(VENV)/.ready ## set up .venv with everything that running and training need

.PHONY: serve
serve: $(VENV)/.ready ## serve the web form and the API on http://127.0.0.1:8000 (HOST=..., PORT=...)
	@exec $(BIN)/scamjob serve --host $(HOST) --port $(PORT)

.PHONY: test
test: $(VENV)/.ready-dev test-tools ## set up and pass all tests, the browser ones included
	@$(PYTHON) -m pytest -n $(TEST_JOBS) --dist loadfile

.PHONY: fuzz
fuzz: $(VENV)/.ready-dev ## try what has to hold of any text on other examples than `make test` does
	@$(PYTHON) -m pytest -n $(TEST_JOBS) -m hypothesis --hypothesis-profile other

.PHONY: check
check: $(VENV)/.ready-dev ## ruff, mypy strict, import directions, labelled data
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet . || { echo 'make check: not formatted; run `$(BIN)/ruff format .`' >&2; exit 1; }
	@$(BIN)/mypy
	@$(PYTHON) -m pytest -q tests/test_layers.py
	@$(PYTHON) -m training.check_data

.PHONY: bench
bench: $(VENV)/.ready ## speed, cold start and memory beside the usual pipeline, with targets
	@$(PYTHON) -m training.bench

.PHONY: bench-http
bench-http: $(VENV)/.ready ## speed over HTTP beside the usual service, with targets (takes wrk; two minutes)
	@command -v wrk >/dev/null || if $(CAN_APT); then $(APT) wrk; else \
	    echo 'make: bench-http needs wrk (Debian: apt-get install wrk)' >&2; exit 1; fi
	@$(PYTHON) -m training.bench_http

.PHONY: soak
soak: $(VENV)/.ready ## ten minutes of load with promotions, changed rules and killed workers (MINUTES=...)
	@$(PYTHON) -m training.bench_soak --minutes $(or $(MINUTES),10)

.PHONY: kills
kills: $(VENV)/.ready-dev ## kill trainings and promotions at any moment: a whole model is left every time (KILLS=...)
	@PYTHONPATH=. $(PYTHON) tests/train_kills.py $(or $(KILLS),200)
	@PYTHONPATH=. $(PYTHON) tests/kills.py $(or $(KILLS),200)

.PHONY: bench-ocr
bench-ocr: $(VENV)/.ready test-tools ## how well thirty drawn screenshots are read, written to docs/ocr.md
	@$(PYTHON) -m training.ocr_bench --write

.PHONY: bench-page
bench-page: $(VENV)/.ready-dev test-tools ## how long from the tap until the verdict is painted, in a real Chromium
	@$(PYTHON) tests/tap.py

.PHONY: measure
measure: $(VENV)/.ready-dev ## quality on held-out texts: beside two peers, part by part, under disguise, with the learning curve
	@$(PYTHON) -m training.quality --curve

.PHONY: quality
quality: $(VENV)/.ready-dev ## the same, written to docs/quality.md, with sources left out and the learning curve
	@$(PYTHON) -m training.quality --write --leave-out --curve

.PHONY: model
model: $(VENV)/.ready ## train the shipped model again from data/
	@$(BIN)/scamjob train data/training -o $(MODEL)

.PHONY: screens
screens: $(VENV)/.ready-dev test-tools ## draw the pages anew into docs/screens/
	@$(PYTHON) tests/screens.py

.PHONY: wheel
wheel: $(VENV)/.ready-dev ## build the wheel into dist/
	@$(PYTHON) -m build --wheel --outdir dist .

.PHONY: lock
lock: $(VENV)/.ready-dev ## choose the versions anew and write requirements.lock and requirements-dev.lock
	@$(BIN)/uv pip compile $(COMPILE) --upgrade --extra ocr pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile $(COMPILE) --upgrade --extra ocr --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
# The overrides take the build of OpenCV that needs no screen; so the locks are complete, and pip is told --no-deps.
COMPILE := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
    --override requirements-overrides.txt

.PHONY: clean
clean: ## remove .venv and what tools have left
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The first Python that is new enough and can make an environment; a name that is there may still be a dead shim.
$(PYTHON):
	@for name in $(PYTHONS); do \
	    "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue; \
	    "$$name" -m venv --clear $(VENV) >/dev/null 2>&1 && exit 0; \
	    if $(CAN_APT); then $(APT) python3-venv && "$$name" -m venv --clear $(VENV) >/dev/null 2>&1 && exit 0; fi; \
	    rm -rf $(VENV); \
	    echo "make: $$name cannot make an environment; install its venv module (Debian: apt-get install python3-venv)" >&2; \
	    exit 1; \
	done; \
	echo 'make: no Python 3.11 or newer found (looked for: $(PYTHONS)); install one' >&2; exit 1

$(VENV)/.ready: requirements.lock pyproject.toml | $(PYTHON)
	@echo 'make: setting up $(VENV) (a few minutes the first time) ...' >&2
	@$(PIP) install --use-pep517 --no-deps --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --editable .
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock $(VENV)/.ready
	@echo 'make: adding the tools for tests and checks ...' >&2
	@$(PIP) install --use-pep517 --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

# What tests need from the system: Chromium and a Chinese font, to look at the page as a phone shows it; the programs of
# PostgreSQL and Redis, of which the tests start their own (Debian's, should they be running, are left alone).
.PHONY: test-tools
test-tools:
	@missing=""; \
	[ -x $(CHROMIUM) ] || missing="$$missing chromium"; \
	[ -n "$$(fc-list :lang=zh-cn family 2>/dev/null)" ] || missing="$$missing fontconfig fonts-noto-cjk"; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing="$$missing postgresql"; \
	command -v redis-server >/dev/null || missing="$$missing redis-server"; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if $(CAN_APT); then echo "make: installing$$missing ..." >&2; $(APT) $$missing && exit 0; fi; \
	echo "make: the tests need$$missing (the browser as $(CHROMIUM)); as root on Debian make installs them" >&2; exit 1
