# Targets for people and for CI. Tools are built from the modules under tools/
# and kept outside the repository, one file for each version.

SHELL := /bin/bash
GO ?= go
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/kgw-tools

# tool NAME gives the file of a built tool; its name changes with its go.sum.
tool = $(CACHE)/$(1)-$(shell cksum < tools/$(1)/go.sum | cut -d' ' -f1)
LINT := $(call tool,golangci-lint)
KUBECONFORM := $(call tool,kubeconform)
KUSTOMIZE := $(call tool,kustomize)
KO := $(call tool,ko)
APISERVER := $(call tool,kube-apiserver)
KUBECTL := $(subst kube-apiserver,kubectl,$(APISERVER))
ETCD := $(call tool,etcd)
ARGOCD := $(call tool,argocd-cmp-server)
FLUX := $(call tool,flux)
ACTIONLINT := $(call tool,actionlint)
CLUSTER_ENV = KGW_TEST_KUBE_APISERVER=$(APISERVER) KGW_TEST_ETCD=$(ETCD) KGW_TEST_KUBECTL=$(KUBECTL) KGW_TEST_KGW=$(CURDIR)/bin/kgw
GORELEASER := $(call tool,goreleaser)
KREW := $(call tool,krew)
YAMLLS := $(CACHE)/yaml-language-server-$(shell cksum < tools/yaml-language-server/package-lock.json | cut -d' ' -f1)
AXE := $(CACHE)/axe-core-$(shell cksum < tools/axe-core/package-lock.json | cut -d' ' -f1)

PLAYGROUND := $(CACHE)/playground-$(shell cksum < tools/playground/package-lock.json | cut -d' ' -f1)

# Modules beside the main one whose tests are quick.
QUICK := $(patsubst %/go.mod,%,$(wildcard test/match/go.mod test/bench/go.mod))

.PHONY: build
build: ## build bin/kgw
	$(GO) build -trimpath -o bin/kgw ./cmd/kgw

.PHONY: test
test: ## vet and test everything that needs no other program
	$(GO) vet ./...
	$(GO) test -timeout 30m ./...
	@set -e; for m in $(QUICK); do (set -x; cd $$m && $(GO) vet ./... && $(GO) test ./...); done

FUZZTIME ?= 60s
FUZZTARGETS = $(shell grep -rHo --include='*_test.go' '^func Fuzz[A-Za-z0-9]*' compare compile internal lsp migrate openapi prove schema simulate validate why workbench | sed 's|/[^/]*_test.go:func |:|' | sort)

