#include "workflow.hpp"

#include <filesystem>
#include <stdexcept>

#include "../catch.hpp"
#include "document.hpp"
#include "scene.hpp"

using namespace adoption;

namespace {

const std::filesystem::path kRoot = HARNESS_SOURCE_DIR;

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

std::string replaced(std::string text, const std::string& before, const std::string& after) {
  const auto at = text.find(before);
  REQUIRE(at != std::string::npos);
  return text.replace(at, before.size(), after);
}

Yaml our_action() { return read_yaml(text_of(kRoot / "action.yml")); }

}  // namespace

TEST_CASE("the action and the workflows of this repository keep the rules of GitHub's schemas and our own") {
  CHECK(joined(faults_of_action(our_action())) == "");
  for (const auto& file : std::filesystem::directory_iterator(kRoot / ".github/workflows")) {
    CAPTURE(file.path().string());
    CHECK(joined(faults_of_workflow(read_yaml(text_of(file.path())), "./", our_action())) == "");
  }
}

TEST_CASE(
    "the workflows that the document shows keep them too, and its GitLab file is YAML with the keys that GitLab "
    "knows") {
  std::size_t workflows = 0;
  for (const auto& path : paths_of(text_of(kRoot / "docs/adopt.md"))) {
    for (const auto& [name, text] : path.files) {
      CAPTURE(path.title, name);
      if (name.starts_with(".github/workflows/")) {
        ++workflows;
        CHECK(joined(faults_of_workflow(read_yaml(text), "OWNER/harness@REF", our_action())) == "");
      } else if (name == ".gitlab-ci.yml") {
        for (const auto& [job, content] : read_yaml(text).members) {
          for (const auto& [key, value] : content.members) {
            CHECK_THAT("image rules variables cache script artifacts", ContainsSubstring(key));
          }
          CHECK(content["variables"]["GIT_DEPTH"].text == "0");
        }
      }
    }
  }
  CHECK(workflows == 2);
}

TEST_CASE("each rule of a workflow finds what breaks it") {
  const std::string sound = text_of(kRoot / ".github/workflows/gate.yml");
  const auto faults = [&](const std::string& before, const std::string& after) {
    return joined(faults_of_workflow(read_yaml(replaced(sound, before, after)), "./", our_action()));
  };
  CHECK(faults("on:", "when:") == "line 3: workflow: `when` is unknown\nline 1: workflow: expected `on`\n");
  CHECK_THAT(faults("pull_request:", "pull_request_target:"), ContainsSubstring("no event that is safe or known"));
  CHECK_THAT(faults("contents: read", "contents: write"), ContainsSubstring("`contents: write` is more than reading"));
  CHECK_THAT(faults("permissions:\n  contents: read\n", ""), ContainsSubstring("expected `permissions`"));
  CHECK_THAT(faults("runs-on: ubuntu-24.04", "run-on: ubuntu-24.04"), ContainsSubstring("expected `runs-on`"));
  CHECK_THAT(faults("fetch-depth: 0", "fetch-depth: 1"), ContainsSubstring("needs a whole clone before it"));
  CHECK_THAT(faults("actions/checkout@v4", "actions/checkout@main"),
             ContainsSubstring("not one of the actions that are relied on"));
  CHECK_THAT(faults("- uses: ./", "- uses: ./\n        with: {bass: HEAD}"),
             ContainsSubstring("the action has no input `bass`"));
  CHECK_THAT(faults("- uses: ./", "- uses: ./\n        run: make"), ContainsSubstring("either `uses` or `run`"));
  CHECK_THAT(faults("- uses: ./", "- run: echo ${{ secrets.KEY }}"), ContainsSubstring("a secret is used"));
  CHECK_THAT(faults("- uses: ./", "- run: echo ${{ matrix.os }}"),
             ContainsSubstring("`${{ matrix.os }}` is nothing that is there"));
}

TEST_CASE("each rule of an action finds what breaks it") {
  const std::string sound = text_of(kRoot / "action.yml");
  const auto faults = [&](const std::string& before, const std::string& after) {
    return joined(faults_of_action(read_yaml(replaced(sound, before, after))));
  };
  CHECK_THAT(faults("using: composite", "using: node20"), ContainsSubstring("expected a composite action"));
  CHECK_THAT(faults("      shell: bash\n", ""), ContainsSubstring("expected `shell` beside `run`"));
  CHECK_THAT(faults("${{ inputs.args }}", "${{ inputs.arks }}"),
             ContainsSubstring("`${{ inputs.arks }}` is nothing that is there"));
  CHECK_THAT(faults("id: harness", "id: cache"), ContainsSubstring("a second step `cache`"));
  CHECK_THAT(faults("steps.cache.outputs.cache-hit != 'true'", "steps.cash.outputs.cache-hit != 'true'"),
             ContainsSubstring("steps.cash"));
  CHECK_THAT(faults("value: ${{ steps.gate.", "value: ${{ steps.gait."), ContainsSubstring("steps.gait"));
  CHECK_THAT(faults("$INPUT_ARGS", "${{ inputs.args }}"), ContainsSubstring("stands in a script"));
  CHECK_THAT(faults("    description: Where the gate runs\n", ""),
             ContainsSubstring("input working-directory: expected `description`"));
  CHECK_THAT(faults("branding:", "brand:"), ContainsSubstring("`brand` is unknown"));
}

TEST_CASE("a text that is no YAML, and a key that stands twice, are refused with their line") {
  CHECK_THROWS_WITH(read_yaml("a: [1\nb: 2\n"), StartsWith("line "));
  CHECK_THROWS_WITH(read_yaml("a: 1\nb: 2\na: 3\n"), "line 3: a second `a`");
  CHECK(read_yaml("a: {b: [c, d]}")["a"]["b"].items.at(1).text == "d");
  CHECK_FALSE(read_yaml("a: 1").has("b"));
}

TEST_CASE(
    "an action's steps run in order with their variables, outputs go from one to the next, a failed one ends it") {
  const auto action = read_yaml(
      "inputs: {who: {default: you}}\n"
      "outputs: {said: {value: '${{ steps.b.outputs.word }}'}}\n"
      "runs:\n"
      "  steps:\n"
      "    - {id: a, run: first, env: {WHO: '${{ inputs.who }}'}}\n"
      "    - {if: steps.a.outputs.word == 'no', run: left out}\n"
      "    - {id: b, run: second, working-directory: 'in/${{ steps.a.outputs.word }}'}\n"
      "    - {run: never}\n");
  std::string ran;
  const auto run = [&](const std::string& script, const Values& environment, const std::string& folder) {
    ran += script + "(" + (environment.contains("WHO") ? environment.at("WHO") : "") + "," + folder + ") ";
    return StepResult{script == "second" ? 3 : 0, {{"word", script}}};
  };
  const auto result = run_action(action, {{"who", "me"}}, run, {});
  CHECK(ran == "first(me,) second(,in/first) ");
  CHECK(result.exit_code == 3);
  CHECK(result.outputs == Values{{"said", "second"}});
  CHECK_THROWS_AS(holds("always()", {}), std::runtime_error);
}
