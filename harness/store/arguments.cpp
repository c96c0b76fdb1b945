#include <harness/store/arguments.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace harness::store {
namespace {

// The hint comes from a file's size, which may lie.
constexpr std::uint64_t kMostReserved = std::uint64_t{1} << 32;

}  // namespace

CborDocument& DocumentWriter::begin(std::uint64_t bytes) {
  if (!document_) document_ = std::make_unique<CborDocument>();
  model::Bytes& room = document_->bytes;
  room.clear();
  if (room.capacity() > 0) return *document_;
  try {
    room.reserve(static_cast<std::size_t>(std::min(bytes, kMostReserved)));
  } catch (const std::bad_alloc&) {
    // Where memory is promised strictly: it grows as it is needed.
  }
  return *document_;
}

std::shared_ptr<const model::Bytes> DocumentWriter::end() {
  model::Bytes& bytes = document_->bytes;
  if (bytes.size() < bytes.capacity() / 4) return std::make_shared<const model::Bytes>(bytes.begin(), bytes.end());
  auto kept = std::make_shared<const model::Bytes>(std::move(bytes));
  document_.reset();
  return kept;
}

void Arguments::begin(std::uint64_t bytes) {
  writer_.begin(bytes).writer.array(parameters_.size());
  seen_.assign(parameters_.size(), false);
  early_.clear();
  early_.resize(parameters_.size());
  next_ = 0;
}

std::optional<std::size_t> Arguments::find(std::string_view name) const {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (parameters_[i].name == name) return i;
  }
  return std::nullopt;
}

CborDocument& Arguments::begin_argument(std::size_t parameter) {
  seen_[parameter] = true;
  current_ = parameter;
  if (parameter == next_) return writer_.document();
  early_[parameter] = std::make_unique<CborDocument>();
  return *early_[parameter];
}

void Arguments::end_argument() {
  if (current_ == next_) ++next_;
  for (; next_ < early_.size() && early_[next_]; ++next_) {
    append_item(*early_[next_], writer_.document());
    early_[next_].reset();
  }
}

const model::Parameter* Arguments::missing() const {
  const auto found = std::find(seen_.begin(), seen_.end(), false);
  return found == seen_.end() ? nullptr : &parameters_[static_cast<std::size_t>(found - seen_.begin())];
}

}  // namespace harness::store
