# Thin targets: each is one or two commands that can be typed by hand.
PREFIX ?= /usr/local
RELEASE = --configuration release --static-swift-stdlib
PROGRAM = .build/release/valise
QUIET = --quiet
CARRIER_PACKAGES = rsync git tar openssh-client openssh-server rclone syncthing
SYSTEM_PACKAGES = libssl-dev libsodium-dev zlib1g-dev libyaml-dev libsqlite3-dev pkg-config

.PHONY: build demo test interruptions soak carriers neon lint bench fuzz install system clean

build: system
	swift build $(RELEASE) --product valise

demo: build
	sh examples/demo.sh $(PROGRAM)

test: build
	VALISE_PROGRAM=$(CURDIR)/$(PROGRAM) swift test $(QUIET)

# Kills and faults of the disk at every step of every change of the keyring, and of an exchange of messages.
interruptions: build
	VALISE_PROGRAM=$(CURDIR)/$(PROGRAM) VALISE_TEST_EXHAUSTIVE=1 \
	  swift test --quiet --filter InterruptionTests

# The post's seeded scheduler for longer: make soak SEEDS=20000
soak: system
	VALISE_POST_SEEDS=$(or $(SEEDS),5000) swift test --quiet --filter SchedulerTests

# Real carriers between two people, all or some: make carriers CARRIERS="git syncthing"
carriers: build
	@for tool in rsync git tar ssh-keygen /usr/sbin/sshd rclone syncthing; do \
	  command -v $$tool >/dev/null || missing=yes; done; \
	if [ "$$missing" = yes ]; then \
	  echo "installing $(CARRIER_PACKAGES)"; \
	  run=; [ "$$(id -u)" = 0 ] || run=sudo; \
	  $$run apt-get update -qq && $$run apt-get install -y -qq $(CARRIER_PACKAGES); fi
	sh Tests/Carriers/run.sh $(PROGRAM) $(CARRIERS)

# The vector code of base64url against the scalar: this processor's under sanitizers, NEON in an emulator.
LEVELS = -std=c11 -O2 -Wall -Wextra -Werror -ISources/CBase64URL/include \
  Sources/CBase64URL/*.c Tests/Base64URL/levels.c
neon:
	mkdir -p .build/levels
	cc -g -fsanitize=address,undefined $(LEVELS) -o .build/levels/native
	.build/levels/native
	aarch64-linux-gnu-gcc -static $(LEVELS) -o .build/levels/aarch64
	qemu-aarch64-static .build/levels/aarch64

lint:
	swift format lint --strict --recursive Package.swift Sources Tests

# With a post of a million markers too, which takes minutes to make: make bench HUGE=yes
bench: build
	sh Tests/Benchmarks/run.sh $(PROGRAM) $(if $(HUGE),--huge)

fuzz:
	sh Tests/Fuzz/run.sh $(SECONDS)

install: build
	install -D -s -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/valise
	install -D -m 644 docs/reference/valise.1 $(DESTDIR)$(PREFIX)/share/man/man1/valise.1

# Debian's names; elsewhere install the same libraries by hand.
system:
	@for header in openssl/evp.h sodium.h zlib.h yaml.h sqlite3.h; do \
	  echo "#include <$$header>" | cc -E - >/dev/null 2>&1 || missing=yes; done; \
	if [ "$$missing" = yes ]; then \
	  echo "installing $(SYSTEM_PACKAGES)"; \
	  run=; [ "$$(id -u)" = 0 ] || run=sudo; \
	  $$run apt-get update -qq && $$run apt-get install -y -qq $(SYSTEM_PACKAGES); fi

clean:
	swift package clean
