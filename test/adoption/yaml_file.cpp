#include "yaml_file.hpp"

#include <stdexcept>

#include <yaml.h>

namespace adoption {
namespace {

std::string text_of(const yaml_node_t& node) {
  return {reinterpret_cast<const char*>(node.data.scalar.value), node.data.scalar.length};
}

Yaml tree_of(yaml_document_t& document, int index) {
  const yaml_node_t* node = yaml_document_get_node(&document, index);
  if (node == nullptr) throw std::runtime_error("empty");
  Yaml tree;
  tree.line = static_cast<int>(node->start_mark.line) + 1;
  if (node->type == YAML_SCALAR_NODE) {
    tree.kind = Yaml::Kind::kScalar;
    tree.text = text_of(*node);
  } else if (node->type == YAML_SEQUENCE_NODE) {
    tree.kind = Yaml::Kind::kList;
    for (auto* item = node->data.sequence.items.start; item != node->data.sequence.items.top; ++item) {
      tree.items.push_back(tree_of(document, *item));
    }
  } else {
    tree.kind = Yaml::Kind::kMap;
    for (auto* pair = node->data.mapping.pairs.start; pair != node->data.mapping.pairs.top; ++pair) {
      const auto key = tree_of(document, pair->key);
      if (tree.has(key.text)) {
        throw std::runtime_error("line " + std::to_string(key.line) + ": a second `" + key.text + "`");
      }
      tree.members.push_back({key.text, tree_of(document, pair->value)});
    }
  }
  return tree;
}

}  // namespace

const Yaml& Yaml::operator[](const std::string& key) const {
  static const Yaml kAbsent;
  for (const auto& [name, value] : members) {
    if (name == key) return value;
  }
  return kAbsent;
}

Yaml read_yaml(const std::string& text) {
  yaml_parser_t parser;
  yaml_document_t document;
  yaml_parser_initialize(&parser);
  yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  if (yaml_parser_load(&parser, &document) == 0) {
    const std::string why = "line " + std::to_string(parser.problem_mark.line + 1) + ": " + parser.problem;
    yaml_parser_delete(&parser);
    throw std::runtime_error(why);
  }
  try {
    auto tree = tree_of(document, 1);
    yaml_document_delete(&document);
    yaml_parser_delete(&parser);
    return tree;
  } catch (...) {
    yaml_document_delete(&document);
    yaml_parser_delete(&parser);
    throw;
  }
}

}  // namespace adoption
