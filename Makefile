# One set of build flags everywhere: different ones would compile the database twice.
GOLANGCI := go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.PHONY: help
help: ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 15

.PHONY: generate
generate: ## write all generated code anew; leaves a clean tree when nothing has changed
	go generate ./...
	go run ./ent/migrations/gen -check

.PHONY: migration
migration: ## write the migration for a changed schema: make migration NAME=add_something
	go run ./ent/migrations/gen $(NAME)

.PHONY: migration-sum
migration-sum: ## write the checksums of the migrations anew, after one was edited by hand
	go run ./ent/migrations/gen -sum

.PHONY: test
test: ## run the tests
	go test -timeout 25m ./...

.PHONY: race
race: ## run the tests under the race detector
	go test -race -timeout 2h ./...

.PHONY: torture
torture: ## 200 jobs while processes, Redis and PostgreSQL are killed (TORTURE_JOBS, TORTURE_SEED repeat one)
	TORTURE_JOBS=$(or $(TORTURE_JOBS),200) TORTURE_SEED=$(or $(TORTURE_SEED),random) \
		go test -overlay "$$(go run ./internal/skew)" -count=1 -timeout 3h -v -run '^TestTorture$$' ./cmd/autoholdings

.PHONY: models
models: ## the model-based tests at length, for hours (MODEL_CHECKS sequences each, MODEL_SEED repeats one)
	files=$$(grep -rl --include='*_test.go' 'rapid\.Check(' .) && \
	tests=$$(awk '/^func Test/ { name = $$2; sub(/\(.*/, "", name) } /rapid\.Check\(/ { print name }' $$files | sort -u | paste -sd '|' -) && \
	go test -count=1 -timeout 12h -v -run "^($$tests)$$" $$(dirname $$files | sort -u) \
		-rapid.checks=$(or $(MODEL_CHECKS),500) $(if $(MODEL_SEED),-rapid.seed=$(MODEL_SEED))

.PHONY: lint
lint: ## vet, golangci-lint (import walls included), gofumpt
	go vet ./...
	$(GOLANGCI) run

APICHECK := internal/apicheck
RELEASE := $(shell git describe --tags --abbrev=0 --match 'v*' 2>/dev/null)

.PHONY: schema-check
schema-check: $(APICHECK)/node_modules ## the schema's style, and that it has all that the last release had
	$(APICHECK)/node_modules/.bin/eslint --max-warnings 0 -c $(APICHECK)/eslint.config.js schema.graphqls
	cd $(APICHECK) && npm test --silent
	@if [ -z "$(RELEASE)" ]; then echo "no release yet: the schema may still break"; exit 0; fi; \
	old=$$(mktemp) && trap 'rm -f "$$old"' EXIT && git show "$(RELEASE):schema.graphqls" >"$$old" && \
	node $(APICHECK)/compare.js "$$old" schema.graphqls

%/node_modules: %/package-lock.json
	npm ci --prefix $* --loglevel=error
	@touch $@

CONSOLE := console

.PHONY: console
console: $(CONSOLE)/node_modules ## build the console anew; what is built is committed
	cd $(CONSOLE) && npm run --silent build

.PHONY: console-walk
console-walk: $(CONSOLE)/node_modules ## walk the console in a browser, on a real server
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && go build -o "$$dir/autoholdings" ./cmd/autoholdings && \
	cd $(CONSOLE) && AUTOHOLDINGS="$$dir/autoholdings" npm run --silent walk

TYPESCRIPT := examples/typescript

.PHONY: examples
examples: $(TYPESCRIPT)/node_modules ## the clients of examples/: their code made anew, types checked, run against a server
	cd examples/go && go generate ./... && go vet ./...
	cd $(TYPESCRIPT) && npm run --silent generate && npm run --silent build
	go test -count=1 -run '^TestExamples$$' ./cmd/autoholdings

.PHONY: fmt
fmt: ## format by gofumpt
	$(GOLANGCI) fmt

.PHONY: bench
bench: ## run the benchmarks; the ratios are what counts
	go test -run '^$$' -bench . -benchmem ./kbart ./holdings ./cmd/autoholdings

.PHONY: bench-api
bench-api: ## the API against a handler made by hand over the same 100,000 portfolios (BENCH_TITLES, BENCH_DATABASE=postgres, …)
	BENCH_TITLES="$(or $(BENCH_TITLES),111000)" BENCH_DATABASE=$(BENCH_DATABASE) \
		go test -count=1 -timeout 2h -v -run '^TestSpeedOfAPI$$' ./cmd/autoholdings

# What strangers send: documents, uploads, headers.
STRANGERS := ./graph ./cmd/autoholdings

.PHONY: fuzz
fuzz: ## fuzz the reader (1m each target), and what strangers send (10m each, 30m in all); FUZZTIME changes both
	@fuzz() { for target in $$(grep -hoE 'func Fuzz[A-Za-z0-9]+' $$1/*_test.go | cut -c6-); do \
		AUTOHOLDINGS_TEST_DATABASE=sqlite go test -run '^$$' -fuzz "^$$target\$$" -fuzztime "$$2" $$1 || exit 1; done; }; \
	fuzz ./kbart $(or $(FUZZTIME),1m); for package in $(STRANGERS); do fuzz $$package $(or $(FUZZTIME),10m); done

# Without coverage, for which go would compile everything once more, the database included. By number and not by time: go
# now and then takes the end of the time for a failure.
.PHONY: fuzz-short
fuzz-short: ## what strangers send, for a minute (FUZZTIMES tries each)
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && \
	for package in $(STRANGERS); do \
		go test -c -o "$$dir/fuzz" $$package && \
		for target in $$(grep -hoE 'func Fuzz[A-Za-z0-9]+' $$package/*_test.go | cut -c6-); do \
			times=200000; [ "$$target" = FuzzHeaders ] && times=30000; \
			(cd $$package && AUTOHOLDINGS_TEST_DATABASE=sqlite "$$dir/fuzz" -test.run '^$$' -test.fuzz "^$$target\$$" \
				-test.fuzztime "$${FUZZTIMES:-$$times}x" -test.fuzzcachedir "$$dir/cache") || exit 1; \
		done; \
	done

.PHONY: release
release: ## programs, Debian packages and bills of materials for amd64 and arm64, in dist/ (ARCH=amd64: one of them)
	deploy/release.sh dist $(ARCH)

.PHONY: release-check
release-check: ## make the release twice, from two clones and without what go has compiled, and compare the bytes
	deploy/release-check.sh $(ARCH)

.PHONY: package-test
package-test: ## install, start, upgrade, purge and reinstall the Debian package, in a root of its own (takes root; nothing stays)
	deploy/package/test.sh

# The model-based tests walk the same sequences each time here, so that no change is refused for what it did not do. Other
# sequences each time: make test, and at length: make models.
.PHONY: ci
ci: export RAPID_SEED := 20261128
ci: ## what CI does, once the machine has what .ci/run installs
	go build ./...
	$(MAKE) schema-check
	$(MAKE) examples
	$(MAKE) console
	$(MAKE) console-walk
	@# Tests that compare times are not to share the machine with the compiler.
	go test -run '^$$' ./... >/dev/null
	$(MAKE) test
	$(MAKE) fuzz-short
	$(MAKE) lint
	$(MAKE) generate
	@changed=$$(git status --porcelain); \
	if [ -n "$$changed" ]; then echo "generated code is not current: run make generate console examples and commit"; echo "$$changed"; exit 1; fi
