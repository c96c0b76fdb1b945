#include <harness/model/tree.hpp>

#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace harness::model {
const Node* Node::find(std::string_view name) const {
  for (const Node* item : items) {
    if (kind == Kind::kMap && item->key == name) return item;
  }
  return nullptr;
}

std::string Node::path() const {
  if (parent == nullptr) return "";
  const std::string above = parent->path();
  if (parent->kind == Kind::kList) return fmt::format("{}[{}]", above, index);
  return above.empty() ? key : above + "." + key;
}

std::string Node::place() const {
  if (line > 0) return parent == nullptr ? fmt::format("line {}", line) : fmt::format("line {}, {}", line, path());
  if (parent == nullptr) return "/";
  std::string pointer = parent->parent == nullptr ? "/" : parent->place() + "/";
  if (parent->kind == Kind::kList) return pointer + std::to_string(index);
  for (const char c : key) pointer += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return pointer;
}

std::string Node::found() const {
  switch (kind) {
    case Kind::kNull: return line > 0 ? "nothing" : "null";
    case Kind::kBoolean: return boolean ? "true" : "false";
    case Kind::kNumber: return text.size() <= 60 ? text : text.substr(0, 60) + "...";
    case Kind::kText: return in_quotes(text);
    case Kind::kList: return line > 0 ? "a list" : "an array";
    case Kind::kMap: return line > 0 ? "a map" : "an object";
  }
  return {};
}

tl::unexpected<Error> Tree::fault(const Node& node, const std::string& expected) const {
  return fail(file + ": " + node.place(), fmt::format("expected {}, found {}", expected, node.found()));
}

tl::unexpected<Error> Tree::missing(const std::string& key, const std::string& expected) const {
  return fail(file + ": " + key, fmt::format("expected {}, found no such key", expected));
}

std::string Tree::unknown_key(const Node& node, const std::vector<std::string_view>& known) const {
  const std::string_view meant = nearest(node.key, known);
  return fmt::format("{}: {}: unknown key {}{}", file, node.place(), in_quotes(node.key),
                     meant.empty() ? "" : fmt::format("; did you mean {}?", in_quotes(meant)));
}

Result<std::string> Tree::text(const Node& node, const std::string& expected) const {
  if (node.kind != Node::Kind::kText || node.text.empty()) return fault(node, expected);
  return node.text;
}

Result<double> Tree::number(const Node& node, const std::string& expected) const {
  const bool may_be_number = node.kind == Node::Kind::kNumber || (node.kind == Node::Kind::kText && node.plain);
  const std::string& text = node.text;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (!may_be_number || text.empty() || error != std::errc() || end != text.data() + text.size() ||
      !std::isfinite(value)) {
    return fault(node, expected);
  }
  return value;
}

bool TreeMaker::refuse(std::string place, std::string why, std::string next) {
  error = Error{tree_->file + ": " + std::move(place), std::move(why), std::move(next), Exit::kUsage};
  return false;
}

bool TreeMaker::key(std::string_view name, std::size_t line) {
  Node shadow;
  shadow.key = name;
  shadow.parent = open_.back();
  shadow.line = line;
  if (name.size() > 200) {
    shadow.key = name.substr(0, 20);
    return refuse(shadow.place(), "expected a key of at most 200 characters, found " + std::to_string(name.size()));
  }
  if (has_control_character(name) || name.find('\n') != std::string_view::npos) {
    shadow.key.assign(1, '?');
    return refuse(shadow.place(), "expected a key without control characters, found " + in_quotes(name));
  }
  if (open_.back()->find(name) != nullptr) {
    return refuse(shadow.place(), "expected each key once, found it again");
  }
  key_ = name;
  key_line_ = line;
  return true;
}

bool TreeMaker::value(Node node) {
  Node* parent = open_.empty() ? nullptr : open_.back();
  node.parent = parent;
  if (parent != nullptr && parent->kind == Node::Kind::kMap) {
    node.key = *std::exchange(key_, std::nullopt);
    if (node.kind == Node::Kind::kNull) node.line = key_line_;  // an empty value stands where the next key begins
  }
  if (parent != nullptr && parent->kind == Node::Kind::kList) node.index = parent->items.size();
  if (has_control_character(node.text)) {
    return refuse(node.place(), "expected a text without control characters, found " + in_quotes(node.text));
  }
  if (tree_->nodes.size() >= kMostNodes) {
    return refuse(node.place(), fmt::format("expected at most {} values, found more", kMostNodes));
  }
  const bool opens = node.kind == Node::Kind::kList || node.kind == Node::Kind::kMap;
  if (opens && open_.size() >= kMostDepth) {
    return refuse(node.line > 0 ? fmt::format("line {}", node.line) : "the text",
                  fmt::format("expected nesting of at most {}, found more", kMostDepth));
  }
  tree_->nodes.push_back(std::move(node));
  Node* added = &tree_->nodes.back();
  if (parent != nullptr) parent->items.push_back(added);
  if (opens) open_.push_back(added);
  return true;
}

}  // namespace harness::model
