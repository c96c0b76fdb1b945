#include <harness/store/dataset_reader.hpp>

#include <algorithm>

#include <harness/store/dataset_handler.hpp>

namespace harness::store {

bool is_case_name(std::string_view name) {
  if (name.empty() || name.size() > 128 || name.front() == '-' || name.back() == '-') return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!word && (c != '-' || name[i - 1] == '-')) return false;
  }
  return true;
}

Result<std::vector<model::Case>> read_cases(const model::Problem& problem, const std::string& dataset,
                                            const DatasetText& text, std::vector<std::string>* warnings) {
  DatasetHandler handler(problem, dataset, text, warnings);
  handler.bytes_left = text.bytes;
  const auto next = [&](char* buffer, std::size_t capacity) {
    const std::size_t size = text.next(buffer, capacity);
    handler.bytes_left -= std::min<std::uint64_t>(handler.bytes_left, size);
    return size;
  };
  // The buffer that is being parsed counts as left.
  handler.bytes_left += 64 * 1024;
  const auto read = model::stream_json(next, handler, text.file);
  if (!read) return tl::unexpected(read.error());
  if (!*read) return tl::unexpected(*handler.error);
  return handler.take();
}

}  // namespace harness::store
