# ngx_ticket_module: build, tests, checks, demonstration.
#
# Everything that is made lands in build/.  Each target installs the Debian
# packages it lacks first (as root; nothing is asked when none is missing).
# `make help` lists the targets.  V=1 shows every command.

.DEFAULT_GOAL  := all
.DELETE_ON_ERROR:
.SECONDARY:

TOP            := $(CURDIR)
comma          := ,
JOBS           ?= $(shell nproc 2>/dev/null || echo 2)
PORT           ?= 8080
SECONDS        ?= 20
FUZZ_SECONDS   ?= 60
COVERAGE_MIN   ?= 90
Q              := $(if $(V),,@)

# Goals given together run one after the other; a single one uses every core.
ifeq ($(filter-out 0 1,$(words $(MAKECMDGOALS))),)
MAKEFLAGS      += -j$(JOBS)
else
.NOTPARALLEL:
endif


# --- packages -----------------------------------------------------------------

DEPS_BUILD     := gcc libc6-dev nginx nginx-dev liblmdb-dev libyajl-dev \
                  libsodium-dev
DEPS_TEST      := perl libmojolicious-perl libio-socket-ssl-perl \
                  libtest-deep-perl libjson-validator-perl libcmocka-dev \
                  lmdb-utils curl nghttp2-client openssl strace \
                  patch libnginx-mod-http-lua python3-jwt \
                  python3-cryptography python3-jsonschema
DEPS_DEMO      := perl curl
DEPS_FUZZ      := clang-14 libclang-rt-14-dev llvm-14
DEPS_COVERAGE  := gcovr

# Installs what is missing of the packages in $(1).
define install_missing
	@missing=; for p in $(1); do \
	    dpkg-query -W -f='$${db:Status-Abbrev}' $$p 2>/dev/null \
	    | grep -q '^ii' || missing="$$missing $$p"; \
	done; \
	if [ -n "$$missing" ]; then \
	    echo "installing:$$missing"; \
	    if [ "$$(id -u)" != 0 ]; then \
	        echo "root is needed: apt-get install$$missing" >&2; exit 1; \
	    fi; \
	    export DEBIAN_FRONTEND=noninteractive; \
	    apt-get update -qq && apt-get install -y -qq \
	        -o DPkg::Lock::Timeout=300 --no-install-recommends \
	        $$missing >/dev/null; \
	fi
endef

.PHONY: deps deps-test deps-demo deps-fuzz deps-coverage
deps:            ## install the packages that the build needs
	$(call install_missing,$(DEPS_BUILD))

deps-test: deps  ## install those of the tests too
	$(call install_missing,$(DEPS_TEST))

deps-demo: deps
	$(call install_missing,$(DEPS_DEMO))

deps-fuzz: deps
	$(call install_missing,$(DEPS_FUZZ))

deps-coverage: deps-test
	$(call install_missing,$(DEPS_COVERAGE))


# --- sources ------------------------------------------------------------------

SRC            := ngx_ticket_module
LIB_FOLDERS    := base crypto codec store domain app
sources_of      = $(sort $(wildcard $(1:%=$(SRC)/%/*.c) \
                                    $(1:%=$(SRC)/%/*/*.c)))

LIB_SRCS       := $(call sources_of,$(LIB_FOLDERS))
CTL_SRCS       := $(call sources_of,ticketctl)
UNIT_SRCS      := $(sort $(wildcard t/unit/*/test_*.c \
                                    t/unit/*/*/test_*.c))
