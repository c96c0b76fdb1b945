// Arbitrary bytes as a document: the reader and the decoders must neither read outside of it nor allocate without
// measure, and what is well-formed must survive being read item by item.
#include <harness/sdk/struct.hpp>

#include <cstdlib>

namespace {

using harness::sdk::Decoder;
namespace cbor = harness::sdk::cbor;

struct Point {
  int x = 0;
  std::string name;
  std::optional<double> weight;
};
HARNESS_STRUCT(Point, x, name, weight);

template <class T>
void decode(std::span<const uint8_t> document) {
  Decoder decoder(document, "argument");
  T value{};
  if (decoder.decode(value) != decoder.error().empty()) std::abort();
  if (!decoder.error().empty()) return;
  std::vector<uint8_t> again;
  cbor::Writer writer(again);
  harness::sdk::Codec<T>::encode(writer, value);
  if (!cbor::well_formed(again)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::span<const uint8_t> document(data, size);
  cbor::Reader reader(document);
  size_t items = 0;
  while (reader.ok() && !reader.at_end()) {
    if (reader.peek() == cbor::Kind::kNumbers) {
      cbor::Numbers numbers;
      double sum = 0;
      if (!reader.numbers(numbers)) std::abort();
      for (size_t i = 0; i < numbers.count; ++i) sum += numbers.with(i, [](auto v) { return static_cast<double>(v); });
      (void)sum;
    } else if (reader.peek() == cbor::Kind::kArray) {
      uint64_t count = 0;
      reader.array(count);
    } else {
      reader.skip();
    }
    if (++items > size) std::abort();
  }
  if (cbor::well_formed(document) && !reader.ok()) std::abort();

  decode<int>(document);
  decode<std::vector<int>>(document);
  decode<std::vector<double>>(document);
  decode<std::vector<std::vector<bool>>>(document);
  decode<std::vector<std::string>>(document);
  decode<std::tuple<long, std::string, std::vector<char>>>(document);
  decode<std::map<int, std::vector<std::pair<int, int>>>>(document);
  decode<std::vector<Point>>(document);
  return 0;
}
