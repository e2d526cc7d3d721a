# Every target does its own set-up: a machine with python3 (3.11 to 3.14, with venv) and a package index is enough.
SHELL := /bin/sh
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DEPLOY_INSTALLED := .venv-deploy/.installed
SPARK_INSTALLED := .venv-spark/.installed
# The first interpreter of a supported version; override with make PYTHON=/path/to/python3.12 install
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null \
	&& echo "$$python" && break; done)
CLAIMS ?= 2000

help:  ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

install: $(INSTALLED)  ## Install claimscrub and its tools into .venv

$(INSTALLED): pyproject.toml requirements-dev.lock Makefile
	@test -n "$(PYTHON)" || { echo "claimscrub needs Python 3.11, 3.12, 3.13 or 3.14; none was found on PATH." \
		"Install one, or name it: make PYTHON=/path/to/python3 install" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) comes without venv." \
		"On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing claimscrub into $(VENV) (once; about a minute) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q worker schemas
	@touch $(INSTALLED)
	@echo "Installed: $(BIN)/claimscrub"

demo: $(INSTALLED)  ## Scrub 2,000 synthetic claims on an embedded Kafka broker
	@$(BIN)/claimscrub demo --claims $(CLAIMS) --no-input

# Kept bytecode: without it each of the processes works out anew what an assertion of each test shows when it fails.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -q
# Most tests of the stream wait, so that two processes a processor are faster than one.
TEST_PROCESSES ?= $(shell echo $$((2 * $$(getconf _NPROCESSORS_ONLN))))
# What needs more than this machine or goes over whole lists has a target of its own.
NOT_HERE := not kafka and not spark and not image and not whole
test: $(INSTALLED)  ## Run the tests that need no more than this machine (4 minutes)
	@echo "Running about 9,200 tests on all processors; on two quiet ones this takes about 4 minutes ..."
	@$(PYTEST) -n $(TEST_PROCESSES) --dist worksteal -m "not system and $(NOT_HERE)"
	@echo "Left out, and run by .ci/run: those in which workers, brokers and a browser run for long" \
		"('make test-system': 6 minutes), those that go over whole lists ('make test-whole': a minute)," \
		"on real Apache Kafka ('make test-kafka': Java 17 and Maven), of Spark ('make test-spark': Java 17)" \
		"and of the image ('make test-image': podman or docker)."

test-system: $(INSTALLED)  ## Run the tests in which workers, brokers and a browser run for long (6 minutes)
	@$(PYTEST) -n $(TEST_PROCESSES) --dist worksteal -m "system and $(NOT_HERE)"

test-whole: $(INSTALLED)  ## Run the tests that go over whole lists, of which 'make test' takes a part (a minute)
	@$(PYTEST) -n $(TEST_PROCESSES) --dist worksteal -m whole

test-spark: $(INSTALLED) $(SPARK_INSTALLED)  ## Scrub an archive with a local Spark of two executors (Java 17; installs 900 MB)
	@REQUIRE_SPARK=1 $(PYTEST) -m spark tests/spark

