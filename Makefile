# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup demo test test-long mutants simulate check bench kill-matrix soak up down generate lock clean

setup: .venv/.ready

.venv/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "hoso needs Python 3.11 or newer: set PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup
	$(BIN)/python -m tools.demo

test: setup
	$(BIN)/python -m tools.check test

check: setup
	$(BIN)/python -m tools.check check

test-long: setup
	$(BIN)/python -m tools.check test-long $(ARGS)

mutants: setup
	$(BIN)/python -m tools.mutants $(ARGS)

simulate: setup
	$(BIN)/python -m tools.simulate $(ARGS)

bench: setup
	$(BIN)/python -m benchmarks $(ARGS)

up: setup
	$(BIN)/python -m tools.stack up $(ARGS)

down: setup
	$(BIN)/python -m tools.stack down $(ARGS)

generate: setup
	$(BIN)/python -m tools.generate

lock: setup
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links \
		--no-emit-trusted-host --no-header --extra dev --extra services --output-file requirements.lock pyproject.toml

clean:
	rm -rf .venv build *.egg-info
