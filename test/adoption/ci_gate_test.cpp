// scripts/ci-gate with a recorder in place of harness: what it asks for, and how it ends.
#include <filesystem>

#include "../catch.hpp"
#include "scene.hpp"

using namespace adoption;

namespace {

const char* const kMakeBench =
    "mkdir -p build && cp bench.sh build/first && cp bench.sh build/second && chmod +x build/*";

// Two commits on main, in a clone of the scene's `origin`.
void begin(const Scene& scene) {
  scene.write("origin/bench.sh", "echo old\n");
  scene.write("origin/.gitignore", "build/\n");
  scene.must("git init --quiet -b main . && git add -A && git commit --quiet -m old", "origin");
  scene.write("origin/bench.sh", "echo new\n");
  scene.must("git commit --quiet -am new && git clone --quiet . ../mine", "origin");
}

std::string arguments(const Scene& scene) { return text_of(scene / "recorder/arguments"); }

}  // namespace

TEST_CASE("flags go to harness gate as they are, and the files of a run into one folder") {
  if (git_is_missing()) return;
  const Scene scene;
  begin(scene);
  const auto ran = scene.run("../harness/scripts/ci-gate --base v1 '--benchmark_filter=a b' --strict", "mine",
                             scene.with_recorder());
  INFO(ran.err);
  CHECK(ran.exit_code == 0);
  CHECK(ran.out == "recorded\n");
  CHECK(arguments(scene) ==
        "gate\n--junit=harness-gate/junit.xml\n--summary=harness-gate/summary.md\n--comment=harness-gate/comment.md\n"
        "--benchmark_out=harness-gate/report.json\n--evidence=harness-gate/"
        "evidence.zip\n--base=v1\n--benchmark_filter=a b\n--strict\n");
  CHECK(scene.must("git status --porcelain", "mine") == "");
  CHECK(scene.run("../harness/scripts/ci-gate '--out=other place'", "mine", scene.with_recorder()).exit_code == 0);
  CHECK_THAT(arguments(scene), ContainsSubstring("--junit=other place/junit.xml\n"));
  CHECK(scene.must("git status --porcelain", "mine") == "");
}

TEST_CASE("harness's exit code is the script's") {
  if (git_is_missing()) return;
  const Scene scene;
  begin(scene);
  for (const std::string code : {"0", "1", "2", "3", "4", "130"}) {
    scene.write("recorder/exit-code", code);
    CHECK(std::to_string(scene.run("../harness/scripts/ci-gate", "mine", scene.with_recorder()).exit_code) == code);
  }
}

TEST_CASE("files that a CI leaves in the tree do not make the default branch be held against itself") {
  if (git_is_missing()) return;
  const Scene scene;
  begin(scene);
  const auto before = scene.must("git rev-parse HEAD~1", "mine");
  auto ci = scene.with_recorder();
  ci["CI"] = "true";
  const auto base = [&](const std::string& flags, const Variables& variables) {
    const auto ran = scene.run("../harness/scripts/ci-gate " + flags, "mine", variables);
    CHECK(ran.exit_code == 0);
    const auto all = arguments(scene);
    const auto at = all.find("--base=");
    return at == std::string::npos ? "" : all.substr(at, all.find('\n', at) - at);
  };
  CHECK(base("", ci) == "");  // harness finds it
  scene.write("mine/left", "");
  CHECK(base("", ci) == "--base=" + before);
  CHECK(base("--base=HEAD", ci) == "--base=HEAD");
  CHECK(base("", scene.with_recorder()) == "");  // a person's own files are a change
  scene.write("mine/bench.sh", "echo changed\n");
  CHECK(base("", ci) == "");
  scene.must("git checkout --quiet -b work && git commit --quiet -am work", "mine");
  CHECK(base("", ci) == "");
}

