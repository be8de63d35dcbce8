# Every target sets up .venv first when it is missing or older than the lock. All is compiled to bytecode then: where Python may not
# write it (PYTHONDONTWRITEBYTECODE, as in many container images), each job would spend seconds on compiling scikit-learn anew.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
UV     := uv==0.13.9
export PATH := $(CURDIR)/$(BIN):$(PATH)
.DEFAULT_GOAL := help
.PHONY: help figures quick calibration ground-truth test test-all coverage fuzz lint format config-reference readme lock unlock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

figures: $(VENV)/.ready ## train, analyse and draw everything in config.yaml (8 to 16 minutes on two quiet cores)
	@rscnav status
	snakemake

quick: $(VENV)/.ready ## the whole workflow in 3 to 6 minutes, with undertrained networks, into results/quick
	@rscnav status
	snakemake --configfile workflow/presets/quick.yaml

calibration: $(VENV)/.ready ## error rates of all tests, coverage of all intervals (75 minutes on two cores; goes on where it was)
	@rscnav status
	snakemake -s workflow/calibration.smk

ground-truth: $(VENV)/.ready ## how estimates approach the truth with units and trials (15 minutes on two cores; goes on where it was)
	@rscnav status
	snakemake -s workflow/ground_truth.smk

test: $(VENV)/.ready ## tests to run before each commit: every part against known answers, one workflow, one kill
	python -m pytest -n 2 --dist loadscope --no-loadscope-reorder -m "not slow"

test-all: $(VENV)/.ready ## all tests, also the long ones: calibration, the observers of the arena, repeated kills, further workflows
	python -m pytest -n 2 --dist loadscope --no-loadscope-reorder

coverage: $(VENV)/.ready ## the lines of src that `make test` does not run, in htmlcov/
	python -m pytest -n 2 --dist loadscope --no-loadscope-reorder -m "not slow" --cov --cov-report=term:skip-covered --cov-report=html

fuzz: $(VENV)/.ready ## 2,000 damaged files and 10,000 mutated configurations, and what came of them (about half an hour)
	python tests/fuzz --show

lint: $(VENV)/.ready ## style, types, layers, dependencies and a dry run of the workflow
	ruff check .
	ruff format --check .
	snakefmt --check Snakefile workflow
	mypy
	lint-imports --no-cache
	deptry src
	snakemake -n --quiet >/dev/null

format: $(VENV)/.ready ## rewrite the code in the project's style
	ruff check --fix-only -q .
	ruff format -q .
	snakefmt Snakefile workflow

config-reference: $(VENV)/.ready ## write the files that are made from the models of the settings: defaults, JSON schema, docs/config.md
	rscnav config default > workflow/config.default.yaml
	rscnav config schema > workflow/config.schema.json
	rscnav config reference > docs/config.md

readme: figures ## make everything, then renew the figures that README.md shows
	for figure in task learning state_space observer_comparison encounters decoding non_encounters position_decoding; do cp results/figures/$$figure.png docs/figures/ || exit 1; done
	cp results/figures/comparisons/side-by-side.png docs/figures/comparison.png
	cp results/figures/gru-s1/task.png docs/figures/task_gru-s1.png

lock: $(VENV)/.ready ## resolve requirements.in again into requirements.lock
	uv pip compile -q --upgrade --universal --python-version 3.11 --no-header requirements.in -o requirements.lock

unlock: $(VENV)/.ready ## after a killed run: end what it left running here and clear its lock
	rscnav status --kill
	snakemake --unlock

clean: ## remove results (networks too) and the environment
	rm -rf $(VENV) .snakemake
	find results -mindepth 1 ! -name README.md -delete

# The installer uv takes seconds where pip takes minutes; where uv can't be had, pip does the same work.
# The lock is given as constraints: it holds CUDA packages too, which only some machines need.
$(VENV)/.deps: requirements.in requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info[:2] < (3, 14) else "rscnav needs Python 3.11 to 3.13, this is " + sys.version.split()[0] + "; try: make PYTHON=python3.11")'
	@echo "Setting up $(VENV) with the versions in requirements.lock (1 to 3 minutes, 1.7 GB) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@if $(BIN)/python -m pip install -qq $(UV); then \
	  uv pip install -q --compile-bytecode -p $(BIN)/python \
	    $$(for f in $${PIP_FIND_LINKS:-$$($(BIN)/python -m pip config get global.find-links 2>/dev/null)}; do echo --find-links $$f; done) \
	    -r requirements.in -c requirements.lock; \
	else \
	  echo "No uv here; pip takes over."; \
	  $(BIN)/python -m pip install -qq -r requirements.in -c requirements.lock; \
	fi
	@touch $@

$(VENV)/.ready: $(VENV)/.deps pyproject.toml
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q src
	@touch $@
