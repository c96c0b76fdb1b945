#include "document.hpp"

#include <algorithm>

#include "../catch.hpp"
#include "scene.hpp"

using adoption::paths_of;

TEST_CASE("a file is what follows its name, a command a line of a block that has none") {
  const auto paths = paths_of(
      "# Title\n## First\n\n`a/b.yml`\n\n```yaml\nx: 1\n```\n\n```sh\nrun it\n\nagain\n```\n## Second\n`c` is "
      "text\n```yaml\nno: 1\n```\n");
  REQUIRE(paths.size() == 2);
  CHECK(paths[0].title == "First");
  CHECK(paths[0].files == std::map<std::string, std::string>{{"a/b.yml", "x: 1\n"}});
  CHECK(paths[0].commands == std::vector<std::string>{"run it", "again"});
  CHECK(paths[1].files.empty());
  CHECK(paths[1].commands.empty());
}

TEST_CASE("each file of docs/adopt.md is ten lines at the most") {
  std::size_t files = 0;
  for (const auto& path : paths_of(adoption::text_of(std::string(HARNESS_SOURCE_DIR) + "/docs/adopt.md"))) {
    for (const auto& [name, text] : path.files) {
      CAPTURE(path.title, name);
      ++files;
      CHECK(std::count(text.begin(), text.end(), '\n') <= 10);
    }
  }
  CHECK(files >= 4);
}
