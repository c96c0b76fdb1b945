#include <harness/experiment/noise.hpp>

#include <fstream>
#include <iterator>
#include <limits>

#include <unistd.h>

#include <harness/store/baseline.hpp>

#include <test/catch.hpp>

using namespace harness;
using experiment::Noise;
using experiment::read_noise;
using experiment::would_not_notice;
using experiment::write_noise;
namespace fs = std::filesystem;

namespace {

struct Directory {
  fs::path path;
  Directory() {
    auto name = (fs::temp_directory_path() / "harness-noise-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Directory() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  fs::path file() const { return store::Baselines(path, "a-machine").file_of("noise"); }
  void write(const std::string& text) const {
    fs::create_directories(file().parent_path());
    std::ofstream(file(), std::ios::binary) << text;
  }
};

const Noise kNoise{{"sort/uniform/16", {0.01, 0.08, 12, 5.5}}, {"two-sum/leetcode-1/example-1", {0.002, 0.01, 6, 0.25}}};

}  // namespace

TEST_CASE("what a machine would notice is read back as it was written, and only there") {
  const Directory directory;
  REQUIRE(write_noise(directory.path, "a-machine", kNoise));
  const auto read = read_noise(directory.path, "a-machine");
  REQUIRE(read);
  REQUIRE(read->size() == 2);
  for (const auto& [name, expected] : kNoise) {
    REQUIRE(read->contains(name));
    const auto& found = read->at(name);
    CHECK(found.spread == Approx(expected.spread));
    CHECK(found.would_notice == Approx(expected.would_notice));
    CHECK(found.processes == expected.processes);
    CHECK(found.seconds == Approx(expected.seconds));
  }
  const auto elsewhere = read_noise(directory.path, "another-machine");
  REQUIRE(elsewhere);
  CHECK(elsewhere->empty());
}

TEST_CASE("a machine that was never calibrated knows nothing, which is no error") {
  const Directory directory;
  const auto read = read_noise(directory.path / "not-there", "a-machine");
  REQUIRE(read);
  CHECK(read->empty());
}

TEST_CASE("a damaged noise.json is one line that names it, exit 2") {
  const Directory directory;
  REQUIRE(write_noise(directory.path, "a-machine", kNoise));
  std::ifstream whole(directory.file(), std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(whole), {}};
  for (const auto& damaged : {std::string(), std::string("{"), text.substr(0, text.size() / 2), std::string("[]"), std::string(100, '\0'),
                              std::string("\xff\xfe not JSON")}) {
    directory.write(damaged);
    const auto read = read_noise(directory.path, "a-machine");
    REQUIRE_FALSE(read);
    CHECK(read.error().exit == Exit::kUsage);
    CHECK_THAT(read.error().text(), ContainsSubstring("noise.json"));
    CHECK(read.error().text().find('\n') == std::string::npos);
  }
}

TEST_CASE("figures that no calibration yields are taken for none") {
  const Directory directory;
  directory.write(R"({"context": {}, "benchmarks": [{"name": "two-sum/uniform/16", "run_name": "two-sum/uniform/16", "run_type": "iteration",
    "would_notice": -5, "spread": "wide"}]})");
  const auto read = read_noise(directory.path, "a-machine");
  if (read) {
    CHECK_FALSE(would_not_notice(*read, "two-sum", "uniform/16", 0.03));
  } else {
    CHECK_THAT(read.error().text(), ContainsSubstring("noise.json"));
  }
}

TEST_CASE("a place that cannot be written is an error that names it") {
  const Directory directory;
  directory.write("{}");
  const auto inside_a_file = directory.file();
  const auto written = write_noise(inside_a_file, "a-machine", kNoise);
  REQUIRE_FALSE(written);
  CHECK(written.error().exit == Exit::kUsage);
  CHECK_THAT(written.error().text(), ContainsSubstring("noise.json"));
}

TEST_CASE("a case is unlikely to show an effect only where the noise says that it needs more") {
  CHECK(would_not_notice(kNoise, "sort", "uniform/16", 0.03));
  CHECK_FALSE(would_not_notice(kNoise, "sort", "uniform/16", 0.08));
  CHECK_FALSE(would_not_notice(kNoise, "two-sum", "leetcode-1/example-1", 0.03));
  CHECK_FALSE(would_not_notice(kNoise, "sort", "uniform/64", 0.03));
  CHECK_FALSE(would_not_notice(kNoise, "two-sum", "uniform/16", 0.03));
}
