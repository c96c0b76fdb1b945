#include "floors.hpp"

#include "../catch.hpp"
#include "repository.hpp"

namespace {

const char* const kTable =
    "| floor | module | what it is | rooms | owns |\n"
    "|---|---|---|---|---|\n"
    "| 0 | `sdk` | what an author includes | solver | |\n"
    "| 0 | `model` | values | version | Boost.JSON (`boost/json`) |\n"
    "| 1 | `library` | a file's facts | elf_note | |\n"
    "| 1 | `store` | files | dataset | |\n"
    "| 2 | `worker` | a child | host | Boost.DLL (`boost/dll`) |\n"
    "\n"
    "| 9 | `elsewhere` | another table | | |\n";

std::vector<std::string> faults_of(const std::string& module, const std::string& text) {
  return house::forbidden_includes(house::parse_floors(kTable), module, "harness/" + module + "/x.cpp", text);
}

}  // namespace

TEST_CASE("the floors table is read with floors and owned headers, and ends where the table ends") {
  const auto floors = house::parse_floors(kTable);
  REQUIRE(floors.size() == 5);
  CHECK(floors.at("worker").floor == 2);
  CHECK(floors.at("model").owns == std::vector<std::string>{"boost/json"});
  CHECK(floors.at("library").owns.empty());
}

TEST_CASE("a module may include itself, lower floors, the language and what it owns") {
  CHECK(faults_of("worker", "#include <vector>\n#include <harness/worker/host.hpp>\n#include <harness/store/dataset.hpp>\n"
                            "#include <boost/dll/shared_library.hpp>\n#include <fmt/format.h>\n")
            .empty());
}

TEST_CASE("a planted include of a higher floor, a peer or another's library is found with its place") {
  CHECK(faults_of("library", "\n#include <harness/worker/host.hpp>\n") ==
        std::vector<std::string>{"harness/library/x.cpp:2: includes <harness/worker/host.hpp>: library (floor 1) may only "
                                 "use lower floors, worker is on 2"});
  CHECK(faults_of("library", "#include \"harness/store/dataset.hpp\"\n").size() == 1);
  CHECK(faults_of("store", "#  include <boost/json/value.hpp>\n") ==
        std::vector<std::string>{
            "harness/store/x.cpp:1: includes <boost/json/value.hpp>: only model may include boost/json"});
}

TEST_CASE("sdk may include neither a peer nor any library") {
  CHECK(faults_of("sdk", "#include <harness/model/version.hpp>\n").size() == 1);
  CHECK(faults_of("sdk", "#include <fmt/format.h>\n").size() == 1);
  CHECK(faults_of("sdk", "#include <string_view>\n#include <harness/sdk/cbor.hpp>\n").empty());
}

TEST_CASE("a module without a row in the table is found") {
  CHECK(faults_of("util", "").size() == 1);
  CHECK(faults_of("worker", "#include <harness/util/strings.hpp>\n").size() == 1);
}

TEST_CASE("no file below harness includes what the floors of ARCHITECTURE.md forbid") {
  const auto floors = house::parse_floors(house::text_of("ARCHITECTURE.md"));
  REQUIRE(floors.size() >= 10);
  std::size_t files = 0;
  std::string faults;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(house::root() / "harness")) {
    const auto extension = entry.path().extension().string();
    if (extension != ".h" && extension != ".hpp" && extension != ".cpp") {
      continue;
    }
    ++files;
    const auto path = std::filesystem::relative(entry.path(), house::root());
    const std::string module = std::next(path.begin())->string();
    for (const auto& fault : house::forbidden_includes(floors, module, path.string(), house::text_of(path))) {
      faults += fault + "\n";
    }
  }
  CHECK(files > 20);
  CHECK(faults == "");
}
