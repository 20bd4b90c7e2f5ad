# Newsmill. On a fresh machine with only Python (3.11 or newer) and make: `make run` and `make test` do all their set-up.
.DEFAULT_GOAL := help
.PHONY: help install run test lint format bench soak image lock sbom advisories schemas clean

PYTHON ?= python3
PAGES ?= deploy/samples/pages.jsonl
# What a list of contents, or of known faults, is made of.
LOCK ?= requirements.lock
# Files of tests at a time: those on a broker mostly wait, each for a broker of its own.
TEST_PROCESSES ?= 4
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

install: $(STAMP) ## .venv with the command .venv/bin/newsmill and all that the other targets need

$(STAMP): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Newsmill needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q worker schemas
	@touch $@

run: install ## the whole way of sample pages on a local Kafka (PAGES=path: of your own pages)
	$(BIN)/newsmill demo $(PAGES)

test: install lint ## all tests, on a real Kafka
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile $(PYTEST_ARGS)

lint: install ## ruff, formatting and mypy, without changing anything
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: install ## formatting and the mends that ruff is sure of
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install ## pages per second of each stage, on the sample pages
	$(BIN)/python -m tests.bench

soak: install ## chaos and soak runs on a three-node Kafka (minutes to hours: SOAK_ARGS=--help)
	$(BIN)/python -m pytest -m soak tests/soak tests/simulation $(SOAK_ARGS)

image: ## the container image, built twice and started, with buildah on a base from Debian's packages (as root)
	.ci/tools.sh
	deploy/check_image.sh

schemas: install ## the JSON Schemas anew, from the models
	$(BIN)/python -m schemas.export

lock: install ## the lock files anew, with hashes
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra otel pyproject.toml -o requirements-otel.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra broker --extra otel --extra dev pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra fitting pyproject.toml -o requirements-fitting.lock

sbom: install ## what is in it: dist/sbom.cdx.json (CycloneDX), from the lock (LOCK=requirements-otel.lock: with traces)
	$(BIN)/python -m pip install --quiet uv
	@mkdir -p dist
	$(BIN)/uv tool run -q --from cyclonedx-bom==7.5.0 cyclonedx-py requirements $(LOCK) --pyproject pyproject.toml --of JSON --output-file dist/sbom.cdx.json

advisories: install ## known faults of what is in it (asks PyPI)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv tool run -q --from pip-audit==2.10.1 pip-audit --require-hashes --disable-pip -r $(LOCK)

clean: ## everything that is made, also the virtual environment
	rm -rf $(VENV) build dist var .pytest_cache .mypy_cache .ruff_cache .hypothesis
