#include "workflow.hpp"

#include <regex>
#include <set>
#include <stdexcept>

namespace adoption {
namespace {

using Kind = Yaml::Kind;
using Names = std::set<std::string>;

const Names kEvents = {"push", "pull_request", "merge_group", "schedule", "workflow_dispatch", "workflow_call"};
const std::regex kExpression(R"(\$\{\{\s*(.*?)\s*\}\})");
const std::regex kIdentifier("[A-Za-z_][A-Za-z0-9_-]*");

class Check {
 public:
  std::vector<std::string> faults;

  void fault(const Yaml& at, const std::string& what) {
    faults.push_back("line " + std::to_string(at.line) + ": " + what);
  }

  void keys(const Yaml& map, const std::string& where, const Names& known, const Names& needed = {}) {
    if (map.kind != Kind::kMap) return fault(map, where + ": expected a map");
    for (const auto& [key, value] : map.members) {
      if (!known.contains(key) && !needed.contains(key)) fault(value, where + ": `" + key + "` is unknown");
    }
    for (const auto& key : needed) {
      if (!map.has(key)) fault(map, where + ": expected `" + key + "`");
    }
  }

  // `known`: what expressions may name so far.
  void expressions(const Yaml& value, const Names& known) {
    for (const auto& item : value.items) expressions(item, known);
    for (const auto& [key, member] : value.members) expressions(member, known);
    for (std::sregex_iterator each(value.text.begin(), value.text.end(), kExpression), end; each != end; ++each) {
      reference(value, (*each)[1], known);
    }
  }

  void reference(const Yaml& at, const std::string& name, const Names& known) {
    static const std::regex kOfStep(R"((steps\.[A-Za-z0-9_-]+)\.outputs\.[A-Za-z0-9_-]+)");
    std::smatch step;
    const bool is_known = std::regex_match(name, step, kOfStep) ? known.contains(step[1]) : known.contains(name);
    if (!is_known) fault(at, "`${{ " + name + " }}` is nothing that is there");
  }

  void steps(const Yaml& list, bool composite, Names known,
             const std::function<void(const Yaml&, const std::string&)>& uses) {
    if (list.kind != Kind::kList || list.items.empty()) return fault(list, "expected a list of steps");
    for (const auto& step : list.items) {
      keys(step, "step",
           {"id", "if", "name", "uses", "run", "working-directory", "shell", "with", "env", "continue-on-error",
            "timeout-minutes"});
      if (composite && step.has("timeout-minutes")) fault(step, "a composite step has no timeout-minutes");
      if (step.has("uses") == step.has("run")) fault(step, "expected either `uses` or `run`");
      if (composite && step.has("run") && !step.has("shell")) fault(step, "expected `shell` beside `run`");
      if (step.has("uses") && (step.has("shell") || step.has("working-directory")))
        fault(step, "`shell` goes with `run`");
      if (step.has("run") && step.has("with")) fault(step, "`with` goes with `uses`");
      if (step.has("if") && step["if"].text.find("steps.") != std::string::npos) {
        const auto& condition = step["if"].text;
        reference(step["if"], condition.substr(0, condition.find(' ')), known);
      }
      if (step["run"].text.find("${{ inputs.") != std::string::npos ||
          step["run"].text.find("${{ github.") != std::string::npos) {
        fault(step["run"], "an input or an event's value stands in a script: hand it over as a variable");
      }
      expressions(step, known);
      if (step.has("uses")) uses(step, step["uses"].text);
      if (step.has("id")) {
        if (!std::regex_match(step["id"].text, kIdentifier)) fault(step, "`" + step["id"].text + "` is no id");
        if (!known.insert("steps." + step["id"].text).second) fault(step, "a second step `" + step["id"].text + "`");
      }
    }
    ids_ = known;
  }

  void outside(const Yaml& step, const std::string& action) {
    static const std::regex kAllowed("actions/(checkout|cache|cache/restore|cache/save)@v4");
    if (!std::regex_match(action, kAllowed))
      fault(step, "`" + action + "` is not one of the actions that are relied on");
  }

  const Names& ids() const { return ids_; }

