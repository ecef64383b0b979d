PREFIX = /usr/local
ARGS = --help
SECONDS = 60
SEED =

# A release binary that needs no Swift runtime installed; macOS has it anyway.
ifeq ($(shell uname),Darwin)
  RELEASE = -c release --product tablepro-connect
else
  RELEASE = -c release --static-swift-stdlib --product tablepro-connect
endif
# The same flags for building and testing, or each would build everything again.
STRICT = -Xswiftc -warnings-as-errors
SOURCES = Package.swift Sources Tests Fuzz

.PHONY: build setup run demo lint strict check test bench fuzz sanitize docs install clean
.NOTPARALLEL:

build:            ## the release binary (default)
	swift build $(RELEASE)

setup:            ## install what is missing for building and testing
	scripts/setup.sh

run: build        ## run the release binary: make run ARGS='--engine postgres --ssl required'
	.build/release/tablepro-connect $(ARGS)

demo: setup build ## a throwaway server that requires TLS, and two tests of it
	scripts/demo.sh .build/release/tablepro-connect

lint:             ## the layout of all Swift files
	swift format lint --strict --parallel --recursive $(SOURCES)

strict:           ## program and tests, every warning an error
	swift build --build-tests $(STRICT)

check: lint strict ## lint, strict build, unit tests: no server needed
	swift test --skip-build $(STRICT) --skip LabTests

test: setup lint strict ## everything, with the lab of real servers
	swift test --skip-build $(STRICT)

fuzz: setup       ## libFuzzer on every parser of text from outside: make fuzz SECONDS=600 SEED=1
	scripts/fuzz.sh $(SECONDS) $(SEED)

docs:             ## what docs/troubleshooting.md quotes of the program
	TABLEPRO_CONNECT_WRITE_DOCS=1 swift test --filter TroubleshootingPageTests

sanitize: setup   ## the lab under address (with leaks) and thread sanitizer
	scripts/sanitize.sh address
	scripts/sanitize.sh thread

bench: setup build ## a whole test paired with psql doing the same; writes docs/performance.md
	.venv/bin/python scripts/bench.py .build/release/tablepro-connect

install: build    ## put the binary into PREFIX/bin
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 .build/release/tablepro-connect "$(DESTDIR)$(PREFIX)/bin/tablepro-connect"

clean:            ## remove what was built
	swift package clean
