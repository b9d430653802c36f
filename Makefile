# Sansheng. `make help` lists what there is.
.DEFAULT_GOAL := help
GO ?= go
BIN := bin/sansheng
# Where tools and unpacked packages are kept; the product uses the same folder.
CACHE := $(or $(SANSHENG_CACHE),$(if $(filter 0,$(shell id -u)),/var/cache/sansheng,$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/sansheng))
LINT_VERSION := v2.15.0
LINT := $(CACHE)/tools/golangci-lint-$(LINT_VERSION)
SQLC_VERSION := v1.31.1
RACE := ./cti/... ./pbx/ari/... ./pbx/sip/... ./cmd/sansheng/service/...
FUZZTIME ?= 20s
# The drill measures, so it has the machine to itself.
DRILL := sansheng/cmd/sansheng/drill

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z/-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  %-10s %s\n", $$1, $$2}'

# The console is built with the machine's Node, or with one that is unpacked into the cache.
CONSOLE := cti/web/console
CONSOLE_SOURCES := $(shell find $(CONSOLE)/src $(CONSOLE)/public -type f) $(addprefix $(CONSOLE)/,index.html vite.config.ts package-lock.json)
NPM = cd $(CONSOLE) && if node -e 'process.exit(process.versions.node.split(".")[0] < 18)' 2>/dev/null && command -v npm >/dev/null; \
  then npm $(1); else $(GO) run sansheng/cmd/sansheng with node npm $(1); fi

$(CONSOLE)/node_modules/.package-lock.json: $(CONSOLE)/package-lock.json
	$(call NPM,ci --no-audit --no-fund)
	@touch $@

$(CONSOLE)/dist/index.html: $(CONSOLE_SOURCES) $(CONSOLE)/node_modules/.package-lock.json
	$(call NPM,run build)

.PHONY: build
build: $(CONSOLE)/dist/index.html ## build the console and bin/sansheng
	$(GO) build -buildvcs=auto -o $(BIN) ./cmd/sansheng

.PHONY: run
run: build ## fetch what is missing, start the demo hotline, place a demo call, stay up
	$(BIN) serve --demo --demo-agents 3 --demo-call

.PHONY: fetch
fetch: build ## unpack Asterisk, PostgreSQL and the other programs into the cache
	$(BIN) fetch

.PHONY: test
test: fetch console ## every test, with a real Asterisk, PostgreSQL, NATS, SIP phones and browsers; the short drill last
	$(GO) test -timeout 20m $$($(GO) list ./... | grep -v '^$(DRILL)$$')
	$(call NPM,run journeys)
	$(GO) test -timeout 20m $(DRILL)

.PHONY: console
console: $(CONSOLE)/node_modules/.package-lock.json ## the console's own checks: types, lint, logic
	$(call NPM,run check)

.PHONY: screenshots
screenshots: fetch ## pictures of every page in both languages, into bin/screenshots
	$(call NPM,run screenshots)

.PHONY: race
race: fetch ## the tests of the concurrent parts under the race detector
	$(GO) test -race -timeout 20m $(RACE)

.PHONY: fuzz
fuzz: ## fuzz every decoder of foreign bytes for FUZZTIME each
	@set -e; for t in $$(grep -rlE '^func Fuzz' --include=*_test.go .); do \
	  for f in $$(grep -oE '^func Fuzz[A-Za-z0-9]+' $$t | cut -c6-); do \
	    echo "$$f in $$(dirname $$t)"; $(GO) test $$(dirname $$t) -run XXX -fuzz "^$$f\$$" -fuzztime $(FUZZTIME); done; done

.PHONY: bench
bench: fetch ## measure: hand-over beside app_queue, journal, projection, decoder
	$(GO) test -run XXX -bench . -benchtime 1x -timeout 30m ./cmd/sansheng/service/...
	$(GO) test -run XXX -bench . -timeout 30m ./cti/... ./pbx/... ./store/...

.PHONY: drill
drill: fetch ## break a private hotline under live calls; the report goes to deploy/DRILL.md
	$(BIN) drill --markdown deploy/DRILL.md

$(LINT):
	@mkdir -p $(@D)
	GOBIN=$(@D) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	@mv $(@D)/golangci-lint $@

.PHONY: lint
lint: $(LINT) ## golangci-lint with the pinned version
	$(LINT) run ./...

.PHONY: generate
generate: $(CONSOLE)/node_modules/.package-lock.json ## make generated code anew: the store's queries, the console's types
	$(GO) test ./cti/web -run ConsoleKnowsAPI -rewrite
	$(call NPM,run types)
	cd store && CGO_ENABLED=0 $(GO) run github.com/sqlc-dev/sqlc/cmd/sqlc@$(SQLC_VERSION) generate

.PHONY: verify
verify: ## fail when generated code or go.mod is stale
	cd store && CGO_ENABLED=0 $(GO) run github.com/sqlc-dev/sqlc/cmd/sqlc@$(SQLC_VERSION) diff
	$(GO) mod tidy -diff
	$(GO) mod verify

.PHONY: check
check: build verify lint test ## what a commit must pass
