#include <harness/experiment/evidence.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <ostream>
#include <set>

#include <fmt/format.h>

#include <harness/experiment/ab.hpp>
#include <harness/library/code_hash.hpp>
#include <harness/model/document.hpp>
#include <harness/model/gate_json.hpp>
#include <harness/model/json_text.hpp>
#include <harness/report/figures.hpp>
#include <harness/store/input_file.hpp>
#include <harness/trial/loaded.hpp>

namespace harness::experiment {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostInputBytes = std::uint64_t{64} << 20;

std::vector<std::uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

Result<void> add_file(package::Entries& entries, const std::string& name, const fs::path& file) {
  const auto text = store::read_text(file, kMostInputBytes);
  if (!text) return tl::unexpected(text.error());
  entries.emplace_back(name, bytes_of(*text));
  return {};
}

std::string environment_of(const model::GateReport& report) {
  std::string text = "{";
  for (const auto& [key, value] : report.context) {
    text += fmt::format("{}\n  {}: {}", &key == &report.context.front().first ? "" : ",", model::json_text(key),
                        model::json_text(value));
  }
  return text + "\n}\n";
}

// A folder that lives as long as the object.
class ScratchFolder {
 public:
  ScratchFolder() {
    const char* place = std::getenv("TMPDIR");
    auto name = std::string(place == nullptr || *place == '\0' ? "/tmp" : place) + "/harness-evidence-XXXXXX";
    if (const char* made = ::mkdtemp(name.data())) path_ = made;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

Result<void> unpack(const package::Entries& entries, const fs::path& folder) {
  for (const auto& [name, bytes] : entries) {
    const auto file = folder / name;  // read_archive lets no name lead out of it
    std::error_code failed;
    fs::create_directories(file.parent_path(), failed);
    std::ofstream out(file, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    out.flush();
    if (!out) return fail(file.string(), "cannot be written", "set TMPDIR to a disk that has room");
  }
  return {};
}

}  // namespace

Result<void> write_evidence(const fs::path& file, const Evidence& evidence) {
  package::Entries entries;
  const auto& report = *evidence.report;
  entries.emplace_back("report.json", bytes_of(model::write_gate_report(report)));
  entries.emplace_back("command.txt", bytes_of(report.command + "\n"));
  entries.emplace_back("environment.json", bytes_of(environment_of(report)));
  std::set<std::string> problems;
  std::string left_out;
  for (const auto& [reference, candidate] : evidence.sides) {
    for (const auto& [folder, solver] : {std::pair{"reference/", reference}, {"candidate/", candidate}}) {
      auto bytes = library::read_library_bytes(solver->file);
      if (!bytes) return tl::unexpected(bytes.error());
      const auto name = folder + solver->identity.file_name();
      if (std::none_of(entries.begin(), entries.end(), [&](const auto& entry) { return entry.first == name; }))
        entries.emplace_back(name, std::move(*bytes));
      problems.insert(solver->identity.problem);
    }
  }
  for (const auto& problem : evidence.problems) {
    if (!problems.contains(problem.problem)) continue;
    auto bytes = library::read_library_bytes(problem.file);
    if (!bytes) return tl::unexpected(bytes.error());
    entries.emplace_back("problems/" + problem.problem + ".problem.so", std::move(*bytes));
  }
  for (const auto& problem : problems) {
    std::vector<fs::path> files;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(evidence.datasets / problem, failed)) {
      if (!entry.is_regular_file() || entry.path().extension() == ".cpp") continue;
      if (entry.file_size() > kMostInputBytes)
        left_out += entry.path().filename().string() + ": larger than 64 MiB\n";
      else
        files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& each : files) {
      if (auto added = add_file(entries, "datasets/" + problem + "/" + each.filename().string(), each); !added)
        return added;
    }
  }
  if (!evidence.profiles.empty()) {
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(evidence.profiles, failed)) {
      // gperftools' own files name places of this machine, which nobody else has.
      if (entry.path().extension() == ".prof" || entry.path().extension() == ".heap") continue;
      if (auto added = add_file(entries, "profiles/" + entry.path().filename().string(), entry.path()); !added)
        return added;
    }
  }
  for (const auto& [name, input] : evidence.inputs) {
    if (input->args.size() > kMostInputBytes) {
      left_out += name + ": an input larger than 64 MiB\n";
      continue;
    }
    auto bytes = trial::read_back(input->args);
    if (!bytes) return tl::unexpected(bytes.error());
    entries.emplace_back("inputs/" + name + ".cbor", std::move(*bytes));
  }
  if (!left_out.empty()) entries.emplace_back("left-out.txt", bytes_of(left_out));
  return package::write_archive(file, entries);
}

Result<model::GateReport> report_of_evidence(const package::Entries& entries, const std::string& file) {
  for (const auto& [name, bytes] : entries) {
    if (name == "report.json")
      return model::read_gate_report({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                                     file + ": report.json");
  }
  return fail(file, "holds no report.json: it is no evidence of a gate");
}

Exit rerun_evidence(const package::Entries& entries, const model::GateCase& one, const std::string& file,
                    const Terminal& terminal) {
  const auto refuse = [&](const Error& error) {
    terminal.err << "harness: " << report::printable(error.text()) << std::endl;
    return error.exit;
  };
  const auto leads_out = [](const std::string& side) {
    return side.find('/') != side.npos || side.find("..") != side.npos;
  };
  if (!model::is_kebab_case(one.comparison.problem) || leads_out(one.comparison.reference) ||
      leads_out(one.comparison.candidate)) {
    return refuse({file, "names a side that cannot be one", "", Exit::kUsage});
  }
  ScratchFolder scratch;
  if (scratch.path().empty()) return refuse({"TMPDIR", "no folder can be made there", "", Exit::kUsage});
  if (auto unpacked = unpack(entries, scratch.path()); !unpacked) return refuse(unpacked.error());
  const auto library = [&](const char* folder, const std::string& side) {
    return (scratch.path() / folder / (one.comparison.problem + "-" + side.substr(0, side.find('@')) + ".so")).string();
  };
  AbRequest request;
  request.sides = {library("reference", one.comparison.reference), library("candidate", one.comparison.candidate)};
  for (const auto& side : request.sides) {
    std::error_code ignored;
    if (!fs::is_regular_file(side, ignored))
      return refuse({file, "does not hold both libraries of " + one.name, "", Exit::kUsage});
  }
  request.min_effect = one.comparison.min_effect;
  request.run.places.plugin_directories = {scratch.path() / "problems"};
  request.run.places.dataset_directory = scratch.path() / "datasets";
  request.run.case_glob = one.comparison.case_name;
  request.run.flags.format = "console";
  return ab(request, terminal);
}

}  // namespace harness::experiment
