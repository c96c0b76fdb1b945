// What a gate's decision rests on, in one zip: the report with every process, both libraries, inputs, datasets,
// environment, command. `harness explain F.zip` replays the decision, and runs it again when asked.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <harness/experiment/terminal.hpp>
#include <harness/model/error.hpp>
#include <harness/model/gate.hpp>
#include <harness/model/solver_info.hpp>
#include <harness/package/archive.hpp>
#include <harness/trial/input.hpp>

namespace harness::experiment {

struct Evidence {
  const model::GateReport* report = nullptr;
  std::vector<std::pair<const model::SolverInfo*, const model::SolverInfo*>>
      sides;  // reference and candidate of each changed solver
  std::vector<model::ProblemLibrary> problems;
  std::map<std::string, std::shared_ptr<const trial::Input>> inputs;  // by `<problem>/<dataset>/<case>`
  std::filesystem::path datasets;
  std::filesystem::path profiles;  // of the run's folder; "" = nothing was profiled
};

// Names inside: report.json, command.txt, environment.json, reference/*.so, candidate/*.so, problems/*.so,
// datasets/<problem>/..., profiles/..., inputs/<problem>/<dataset>/<case>.cbor (inputs above 64 MiB are left out: the datasets make
// them again).
Result<void> write_evidence(const std::filesystem::path& file, const Evidence& evidence);

// The report of an evidence file, checked.
Result<model::GateReport> report_of_evidence(const package::Entries& entries, const std::string& file);

// Unpacks libraries and datasets into a scratch folder and compares one case again, with an A/B of the two libraries.
// `case_name` as `harness explain` takes it.
Exit rerun_evidence(const package::Entries& entries, const model::GateCase& one, const std::string& file,
                    const Terminal& terminal);

}  // namespace harness::experiment
