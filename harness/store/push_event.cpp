#include <harness/store/push_event.hpp>

#include <cstdint>
#include <string_view>

#include <harness/model/json_stream.hpp>
#include <harness/store/git_command.hpp>
#include <harness/store/input_file.hpp>

namespace harness::store {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{64} << 20;

class BeforeReader : public model::JsonHandler {
 public:
  const std::string& before() const { return before_; }

  bool begin_object() override { return begin(); }
  bool key(std::string_view name) override {
    is_before_ = depth_ == 1 && name == "before";
    return true;
  }
  bool end_object() override { return end(); }
  bool begin_array() override { return depth_ > 0 && begin(); }
  bool end_array() override { return end(); }
  bool string(std::string_view text) override {
    if (is_before_ && is_sha(text)) before_ = text;
    return go_on();
  }
  bool integer(std::int64_t) override { return go_on(); }
  bool unsigned_integer(std::uint64_t) override { return go_on(); }
  bool floating(double, std::string_view) override { return go_on(); }
  bool boolean(bool) override { return go_on(); }
  bool null() override { return go_on(); }

 private:
  // A `before` that is no text ends the reading as well.
  bool go_on() const { return depth_ > 0 && !is_before_; }
  bool begin() {
    if (is_before_) return false;
    ++depth_;
    return true;
  }
  bool end() {
    --depth_;
    return true;
  }

  int depth_ = 0;
  bool is_before_ = false;
  std::string before_;
};

}  // namespace

std::string before_of_push(const std::function<std::size_t(char*, std::size_t)>& next) {
  BeforeReader reader;
  (void)model::stream_json(next, reader, "event");
  return reader.before();
}

std::string before_of_push(const std::filesystem::path& event) {
  auto file = InputFile::open(event);
  if (!file || file->size() > kMostBytes) return {};
  return before_of_push([&](char* buffer, std::size_t capacity) { return file->read(buffer, capacity).value_or(0); });
}

}  // namespace harness::store
