# Two commands: `make run` and `make test`. README.md tells the rest.
#   make run PORT=8123 STATE=/some/folder HOST=0.0.0.0

.DEFAULT_GOAL := help
.PHONY: help run test bench faults screenshots messages lint format

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo "$$python" && break; done)
VENV ?= .venv
PIP := $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-input

help:
	@echo "make run     the portal with everything it needs (PORT=8000 STATE=var HOST=127.0.0.1)"
	@echo "make test    all tests, on servers of their own"
	@echo "make bench   the speed of the engine, as a table"
	@echo "make faults  what takes longer: workers and servers killed at every point, all looks"
	@echo "make screenshots  pictures of every page, into docs/screenshots"
	@echo "make messages  the catalogue of translations, brought up to date (needs gettext)"
	@echo "make lint    ruff, types, migrations complete"
	@echo "make format  lets ruff lay out the code"

run: $(VENV)/.run
	@exec $(VENV)/bin/python -m privacyportal.local.run --end-with-parent

# Three at once on two cores: who drives a browser, or has killed a worker, mostly waits.
test: $(VENV)/.test
	$(VENV)/bin/python -m pytest -n 3 --dist loadgroup --no-loadscope-reorder -m "not slow" $(TESTS)

bench: $(VENV)/.test
	$(VENV)/bin/python -m tests.benchmarks

faults: $(VENV)/.test
	$(VENV)/bin/python -m pytest -m slow $(TESTS)

screenshots: $(VENV)/.test
	$(VENV)/bin/python -m tests.screenshots

messages: $(VENV)/.test
	$(VENV)/bin/python -m privacyportal.local.shell --temporary -- sh -e -c '\
		$(VENV)/bin/python manage.py makemessages --locale sv --no-obsolete --no-location \
			--ignore tests --ignore docs --ignore staticfiles --ignore var --ignore .venv && \
		$(VENV)/bin/python manage.py compilemessages --locale sv --ignore .venv --ignore var'

lint: $(VENV)/.test
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/python -m privacyportal.local.shell --temporary -- \
		sh -e -c '$(VENV)/bin/mypy . && $(VENV)/bin/python manage.py makemigrations --check --dry-run'

format: $(VENV)/.test
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

# The dot files say for which requirements the environment was last installed.
$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	@echo "Installing requirements.txt into $(VENV) …"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.test: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	@echo "Installing requirements-dev.txt into $(VENV) …"
	@$(PIP) -r requirements-dev.txt
	@touch $(VENV)/.run $@

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed: install it, or set PYTHON=."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo; \
		echo "$(PYTHON) could not make a virtual environment. On Debian and Ubuntu:"; \
		echo "apt install python3-venv"; exit 1; }