$(SPARK_INSTALLED): pyproject.toml requirements-spark.lock Makefile $(INSTALLED)
	@echo "Installing Spark into .venv-spark (once; some minutes) ..."
	@$(PYTHON) -m venv --clear .venv-spark
	@.venv-spark/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.lock
	@rm -rf build/editable && mkdir -p build/editable && $(BIN)/python -c \
		'from hatchling.build import build_editable; build_editable("build/editable")'
	@.venv-spark/bin/python -m pip install --quiet --disable-pip-version-check --no-deps build/editable/*.whl
	@touch $(SPARK_INSTALLED)

test-kafka: $(INSTALLED)  ## Run the tests on real Apache Kafka, fetched and started by the tests
	@REQUIRE_KAFKA=1 $(PYTEST) -m kafka

test-image: $(INSTALLED)  ## Build the image and run it hardened (podman or docker; skipped without)
	@$(PYTEST) -m image tests/image

storm: $(INSTALLED)  ## Run the storms large on Apache Kafka; figures in tests/kafka/results
	@$(BIN)/python -m tests.kafka $(STORM)

FUZZ_SECONDS ?= 600
fuzz: $(INSTALLED)  ## Fuzz decoding and the pipeline for ten minutes, and the structure of 837s as long
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --group fuzz
	@mkdir -p .fuzz && $(BIN)/python -m tests.fuzz .fuzz tests/fuzz/corpus -max_total_time=$(FUZZ_SECONDS) \
		-max_len=65536 -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 -artifact_prefix=.fuzz/crash-
	@$(BIN)/python -m tests.fuzz.x12_structure --seconds $(FUZZ_SECONDS)

check: $(INSTALLED)  ## Lint, types, import contracts, generated files
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m deploy.generate --check

generate: $(INSTALLED)  ## Write the generated files anew
	@$(BIN)/python -m deploy.generate

check-deploy: $(INSTALLED) $(DEPLOY_INSTALLED)  ## Check image, manifests, rules and dashboards without deploying them
	@$(BIN)/python -m deploy.gates

$(DEPLOY_INSTALLED): requirements-deploy.lock deploy/package-lock.json
	@echo "Installing the validators of deploy/ (once; about a minute) ..."
	@$(PYTHON) -m venv --clear .venv-deploy
	@.venv-deploy/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-deploy.lock
	@npm ci --prefix deploy --ignore-scripts --no-audit --no-fund --silent
	@touch $(DEPLOY_INSTALLED)

types: $(INSTALLED)  ## Make types of the messages for Java and TypeScript, and try them (npm, Maven, a JDK 17)
	@$(BIN)/python -m deploy.message_types

drill: $(INSTALLED)  ## Let things go wrong and see that the right alert speaks (Debian's prometheus; some minutes)
	@$(BIN)/python -m tests.drill

pictures: $(INSTALLED)  ## Draw the dashboards from a real Prometheus under demo load, and a report (Debian's prometheus, chromium)
	@$(BIN)/python -m tests.deploy.pictures
	@$(BIN)/python -m tests.browser.report_pages

sbom: $(INSTALLED)  ## Write what the worker is made of to build/sbom.json (CycloneDX)
	@$(BIN)/python -m deploy.sbom build/sbom.json

bench: $(INSTALLED)  ## Measure start, pipeline, worker and check beside their floors (half an hour)
	@$(BIN)/python -m tests.bench

bench-guard: $(INSTALLED)  ## Fail if pipeline or worker cost 30 % more of their floors than recorded (a minute)
	@$(BIN)/python -m tests.bench --guard

lock: $(INSTALLED)  ## Pin the dependencies anew, with hashes
	@$(BIN)/uv pip compile --system-certs --quiet --upgrade pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--no-header -o requirements.lock
	@$(BIN)/uv pip compile --system-certs --quiet --upgrade pyproject.toml --extra traces --universal \
		--python-version 3.11 --generate-hashes --no-header -o requirements-traces.lock
	@$(BIN)/uv pip compile --system-certs --quiet --upgrade pyproject.toml --extra serve --universal \
		--python-version 3.11 --generate-hashes --no-header -o requirements-serve.lock
	@$(BIN)/uv pip compile --system-certs --quiet --upgrade pyproject.toml --extra report --universal \
		--python-version 3.11 --generate-hashes --no-header -o requirements-report.lock
	@$(BIN)/uv pip compile --system-certs --quiet --upgrade pyproject.toml --extra spark --universal \
		--python-version 3.11 --generate-hashes --no-header -o requirements-spark.lock
	@$(BIN)/uv pip compile --system-certs --quiet --upgrade pyproject.toml --extra demo --extra report --extra serve --extra traces --group dev --universal \
		--python-version 3.11 --generate-hashes --no-header -o requirements-dev.lock
	@$(BIN)/uv pip compile --system-certs --quiet --upgrade --group deploy --universal --python-version 3.11 \
		--generate-hashes --no-header -o requirements-deploy.lock

clean:  ## Remove what the other targets made
	@rm -rf $(VENV) .venv-deploy .venv-spark deploy/node_modules schemas/typescript/node_modules build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .fuzz \
		tests/bench/results tests/kafka/results

.PHONY: help install demo test test-system test-whole test-kafka test-spark test-image check check-deploy types storm fuzz drill pictures sbom generate bench bench-guard lock clean