FUZZ_SRCS      := $(sort $(wildcard t/fuzz/fuzz_*.c))
FAULT_SRCS     := $(sort $(wildcard t/fault/*.c))
DOC_SRCS       := $(sort $(wildcard docs/gen/*.c))

WARNINGS       := -W -Wall -Wextra -Wpointer-arith -Wshadow \
                  -Wstrict-prototypes -Wmissing-prototypes -Werror \
                  -Wno-unused-parameter
HARDENING      := -fstack-protector-strong -Wformat -Werror=format-security \
                  -Wdate-time -D_FORTIFY_SOURCE=2
BASE_CFLAGS    := -std=gnu11 -g $(WARNINGS) -I$(SRC) -It/unit -MMD -MP
LIBS           := -llmdb -lyajl -lsodium
SANITIZE       := -fsanitize=address,undefined -fno-sanitize-recover=undefined \
                  -fno-omit-frame-pointer


# --- libtkt and programs, once a variant --------------------------------------
#
# $(1) variant directory, $(2) compiler, $(3) flags to compile and link,
# $(4) flags to link.

obj_of          = $(patsubst %.c,$(1)/%.o,$(2))

define variant
$(1)/%.o: %.c Makefile | deps $(if $(filter build/fuzz,$(1)),deps-fuzz)
	@mkdir -p $$(@D)
	$$(if $$(Q),@echo "CC   $$@")
	$$(Q)$(2) $(BASE_CFLAGS) $(3) -c -o $$@ $$<

$(1)/libtkt.a: $(call obj_of,$(1),$(LIB_SRCS)) $(1)/libtkt.list
	$$(if $$(Q),@echo "AR   $$@")
	$$(Q)rm -f $$@ && ar crs $$@ $$(filter %.o,$$^)

$(1)/libtkt.list: FORCE
	$$(call if_changed,$(LIB_SRCS))

$(1)/unit/%: $(1)/t/unit/%.o $(1)/libtkt.a | deps-test
	@mkdir -p $$(@D)
	$$(if $$(Q),@echo "LINK $$@")
	$$(Q)$(2) $(3) $(4) -o $$@ $$^ $(LIBS) -lcmocka -lpthread

$(1)/ticketctl: $(call obj_of,$(1),$(CTL_SRCS)) $(1)/libtkt.a
	$$(if $$(Q),@echo "LINK $$@")
	$$(Q)$(2) $(3) $(4) -o $$@ $$^ $(LIBS) -lpthread
endef

# Rewrites $@ only when the text $(1) differs from what it holds.
if_changed      = @mkdir -p $(@D); echo '$(1)' | cmp -s - $@ \
                  || echo '$(1)' > $@

# The plain build is where warnings count; the sanitizers bring some that are
# not true.
$(eval $(call variant,build/obj,gcc,-O2 $(HARDENING),-Wl$(comma)-z$(comma)now))
$(eval $(call variant,build/asan,gcc,-O1 -Wno-error $(SANITIZE)))
$(eval $(call variant,build/cov,gcc,-O0 -Wno-error --coverage))
$(eval $(call variant,build/fuzz,clang-14,-O1 -Wno-error \
    -fsanitize=fuzzer-no-link $(SANITIZE)))

UNIT           := $(patsubst t/unit/%.c,build/unit/%,$(UNIT_SRCS))
UNIT_ASAN      := $(patsubst t/unit/%.c,build/asan/unit/%,$(UNIT_SRCS))
UNIT_COV       := $(patsubst t/unit/%.c,build/cov/unit/%,$(UNIT_SRCS))

$(foreach v,obj asan cov,$(UNIT_SRCS:%.c=build/$(v)/%.o)): | deps-test

build/unit/%: build/obj/unit/%
	@mkdir -p $(@D)
	@ln -f $< $@

build/ticketctl: build/obj/ticketctl
	@ln -f $< $@

.PHONY: all ticketctl libtkt FORCE
all: module ticketctl          ## build the module and ticketctl (the default)
libtkt: build/obj/libtkt.a     ## build the library below nginx
ticketctl: build/ticketctl     ## build build/ticketctl
FORCE:


# --- the module, against Debian's nginx-dev -----------------------------------
#
# nginx-dev has nginx's headers and its `configure`, and conf_flags, the flags
# that make a module binary compatible.  Only a changed `config` configures
# anew; the makefile that this leaves knows every source and header.

NGX_SRC        ?= /usr/share/nginx/src
NGX            := build/nginx
NGX_ASAN       := build/asan/nginx

$(NGX)/Makefile: config Makefile $(wildcard $(NGX_SRC)/conf_flags) | deps
	@echo "CONF $(NGX)"
	$(Q)rm -rf $(NGX) $(NGX_ASAN) && mkdir -p $(NGX)
	$(Q)cd $(NGX_SRC) && bash -c '. ./conf_flags && ./configure \
	    "$${NGX_CONF_FLAGS[@]}" --builddir="$(TOP)/$(NGX)" \
	    --with-cc-opt="-O2 $(HARDENING) -fPIC" \
	    --with-ld-opt="-Wl,-z,relro -Wl,-z,now -fPIC" \
	    --add-dynamic-module="$(TOP)"' > $(TOP)/$(NGX)/configure.log \
	    || { tail -5 $(TOP)/$(NGX)/configure.log >&2; exit 1; }

# The same configuration, compiled with the sanitizers.
$(NGX_ASAN)/Makefile: $(NGX)/Makefile
	$(Q)mkdir -p $(NGX_ASAN) && cd $(NGX) \
	    && find . -type d | sed 's|^|$(TOP)/$(NGX_ASAN)/|' | xargs mkdir -p \
	    && cp *.h *.c $(TOP)/$(NGX_ASAN)/ \
	    && sed -e 's|$(TOP)/$(NGX)|$(TOP)/$(NGX_ASAN)|g' \
	        -e 's/-D_FORTIFY_SOURCE=2//' -e 's/-Werror\( \|$$\)//g' \
	        -e 's/^CFLAGS =.*/& -O1 $(SANITIZE)/' \
	        -e 's/^LINK =.*/& $(SANITIZE)/' Makefile > $(TOP)/$@.new
	$(Q)mv $@.new $@

# The second makefile decides what to do; the result is replaced by rename,
# so that an nginx that has the old one mapped is not disturbed.
define make_module
	+$(Q)$(MAKE) $(if $(Q),-s) -C $(NGX_SRC) -f $(TOP)/$(1)/Makefile modules
	$(Q)cmp -s $(1)/$(@F) $@ || { cp $(1)/$(@F) $@.new && mv $@.new $@; }
endef

build/ngx_ticket_module.so: $(NGX)/Makefile FORCE
	$(call make_module,$(NGX))

build/asan/ngx_ticket_module.so: $(NGX_ASAN)/Makefile FORCE
	$(call make_module,$(NGX_ASAN))

.PHONY: module asan
module: build/ngx_ticket_module.so  ## build build/ngx_ticket_module.so
asan: build/asan/ngx_ticket_module.so $(if $(CTL_SRCS),build/asan/ticketctl)


# --- tests --------------------------------------------------------------------
#
# One run of prove over everything, so that its summary is the whole answer.
# Tests that start nginx run twice, the second time with the module under
# AddressSanitizer and UndefinedBehaviorSanitizer.

PROVE          := CMOCKA_MESSAGE_OUTPUT=TAP prove -It/lib
TESTS          := $(sort $(wildcard t/*.t))
NGX_TESTS      := $(if $(TESTS),$(filter-out \
                  $(shell grep -l must_be_caught $(TESTS)), \
                  $(shell grep -l 'TicketTest->new' $(TESTS))))
ASAN_TESTS     := $(patsubst t/%,build/asan/t/%,$(NGX_TESTS))
FAULT          := $(patsubst t/fault/%.c,build/fault/%,$(FAULT_SRCS))

build/asan/t/%.t: t/%.t Makefile
	@mkdir -p $(@D)
	@printf '%s\n' '$$ENV{TICKET_ASAN} = 1;' \
	    'exec $$^X, "-It/lib", "$<" or die;' > $@

# A shim is named *_shim.c and becomes a shared object; the rest are programs.
build/fault/%_shim: t/fault/%_shim.c Makefile | deps
	@mkdir -p $(@D)
	$(Q)gcc -std=gnu11 -O2 -g $(WARNINGS) -fPIC -shared -o $@.so $< -ldl
	@touch $@

build/fault/%: t/fault/%.c Makefile | deps
	@mkdir -p $(@D)
	$(Q)gcc -std=gnu11 -O2 -g $(WARNINGS) -o $@ $< -llmdb

# t/fault/seeds/NAME.patch puts a bug into a copy of the module, built with the
# sanitizers as build/seeded/NAME/: the tests prove that they catch it.
SEEDED         := $(patsubst t/fault/seeds/%.patch,\
                  build/seeded/%/ngx_ticket_module.so,\
                  $(wildcard t/fault/seeds/*.patch))

build/seeded/%/ngx_ticket_module.so: t/fault/seeds/%.patch \
                                     build/asan/ngx_ticket_module.so
	@echo "SEED $*"
	$(Q)rm -rf $(@D) && mkdir -p $(@D) \
	    && cp -a $(SRC) $(@D)/ && cp -a $(NGX_ASAN) $(@D)/nginx \
	    && patch -s -d $(@D)/$(SRC) -p1 < $< \
	    && sed -e 's|$(TOP)/$(NGX_ASAN)|$(TOP)/$(@D)/nginx|g' \
	        -e 's|$(TOP)/$(SRC)|$(TOP)/$(@D)/$(SRC)|g' \
	        $(NGX_ASAN)/Makefile > $(@D)/nginx/Makefile.new \
	    && touch -r $(NGX_ASAN)/Makefile $(@D)/nginx/Makefile.new \
	    && mv $(@D)/nginx/Makefile.new $(@D)/nginx/Makefile
	+$(Q)$(MAKE) $(if $(Q),-s) -C $(NGX_SRC) \
	    -f $(TOP)/$(@D)/nginx/Makefile modules
	$(Q)ln -f $(@D)/nginx/$(@F) $@

.PHONY: unit unit-asan fault test-programs test asan-test kill style coverage
unit: $(UNIT) | deps-test      ## build and run the unit tests
	$(PROVE) $(UNIT)

unit-asan: $(UNIT_ASAN) | deps-test  ## the same under ASan and UBSan
	$(PROVE) $(UNIT_ASAN)

fault: $(FAULT)

test-programs: module ticketctl asan fault docs-program $(UNIT) $(UNIT_ASAN) \
               $(ASAN_TESTS) $(SEEDED) | deps-test

test: test-programs            ## run every test
	$(PROVE) -j2 $(TESTS) $(ASAN_TESTS) $(UNIT) $(UNIT_ASAN)

asan-test: test-programs       ## those that start nginx, under ASan + UBSan
	$(PROVE) -j2 $(ASAN_TESTS) $(UNIT_ASAN)

kill: test-programs            ## the kill test, SECONDS= long (20)
	TICKET_KILL_SECONDS=$(SECONDS) $(PROVE) -v $(wildcard t/*kill*.t)

style: build/obj/libtkt.a module | deps-test  ## check the rules of the style
	$(Q)t/style

coverage: $(UNIT_COV) | deps-coverage  ## line coverage of the unit tests
	$(Q)find build/cov -name '*.gcda' -delete
	$(PROVE) $(UNIT_COV)
	gcovr --root . --object-directory build/cov \
	    --filter '$(SRC)/(app|domain|codec|store)/' \
	    --fail-under-line $(COVERAGE_MIN)


# --- fuzzing ------------------------------------------------------------------

FUZZ           := $(patsubst t/fuzz/%.c,build/fuzz/%,$(FUZZ_SRCS))
FUZZ_RUNS      := $(patsubst t/fuzz/fuzz_%.c,fuzz-%,$(FUZZ_SRCS))

build/fuzz/fuzz_%: build/fuzz/t/fuzz/fuzz_%.o build/fuzz/libtkt.a | deps-fuzz
	$(if $(Q),@echo "LINK $@")
	$(Q)clang-14 -fsanitize=fuzzer $(SANITIZE) -o $@ $^ $(LIBS) -lpthread

# New inputs are kept in build/; t/fuzz/corpus has the seeds.
.PHONY: fuzz fuzz-programs $(FUZZ_RUNS)
fuzz-programs: $(FUZZ)
fuzz: $(FUZZ_RUNS)             ## run each fuzz target, FUZZ_SECONDS= (60)

$(FUZZ_RUNS): fuzz-%: build/fuzz/fuzz_%
	@mkdir -p build/fuzz/corpus/$* build/fuzz/found
	@echo "FUZZ $* for $(FUZZ_SECONDS) s"
	$(Q)build/fuzz/fuzz_$* -max_total_time=$(FUZZ_SECONDS) -timeout=10 \
	    -rss_limit_mb=2048 -artifact_prefix=build/fuzz/found/$*- \
	    build/fuzz/corpus/$* $(wildcard t/fuzz/corpus/$*) \
	    > build/fuzz/$*.log 2>&1 || { tail -40 build/fuzz/$*.log; exit 1; }
	@tail -1 build/fuzz/$*.log


# --- generated documents ------------------------------------------------------
#
# docs/gen/state_machine.c prints docs/state-machine.md.

DOC_PROGRAMS   := $(patsubst docs/gen/%.c,build/docs/%,$(DOC_SRCS))
doc_of          = docs/$(subst _,-,$(notdir $(1))).md

build/docs/%: build/obj/docs/gen/%.o build/obj/libtkt.a
	@mkdir -p $(@D)
	$(Q)gcc -o $@ $^ $(LIBS) -lpthread

.PHONY: docs docs-check docs-program
docs-program: $(DOC_PROGRAMS)
docs: docs-program             ## write the generated documents
	$(Q)$(foreach p,$(DOC_PROGRAMS),$(p) > $(call doc_of,$(p)).new \
	    && mv $(call doc_of,$(p)).new $(call doc_of,$(p)) &&) true

docs-check: docs-program       ## are the generated documents fresh?
	$(Q)$(foreach p,$(DOC_PROGRAMS),$(p) | diff -u $(call doc_of,$(p)) - &&) \
	    echo "docs: fresh"


# --- demonstration, measurements, installation --------------------------------

.PHONY: demo demo-stop bench install clean lists help
demo: module ticketctl | deps-demo  ## run a desk with tickets, PORT= (8080)
	$(Q)PORT=$(PORT) t/demo start

demo-stop:                     ## end it
	$(Q)PORT=$(PORT) t/demo stop

bench: module ticketctl | deps-test  ## measure against the peers
	$(Q)t/bench/run

install: module ticketctl      ## install both in Debian's places (DESTDIR=)
	$(call install_file,build/ngx_ticket_module.so,usr/lib/nginx/modules,644)
	$(call install_file,build/ticketctl,usr/bin,755)
	@mkdir -p build && echo 'load_module modules/ngx_ticket_module.so;' \
	    > build/mod-http-ticket.conf
	$(call install_file,build/mod-http-ticket.conf,$(MOD_CONF_DIR),644)

MOD_CONF_DIR   := usr/share/nginx/modules-available

# By rename: a running nginx keeps the file that it has mapped.
define install_file
	$(Q)install -D -m $(3) $(1) $(DESTDIR)/$(2)/.$(notdir $(1)).new \
	    && mv -f $(DESTDIR)/$(2)/.$(notdir $(1)).new \
	        $(DESTDIR)/$(2)/$(notdir $(1)) \
	    && echo "$(DESTDIR)/$(2)/$(notdir $(1))"
endef

lists:                         ## bring the file lists of config up to date
	$(Q)t/style --lists

clean:                         ## remove build/
	rm -rf build

help:                          ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile \
	    | awk -F'\t' '{ printf "make %-14s %s\n", $$1, $$2 }'


# Headers of every object that exists.
-include $(shell find build -name '*.d' 2>/dev/null)
