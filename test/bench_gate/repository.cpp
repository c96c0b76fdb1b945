#include "repository.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

#include <fmt/format.h>

#include <harness/model/sha256.hpp>

#include "program.hpp"

namespace gate_bench {
namespace {

namespace fs = std::filesystem;
using Tree = std::map<std::string, std::string>;  // path -> text

constexpr const char* kSolvers = "solvers/work/v1.0.0-";

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) give_up(file.string() + ": cannot be read");
  return {std::istreambuf_iterator<char>(in), {}};
}

void replace(std::string& text, const std::string& before, const std::string& after) {
  const auto at = text.find(before);
  if (at == text.npos) give_up("the repository's sources have no `" + before + "`");
  text.replace(at, before.size(), after);
}

// Never the same twice, and spread over pages: a number of units of 64 bytes for the text, bytes for the data.
std::string padded(std::string padding, std::size_t layout, std::size_t solver) {
  std::uint64_t state = 1000 * layout + solver + 1;
  const auto draw = [&state](std::uint64_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % below;
  };
  draw(2);
  replace(padding, "PADDING_TEXT 1", fmt::format("PADDING_TEXT {}", 1 + draw(1024)));
  replace(padding, "PADDING_DATA 0", fmt::format("PADDING_DATA {}", 16 * draw(4096) + layout % 16));
  return padding;
}

// `git fast-import`'s language.
class Stream {
 public:
  void commit(const std::string& branch, const std::string& from, const std::string& subject, const Tree& tree) {
    text_ += fmt::format("commit refs/heads/{}\ncommitter bench <bench@example.org> {} +0000\n", branch, 1'700'000'000 + 60 * ++commits_);
    data(subject + "\n");
    if (!from.empty()) text_ += fmt::format("from refs/heads/{}\n", from);
    text_ += "deleteall\n";
    for (const auto& [path, content] : tree) {
      text_ += fmt::format("M 100644 inline {}\n", path);
      data(content);
    }
  }
  const std::string& text() const { return text_; }

 private:
  void data(const std::string& content) { text_ += fmt::format("data {}\n{}\n", content.size(), content); }

  std::string text_;
  std::size_t commits_ = 0;
};

Tree with_solvers(const Tree& all, const std::vector<std::string>& solvers) {
  Tree kept;
  for (const auto& [path, text] : all) {
    const bool is_kept = !path.starts_with(kSolvers) || std::any_of(solvers.begin(), solvers.end(), [&, &where = path](const auto& solver) {
                           return where.starts_with(kSolvers + solver + "/");
                         });
    if (is_kept) kept.emplace(path, text);
  }
  return kept;
}

}  // namespace

Repository::Repository(const fs::path& folder, const fs::path& template_folder, const fs::path& functions, std::size_t layouts)
    : origin_(folder / "origin.git") {
  Tree main;
  for (const auto& entry : fs::recursive_directory_iterator(template_folder)) {
    if (entry.is_regular_file()) main.emplace(entry.path().lexically_relative(template_folder).string(), read(entry.path()));
  }
  for (const auto& entry : fs::directory_iterator(functions)) main.emplace("solvers/functions/" + entry.path().filename().string(), read(entry.path()));
  const auto padding = main.at("padding.cpp");
  main.erase("padding.cpp");
  for (const auto& [path, text] : Tree(main)) {
    if (!path.starts_with(kSolvers) || !path.ends_with("/solver.cpp")) continue;
    const auto name = path.substr(std::string(kSolvers).size());
    solvers_.push_back(name.substr(0, name.find('/')));
    main[kSolvers + solvers_.back() + "/padding.cpp"] = padding;
  }
  const auto pad = [&](Tree tree, const std::string& solver, std::size_t layout, std::size_t number) {
    tree[kSolvers + solver + "/padding.cpp"] = padded(padding, layout, number);
    return tree;
  };

  Stream stream;
  stream.commit("main", "", "Ten solvers", main);
  for (const auto& solver : solvers_) {
    Tree tree = main;
    replace(tree.at(kSolvers + solver + "/solver.cpp"), "DETECTION_PERCENT 0", "DETECTION_PERCENT 5");
    stream.commit("slower-" + solver, "main", solver + ": 5 % more work", tree);
  }
  stream.commit("padded", "main", "sums: another layout", pad(main, "sums", 1, 1));
  Tree text = main;
  text["README.md"] += "\nMore words.\n";
  stream.commit("text", "main", "More words", text);
  const Tree five = with_solvers(main, kFiveSolvers);
  stream.commit("five", "main", "Five solvers", five);
  stream.commit("five-padded", "five", "sums: another layout", pad(five, "sums", 2, 2));
  stream.commit("five-other", "five", "sums: yet another layout", pad(five, "sums", 3, 3));
  for (std::size_t layout = 0; layout < layouts; ++layout) {
    Tree tree = with_solvers(main, kSameSolvers);
    for (std::size_t i = 0; i < kSameSolvers.size(); ++i) tree = pad(std::move(tree), kSameSolvers[i], layout, i);
    stream.commit("same", layout == 0 ? "main" : "", fmt::format("Layout {}", layout), tree);
  }

  const auto marker = folder / "origin.sum", sources = folder / "origin.stream";
  const auto sum = harness::model::Sha256().add(stream.text()).hex();
  if (!fs::exists(marker) || read(marker) != sum) {
    fs::create_directories(folder);
    fs::remove_all(origin_);
    std::ofstream(sources, std::ios::binary) << stream.text();
    run_or_exit({"git", "init", "--quiet", "--bare", "--initial-branch=main", origin_}, folder);
    run_or_exit({"sh", "-c", "git --git-dir=origin.git fast-import --quiet <origin.stream"}, folder);
    fs::remove(sources);
    std::ofstream(marker) << sum;
  }
  std::istringstream lines(run_or_exit({"git", "for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads"}, origin_).said);
  for (std::string branch, commit; lines >> branch >> commit;) tips_[branch] = commit;
  std::istringstream commits(run_or_exit({"git", "rev-list", "--reverse", "main..same"}, origin_).said);
  for (std::string commit; commits >> commit;) same_.push_back(commit);
}

const std::string& Repository::commit(const std::string& branch) const {
  const auto found = tips_.find(branch);
  if (found == tips_.end()) give_up("the repository has no branch " + branch);
  return found->second;
}

void Repository::clone(const fs::path& clone, const std::string& commit) const {
  fs::remove_all(clone);
  run_or_exit({"git", "clone", "--quiet", "--no-checkout", origin_, clone}, origin_);
  run_or_exit({"git", "checkout", "--quiet", "--detach", commit}, clone);
}

}  // namespace gate_bench
