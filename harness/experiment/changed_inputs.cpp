#include <harness/experiment/changed_inputs.hpp>

#include <utility>

#include <harness/library/code_hash.hpp>
#include <harness/store/dataset.hpp>

namespace harness::experiment {
namespace {

std::string code_hash_of(const std::string& file) {
  if (file.empty()) return {};
  const auto bytes = library::read_library_bytes(file);
  if (!bytes) return {};
  const auto identity = library::identify(*bytes);
  return identity ? identity->code_hash : "";
}

bool same_bytes(const std::shared_ptr<const model::Bytes>& a, const std::shared_ptr<const model::Bytes>& b) {
  return (!a && !b) || (a && b && *a == *b);
}

bool same_rule(const model::AnswerRule& a, const model::AnswerRule& b) {
  return a.kind == b.kind && a.tolerance == b.tolerance;
}

}  // namespace

ChangedInputs::ChangedInputs(std::filesystem::path base_datasets,
                             const std::vector<model::ProblemLibrary>& base_problems,
                             const std::vector<model::ProblemLibrary>& problems)
    : base_datasets_(std::move(base_datasets)) {
  for (const auto& each : base_problems) base_code_[each.problem] = each.file.string();
  for (const auto& each : problems) code_[each.problem] = each.file.string();
}

const ChangedInputs::Known& ChangedInputs::known(const model::Problem& problem) {
  const auto [found, is_new] = known_.try_emplace(problem.name);
  auto& known = found->second;
  if (!is_new || base_datasets_.empty()) return known;
  const auto before = store::read_problem(base_datasets_, problem.name);
  if (!before) return known;  // the problem is new: what the base has of it, if anything, is given the new cases
  if (code_hash_of(base_code_[problem.name]) != code_hash_of(code_[problem.name])) {
    known.whole = "the problem's own code (checker, generators, reference) changed";
  } else if (!same_rule(before->answer, problem.answer)) {
    known.whole = "the rule for answers in problem.yaml changed";
  }
  const auto datasets = store::list_datasets(*before);
  if (!datasets) return known;
  for (const auto& dataset : *datasets) {
    auto cases = store::read_dataset(*before, dataset);
    if (!cases) continue;
    for (auto& each : *cases) {
      auto name = each.dataset_and_name();
      known.cases.emplace(std::move(name), std::move(each));
    }
  }
  return known;
}

std::optional<std::string> ChangedInputs::why_incomparable(const model::Problem& problem, const model::Case& input) {
  const auto& before = known(problem);
  if (before.whole) return before.whole;
  const auto found = before.cases.find(input.dataset_and_name());
  if (found == before.cases.end()) return std::nullopt;
  const auto& old = found->second;
  const bool same_input = old.generator == input.generator && old.seed == input.seed && old.size == input.size &&
                          same_bytes(old.args, input.args);
  if (!same_input) return "its input changed";
  if (!same_bytes(old.expect, input.expect)) return "its expected answer changed";
  return std::nullopt;
}

}  // namespace harness::experiment