 private:
  Names ids_;
};

void check_permissions(Check& check, const Yaml& permissions) {
  for (const auto& [scope, access] : permissions.members) {
    if (access.text != "read" && access.text != "none")
      check.fault(access, "permissions: `" + scope + ": " + access.text + "` is more than reading");
  }
  if (permissions.kind == Kind::kScalar && permissions.text != "read-all")
    check.fault(permissions, "permissions: `" + permissions.text + "`");
}

void check_events(Check& check, const Yaml& on) {
  const auto event = [&](const Yaml& at, const std::string& name) {
    if (!kEvents.contains(name)) check.fault(at, "on: `" + name + "` is no event that is safe or known");
  };
  if (on.kind == Kind::kScalar) event(on, on.text);
  for (const auto& item : on.items) event(item, item.text);
  for (const auto& [name, filters] : on.members) event(on, name);
}

void no_secrets(Check& check, const Yaml& value) {
  for (const auto& item : value.items) no_secrets(check, item);
  for (const auto& [key, member] : value.members) no_secrets(check, member);
  if (value.text.find("secrets.") != std::string::npos || value.text.find("github.token") != std::string::npos) {
    check.fault(value, "a secret is used: forks have none");
  }
}

}  // namespace

std::vector<std::string> faults_of_workflow(const Yaml& workflow, const std::string& ours, const Yaml& our_action) {
  Check check;
  check.keys(workflow, "workflow", {"name", "run-name", "env", "defaults", "concurrency"},
             {"on", "permissions", "jobs"});
  check_events(check, workflow["on"]);
  check_permissions(check, workflow["permissions"]);
  no_secrets(check, workflow);
  if (workflow["jobs"].members.empty()) check.fault(workflow, "expected a job");
  for (const auto& [id, job] : workflow["jobs"].members) {
    if (!std::regex_match(id, kIdentifier)) check.fault(job, "`" + id + "` is no name of a job");
    check.keys(job, "job " + id,
               {"name", "needs", "if", "permissions", "env", "defaults", "timeout-minutes", "strategy", "container",
                "services", "concurrency", "outputs", "continue-on-error"},
               {"runs-on", "steps"});
    check_permissions(check, job["permissions"]);
    Names known;
    for (const auto& [axis, values] : job["strategy"]["matrix"].members) known.insert("matrix." + axis);
    bool whole = false;
    check.steps(job["steps"], false, known, [&](const Yaml& step, const std::string& action) {
      if (action == "actions/checkout@v4") whole = step["with"]["fetch-depth"].text == "0";
      if (action != ours) return check.outside(step, action);
      if (!whole) check.fault(step, "the gate needs a whole clone before it: actions/checkout@v4 with fetch-depth 0");
      for (const auto& [input, value] : step["with"].members) {
        if (!our_action["inputs"].has(input)) check.fault(value, "with: the action has no input `" + input + "`");
      }
    });
  }
  return check.faults;
}

std::vector<std::string> faults_of_action(const Yaml& action) {
  Check check;
  check.keys(action, "action", {"author", "branding", "inputs", "outputs"}, {"name", "description", "runs"});
  check.keys(action["runs"], "runs", {}, {"using", "steps"});
  if (action["runs"]["using"].text != "composite") check.fault(action["runs"], "expected a composite action");
  no_secrets(check, action);
  Names known = {"github.action_path"};
  for (const auto& [name, input] : action["inputs"].members) {
    check.keys(input, "input " + name, {"required", "default", "deprecationMessage"}, {"description"});
    if (!std::regex_match(name, kIdentifier)) check.fault(input, "`" + name + "` is no name of an input");
    known.insert("inputs." + name);
  }
  check.steps(action["runs"]["steps"], true, known,
              [&](const Yaml& step, const std::string& used) { check.outside(step, used); });
  for (const auto& [name, output] : action["outputs"].members) {
    check.keys(output, "output " + name, {}, {"description", "value"});
    check.expressions(output["value"], check.ids());
  }
  return check.faults;
}

std::string expand(const std::string& text, const Values& values) {
  std::string expanded;
  auto from = text.begin();
  for (std::sregex_iterator each(text.begin(), text.end(), kExpression), end; each != end; ++each) {
    expanded.append(from, (*each)[0].first);
    const auto value = values.find((*each)[1]);
    if (value != values.end()) expanded += value->second;
    from = (*each)[0].second;
  }
  return expanded.append(from, text.end());
}

bool holds(const std::string& condition, const Values& values) {
  if (condition.empty()) return true;
  static const std::regex kComparison(R"(([A-Za-z0-9_.-]+) (==|!=) '([^']*)')");
  std::smatch part;
  if (!std::regex_match(condition, part, kComparison)) throw std::runtime_error("if: " + condition);
  const auto value = values.find(part[1]);
  const bool equal = (value == values.end() ? "" : value->second) == part[3];
  return equal == (part[2] == "==");
}

StepResult run_action(const Yaml& action, const Values& inputs, const RunStep& run, const UseAction& use) {
  Values values;
  for (const auto& [name, input] : action["inputs"].members) values["inputs." + name] = input["default"].text;
  for (const auto& [name, value] : inputs) values["inputs." + name] = value;
  StepResult whole;
  for (const auto& step : action["runs"]["steps"].items) {
    if (!holds(step["if"].text, values)) continue;
    const auto expanded = [&](const Yaml& map) {
      Values texts;
      for (const auto& [name, value] : map.members) texts[name] = expand(value.text, values);
      return texts;
    };
    const auto result =
        step.has("run") ? run(step["run"].text, expanded(step["env"]), expand(step["working-directory"].text, values))
                        : use(step["uses"].text, expanded(step["with"]));
    for (const auto& [name, value] : result.outputs) values["steps." + step["id"].text + ".outputs." + name] = value;
    whole.exit_code = result.exit_code;
    if (whole.exit_code != 0) break;
  }
  for (const auto& [name, output] : action["outputs"].members)
    whole.outputs[name] = expand(output["value"].text, values);
  return whole;
}

}  // namespace adoption
