#include <harness/model/document.hpp>

#include <algorithm>

#include <harness/model/tree.hpp>

namespace harness::model {
namespace {

const std::vector<std::string_view> kKeys = {"problem",     "leetcode",     "tags",  "parameters", "answer",
                                             "answer_type", "time_limit_s", "items", "bytes"};
constexpr const char* kType = "a type such as integer, integer[], long, double, boolean, character or string[]";
constexpr double kMostSeconds = 86'400;

// The type in its shortest spelling, `list<integer>` being `integer[]`; empty when it is none.
std::string normal_type(std::string_view text) {
  std::size_t dimensions = 0;
  for (;; ++dimensions) {
    if (text.size() > 6 && text.starts_with("list<") && text.ends_with(">")) {
      text = text.substr(5, text.size() - 6);
    } else if (text.ends_with("[]")) {
      text.remove_suffix(2);
    } else {
      break;
    }
  }
  constexpr std::string_view kWords[] = {"integer", "long", "double", "boolean", "character", "string"};
  if (dimensions > 8 || std::find(std::begin(kWords), std::end(kWords), text) == std::end(kWords)) return "";
  std::string type(text);
  for (; dimensions > 0; --dimensions) type += "[]";
  return type;
}

bool is_identifier(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && name.size() <= 100 && letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

class Reader {
 public:
  explicit Reader(const Tree& tree) : tree_(tree) {}

  Result<Problem> read() {
    const Node& root = tree_.root();
    if (root.kind != Node::Kind::kMap) return tree_.fault(root, "a map with the keys problem and parameters");
    for (const Node* node : root.items) {
      if (auto done = read_key(*node); !done) return tl::unexpected(done.error());
    }
    if (root.find("problem") == nullptr) return tree_.missing("problem", kProblem);
    if (root.find("parameters") == nullptr) return tree_.missing("parameters", kParameters);
    if (auto done = read_amount(root.find("items"), problem_.items_parameter); !done) {
      return tl::unexpected(done.error());
    }
    if (auto done = read_amount(root.find("bytes"), problem_.bytes_parameter); !done) {
      return tl::unexpected(done.error());
    }
    return std::move(problem_);
  }

 private:
  static constexpr const char* kProblem = "the problem's name in kebab-case such as two-sum";
  static constexpr const char* kParameters = "a list such as [{name: nums, type: \"integer[]\"}]";

  Result<void> read_key(const Node& node) {
    if (node.key == "problem") {
      if (node.kind != Node::Kind::kText || !is_kebab_case(node.text)) return tree_.fault(node, kProblem);
      problem_.name = node.text;
    } else if (node.key == "leetcode") {
      return read_leetcode(node);
    } else if (node.key == "tags") {
      if (node.kind != Node::Kind::kList) return tree_.fault(node, "a list of tags");
      for (const Node* item : node.items) {
        auto tag = tree_.text(*item, "a tag");
        if (!tag) return tl::unexpected(tag.error());
        problem_.tags.push_back(*tag);
      }
    } else if (node.key == "parameters") {
      return read_parameters(node);
    } else if (node.key == "answer") {
      return read_answer(node);
    } else if (node.key == "answer_type") {
      problem_.answer_type = normal_type(node.text);
      if (node.kind != Node::Kind::kText || problem_.answer_type.empty()) return tree_.fault(node, kType);
    } else if (node.key == "time_limit_s") {
      constexpr const char* kExpected = "a number of seconds above 0, at most 86400";
      auto seconds = tree_.number(node, kExpected);
      if (!seconds) return tl::unexpected(seconds.error());
      if (*seconds <= 0 || *seconds > kMostSeconds) return tree_.fault(node, kExpected);
      problem_.time_limit_seconds = *seconds;
    } else if (node.key == "items" || node.key == "bytes") {
      // Names a parameter: read when all of them are known.
    } else {
      problem_.warnings.push_back(tree_.unknown_key(node, kKeys));
    }
    return {};
  }

  Result<void> read_leetcode(const Node& node) {
    if (node.kind != Node::Kind::kMap) return tree_.fault(node, "a map with the keys id and title");
    for (const Node* item : node.items) {
      if (item->key != "id" && item->key != "title") {
        problem_.warnings.push_back(tree_.unknown_key(*item, {"id", "title"}));
        continue;
      }
      auto text = tree_.text(*item, item->key == "id" ? "LeetCode's number of the problem" : "a title");
      if (!text) return tl::unexpected(text.error());
      (item->key == "id" ? problem_.leetcode_id : problem_.title) = *text;
    }
    return {};
  }

  Result<void> read_parameters(const Node& node) {
    if (node.kind != Node::Kind::kList) return tree_.fault(node, kParameters);
    for (const Node* item : node.items) {
      if (item->kind != Node::Kind::kMap) return tree_.fault(*item, "a map with the keys name and type");
      Parameter parameter;
      for (const Node* part : item->items) {
        if (part->key == "name") {
          if (part->kind != Node::Kind::kText || !is_identifier(part->text)) {
            return tree_.fault(*part, "a name of letters, digits and _");
          }
          parameter.name = part->text;
        } else if (part->key == "type") {
          parameter.type = normal_type(part->text);
          if (part->kind != Node::Kind::kText || parameter.type.empty()) return tree_.fault(*part, kType);
        } else {
          problem_.warnings.push_back(tree_.unknown_key(*part, {"name", "type"}));
        }
      }
      if (parameter.name.empty()) return tree_.fault(*item, "the keys name and type");
      if (parameter.type.empty()) return tree_.fault(*item, "the keys name and type");
      for (const Parameter& earlier : problem_.parameters) {
        if (earlier.name == parameter.name) return tree_.fault(*item->find("name"), "each parameter's name once");
      }
      problem_.parameters.push_back(std::move(parameter));
    }
    return {};
  }

  Result<void> read_answer(const Node& node) {
    using Kind = AnswerRule::Kind;
    constexpr const char* kExpected = "exact, unordered, checker or {tolerance: 1e-6}";
    if (node.kind == Node::Kind::kText) {
      if (node.text != "exact" && node.text != "unordered" && node.text != "checker")
        return tree_.fault(node, kExpected);
      problem_.answer.kind = node.text == "exact"     ? Kind::kExact
                             : node.text == "checker" ? Kind::kChecker
                                                      : Kind::kUnordered;
      return {};
    }
    const Node* tolerance = node.find("tolerance");
    if (tolerance == nullptr || node.items.size() != 1) return tree_.fault(node, kExpected);
    constexpr const char* kTolerance = "a tolerance of at least 0 such as 1e-6";
    auto value = tree_.number(*tolerance, kTolerance);
    if (!value) return tl::unexpected(value.error());
    if (*value < 0) return tree_.fault(*tolerance, kTolerance);
    problem_.answer = {Kind::kTolerance, *value};
    return {};
  }

  Result<void> read_amount(const Node* node, std::optional<std::size_t>& amount) {
    if (node == nullptr) return {};
    std::string countable;
    for (std::size_t i = 0; i < problem_.parameters.size(); ++i) {
      const Parameter& parameter = problem_.parameters[i];
      if (parameter.type != "string" && !parameter.type.ends_with("[]")) continue;
      if (node->kind == Node::Kind::kText && node->text == parameter.name) {
        amount = i;
        return {};
      }
      countable += (countable.empty() ? " (" : ", ") + parameter.name;
    }
    return tree_.fault(*node, "the name of an array or string parameter" +
                                  (countable.empty() ? ", of which there is none" : countable + ")"));
  }

  const Tree& tree_;
  Problem problem_;
};

}  // namespace

Result<Problem> read_problem_yaml(std::string_view text, const std::string& file) {
  const auto tree = yaml_tree(text, file);
  if (!tree) return tl::unexpected(tree.error());
  return Reader(**tree).read();
}

}  // namespace harness::model
