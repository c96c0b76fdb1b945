// The arguments of one case, whatever order they come in, as one CBOR array in parameter order.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <harness/model/case.hpp>
#include <harness/store/value_encoder.hpp>

namespace harness::store {

// Writes documents one after another. A large one is handed on as it is, without a copy; a small one is copied to its
// exact size and leaves the reserved room for the next.
class DocumentWriter {
 public:
  // An empty document with room for `bytes`: pages that stay untouched cost nothing.
  CborDocument& begin(std::uint64_t bytes);
  CborDocument& document() { return *document_; }
  std::shared_ptr<const model::Bytes> end();

 private:
  std::unique_ptr<CborDocument> document_;
};

// An argument whose turn it is goes straight into the case's document; one that comes early is kept aside, and written
// again when its turn comes, because its numbers must then be aligned anew.
class Arguments {
 public:
  explicit Arguments(const std::vector<model::Parameter>& parameters) : parameters_(parameters) {}

  void begin(std::uint64_t bytes);
  // The parameter of this name; nothing: there is none.
  std::optional<std::size_t> find(std::string_view name) const;
  bool seen(std::size_t parameter) const { return seen_[parameter]; }
  // Where to write the argument to. REQUIRES: not seen. `end_argument` follows.
  CborDocument& begin_argument(std::size_t parameter);
  void end_argument();
  // The first parameter that was not given.
  const model::Parameter* missing() const;
  // REQUIRES: none is missing.
  std::shared_ptr<const model::Bytes> end() { return writer_.end(); }

 private:
  const std::vector<model::Parameter>& parameters_;
  DocumentWriter writer_;
  std::vector<bool> seen_;
  std::size_t next_ = 0;     // the parameter whose turn it is
  std::size_t current_ = 0;  // the one that is being written
  std::vector<std::unique_ptr<CborDocument>> early_;
};

}  // namespace harness::store
