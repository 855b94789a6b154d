# Frontdesk. Needs Python 3.11 or newer, and make; everything else is installed into .venv.
MAKEFLAGS += --no-print-directory
PYTHON ?= python3
RUN = .venv/bin/python
# Make itself calls the assembler AS: only a value that somebody gave counts as a role.
ROLE = $(if $(filter default,$(origin AS)),,$(AS))

COMPOSE ?= docker compose

.DEFAULT_GOAL := help
.PHONY: help run test compose-test check bench faults token sign-ins sample-reset backup restore resume pins audit screenshots installed installed-dev

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: installed  ## start the pair on this machine: addresses and sample sign-ins in a box, Ctrl-C stops
	@exec $(RUN) -m deploy.embedded run

test: installed-dev  ## the whole suite, against a real PostgreSQL and Valkey
	@exec $(RUN) -m pytest -n 3 -m "not long and not containers" --durations=10 $(ARGS)

check: installed-dev  ## format, lint, import contracts, types, migrations
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/lint-imports
	@.venv/bin/mypy
	@$(RUN) -m pytest -q tests/migrations

audit: installed-dev  ## known weaknesses in the pinned packages; asks an advisory service, and says so when it cannot
	@exec $(RUN) deploy/audit.py

faults: installed-dev  ## the long form of the suite: 10,000 inquiries a fault, 200 kills a crash point, real waits
	@exec $(RUN) -m pytest -v -s -m "long and not containers" --durations=0 $(ARGS)

compose-test: installed-dev  ## the containers, really run, with what COMPOSE names (docker compose)
	@COMPOSE="$(COMPOSE)" exec $(RUN) -m pytest -m containers -v --durations=10 tests/containers $(ARGS)

bench: installed-dev  ## our figures beside the limits measured in the same run
	@exec $(RUN) -m benchmarks $(ARGS)

token: installed  ## a bearer token, and nothing else: AS=director, AS=registrar, …
	@if [ -z "$(ROLE)" ]; then echo "For whom? make token AS=director (or registrar, instructor)" >&2; exit 1; fi
	@exec $(RUN) -m deploy.embedded token "$(ROLE)"

sign-ins: installed  ## the sample sign-ins again
	@exec $(RUN) -m deploy.embedded sign-ins

sample-reset: installed  ## delete both databases and every letter (while stopped; YES=1 does not ask)
	@YES="$(YES)" exec $(RUN) -m deploy.embedded sample-reset

backup: installed  ## both databases and the secrets into a new folder of backups/ (or TO=…); works while it runs
	@exec $(RUN) -m deploy.embedded backup "$(or $(TO),backups)"

restore: installed  ## an empty installation from a backup: make restore FROM=backups/…; nothing is sent before resume
	@if [ -z "$(FROM)" ]; then echo "From which backup? make restore FROM=backups/…" >&2; exit 1; fi
	@exec $(RUN) -m deploy.embedded restore "$(FROM)"

resume: installed  ## after a restore: what is in doubt, then work goes on
	@exec $(RUN) -m deploy.embedded resume

screenshots: installed-dev  ## pictures of every page, from the sample school
	@exec $(RUN) -m tests.journeys.screenshots $(ARGS)

pins: installed  ## pin every requirements*.in anew, with hashes
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && $(PYTHON) -m venv "$$dir" && \
	"$$dir/bin/pip" install -q --disable-pip-version-check uv && \
	for name in requirements requirements-embedded requirements-dev; do \
		"$$dir/bin/uv" pip compile -q --generate-hashes --no-emit-index-url --universal --python-version 3.11 \
			--no-header $(UPGRADE) $$name.in -o $$name.txt || exit 1; \
	done

installed:
	@$(PYTHON) deploy/install.py run

installed-dev:
	@$(PYTHON) deploy/install.py dev
