#include <harness/store/push_event.hpp>

#include <string>

#include <test/catch.hpp>
#include <test/store/temporary_directory.hpp>

using harness::store::before_of_push;

namespace {

const std::string kSha = "0123456789abcdef0123456789abcdef01234567";

std::string read(const std::string& text) {
  const TemporaryDirectory directory;
  return before_of_push(directory.write("event.json", text));
}

}  // namespace

TEST_CASE("the commit that a push replaced is the outermost object's `before`") {
  CHECK(read(R"({"ref": "refs/heads/main", "before": ")" + kSha + R"(", "after": "x"})") == kSha);
  CHECK(read(R"({"a": {"before": 1, "b": [[{"before": "x"}]]}, "before": ")" + kSha + "\"}") == kSha);
  CHECK(read(R"({"before": ")" + std::string(40, '0') + "\"}") == std::string(40, '0'));
  // The rest is not looked at.
  CHECK(read(R"({"before": ")" + kSha + R"(", broken)") == kSha);
}

TEST_CASE("an event that does not say what was replaced has no `before`") {
  for (const std::string& text :
       {std::string(), std::string("null"), std::string("not JSON"), "\"" + kSha + "\"",
        R"([{"before": ")" + kSha + "\"}]", R"({"push": {"before": ")" + kSha + "\"}}",
        R"({"before": null, "before": ")" + kSha + "\"}", R"({"before": [")" + kSha + "\"]}",
        R"({"before": {"before": ")" + kSha + "\"}}", R"({"before": ")" + kSha.substr(1) + "\"}",
        std::string(R"({"before": "main"})"), R"({"before": ")" + kSha, R"({"after": ")" + kSha + "\"}",
        R"({"x": "before", "y": ")" + kSha + "\"}", std::string(1000, '[')}) {
    INFO(text);
    CHECK(read(text).empty());
  }
  const TemporaryDirectory directory;
  CHECK(before_of_push(directory / "missing.json").empty());
  CHECK(before_of_push(directory.path()).empty());
  const auto large = directory.write("large.json", R"({"before": ")" + kSha + "\"}");
  std::filesystem::resize_file(large, std::uintmax_t{100} << 20);
  CHECK(before_of_push(large).empty());
}
