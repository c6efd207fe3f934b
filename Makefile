# Needs python3 (3.11 or newer) with venv, and make. Everything else is set up by scripts/setup.
PYTHON ?= python3
VENV := .venv/bin/python
PORT ?= 8000
DATA ?= .demo
ARGS ?=

.PHONY: help demo test test-unit test-js test-services test-browser test-full bench lint messages cluster wheel clean setup-demo setup-test

help:
	@echo "make demo    the shop with everything, on http://127.0.0.1:$(PORT)   (PORT=8000 LAN=1 DATA=.demo)"
	@echo "make test    all tests once   (parts: test-unit test-js test-services test-browser; ARGS='-k name')"
	@echo "make test-full  the long tests too        make bench  benchmarks (ONLY=name)"
	@echo "make lint    ruff, mypy, migrations, checks, docs        make wheel  build the distribution"
	@echo "make messages  texts into the catalogues, and compiled"

setup-demo:
	@$(PYTHON) scripts/setup demo

setup-test:
	@$(PYTHON) scripts/setup test

# `exec`: Ctrl-C and TERM reach the supervisor itself.
demo: setup-demo
	@exec $(VENV) -m demo --port $(PORT) --data "$(DATA)" $(if $(LAN),--lan)

test: setup-test
	@$(VENV) scripts/test $(if $(ARGS),-- $(ARGS))

test-unit: setup-test
	@$(VENV) scripts/test unit $(if $(ARGS),-- $(ARGS))

test-js: setup-test
	@$(VENV) scripts/test js

test-services: setup-test
	@$(VENV) scripts/test services $(if $(ARGS),-- $(ARGS))

test-browser: setup-test
	@$(VENV) scripts/test browser $(if $(ARGS),-- $(ARGS))

# More examples per property and the long runs; each test reads RTC_TEST_FULL.
test-full: setup-test
	@RTC_TEST_FULL=1 $(VENV) scripts/test $(if $(ARGS),-- $(ARGS))

bench: setup-test
	@$(VENV) -m bench $(if $(ONLY),--only $(ONLY))

lint: setup-test
	@$(VENV) scripts/lint

messages: setup-test
	@$(VENV) scripts/messages

cluster:
	@echo "make cluster: not built yet; see docs/install.md, \"One server\" for what runs today" >&2; exit 2

wheel: setup-test
	@$(VENV) -m build

clean:
	rm -rf .venv .cache build dist
