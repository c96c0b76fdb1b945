// A small document as a tree, whichever language it was written in: private to this module.
//
// Both makers refuse what a reader should never meet: more than 1 MiB of text, nesting beyond 64, more than 10,000
// values, duplicate keys, and control characters in texts. YAML has no aliases, anchors, tags or second document here.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <harness/model/error.hpp>
#include <harness/model/text.hpp>

namespace harness::model {

struct Node {
  enum class Kind { kNull, kBoolean, kNumber, kText, kList, kMap } kind = Kind::kNull;
  // What was written: of a number its digits, of a text the text. A plain (unquoted) scalar of YAML is kText with
  // `plain`, because only the reader knows whether `1.0` is a number or a version.
  std::string text;
  bool plain = false;
  bool boolean = false;
  std::size_t line = 0;  // YAML: from 1. JSON: 0

  const Node* parent = nullptr;
  std::string key;                 // in a map
  std::size_t index = 0;           // in a list
  std::vector<const Node*> items;  // of a list, or of a map in the file's order

  const Node* find(std::string_view name) const;
  // YAML: `line 4, requires.apis[0]`. JSON: `/cases/uniform~165536/qps_target` (RFC 6901).
  std::string place() const;
  // The dotted part of it: `requires.apis[0]`.
  std::string path() const;
  // For messages, in the language's own words: `null` or `nothing`, `12`, `"abc"`, `a list` or `an array`.
  std::string found() const;
};

// Addresses of nodes hold as long as the tree.
struct Tree {
  std::string file;
  std::deque<Node> nodes;  // the first one is the root

  const Node& root() const { return nodes.front(); }
  // `<file>: <place>: expected <expected>, found <found>`
  tl::unexpected<Error> fault(const Node& node, const std::string& expected) const;
  tl::unexpected<Error> missing(const std::string& key, const std::string& expected) const;
  std::string unknown_key(const Node& node, const std::vector<std::string_view>& known) const;

  // Plain or quoted text that is not empty.
  Result<std::string> text(const Node& node, const std::string& expected) const;
  // A finite number; texts in quotes are none.
  Result<double> number(const Node& node, const std::string& expected) const;
};

// Trees are made on the heap because nodes point to one another.
Result<std::unique_ptr<Tree>> yaml_tree(std::string_view text, const std::string& file);
Result<std::unique_ptr<Tree>> json_tree(std::string_view text, const std::string& file);

// The rules that both makers share.
class TreeMaker {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{1} << 20;
  static constexpr std::size_t kMostDepth = 64;
  static constexpr std::size_t kMostNodes = 10'000;

  explicit TreeMaker(const std::string& file) : tree_(std::make_unique<Tree>()) { tree_->file = file; }

  // False: refused, see `error`. In a map every value follows its key.
  bool key(std::string_view name, std::size_t line);
  bool value(Node node);  // begins a list or a map, or adds a scalar
  void end() { open_.pop_back(); }

  bool expects_key() const { return !open_.empty() && open_.back()->kind == Node::Kind::kMap && !key_; }
  bool refuse(std::string place, std::string why, std::string next = {});
  std::optional<Error> error;
  std::unique_ptr<Tree> take() { return std::move(tree_); }
  bool empty() const { return tree_->nodes.empty(); }

 private:
  std::unique_ptr<Tree> tree_;
  std::vector<Node*> open_;
  std::optional<std::string> key_;
  std::size_t key_line_ = 0;
};

}  // namespace harness::model
