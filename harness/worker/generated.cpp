#include <harness/worker/generated.hpp>

#include <harness/sdk/cbor.hpp>

namespace harness::worker {

tl::expected<Worker::Generated, const char*> split_generated(std::span<const std::uint8_t> made) {
  const auto refuse = [](const char* why) { return tl::unexpected<const char*>(why); };
  sdk::cbor::Reader reader(made);
  std::uint64_t pairs = 0;
  if (!reader.map(pairs)) return refuse("no map of \"args\" and \"expect\"");
  Worker::Generated generated;
  bool has_args = false;
  for (std::uint64_t i = 0; i < pairs; ++i) {
    std::string_view key;
    if (!reader.text(key)) return refuse("a map whose keys are no strings");
    const auto kind = reader.peek();
    const auto begin = reader.offset();
    if (!reader.skip()) return refuse("a document that is cut off or malformed");
    const auto value = made.subspan(begin, reader.offset() - begin);
    if (key == "args" && !has_args) {
      if (kind != sdk::cbor::Kind::kArray && kind != sdk::cbor::Kind::kNumbers)
        return refuse("\"args\" that are no array");
      generated.args.assign(value.begin(), value.end());
      has_args = true;
    } else if (key == "expect" && !generated.expect) {
      generated.expect.emplace(value.begin(), value.end());
    } else {
      return refuse("a key that is neither \"args\" nor \"expect\", or one twice");
    }
  }
  if (!reader.at_end()) return refuse("something behind the end of the document");
  if (!has_args) return refuse("no \"args\"");
  return generated;
}

}  // namespace harness::worker
