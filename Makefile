# make nightly: install what the main job needs and run tonight over data/samples. make test: install and run all tests.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Where the system has libvoikko, its binding is installed too: lemmas are far better with it, and one line says so without.
VOIKKO := $(shell PATH=$$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null | grep -q 'libvoikko\.so\.1' && echo yes)
PREFECT_ENV := PREFECT_HOME=$(CURDIR)/.prefect PREFECT_API_URL=http://127.0.0.1:4200/api \
	PREFECT_SERVER_ANALYTICS_ENABLED=false DO_NOT_TRACK=1 PYTHONUNBUFFERED=1

.PHONY: nightly secret test lint notebook deploy backfill undeploy clean

nightly: secret $(if $(VOIKKO),$(VENV)/.installed-voikko)
	@$(BIN)/tunnepolku run data/samples

# Of the keyed hashes; only where there is none yet, and no key that another one made.
secret: $(VENV)/.installed
	@$(BIN)/tunnepolku secret new --if-missing

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadgroup

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

notebook: $(VENV)/.installed-notebook nightly
	$(BIN)/jupyter lab notebooks/01_touchpoint_emotions.ipynb

# A local Prefect server with its user interface at http://127.0.0.1:4200, the schedule of prefect.yaml, and a worker
# that stays in the foreground; Ctrl-C stops the worker, `make undeploy` the server.
deploy: secret $(VENV)/.installed-prefect $(if $(VOIKKO),$(VENV)/.installed-voikko)
	@mkdir -p data/landing
	$(PREFECT_ENV) $(BIN)/prefect server status >/dev/null 2>&1 || $(PREFECT_ENV) $(BIN)/prefect server start --background
	$(PREFECT_ENV) $(BIN)/prefect server status --wait --timeout 180
	$(PREFECT_ENV) $(BIN)/prefect work-pool create tunnepolku --type process --overwrite
	$(PREFECT_ENV) $(BIN)/prefect --no-prompt deploy --all
	$(PREFECT_ENV) $(BIN)/prefect worker start --pool tunnepolku

backfill:
	$(PREFECT_ENV) $(BIN)/prefect deployment run backfill/backfill -p first=$(FROM) -p last=$(TO)

undeploy:
	$(PREFECT_ENV) $(BIN)/prefect server stop

clean:
	rm -rf $(VENV)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Tunnepolku needs Python 3.11 or newer: make PYTHON=python3.11 …'; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { echo 'Python cannot make virtual environments here: apt install python3-venv'; rm -rf $(VENV); exit 1; }

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	@echo 'Installing what the night needs …'
	@$(PIP) -e .
	@touch $@

$(VENV)/.installed-voikko: $(VENV)/.installed
	@echo 'Installing what the lemmatizer needs to ask libvoikko …'
	@$(PIP) -e '.[voikko]'
	@touch $@

$(VENV)/.installed-prefect: $(VENV)/.installed
	@echo 'Installing Prefect …'
	@$(PIP) -e '.[prefect]'
	@touch $@

$(VENV)/.installed-notebook: $(VENV)/.installed
	@echo 'Installing JupyterLab …'
	@$(PIP) -e '.[notebook]'
	@touch $@

# torch first and alone: an unpinned one would bring gigabytes of GPU packages.
$(VENV)/.installed-dev: $(VENV)/bin/python pyproject.toml
	@echo 'Installing what the tests need …'
	@$(PIP) torch==2.13.0
	@$(PIP) -e '.[dev]'
	@touch $@
