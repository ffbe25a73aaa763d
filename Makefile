# The targets people need. `make help` lists them.
GOLANGCI = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.12.0

.PHONY: help build test lint fmt proto proto-check vectors soak up bench clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

build: ## build the binary into build/weal
	go build -trimpath -ldflags="-s -w" -o build/weal ./cmd/weal

test: ## run all tests
	go test ./...

soak: ## 10,000,000 fuzz executions on pay, 1,000,000 operations on ownership, and more (hours)
	./test/soak.sh

lint: ## golangci-lint, the version pinned above
	go run $(GOLANGCI) run ./...

fmt: ## format the code
	gofmt -w $$(git ls-files '*.go' | grep -v '\.pb\.')

proto: ## generate Go code from proto/
	go run ./proto/gen

proto-check: ## fail if generated code is stale
	go run ./proto/gen -check

vectors: ## write spec/vectors anew
	go test ./pay -run Vectors -update

up: build ## start everything on this machine
	./build/weal up

bench: build ## measure retrieval and asking
	./build/weal bench --help

clean: ## remove what was built
	rm -rf build
