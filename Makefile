# Every task of the project; `make help` lists them. Needs python3 (3.11 or later), pip and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check --quiet

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the tasks
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.PHONY: draft
draft: $(VENV)/installed ## install, then write a draft of the sample newsletter
	@$(BIN)/digest draft

.PHONY: test
test: $(VENV)/installed-dev ## install what the tests need, then run them, on every core
	$(BIN)/pytest --numprocesses auto

.PHONY: lint
lint: $(VENV)/installed-dev ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.PHONY: quality
quality: $(VENV)/installed-dev ## score the program's judgement against its floors
	@$(BIN)/python -m tests.quality

SECONDS ?= 60
.PHONY: fuzz
fuzz: $(VENV)/installed-dev ## explore the fuzz targets with fresh inputs, for SECONDS=60 in all
	@$(BIN)/python -m tests.fuzz $(SECONDS) .hypothesis/fuzz

.PHONY: judge
judge: $(VENV)/installed-dev ## put the tests' emails before axe, vnu and Can I email (apt, Node.js)
	@tests/judges/run.sh

.PHONY: story
story: $(VENV)/installed-dev ## make a newsletter in Chromium, by mouse, by keyboard, by two people at once (apt, Node.js)
	@tests/browser/run.sh

.PHONY: pictures
pictures: $(VENV)/installed-dev ## the same, and the pictures of the guides, into docs/pictures/
	@tests/browser/run.sh --pictures

.PHONY: golden
golden: $(VENV)/installed-dev ## write the golden emails again; read the diff before committing
	DIGEST_GOLDEN=write $(BIN)/pytest tests/test_render.py

.PHONY: schema
schema: $(VENV)/installed-dev ## write docs/sources.schema.json again
	$(BIN)/python -c "import json; from digest.settings import schema; print(json.dumps(schema(), indent=2, ensure_ascii=False))" > docs/sources.schema.json

EXTRACT := $(BIN)/pybabel --quiet extract -k N_ --omit-header --sort-by-file --no-location
UPDATE := $(BIN)/pybabel --quiet update -D digest -d locales --omit-header --no-fuzzy-matching --ignore-obsolete --width 120

.PHONY: messages
messages: $(VENV)/installed-dev ## find the words to translate, into locales/
	$(EXTRACT) -F babel.cfg -o locales/all.pot .
	$(EXTRACT) -F babel-email.cfg -o locales/email.pot .
	$(UPDATE) -l fr -i locales/all.pot
	for language in de es it pt; do $(UPDATE) -l $$language -i locales/email.pot || exit 1; done
	rm locales/all.pot locales/email.pot

.PHONY: lock
lock: $(VENV)/installed-dev ## choose versions again, into requirements*.txt
	$(PIP) install uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --extra dev pyproject.toml -o requirements-dev.txt

.PHONY: wheel
wheel: $(VENV)/installed ## build the wheel, into dist/
	$(PIP) wheel --no-deps --wheel-dir dist .

.PHONY: clean
clean: ## remove what was installed and built; drafts and the store stay
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache

$(VENV)/bin/python:
	@$(PYTHON) -m venv --without-pip $(VENV)

$(VENV)/installed: requirements.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing digest into $(VENV) (once)…"
	@$(PIP) install --no-compile --require-hashes --no-deps -r requirements.txt
	@$(PIP) install --no-deps --editable .
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	@$(PIP) install --no-compile --require-hashes --no-deps -r requirements-dev.txt
	@touch $@
