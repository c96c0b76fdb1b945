// GitHub's workflows and composite actions: what their schemas demand that a reader does not see at once, and what a
// runner does with their steps.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "yaml_file.hpp"

namespace adoption {

// Faults, one line each with the place; empty = none. Of the schema: known keys only, what must be there, `uses` or
// `run` of a step, names and ids. Of this project: read-only permissions, no secrets, actions/checkout@v4,
// actions/cache@v4 and nothing else from outside but `ours`, a whole clone before it, no input in a script.
std::vector<std::string> faults_of_workflow(const Yaml& workflow, const std::string& ours, const Yaml& our_action);
std::vector<std::string> faults_of_action(const Yaml& action);

// Values of `inputs.base`, `steps.cache.outputs.cache-hit`...; a name that is not there is "".
using Values = std::map<std::string, std::string>;

// The text with each `${{ name }}` replaced.
std::string expand(const std::string& text, const Values& values);

// Is a step run? `if` of the form `name == 'text'` or `name != 'text'`; "" is yes. Throws std::runtime_error at others.
bool holds(const std::string& condition, const Values& values);

// Runs a composite action's steps as a runner does: `run` gets a script, the variables and the folder of a step and
// gives its exit code and outputs; a step that uses another action gives what `use` gives. Ends at the first that is
// not 0.
struct StepResult {
  int exit_code = 0;
  Values outputs;  // by their own names
};
using RunStep =
    std::function<StepResult(const std::string& script, const Values& environment, const std::string& folder)>;
using UseAction = std::function<StepResult(const std::string& action, const Values& with)>;
StepResult run_action(const Yaml& action, const Values& inputs, const RunStep& run, const UseAction& use);

}  // namespace adoption
