#include <harness/model/json_stream.hpp>
#include <harness/model/tree.hpp>

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace harness::model {
namespace {

class Builder : public JsonHandler {
 public:
  explicit Builder(TreeMaker& maker) : maker_(maker) {}
  bool begin_object() override { return add(Node::Kind::kMap); }
  bool key(std::string_view name) override { return maker_.key(name, 0); }
  bool end_object() override { return maker_.end(), true; }
  bool begin_array() override { return add(Node::Kind::kList); }
  bool end_array() override { return maker_.end(), true; }
  bool string(std::string_view text) override { return add(Node::Kind::kText, text); }
  bool integer(std::int64_t value) override { return add(Node::Kind::kNumber, std::to_string(value)); }
  bool unsigned_integer(std::uint64_t value) override { return add(Node::Kind::kNumber, std::to_string(value)); }
  bool floating(double, std::string_view text) override { return add(Node::Kind::kNumber, text); }
  bool boolean(bool value) override {
    Node node;
    node.kind = Node::Kind::kBoolean;
    node.boolean = value;
    return maker_.value(std::move(node));
  }
  bool null() override { return add(Node::Kind::kNull); }

 private:
  bool add(Node::Kind kind, std::string_view text = {}) {
    Node node;
    node.kind = kind;
    node.text = text;
    return maker_.value(std::move(node));
  }
  TreeMaker& maker_;
};

}  // namespace

Result<std::unique_ptr<Tree>> json_tree(std::string_view text, const std::string& file) {
  if (text.size() > TreeMaker::kMostBytes) {
    return fail(file, fmt::format("expected at most 1 MiB of text, found {} bytes", text.size()));
  }
  TreeMaker maker(file);
  Builder builder(maker);
  const auto next = [&text](char* buffer, std::size_t capacity) {
    const std::size_t size = std::min(capacity, text.size());
    if (size > 0) std::memcpy(buffer, text.data(), size);
    text.remove_prefix(size);
    return size;
  };
  const auto read = stream_json(next, builder, file);
  if (!read) return tl::unexpected(read.error());
  if (!*read) return tl::unexpected(*maker.error);
  return maker.take();
}

}  // namespace harness::model
