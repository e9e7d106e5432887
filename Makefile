# Wirewatch's commands. `make demo` shows it at work, `make test` tests it; both install what they need into .venv.

PYTHON =
VENV   = .venv
PREFIX = /opt/wirewatch
UV     = uv
ARGS   =

# A service cannot use a Python that lies in somebody's home.
SYSTEM_PATH = /usr/local/bin:/usr/bin:/bin

BIN     = $(VENV)/bin
INSTALL = python="$(PYTHON)"; python=$${python:-$$(requirements/find-python)} && "$$python" -I requirements/install.py

.PHONY: help demo test check lint types layers install lock upgrade clean
.NOTPARALLEL:

# Whatever the caller's Python is told to import stays out of ours.
unexport PYTHONHOME PYTHONPATH PYTHONSTARTUP PYTHONUSERBASE PYTHONWARNINGS PYTHONOPTIMIZE

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

demo: .run ## see it work: built-in feeds, no internet, no set-up
	@$(BIN)/wirewatch demo --once

test: .dev ## run all tests
	@$(BIN)/python -m pytest -n 2 $(ARGS)

check: lint types layers test ## everything that must be green

lint: .dev ## style and formatting
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: .dev ## types, strictly
	@$(BIN)/mypy

layers: .dev ## who may import whom
	@PYTHONPATH=daemon $(BIN)/lint-imports

install: ## install a copy for the service into PREFIX (/opt/wirewatch)
	@umask 022; PATH=$(SYSTEM_PATH); $(INSTALL) "$(PREFIX)" postgres --copy

lock: ## write requirements/*.lock again from pyproject.toml, keeping versions that still fit (needs uv)
	@requirements/lock $(UV)

upgrade: ## the same with the newest versions allowed
	@requirements/lock $(UV) --upgrade

clean: ## remove what was built, the environment too
	rm -rf $(VENV) .ci/venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
	find daemon tests -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: .run .dev
.run:
	@$(INSTALL) "$(VENV)" run
.dev:
	@$(INSTALL) "$(VENV)" dev
