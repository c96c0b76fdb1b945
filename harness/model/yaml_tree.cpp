#include <harness/model/tree.hpp>

#include <sstream>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace harness::model {
namespace {

// Leaves yaml-cpp, whose events cannot say "stop". yaml-cpp recurses once a level, so leaving at the depth limit also
// keeps its stack small.
struct Refused {};

class Builder : public YAML::EventHandler {
 public:
  explicit Builder(TreeMaker& maker) : maker_(maker) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) refuse(mark, "expected one document, found another");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add(Node::Kind::kNull, mark, anchor); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(mark, "expected a value, found an alias (*name)");
  }
  void OnAnchor(const YAML::Mark& mark, const std::string&) override { refuse_anchor(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (maker_.expects_key()) {
      check(mark, tag, anchor);
      if (!maker_.key(value, line(mark))) throw Refused{};
      return;
    }
    add(Node::Kind::kText, mark, anchor, tag, value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    add(Node::Kind::kList, mark, anchor, tag);
  }
  void OnSequenceEnd() override { maker_.end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    add(Node::Kind::kMap, mark, anchor, tag);
  }
  void OnMapEnd() override { maker_.end(); }

 private:
  static std::size_t line(const YAML::Mark& mark) {
    return static_cast<std::size_t>(mark.line < 0 ? 0 : mark.line) + 1;
  }

  [[noreturn]] void refuse(const YAML::Mark& mark, const std::string& why) {
    maker_.refuse(fmt::format("line {}", line(mark)), why);
    throw Refused{};
  }
  [[noreturn]] void refuse_anchor(const YAML::Mark& mark) { refuse(mark, "expected a value, found an anchor (&name)"); }

  void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != 0) refuse_anchor(mark);
    if (!tag.empty() && tag != "?" && tag != "!")
      refuse(mark, "expected a value without a tag, found " + in_quotes(tag));
  }

  void add(Node::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& tag = {},
           const std::string& text = {}) {
    check(mark, tag, anchor);
    if (maker_.expects_key()) refuse(mark, "expected a text as key, found something else");
    Node node;
    node.kind = kind;
    node.line = line(mark);
    node.text = text;
    node.plain = tag == "?";
    if (!maker_.value(std::move(node))) throw Refused{};
  }

  TreeMaker& maker_;
  int documents_ = 0;
};

}  // namespace

Result<std::unique_ptr<Tree>> yaml_tree(std::string_view text, const std::string& file) {
  if (text.size() > TreeMaker::kMostBytes) {
    return fail(file, fmt::format("expected at most 1 MiB of text, found {} bytes", text.size()));
  }
  // yaml-cpp guesses UTF-16 and -32 from the first bytes and repairs broken UTF-8 in silence.
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos) {
    return fail(file, "expected a text in UTF-8, found other bytes");
  }
  TreeMaker maker(file);
  Builder builder(maker);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Refused&) {
    return tl::unexpected(*maker.error);
  } catch (const YAML::Exception& error) {
    const std::string place = error.mark.line < 0 ? file : fmt::format("{}: line {}", file, error.mark.line + 1);
    return fail(place, "expected YAML, found " + error.msg);
  }
  if (maker.empty()) return fail(file, "expected a map of keys and values, found an empty file");
  return maker.take();
}

}  // namespace harness::model