TEST_CASE("programs are built at the base and here, and compared one by one") {
  if (git_is_missing()) return;
  const Scene scene;
  begin(scene);
  auto recorder = scene.with_recorder();
  const std::string call =
      "../harness/scripts/ci-gate --build='" + std::string(kMakeBench) + "' --bench=build/first --bench build/second ";
  const auto ran = scene.run(call, "mine", recorder);
  INFO(ran.err);
  CHECK(ran.exit_code == 0);
  const auto all = arguments(scene);
  const auto at = all.find("--ab=");
  REQUIRE(at != std::string::npos);
  const auto sides = all.substr(at + 5, all.find('\n', at) - at - 5);
  CHECK(sides.ends_with("/build/second,build/second"));
  CHECK(text_of(sides.substr(0, sides.find(','))) == "echo old\n");
  CHECK(text_of(scene / "mine/build/second") == "echo new\n");
  CHECK_THAT(all, ContainsSubstring("--junit=harness-gate/second/junit.xml\n"));
  CHECK(scene.must("git worktree list | wc -l", "mine") == "1");

  SECTION("the worst exit code counts, worse before incomplete") {
    scene.write("recorder/exit-first", "1");
    scene.write("recorder/exit-second", "4");
    const auto red = scene.run(call, "mine", recorder);
    CHECK(red.exit_code == 1);
    CHECK_THAT(scene.masked(red.out),
               ContainsSubstring("since COMMIT..COMMIT (1 commit), again: scripts/ci-gate --base="));
    scene.write("recorder/exit-second", "2");
    CHECK(scene.run(call, "mine", recorder).exit_code == 2);
  }
  SECTION("one that the base does not have is new") {
    scene.must(
        "rm build/second && git rm --quiet --cached bench.sh && git commit --quiet -m without && mv bench.sh kept && "
        "git commit --quiet --allow-empty -m again && mv kept bench.sh",
        "mine");
    const auto fresh = scene.run(
        "../harness/scripts/ci-gate --base=HEAD~1 --bench=build/third --build='mkdir -p build; [[ ! -e bench.sh ]] || "
        "{ cp bench.sh build/third; chmod +x build/third; }'",
        "mine", recorder);
    CHECK(fresh.exit_code == 0);
    CHECK_THAT(fresh.err, ContainsSubstring("build/third: new, "));
  }
  SECTION("in a folder of the repository the base's folder is the same one") {
    scene.write("origin/below/bench.sh", "echo old below\n");
    scene.must(
        "git add -A && git commit --quiet -m below && git commit --quiet --allow-empty -m last && cd ../mine && git "
        "pull --quiet",
        "origin");
    const auto below =
        scene.run("../../harness/scripts/ci-gate --bench=build/first --build='" + std::string(kMakeBench) + "'",
                  "mine/below", recorder);
    INFO(below.err);
    CHECK(below.exit_code == 0);
    CHECK_THAT(arguments(scene), ContainsSubstring("/below/build/first,build/first\n"));
  }
}

TEST_CASE("what cannot be done is one line that says why, and exit code 2") {
  if (git_is_missing()) return;
  const Scene scene;
  begin(scene);
  const auto fails = [&](const std::string& words, const std::string& why, const std::string& folder = "mine",
                         Variables variables = {}) {
    CAPTURE(words);
    for (const auto& [name, value] : scene.with_recorder()) variables.emplace(name, value);
    const auto ran = scene.run((scene / "harness/scripts/ci-gate").string() + " " + words, folder, variables);
    CHECK(ran.exit_code == 2);
    CHECK_THAT(ran.err, ContainsSubstring(why));
  };
  fails("--out", "--out: expected a value, found none");
  fails("--base=", "--base: expected a value, found none");
  fails("--build=make", "--build: expected a --bench=PROGRAM");
  fails("--bench=x --ab=a,b", "two ways to name the sides");
  fails("--bench=x", "--bench=x: expected a program that --build makes, found none");
  fails("--bench=x --build=false", "the base");
  fails("--bench=x --build='[[ $PWD != */mine ]]'", "what is here does not build");
  fails("--bench=x --base=nowhere", "--base=nowhere: expected a revision, found none of that name");
  fails("--bench=x", "GITHUB_BASE_REF=gone", "mine", {{"GITHUB_BASE_REF", "gone"}});
  fails("", "HARNESS_PROGRAM=/nowhere: is not a program", "mine", {{"HARNESS_PROGRAM", "/nowhere"}});
  fails("--bench=x", "expected a commit to compare, found none here", "home");
  fails("--out=/proc/nothing", "--out=/proc/nothing: cannot be made");
  scene.must("git clone --quiet --depth=1 file://\"$PWD\"/origin shallow", ".");
  fails("--bench=x", "fetch-depth: 0", "shallow");
}

TEST_CASE("the key of a built harness follows its sources' content, not their dates") {
  const Scene scene;
  namespace fs = std::filesystem;
  fs::create_directories(scene / "copy");
  for (const std::string part : {"harness", "scripts", "CMakeLists.txt", "CMakePresets.json"}) {
    fs::copy(fs::path(HARNESS_SOURCE_DIR) / part, scene / ("copy/" + part), fs::copy_options::recursive);
  }
  const auto key = [&] {
    const auto ran = scene.run("copy/scripts/ci-gate --key", ".");
    INFO(ran.err);
    REQUIRE(ran.exit_code == 0);
    CHECK_THAT(ran.out, StartsWith("key=") && ContainsSubstring("\nfolder=" + (scene / "cache/harness/ci").string()));
    return ran.out;
  };
  const auto first = key();
  scene.must("find copy -type f -exec touch -d 2001-01-01 {} +", ".");
  CHECK(key() == first);
  scene.must("echo >>copy/harness/CMakeLists.txt", ".");
  CHECK(key() != first);
}
