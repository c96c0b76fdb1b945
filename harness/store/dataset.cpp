#include <harness/store/dataset.hpp>

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include <harness/model/document.hpp>
#include <harness/model/text.hpp>
#include <harness/store/dataset_reader.hpp>
#include <harness/store/input_file.hpp>

namespace harness::store {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostProblemBytes = 1 << 20;
constexpr std::uint64_t kMostDatasetBytes = std::uint64_t{1} << 32;

// Names of the entries for which `wanted` gives one, sorted.
template <class F>
Result<std::vector<std::string>> names_in(const fs::path& directory, F&& wanted) {
  std::error_code failed;
  std::vector<std::string> names;
  fs::directory_iterator entry(directory, failed);
  for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
    if (std::string name = wanted(*entry); !name.empty()) names.push_back(std::move(name));
  }
  if (failed) return fail(directory.string(), "expected a readable directory, found: " + failed.message());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

Result<std::vector<std::string>> list_problems(const fs::path& directory) {
  return names_in(directory, [](const fs::directory_entry& entry) {
    std::error_code ignored;
    std::string name = entry.path().filename().string();
    return entry.is_directory(ignored) && model::is_kebab_case(name) ? name : std::string();
  });
}

Result<model::Problem> read_problem(const fs::path& directory, const std::string& problem) {
  if (!model::is_kebab_case(problem)) {
    return fail(directory.string(), "expected a problem's name in kebab-case, found " + model::in_quotes(problem));
  }
  const fs::path folder = directory / problem;
  const fs::path file = folder / "problem.yaml";
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    return fail(folder.string(), "expected a folder with a problem.yaml, found none");
  }
  const auto text = read_text(file, kMostProblemBytes);
  if (!text) return tl::unexpected(text.error());
  auto read = model::read_problem_yaml(*text, file.string());
  if (!read) return read;
  if (read->name != problem) {
    return fail(file.string() + ": problem",
                fmt::format("expected the folder's name {}, found {}", problem, model::in_quotes(read->name)));
  }
  read->directory = folder;
  return read;
}

Result<std::vector<std::string>> list_datasets(const model::Problem& problem) {
  return names_in(problem.directory, [](const fs::directory_entry& entry) {
    return entry.path().extension() == ".json" ? entry.path().stem().string() : std::string();
  });
}

Result<std::vector<model::Case>> read_dataset(const model::Problem& problem, const std::string& dataset,
                                              std::vector<std::string>* warnings) {
  if (!is_case_name(dataset)) {
    return fail(problem.directory.string(),
                "expected a dataset's name of lower-case words and numbers such as leetcode-1, found " +
                    model::in_quotes(dataset));
  }
  const fs::path file = problem.directory / (dataset + ".json");
  auto opened = InputFile::open(file);
  if (!opened) return tl::unexpected(opened.error());
  if (opened->size() > kMostDatasetBytes) {
    return fail(file.string(), fmt::format("expected at most 4 GiB, found {} bytes", opened->size()),
                "give large arguments as files of their own");
  }
  std::optional<Error> unreadable;
  DatasetText text;
  text.bytes = opened->size();
  text.file = file.string();
  text.directory = problem.directory;
  text.next = [&](char* buffer, std::size_t capacity) -> std::size_t {
    const auto size = opened->read(buffer, capacity);
    if (!size) unreadable = size.error();
    return size ? *size : 0;
  };
  auto cases = read_cases(problem, dataset, text, warnings);
  if (unreadable) return tl::unexpected(*unreadable);
  return cases;
}

}  // namespace harness::store
