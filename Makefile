# Two commands do everything: `make demo` and `make test`. Both build their own environment in .venv.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

# `make test` measures every branch. In decide none may be left out; some of language is reached by examples that
# hypothesis finds anew each time, so its gate leaves a line or two of room.
.PHONY: docs demo test test-fast faults exact orchestrators lint check bench mutants format lock clean
.DELETE_ON_ERROR:

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("isa-guard needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

demo: $(READY)
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/demo.sh

test: $(READY)
	$(BIN)/python -m coverage erase
	$(BIN)/python -m pytest -n auto --cov --cov-report=term --cov-fail-under=95
	$(BIN)/python -m coverage report --include='isa_guard/decide/*' --fail-under=100
	$(BIN)/python -m coverage report --include='isa_guard/language/*' --fail-under=99

test-fast: $(READY)
	$(BIN)/python -m pytest -n auto -m "not slow"

# Every system call of a commit failing in turn, hundreds of kills, long random stories of a register. Takes an hour.
faults: $(READY)
	ISA_GUARD_FAULTS=all $(BIN)/python -m pytest -n auto tests/faults tests/stateful

# A million rows that mislead and half a million random comparisons of the two readings of the language. Takes half an hour.
exact: $(READY)
	ISA_GUARD_EXACT=all $(BIN)/python -m pytest -n auto -s tests/language/test_columns_differential.py

# The examples for Airflow, Dagster and dbt, each run by the real package in an environment that is made once. In
# `make test` too, which skips them where no package index can be reached. Other people's readers of OSCAL are tried so too.
orchestrators: $(READY)
	$(BIN)/python -m pytest -n 0 -rs tests/orchestrators tests/review/test_oscal_judged.py

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test

bench: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'cedarpy>=4.12,<5' 'cel-expr-python>=0.1.3,<0.2'
	$(BIN)/python -m benchmarks --write

# Small wrongs done to the language and the decision: which of them does no test notice? Takes hours.
mutants: $(READY)
	$(BIN)/mutmut run
	$(BIN)/mutmut results

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The reference pages and the published schemas, from the program itself.
docs: $(READY)
	$(BIN)/python docs/make.py

lock:
	$(BIN)/pip-compile --quiet --strip-extras --extra dev --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) .orchestrators build dist mutants .mypy_cache .pytest_cache .ruff_cache .hypothesis
