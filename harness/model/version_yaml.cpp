#include <harness/model/document.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <harness/model/tree.hpp>

namespace harness::model {
namespace {

const std::vector<std::string_view> kKeys = {"plugin",   "version",    "variant", "compatible_with",
                                             "requires", "complexity", "author",  "submitted"};

class Reader {
 public:
  Reader(const Tree& tree, std::vector<std::string>& warnings) : tree_(tree), warnings_(warnings) {}

  Result<SolverIdentity> read() {
    const Node& root = tree_.root();
    if (root.kind != Node::Kind::kMap) return tree_.fault(root, "a map with the keys plugin and version");
    for (const Node* node : root.items) {
      if (auto done = read_key(*node); !done) return tl::unexpected(done.error());
    }
    if (root.find("plugin") == nullptr) return tree_.missing("plugin", kPlugin);
    if (root.find("version") == nullptr) return tree_.missing("version", kVersion);
    if (!identity_.variant.empty() && !identity_.version.prerelease.empty()) {
      return tree_.fault(*root.find("variant"), "no variant beside the pre-release " + identity_.version.text());
    }
    return std::move(identity_);
  }

 private:
  static constexpr const char* kPlugin = "the problem's name in kebab-case such as two-sum";
  static constexpr const char* kVersion = "three numbers such as 1.2.0 or 1.2.0-rc.1";

  Result<void> read_key(const Node& node) {
    if (node.key == "plugin") {
      if (node.kind != Node::Kind::kText || !is_kebab_case(node.text)) return tree_.fault(node, kPlugin);
      identity_.problem = node.text;
      return {};
    }
    if (node.key == "version") {
      const auto version = Version::parse(node.text);
      if (node.kind != Node::Kind::kText || !version) return tree_.fault(node, kVersion);
      identity_.version = *version;
      return {};
    }
    if (node.key == "variant") {
      if (node.kind != Node::Kind::kText || !is_kebab_case(node.text)) {
        return tree_.fault(node, "a variant in kebab-case that begins with a letter, such as optimized");
      }
      identity_.variant = node.text;
      return {};
    }
    if (node.key == "compatible_with") return read_compatible(node);
    if (node.key == "requires") return read_requires(node);
    if (node.key == "complexity") return read_complexity(node);
    if (node.key == "author") return set(identity_.author, node, "a name");
    if (node.key == "submitted") return read_submitted(node);
    if (const std::string_view meant = nearest(node.key, kKeys); !meant.empty()) {
      warnings_.push_back(tree_.unknown_key(node, kKeys));
    }
    keep(node);
    return {};
  }

  Result<void> set(std::string& field, const Node& node, const std::string& expected) {
    auto text = tree_.text(node, expected);
    if (!text) return tl::unexpected(text.error());
    field = *text;
    return {};
  }

  Result<void> add_pattern(const Node& node) {
    const auto pattern = VersionPattern::parse(node.text);
    if (node.kind != Node::Kind::kText || !pattern) {
      return tree_.fault(node, "a version or range such as v1.*, 1.4.x or \">=1.2 <2\"");
    }
    identity_.compatible_with.push_back(*pattern);
    return {};
  }

  Result<void> read_compatible(const Node& node) {
    if (node.kind != Node::Kind::kList) return add_pattern(node);
    for (const Node* item : node.items) {
      if (auto done = add_pattern(*item); !done) return done;
    }
    return {};
  }

  Result<void> read_requires(const Node& node) {
    if (node.kind != Node::Kind::kMap) return tree_.fault(node, "a map with the keys runtime and apis");
    for (const Node* item : node.items) {
      if (item->key == "runtime") {
        if (auto done = set(identity_.requires_runtime, *item, "a requirement such as harness@0.1+"); !done)
          return done;
      } else if (item->key == "apis") {
        if (item->kind != Node::Kind::kList) return tree_.fault(*item, "a list such as [\"solver/v1\"]");
        for (const Node* api : item->items) {
          auto text = tree_.text(*api, "an interface such as solver/v1");
          if (!text) return tl::unexpected(text.error());
          identity_.requires_apis.push_back(*text);
        }
      } else {
        warnings_.push_back(tree_.unknown_key(*item, {"runtime", "apis"}));
        keep(*item);
      }
    }
    return {};
  }

  Result<void> read_complexity(const Node& node) {
    if (node.kind != Node::Kind::kMap) return tree_.fault(node, "a map with the keys time and space");
    for (const Node* item : node.items) {
      if (item->key == "time" || item->key == "space") {
        std::string& field = item->key == "time" ? identity_.time_complexity : identity_.space_complexity;
        if (auto done = set(field, *item, "a growth such as O(n log n)"); !done) return done;
      } else {
        warnings_.push_back(tree_.unknown_key(*item, {"time", "space"}));
        keep(*item);
      }
    }
    return {};
  }

  Result<void> read_submitted(const Node& node) {
    if (auto done = set(identity_.submitted, node, "a date such as 2026-11-24T10:00:00Z"); !done) return done;
    constexpr std::string_view kShape = "dddd-dd-dd";
    const std::string& text = node.text;
    bool fits = text.size() == kShape.size() || (text.size() > kShape.size() && (text[10] == 'T' || text[10] == ' '));
    for (std::size_t i = 0; fits && i < kShape.size(); ++i) {
      fits = kShape[i] == 'd' ? text[i] >= '0' && text[i] <= '9' : text[i] == kShape[i];
    }
    if (!fits) {
      warnings_.push_back(tree_.fault(node, "a date such as 2026-11-24T10:00:00Z").value().text());
    }
    return {};
  }

  void keep(const Node& node) {
    for (const Node* item : node.items) keep(*item);
    if (!node.items.empty()) return;
    std::string path = node.path();
    for (std::size_t open = path.find('['); open != std::string::npos; open = path.find('[', open)) {
      path[open] = '.';
      if (const std::size_t close = path.find(']', open); close != std::string::npos) path.erase(close, 1);
    }
    const bool collection = node.kind == Node::Kind::kList || node.kind == Node::Kind::kMap;
    identity_.other.emplace_back(std::move(path),
                                 collection ? (node.kind == Node::Kind::kList ? "[]" : "{}") : node.text);
  }

  const Tree& tree_;
  std::vector<std::string>& warnings_;
  SolverIdentity identity_;
};

}  // namespace

Result<SolverIdentity> read_version_yaml(std::string_view text, const std::string& file,
                                         std::vector<std::string>& warnings) {
  const auto tree = yaml_tree(text, file);
  if (!tree) return tl::unexpected(tree.error());
  return Reader(**tree, warnings).read();
}

}  // namespace harness::model
