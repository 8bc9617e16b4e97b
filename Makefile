# Two commands: `make lab` to learn, `make test` to prove. Both set up .venv first (bootstrap.py).
# The first Python that is new enough makes .venv; `make PYTHON=/path/to/python3 lab` names another.
ifndef PYTHON
PYTHON := $(shell for each in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$each" -c 'import sys; sys.exit(sys.version_info[:2] < (3, 11))' 2>/dev/null \
	&& { echo "$$each"; break; }; done)
PYTHON := $(or $(PYTHON),python3)
endif
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup lab test

help:
	@echo "make lab    set up, then open JupyterLab on the start page (ARGS=--no-browser, ARGS='--port 8889')"
	@echo "make test   set up, then run linters, types, the build check and the whole test suite"
	@echo "make setup  set up only"

setup:
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { echo "Orbitlab needs Python 3.11 or newer, and there is no $(PYTHON) on PATH; install one or name it: make PYTHON=/path/to/python3 lab." >&2; exit 2; }
	@"$(PYTHON)" bootstrap.py

lab: setup
	@$(BIN)/orbitlab lab $(ARGS)

test: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/orbitlab build --check
	$(BIN)/pytest $(ARGS)
