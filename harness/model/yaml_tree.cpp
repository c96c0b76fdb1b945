#include <harness/model/tree.hpp>

#include <fmt/format.h>
#include <yaml.h>

namespace harness::model {
namespace {

// libyaml's event, freed at the end.
struct Event {
  yaml_event_t raw{};
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&raw); }
};

struct Parser {
  yaml_parser_t raw{};
  explicit Parser(std::string_view text) {
    yaml_parser_initialize(&raw);
    yaml_parser_set_encoding(&raw, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&raw, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  ~Parser() { yaml_parser_delete(&raw); }
};

std::string_view view(const yaml_char_t* text) {
  return text == nullptr ? std::string_view{} : std::string_view(reinterpret_cast<const char*>(text));
}

// Feeds the maker with events; each function returns false when it refused.
class Builder {
 public:
  explicit Builder(TreeMaker& maker) : maker_(maker) {}

  bool take(const yaml_event_t& event) {
    line_ = event.start_mark.line + 1;
    switch (event.type) {
      case YAML_DOCUMENT_START_EVENT:
        return documents_++ == 0 || refuse("expected one document, found another");
      case YAML_ALIAS_EVENT: return refuse("expected a value, found an alias (*name)");
      case YAML_SCALAR_EVENT: return scalar(event.data.scalar);
      case YAML_SEQUENCE_START_EVENT:
        return begin(Node::Kind::kList, event.data.sequence_start.anchor, event.data.sequence_start.tag);
      case YAML_MAPPING_START_EVENT:
        return begin(Node::Kind::kMap, event.data.mapping_start.anchor, event.data.mapping_start.tag);
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT: maker_.end(); return true;
      default: return true;
    }
  }

 private:
  template <class Scalar>
  bool scalar(const Scalar& scalar) {
    if (!check(scalar.anchor, scalar.tag)) return false;
    const std::string_view text(reinterpret_cast<const char*>(scalar.value), scalar.length);
    if (maker_.expects_key()) return maker_.key(text, line_);
    Node node;
    node.line = line_;
    node.plain = scalar.style == YAML_PLAIN_SCALAR_STYLE;
    const bool is_null = node.plain && (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL");
    node.kind = is_null ? Node::Kind::kNull : Node::Kind::kText;
    if (!is_null) node.text = text;
    return maker_.value(std::move(node));
  }

  bool begin(Node::Kind kind, const yaml_char_t* anchor, const yaml_char_t* tag) {
    if (!check(anchor, tag)) return false;
    if (maker_.expects_key()) return refuse("expected a text as key, found something else");
    Node node;
    node.kind = kind;
    node.line = line_;
    return maker_.value(std::move(node));
  }

  bool check(const yaml_char_t* anchor, const yaml_char_t* tag) {
    if (anchor != nullptr) return refuse("expected a value, found an anchor (&name)");
    if (const auto name = view(tag); !name.empty() && name != "!") {
      return refuse("expected a value without a tag, found " + in_quotes(name));
    }
    return true;
  }

  bool refuse(const std::string& why) { return maker_.refuse(fmt::format("line {}", line_), why); }

  TreeMaker& maker_;
  std::size_t line_ = 1;
  int documents_ = 0;
};

}  // namespace

Result<std::unique_ptr<Tree>> yaml_tree(std::string_view text, const std::string& file) {
  if (text.size() > TreeMaker::kMostBytes) {
    return fail(file, fmt::format("expected at most 1 MiB of text, found {} bytes", text.size()));
  }
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos) {
    return fail(file, "expected a text in UTF-8, found other bytes");
  }
  TreeMaker maker(file);
  Builder builder(maker);
  Parser parser(text);
  for (bool more = true; more;) {
    Event event;
    if (yaml_parser_parse(&parser.raw, &event.raw) == 0) {
      const char* problem = parser.raw.problem == nullptr ? "something else" : parser.raw.problem;
      return fail(fmt::format("{}: line {}", file, parser.raw.problem_mark.line + 1), fmt::format("expected YAML, found {}", problem));
    }
    if (!builder.take(event.raw)) return tl::unexpected(*maker.error);
    more = event.raw.type != YAML_STREAM_END_EVENT;
  }
  if (maker.empty()) return fail(file, "expected a map of keys and values, found an empty file");
  return maker.take();
}

}  // namespace harness::model
