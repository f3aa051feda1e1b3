# make run: everything, on a machine with Python 3.11 and nothing else.   PORT=8001 DATA_DIR=/srv/hutong make run
PYTHON ?= python3.11
BIN := .venv/bin
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard config/translations/*/LC_MESSAGES/*.po))

# A recipe that fails half-way leaves no file behind that looks done.
.DELETE_ON_ERROR:
.PHONY: help install install-dev run test check bench format browser requirements clean
.DEFAULT_GOAL := help

help:
	@echo "make install | run | test | check | bench | format | requirements | clean"

install: .venv/installed-run $(CATALOGUES)

install-dev: install .venv/installed-dev

run: install
	@exec $(BIN)/python -m config.serve

test: install-dev browser
	$(BIN)/python -m pytest $(TESTS)

check: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install-dev
	$(BIN)/python -m pytest tests/bench -q -s

format: install-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Journeys want a browser with Chinese letters. Where none can be had they are skipped, and say so.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	if [ "$$(id -u)" = 0 ] && [ -e /etc/debian_version ]; then \
		echo "installing chromium and a Chinese font with apt-get"; \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends chromium fonts-wqy-microhei >/dev/null; } \
		|| echo "!!! chromium could not be installed: THE JOURNEYS IN A BROWSER ARE SKIPPED"; \
	else \
		echo "!!! there is no chromium here: THE JOURNEYS IN A BROWSER ARE SKIPPED"; \
	fi

# Pins what requirements/*.in ask for. UPGRADE=1 takes the newest of everything.
requirements: install-dev
	$(BIN)/uv pip compile $(if $(UPGRADE),--upgrade) $(PIN) requirements/run.in -o requirements/run.txt
	$(BIN)/uv pip compile $(if $(UPGRADE),--upgrade) $(PIN) requirements/dev.in -o requirements/dev.txt
PIN := --quiet --python-version 3.11 --generate-hashes --no-header --no-emit-index-url

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Hutong needs Python 3.11; name it with PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "$(PYTHON) is not Python 3.11"; exit 1; }
	$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

.venv/installed-run: requirements/run.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/installed-dev: requirements/dev.txt .venv/installed-run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

%.mo: %.po | .venv/installed-run
	$(BIN)/pybabel --quiet compile -i $< -o $@

# The data of a demo (./data) stays.
clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache $(CATALOGUES)
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
