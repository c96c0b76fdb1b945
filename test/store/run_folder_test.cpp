#include <harness/store/run_folder.hpp>

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <test/catch.hpp>

#include <test/store/temporary_directory.hpp>

using namespace harness;
using namespace harness::store;
namespace fs = std::filesystem;

namespace {

std::string id(int second) { return fmt::format("20261124T1015{:02}Z-00000{:x}", second, second % 16); }

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

TEST_CASE("a run's folder holds what is written to it, libraries by their hash") {
  TemporaryDirectory directory;
  const auto run = RunFolder::create(directory / "state/runs", id(1));
  REQUIRE(run);
  const auto written = run->write("profiles/a.json", std::string_view("{}"));
  REQUIRE(written);
  CHECK(text_of(*written) == "{}");
  const std::vector<std::uint8_t> bytes = {1, 2, 3};
  const auto kept = run->keep_library("abc", bytes);
  REQUIRE(kept);
  CHECK(kept->filename() == "abc.so");
  CHECK(run->keep_library("abc", std::vector<std::uint8_t>{9}).value() == *kept);
  CHECK(text_of(*kept) == "\x01\x02\x03");
  CHECK(run->files("profiles") == std::vector<fs::path>{*written});
  CHECK(run->files("nothing").empty());
}

TEST_CASE("the last twenty runs are kept, and nothing that is no run is touched") {
  TemporaryDirectory directory;
  fs::create_directories(directory / "runs/mine");
  std::ofstream(directory / "runs/20200101T000000Z-notes") << "kept";
  for (int second = 0; second < 22; ++second) REQUIRE(RunFolder::create(directory / "runs", id(second)));
  CHECK(fs::exists(directory / "runs" / id(0)));  // it may still be at work
  for (int second = 0; second < 22; ++second)
    fs::last_write_time(directory / "runs" / id(second), fs::file_time_type::clock::now() - std::chrono::hours(2));
  REQUIRE(RunFolder::create(directory / "runs", id(22)));
  std::size_t runs = 0;
  for (const auto& entry : fs::directory_iterator(directory / "runs"))
    runs += entry.path().string().ends_with("Z-notes") || entry.path().filename() == "mine" ? 0 : 1;
  CHECK(runs == kKeptRuns);
  CHECK_FALSE(fs::exists(directory / "runs" / id(2)));
  CHECK(fs::exists(directory / "runs" / id(3)));
  CHECK(fs::exists(directory / "runs/mine"));
  CHECK(fs::exists(directory / "runs/20200101T000000Z-notes"));
}

TEST_CASE("a run is found by its id, the beginning of it, or its folder") {
  TemporaryDirectory directory;
  const auto runs = directory / "runs";
  REQUIRE(RunFolder::create(runs, id(1)));
  REQUIRE(RunFolder::create(runs, id(2)));
  CHECK(RunFolder::find(runs, id(1))->path() == runs / id(1));
  CHECK(RunFolder::find(runs, id(2).substr(0, 15))->path() == runs / id(2));
  CHECK_FALSE(RunFolder::find("/nowhere", (runs / id(2)).string()));  // nothing is in it
  REQUIRE(RunFolder::find(runs, id(2))->write("profiles/a.json", std::string_view("{}")));
  CHECK(RunFolder::find("/nowhere", (runs / id(2)).string())->path() == runs / id(2));
  const auto both = RunFolder::find(runs, "2026");
  REQUIRE_FALSE(both);
  CHECK(both.error().text().find("is the beginning of 2 runs") != std::string::npos);
  const auto none = RunFolder::find(runs, "2027");
  REQUIRE_FALSE(none);
  CHECK(none.error().text().find(id(2)) != std::string::npos);
  CHECK_FALSE(RunFolder::find(runs, ""));
  CHECK_FALSE(RunFolder::find(runs, "../runs/none"));
}

TEST_CASE("the same file of earlier runs is found, latest first") {
  TemporaryDirectory directory;
  for (const int second : {1, 2, 4})
    REQUIRE(RunFolder::create(directory / "runs", id(second))->write("a", std::string_view("x")));
  const auto run = RunFolder::create(directory / "runs", id(3));
  REQUIRE(run);
  const auto earlier = run->earlier("a");
  REQUIRE(earlier.size() == 2);
  CHECK(earlier[0] == directory / "runs" / id(2) / "a");
  CHECK(earlier[1] == directory / "runs" / id(1) / "a");
}

TEST_CASE("names become stems of files that no path leads out of") {
  CHECK(file_stem("two-sum/v2.0.0/uniform/64") == "two-sum_v2.0.0_uniform_64");
  CHECK(file_stem("../a b\n") == ".._a_b_");
  const auto long_one = file_stem(std::string(400, 'a')), other = file_stem(std::string(399, 'a') + "b");
  CHECK(long_one.size() < 200);
  CHECK(long_one != other);
}
