#include <harness/model/json_stream.hpp>

#include <charconv>
#include <limits>
#include <vector>

#include <fmt/format.h>
#include <boost/json/basic_parser_impl.hpp>

#include <harness/model/text.hpp>

namespace harness::model {
namespace {

namespace json = boost::json;

constexpr std::size_t kBuffer = 64 * 1024;
constexpr std::size_t kMostDepth = 64;
constexpr std::size_t kMostNumberCharacters = 4096;
constexpr std::size_t kMostKeyBytes = std::size_t{1} << 20;

// Puts the parts together that the parser hands out when a text or number spans two buffers.
class Adapter {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = kMostKeyBytes;
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

  explicit Adapter(JsonHandler& handler) : handler_(handler) {}
  bool stopped() const { return stopped_; }
  bool number_too_long() const { return number_too_long_; }

  bool on_document_begin(boost::system::error_code&) { return true; }
  bool on_document_end(boost::system::error_code&) { return true; }
  bool on_object_begin(boost::system::error_code&) { return pass(handler_.begin_object()); }
  bool on_object_end(std::size_t, boost::system::error_code&) { return pass(handler_.end_object()); }
  bool on_array_begin(boost::system::error_code&) { return pass(handler_.begin_array()); }
  bool on_array_end(std::size_t, boost::system::error_code&) { return pass(handler_.end_array()); }
  bool on_key_part(json::string_view part, std::size_t, boost::system::error_code&) { return gather(part); }
  bool on_key(json::string_view last, std::size_t, boost::system::error_code&) {
    return pass(handler_.key(whole(last))) && forget();
  }
  bool on_string_part(json::string_view part, std::size_t, boost::system::error_code&) { return gather(part); }
  bool on_string(json::string_view last, std::size_t, boost::system::error_code&) {
    return pass(handler_.string(whole(last))) && forget();
  }
  bool on_number_part(json::string_view part, boost::system::error_code&) {
    number_too_long_ = parts_.size() + part.size() > kMostNumberCharacters;
    return !number_too_long_ && gather(part);
  }
  bool on_int64(std::int64_t value, json::string_view, boost::system::error_code&) {
    return pass(handler_.integer(value)) && forget();
  }
  bool on_uint64(std::uint64_t value, json::string_view, boost::system::error_code&) {
    return pass(handler_.unsigned_integer(value)) && forget();
  }
  bool on_double(double value, json::string_view last, boost::system::error_code&) {
    const std::string_view text = whole(last);
    number_too_long_ = text.size() > kMostNumberCharacters;
    if (number_too_long_) return false;
    // Boost.JSON may be off by some units in the last place; std::from_chars rounds correctly. Out of range it says
    // nothing about the direction, so the parser's own value (0 or infinity) stays.
    double rounded = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), rounded).ec == std::errc()) value = rounded;
    return pass(handler_.floating(value, text)) && forget();
  }
  bool on_bool(bool value, boost::system::error_code&) { return pass(handler_.boolean(value)); }
  bool on_null(boost::system::error_code&) { return pass(handler_.null()); }
  bool on_comment_part(json::string_view, boost::system::error_code&) { return true; }
  bool on_comment(json::string_view, boost::system::error_code&) { return true; }

 private:
  bool pass(bool go_on) {
    stopped_ = !go_on;
    return go_on;
  }
  bool gather(json::string_view part) {
    parts_.append(part.data(), part.size());
    return true;
  }
  std::string_view whole(json::string_view last) {
    if (parts_.empty()) return {last.data(), last.size()};
    gather(last);
    return parts_;
  }
  bool forget() {
    parts_.clear();
    if (parts_.capacity() > kBuffer) parts_.shrink_to_fit();
    return true;
  }

  JsonHandler& handler_;
  std::string parts_;
  bool stopped_ = false;
  bool number_too_long_ = false;
};

std::string words_for(const boost::system::error_code& code) {
  if (code == json::error::too_deep) return fmt::format("expected nesting of at most {}, found more", kMostDepth);
  if (code == json::error::incomplete) return "expected the rest of the JSON document, found the end of the file";
  if (code == json::error::extra_data) return "expected the end of the file, found more after the JSON document";
  if (code == json::error::key_too_large) return "expected a key of at most 1 MiB, found a longer one";
  if (code == json::error::exponent_overflow) return "expected a number with a sane exponent, found a larger one";
  return fmt::format("expected JSON, found {}", code.message());
}

}  // namespace

Result<bool> stream_json(const std::function<std::size_t(char* buffer, std::size_t capacity)>& next,
                         JsonHandler& handler, const std::string& file) {
  json::parse_options options;
  options.max_depth = kMostDepth;
  json::basic_parser<Adapter> parser(options, handler);
  std::vector<char> buffer(kBuffer);
  std::uint64_t before = 0;  // bytes of earlier buffers
  for (bool more = true; more;) {
    const std::size_t size = next(buffer.data(), buffer.size());
    more = size > 0;
    boost::system::error_code code;
    const std::size_t used = parser.write_some(more, buffer.data(), size, code);
    if (parser.handler().stopped()) return false;
    if (!code && used < size) code = json::error::extra_data;
    if (code) {
      std::string why = words_for(code);
      if (parser.handler().number_too_long()) {
        why = fmt::format("expected a number of at most {} characters, found a longer one", kMostNumberCharacters);
      } else if (code == json::error::syntax && used < size) {
        why = "expected JSON, found " + in_quotes({buffer.data() + used, std::min<std::size_t>(size - used, 12)});
      }
      return fail(fmt::format("{}: byte {}", file, before + used), std::move(why));
    }
    before += size;
  }
  return true;
}

}  // namespace harness::model