.PHONY: fuzz
fuzz: ## run each fuzz target for FUZZTIME, after the inputs that failed once (testdata/fuzz)
	@set -e; for t in $(FUZZTARGETS); do (set -x; $(GO) test -run '^$$' -fuzz "^$${t#*:}$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x ./$${t%:*}); done

.PHONY: test-hostile
test-hostile: ## run testdata/hostile through every command, under limits that the kernel counts
	$(GO) test -run '^TestHostileInputs$$' -timeout 30m .

.PHONY: test-engines
test-engines: ## compare with real engines (builds Oathkeeper, Hydra, Dex, Skipper and istiod once, about a quarter of an hour)
	cd test/oathkeeper && $(GO) vet ./... && $(GO) test -timeout 30m ./...
	cd test/dex && $(GO) vet ./... && $(GO) test -timeout 30m ./...
	cd test/hydra && $(GO) vet -tags sqlite ./... && $(GO) test -timeout 30m -tags sqlite ./...
	cd test/skipper && $(GO) vet ./... && $(GO) test -timeout 30m ./...
	cd test/istio && $(GO) vet ./... && $(GO) test -timeout 30m ./...

.PHONY: test-integrations
test-integrations: build $(KUSTOMIZE) $(KO) $(KUBECTL) $(ARGOCD) $(FLUX) $(ACTIONLINT) $(YAMLLS) ## drive kustomize, kubectl, ko, Argo CD, Flux, pre-commit and editors (builds them once, about a quarter of an hour)
	cd test/kustomize && $(GO) vet ./... && KGW_TEST_KUSTOMIZE=$(KUSTOMIZE) KGW_TEST_KUBECTL=$(KUBECTL) $(GO) test -timeout 30m ./...
	cd test/container && $(GO) vet ./... && KGW_TEST_KO=$(KO) $(GO) test -timeout 30m ./...
	cd test/argocd && export GOFLAGS=-trimpath CGO_ENABLED=0 && $(GO) vet ./... && KGW_TEST_BIN=$(CURDIR)/bin/kgw KGW_TEST_ARGOCD=$(ARGOCD) $(GO) test -timeout 30m ./...
	KGW_TEST_INTEGRATIONS=1 KGW_TEST_BIN=$(CURDIR)/bin/kgw KGW_TEST_FLUX=$(FLUX) KGW_TEST_KUSTOMIZE=$(KUSTOMIZE) KGW_TEST_ACTIONLINT=$(ACTIONLINT) KGW_TEST_YAML_LANGUAGE_SERVER=$(YAMLLS) $(GO) test -timeout 30m ./test/integrations

.PHONY: test-browser
test-browser: simulator build playground $(AXE) ## open what kgw writes for browsers in Chromium (apt-get install chromium); SCREENSHOTS=DIR keeps pictures
	cd test/browser && $(GO) vet ./... && KGW_TEST_KGW=$(CURDIR)/bin/kgw KGW_TEST_PLAYGROUND=$(CURDIR)/build/playground KGW_TEST_AXE=$(AXE)/node_modules/axe-core/axe.min.js KGW_TEST_SCREENSHOTS=$(abspath $(SCREENSHOTS)) $(GO) test -count 1 -timeout 30m ./...

.PHONY: cluster-tools
cluster-tools: $(APISERVER) $(ETCD) $(KUBECTL) ## build kube-apiserver, etcd and kubectl once (about twelve CPU minutes)

.PHONY: first-minute
first-minute: ## time the commands of somebody who is new to kgw, from a clone to manifests
	test/bench/first-minute.sh

.PHONY: test-cluster
test-cluster: build cluster-tools ## hold kgw to a real API server (builds cluster-tools)
	cd test/cluster && $(GO) vet ./... && $(CLUSTER_ENV) $(GO) test -count 1 -timeout 30m ./...

MUTANTS ?= 40
.PHONY: gate
gate: ## change every field of what the examples and the recorded sets hold: diff --semantic reports it (an hour)
	KGW_EVERY_MUTATION=1 $(GO) test ./prove -run "TestEveryFieldOf|TestNoMutation" -timeout 5h

.PHONY: mutants
mutants: ## change compile, migrate, validate and match in MUTANTS small ways and list the changes that no test of their own sees (a quarter of an hour)
	cd tools/mutants && $(GO) vet ./... && $(GO) run . -budget $(MUTANTS) ../.. compile migrate validate internal/match

.PHONY: lint
lint: $(LINT) ## run the linters of .golangci.yml
	@set -e; for m in . $(QUICK); do (set -x; cd $$m && $(LINT) run --config $(CURDIR)/.golangci.yml ./...); done

.PHONY: format
format: $(LINT) ## rewrite Go files with gofumpt
	$(LINT) fmt --config .golangci.yml ./...

# BENCHDOCS is where the tables go; "" leaves it as it is. ISTIOCTL is measured where it is built.
BENCHDOCS ?= $(CURDIR)/docs/performance.md
ISTIOCTL ?= $(shell command -v istioctl)

.PHONY: bench
bench: build $(KUBECONFORM) $(KUSTOMIZE) cluster-tools ## measure kgw beside other tools and write the tables of docs/performance.md (half an hour on an idle machine)
	cd test/bench && $(GO) run . -docs '$(BENCHDOCS)' -kgw $(CURDIR)/bin/kgw -kubeconform $(KUBECONFORM) -kustomize $(KUSTOMIZE) -istioctl '$(ISTIOCTL)' $(BENCHFLAGS)
	$(GO) test -run '^$$' -bench '^Benchmark(LiteralPrefixes|NoLiteralPrefix|Templates)$$' -benchtime 3x -count 6 ./internal/match
	set -o pipefail; (cd test/cluster && $(CLUSTER_ENV) $(GO) run ./bench $(CLUSTERBENCHFLAGS)) | (cd test/bench && $(GO) run . -docs '$(BENCHDOCS)' -replace cluster)
	cd test/browser && $(GO) test -run '^$$' -bench . -benchtime 5x .

.PHONY: generate
generate: ## rewrite what is generated from the code
	$(GO) generate ./...

.PHONY: simulator
simulator: ## build what the page of kgw report --html answers requests with, for the programs that are built afterwards
	GOOS=js GOARCH=wasm CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=false -mod=readonly -ldflags '-s -w' -o exposure/page/simulator/simulator.wasm ./cmd/simulator
	gzip -9 -n -f exposure/page/simulator/simulator.wasm
	cp "$$($(GO) env GOROOT)/lib/wasm/wasm_exec.js" exposure/page/simulator/wasm_exec.js && chmod 644 exposure/page/simulator/*

.PHONY: playground
playground: $(PLAYGROUND) ## build the page of the playground to build/playground (needs node and npm)
	rm -rf build/playground && mkdir -p build/playground
	GOOS=js GOARCH=wasm CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=false -ldflags '-s -w -X main.release=$(or $(VERSION),dev)' -o build/playground/kgw.wasm ./cmd/wasm
	gzip -9 -n build/playground/kgw.wasm
	MODULES=$(PLAYGROUND) WASM_EXEC=$$($(GO) env GOROOT)/lib/wasm/wasm_exec.js node docs/playground/build.mjs build/playground

.PHONY: release-files
release-files: ## write what a release holds beside the program to build/release (VERSION, SOURCE_DATE_EPOCH)
	rm -rf build/release && mkdir -p build/release/{bin,completions,argocd}
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-X main.release=$(VERSION)' -o build/release/bin/kgw ./cmd/kgw
	cd tools/sbom && CGO_ENABLED=0 $(GO) build -trimpath -mod=readonly -o $(CURDIR)/build/release/bin/sbom .
	for s in bash fish zsh; do build/release/bin/kgw completion $$s > build/release/completions/kgw.$$s; done
	build/release/bin/kgw completion powershell > build/release/completions/kgw.ps1
	build/release/bin/kgw man build/release/man
	build/release/bin/kgw argocd plugin > build/release/argocd/plugin.yaml

.PHONY: release-notes
release-notes: ## print the section of VERSION in CHANGELOG.md
	@awk -v v='## [$(VERSION)]' '/^## /{on=index($$0,v)==1;next} on{print;n++} END{exit !n}' CHANGELOG.md

.PHONY: release
release: $(GORELEASER) ## build, sign and upload the release of the tag that is checked out (docs/releasing.md)
	mkdir -p build && $(MAKE) -s release-notes VERSION=$(VERSION) > build/release-notes.md
	$(GORELEASER) release --clean --release-notes build/release-notes.md

.PHONY: snapshot
snapshot: $(GORELEASER) ## build all files of a release into dist, without signatures and images
	$(GORELEASER) release --snapshot --clean --skip=publish,sign,docker

.PHONY: rebuild
rebuild: $(GORELEASER) ## build the files of the tag that is checked out again, to compare dist/checksums.txt
	$(GORELEASER) release --clean --skip=publish,sign,docker,announce

.PHONY: krew-manifest
krew-manifest: ## write the krew manifest of VERSION from dist/checksums.txt to dist/kgw.yaml
	cd tools/krew && $(GO) run -mod=readonly . $(CURDIR)/.krew.yaml v$(VERSION) $(CURDIR)/dist/checksums.txt $(CURDIR)/dist/kgw.yaml

.PHONY: package-manifests
package-manifests: ## write the Homebrew formula and the Scoop manifest of VERSION from dist/checksums.txt to dist/kgw.rb and dist/kgw.json
	cd tools/krew && $(GO) run -mod=readonly . $(CURDIR)/.homebrew.rb v$(VERSION) $(CURDIR)/dist/checksums.txt $(CURDIR)/dist/kgw.rb
	cd tools/krew && $(GO) run -mod=readonly . $(CURDIR)/.scoop.json v$(VERSION) $(CURDIR)/dist/checksums.txt $(CURDIR)/dist/kgw.json

.PHONY: test-release
test-release: $(GORELEASER) $(KREW) $(ARGOCD) ## make two snapshots of a release, compare and install them
	cd tools/sbom && $(GO) vet ./... && $(GO) test ./...
	cd test/release && KGW_TEST_GORELEASER=$(GORELEASER) KGW_TEST_KREW=$(KREW) KGW_TEST_ARGOCD=$(ARGOCD) CGO_ENABLED=0 $(GO) test -timeout 60m ./...

.PHONY: check
check: build lint ## what to run before a commit: as build, lint and test, but long searches draw a part
	$(GO) vet ./...
	$(GO) test -short -timeout 30m ./...
	@set -e; for m in $(QUICK); do (set -x; cd $$m && $(GO) vet ./... && $(GO) test -short ./...); done

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

$(LINT): PACKAGE = github.com/golangci/golangci-lint/v2/cmd/golangci-lint
$(KUBECONFORM): PACKAGE = github.com/yannh/kubeconform/cmd/kubeconform
$(KUSTOMIZE): PACKAGE = sigs.k8s.io/kustomize/kustomize/v5
$(GORELEASER): PACKAGE = github.com/goreleaser/goreleaser/v2

$(KO): PACKAGE = github.com/google/ko
$(ACTIONLINT): PACKAGE = github.com/rhysd/actionlint/cmd/actionlint
$(ARGOCD): PACKAGE = github.com/kgw-dev/kgw/tools/argocd-cmp-server

$(FLUX):
	@mkdir -p $(CACHE)
	GO=$(GO) tools/flux/build.sh $@

$(KREW): # a directory: krew and the validator of its index
	cd tools/krew && CGO_ENABLED=0 GOFLAGS=-trimpath $(GO) build -mod=readonly -ldflags '-s -w' -o $@/ sigs.k8s.io/krew/cmd/krew sigs.k8s.io/krew/cmd/validate-krew-manifest

# Folders; where there is no npm there is none, and the tests say so.
$(YAMLLS) $(AXE) $(PLAYGROUND):
	@mkdir -p $@.part && cp tools/$(shell echo $(notdir $@) | sed 's/-[0-9]*$$//')/package*.json $@.part
	if command -v npm > /dev/null; then cd $@.part && npm ci --no-audit --no-fund --ignore-scripts && mv $@.part $@; else echo "SKIPPED: there is no npm: install it (apt-get install nodejs npm)"; fi

$(LINT) $(KUBECONFORM) $(KUSTOMIZE) $(KO) $(ARGOCD) $(ACTIONLINT) $(GORELEASER):
	@mkdir -p $(CACHE)
	cd tools/$(shell echo $(notdir $@) | sed 's/-[0-9]*$$//') && CGO_ENABLED=0 GOFLAGS=-trimpath $(GO) build -mod=readonly -ldflags '-s -w' -o $@ $(PACKAGE)

# An API server built without its version takes itself for v0.0.0.
KUBE_VERSION := k8s.io/component-base/version
KUBE_LDFLAGS := -s -w -X $(KUBE_VERSION).gitVersion=v1.35.4 -X $(KUBE_VERSION).gitMajor=1 -X $(KUBE_VERSION).gitMinor=35 -X $(KUBE_VERSION).gitTreeState=clean

$(APISERVER): PACKAGE = k8s.io/kubernetes/cmd/kube-apiserver
$(KUBECTL): PACKAGE = k8s.io/kubernetes/cmd/kubectl

$(APISERVER) $(KUBECTL):
	@mkdir -p $(CACHE)
	cd tools/kube-apiserver && CGO_ENABLED=0 GOFLAGS=-trimpath $(GO) build -mod=readonly -ldflags '$(KUBE_LDFLAGS)' -o $@ $(PACKAGE)

$(ETCD):
	@mkdir -p $(CACHE)
	cd tools/etcd && CGO_ENABLED=0 GOFLAGS=-trimpath $(GO) build -mod=readonly -ldflags '-s -w' -o $@ .
