# `make help` lists what there is. Every target finds a JDK 25 or newer by itself.

.DEFAULT_GOAL := help
SHELL := /bin/sh

MVN = JAVA_HOME="$${JAVA_HOME:?}" mvn -B -ntp
WITH_JDK = @JAVA_HOME=$$(src/scripts/find-jdk) || exit 1; export JAVA_HOME;

.PHONY: help run doctor dev test check coverage format settings bench faults stress floods image client clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## build and start the broker with its sandbox and the demo page
	$(WITH_JDK) $(MVN) -q -DskipTests package && exec src/scripts/run-sandbox

doctor: ## beside make run: looks at the sandbox's settings, FusionAuth, providers and store (ARGS=--json: for programs)
	$(WITH_JDK) [ -s target/sandbox.properties ] || { echo "First: make run, in another terminal" >&2; exit 1; }; \
	  QUARKUS_CONFIG_LOCATIONS=target/sandbox.properties exec "$$JAVA_HOME/bin/java" -jar target/quarkus-app/quarkus-run.jar doctor $(ARGS)

dev: ## the broker beside its sandbox, compiled anew at the next request whenever a source changes
	$(WITH_JDK) $(MVN) -q -DskipTests package && exec src/scripts/dev

test: ## everything: build, all tests, real Keycloak and Chromium, the OpenAPI linter (ONLY=FooTest,BarIT: these tests)
	$(WITH_JDK) src/scripts/run-tests $(if $(ONLY),'$(ONLY)')

check: ## what is quick: format, compiler checks, the OpenAPI linter, known vulnerabilities of what is built in
	$(WITH_JDK) src/scripts/forget-unchecked && $(MVN) -q spotless:check test-compile cyclonedx:makeBom && src/scripts/lint-openapi && src/scripts/scan-dependencies

coverage: ## which lines the unit tests reach, to target/site/jacoco
	$(WITH_JDK) $(MVN) -q -Pcoverage test

format: ## format the sources
	$(WITH_JDK) $(MVN) -q spotless:apply

settings: ## write docs/settings.md from the comments of the settings
	$(WITH_JDK) $(MVN) -q test -Dtest=SettingsPageTest -Dsurefire.failIfNoSpecifiedTests=false -Dsettings.write=true

bench: ## throughput and p99 of a cached mint beside a bare endpoint (AUDIT=cost: and beside a build that counts no hits)
	$(WITH_JDK) $(MVN) -q -DskipTests package && exec src/scripts/bench$(if $(AUDIT),-audit)

faults: ## do the broker every harm there is, count the accounts that still mint, write docs/faults.md (REPLICAS=3: several, PostgreSQL)
	$(WITH_JDK) $(MVN) -q -DskipTests package dependency:build-classpath -Dmdep.outputFile=target/faults.classpath && exec src/scripts/faults

floods: ## one caller floods each endpoint, another's mints are timed; writes docs/floods.md
	$(WITH_JDK) $(MVN) -q -DskipTests package dependency:build-classpath -Dmdep.outputFile=target/floods.classpath && exec src/scripts/floods

stress: ## the tests of long load with all of it, such as 200,000 odd requests of a stranger to a small broker
	$(WITH_JDK) $(MVN) -q -DskipTests package && $(MVN) -q -Dstress=true surefire:test failsafe:integration-test@real-parts failsafe:verify \
	  -Dtest=NoWritesTest,MetricSeriesTest,FuzzedRequestsTest -Dit.test=OddRequestsIT,HostileProviderIT

image: ## a container image, by docker, podman or buildah
	$(WITH_JDK) $(MVN) -q -DskipTests package && exec src/scripts/build-image

client: ## a fresh key and the settings for a client: make client NAME=billing
	@src/scripts/new-client "$(NAME)"

clean: ## remove what was built
	@rm -rf target
