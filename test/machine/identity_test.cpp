#include <harness/machine/identity.hpp>

#include "../catch.hpp"

using namespace harness;

TEST_CASE("the key of this machine names CPU, cores, libc and the kernel's major version, and is the same twice") {
  const auto identity = machine::identify();
  CHECK(identity.logical_cores >= 1);
  CHECK_THAT(identity.libc, StartsWith("glibc 2."));
  CHECK_THAT(identity.kernel, StartsWith("Linux "));
  CHECK(identity.kernel.find('.') == std::string::npos);
  CHECK(identity.key() == machine::identify().key());
  CHECK_THAT(identity.key(), StartsWith(identity.cpu));
}

TEST_CASE("a descriptor that is no terminal has 100 columns, and the second level cache has a size") {
  CHECK(machine::terminal_columns(-1) == 100);
  CHECK(machine::l2_cache_bytes() >= 64 * 1024);
}
