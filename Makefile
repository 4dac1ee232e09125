# Everything needs only Python (3.11 or newer) and make. PYTHON=python3.13 chooses another interpreter.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: setup run test explore check format bench chaos transcript catalogues lock clean

setup: $(READY)

$(READY): requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Glimpse needs Python 3.11 or newer; choose one with PYTHON=python3.13 make setup")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

run: $(READY)
	@$(BIN)/python -m bot

test: $(READY)
	$(BIN)/python -m pytest -n 2

# Draws 2,000 new examples for each property, where `make test` draws the same 100 each time. SEED=N plays a run again.
explore: $(READY)
	$(BIN)/python -m pytest -n 2 -m hypothesis --hypothesis-profile=explore $(if $(SEED),--hypothesis-seed=$(SEED))

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY)
	$(BIN)/python -m bench

# Kills the bot at every point of an answer's life, then disturbs 2,000 messages: about a quarter of an hour. SEED=N replays.
chaos: $(READY)
	PTB_TIMEDELTA=true $(BIN)/python -m tests.chaos $(if $(SEED),--only soak --seed $(SEED))

# Plays the main scenarios and writes what people see as pages: transcript/discord.html and transcript/telegram.html.
transcript: $(READY)
	$(BIN)/python -m tests.transcript

# Brings bot/locale up to date with the sentences in the code. What is new stands there with an empty msgstr: translate it.
catalogues: $(READY)
	$(BIN)/pybabel -q extract --no-default-keywords --keyword sentence --keyword counted:1,2 --add-location=file \
		--project Glimpse --version "" --output-file $(VENV)/glimpse.pot bot adapters
	$(BIN)/pybabel -q update --domain glimpse --input-file $(VENV)/glimpse.pot --output-dir bot/locale \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap

# Needs uv. The lock files hold for every platform and Python we support, and name no index.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
