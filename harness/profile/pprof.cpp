#include <harness/profile/pprof.hpp>

#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include <harness/model/json_text.hpp>

namespace harness::profile {
namespace {

constexpr double kNanosecondsPerSecond = 1e9;
constexpr std::string_view kMapsOfHeap = "MAPPED_LIBRARIES:";

// A message of protocol buffers: varints and length-delimited fields are all that a profile has.
class Message {
 public:
  void number(std::uint32_t field, std::uint64_t value) {
    if (value == 0) return;  // the default, which stands for itself
    varint(field << 3);
    varint(value);
  }
  void text(std::uint32_t field, std::string_view value) {
    varint(field << 3 | 2);
    varint(value.size());
    bytes_ += value;
  }
  void message(std::uint32_t field, const Message& inside) { text(field, inside.bytes_); }
  void numbers(std::uint32_t field, const std::vector<std::uint64_t>& values) {
    Message packed;
    for (const std::uint64_t value : values) packed.varint(value);
    message(field, packed);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }
  std::string bytes_;
};

std::uint64_t whole(double value) {
  constexpr double kMost = 9e18;  // below 2^63
  return value > 0 ? static_cast<std::uint64_t>(std::llround(std::min(value, kMost))) : 0;
}

// Field numbers are those of profile.proto.
class Profile {
 public:
  Profile(const std::vector<model::CodePlace>& places, const std::string& solver, const std::string& case_name)
      : places_(places), labels_{label("solver", solver), label("case", case_name)} {}

  Message value_type(const char* type, const char* unit) {
    Message message;
    message.number(1, index(type));
    message.number(2, index(unit));
    return message;
  }
  void sample_type(const char* type, const char* unit) { profile_.message(1, value_type(type, unit)); }
  void period(const char* type, const char* unit, std::uint64_t value) {
    profile_.message(11, value_type(type, unit));
    profile_.number(12, value);
  }
  void duration(double seconds) { profile_.number(10, whole(seconds * kNanosecondsPerSecond)); }
  void default_type(const char* type) { profile_.number(14, index(type)); }

  void sample(const std::vector<std::uint32_t>& frames, const std::vector<std::uint64_t>& values) {
    std::vector<std::uint64_t> locations;
    // What is inlined stands in one location with the frame that it is inlined into.
    for (std::size_t begin = 0; begin < frames.size();) {
      std::size_t end = begin;
      while (end + 1 < frames.size() && places_[frames[end]].inlined) ++end;
      ++end;
      locations.push_back(location(
          {frames.begin() + static_cast<std::ptrdiff_t>(begin), frames.begin() + static_cast<std::ptrdiff_t>(end)}));
      begin = end;
    }
    Message sample;
    sample.numbers(1, locations);
    sample.numbers(2, values);
    for (const Message& one : labels_) sample.message(3, one);
    profile_.message(2, sample);
  }

  std::string take() {
    for (const std::string* text : texts_in_order_) profile_.text(6, *text);
    return profile_.bytes();
  }

 private:
  Message label(const char* key, const std::string& value) {
    Message message;
    message.number(1, index(key));
    message.number(2, index(value));
    return message;
  }

  std::uint64_t index(const std::string& text) {
    if (texts_.empty()) texts_in_order_.push_back(&texts_.try_emplace("", 0).first->first);
    const auto [at, is_new] = texts_.try_emplace(model::in_utf8(text), texts_.size());
    if (is_new) texts_in_order_.push_back(&at->first);
    return at->second;
  }

  std::uint64_t mapping(const std::string& module) {
    if (module.empty()) return 0;
    const auto [at, is_new] = mappings_.try_emplace(module, mappings_.size() + 1);
    if (is_new) {
      Message message;
      message.number(1, at->second);
      message.number(5, index(module));
      for (const std::uint32_t has : {7U, 8U, 9U, 10U}) message.number(has, 1);  // nothing is left to symbolise
      profile_.message(3, message);
    }
    return at->second;
  }

  std::uint64_t function(const model::CodePlace& place) {
    const std::string& name = place.function.empty() ? place.module : place.function;
    const auto [at, is_new] =
        functions_.try_emplace({name, place.file, place.function_line, place.module}, functions_.size() + 1);
    if (is_new) {
      Message message;
      message.number(1, at->second);
      message.number(2, index(name.empty() ? "[unknown]" : name));
      message.number(3, index(name));
      message.number(4, index(place.file));
      message.number(5, place.function_line);
      profile_.message(5, message);
    }
    return at->second;
  }

  std::uint64_t location(std::vector<std::uint32_t> frames) {
    const auto [at, is_new] = locations_.try_emplace(std::move(frames), locations_.size() + 1);
    if (is_new) {
      Message message;
      message.number(1, at->second);
      message.number(2, mapping(places_[at->first.back()].module));
      for (const std::uint32_t frame : at->first) {
        Message line;
        line.number(1, function(places_[frame]));
        line.number(2, places_[frame].line);
        message.message(4, line);
      }
      profile_.message(4, message);
    }
    return at->second;
  }

  const std::vector<model::CodePlace>& places_;
  std::map<std::string, std::uint64_t> texts_, mappings_;
  std::vector<const std::string*> texts_in_order_;
  std::map<std::tuple<std::string, std::string, std::uint32_t, std::string>, std::uint64_t> functions_;
  std::map<std::vector<std::uint32_t>, std::uint64_t> locations_;
  std::vector<Message> labels_;
  Message profile_;
};

// With neither a name nor a date inside, so that the same profile is the same bytes.
std::vector<std::uint8_t> gzipped(const std::string& text) {
  constexpr int kGzip = 15 + 16, kMemoryLevel = 8;
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();  // the only reason
  }
  std::vector<std::uint8_t> result(deflateBound(&stream, text.size()));
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = result.data();
  stream.avail_out = static_cast<uInt>(result.size());
  deflate(&stream, Z_FINISH);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

std::string folded_name(const model::CodePlace& place) {
  std::string name = !place.function.empty() ? place.function : !place.module.empty() ? place.module : "[unknown]";
  for (char& c : name) {
    if (c == ';') c = ':';
    if (c == '\n' || c == '\r') c = ' ';
  }
  return name;
}

// Where the text of the maps begins in a profile of either kind; its end where there is none.
std::size_t begin_of_maps(std::string_view profile) {
  if (profile.starts_with("heap profile:")) {
    const auto at = profile.find(kMapsOfHeap);
    return at == std::string_view::npos ? profile.size() : at;
  }
  constexpr std::size_t kWordBytes = 8;
  const std::size_t words = profile.size() / kWordBytes;
  const auto word = [&profile](std::size_t index) {
    std::uint64_t value;
    std::memcpy(&value, profile.data() + index * kWordBytes, kWordBytes);
    return value;
  };
  if (words < 2 || word(0) != 0 || word(1) > words - 2) return profile.size();
  for (std::size_t at = 2 + word(1); words - at >= 3;) {
    const std::uint64_t count = word(at), depth = word(at + 1);
    if (count == 0 && depth == 1 && word(at + 2) == 0) return (at + 3) * kWordBytes;
    if (depth > words - at - 2) break;
    at += 2 + depth;
  }
  return profile.size();
}

}  // namespace

std::vector<std::uint8_t> pprof_gz(const model::CpuProfile& profile, const std::string& solver,
                                   const std::string& case_name) {
  const double period = profile.seconds_per_sample * kNanosecondsPerSecond;
  Profile result(profile.places, solver, case_name);
  result.sample_type("samples", "count");
  result.sample_type("cpu", "nanoseconds");
  for (const model::SampledStack& stack : profile.stacks) {
    result.sample(stack.frames, {stack.samples, whole(static_cast<double>(stack.samples) * period)});
  }
  result.period("cpu", "nanoseconds", whole(period));
  result.duration(profile.wall_seconds);
  return gzipped(result.take());
}

std::vector<std::uint8_t> pprof_gz(const model::HeapProfile& profile, const std::string& solver,
                                   const std::string& case_name) {
  Profile result(profile.places, solver, case_name);
  result.sample_type("alloc_objects", "count");
  result.sample_type("alloc_space", "bytes");
  for (const model::AllocationSite& site : profile.sites) {
    result.sample(site.frames, {whole(site.allocs_per_call), whole(site.bytes_per_call)});
  }
  result.period("space", "bytes", 1);
  result.default_type("alloc_space");
  return gzipped(result.take());
}

std::string folded(const model::CpuProfile& profile) {
  std::vector<std::string> names;
  for (const model::CodePlace& place : profile.places) names.push_back(folded_name(place));
  std::string text;
  for (const model::SampledStack& stack : profile.stacks) {
    for (std::size_t i = stack.frames.size(); i-- > 0;) {
      text += names[stack.frames[i]];
      text += i > 0 ? ';' : ' ';
    }
    (text += std::to_string(stack.samples)) += '\n';
  }
  return text;
}

std::vector<std::uint8_t> with_kept_library(std::span<const std::uint8_t> raw_profile, const std::string& solver_file,
                                            const std::filesystem::path& kept) {
  const std::string_view profile(reinterpret_cast<const char*>(raw_profile.data()), raw_profile.size());
  const std::size_t maps = begin_of_maps(profile);
  std::string result(profile.substr(0, maps));
  for (std::string_view rest = profile.substr(maps); !rest.empty();) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size());
    const std::string in_memory = "/memfd:" + solver_file;
    const std::size_t at = line.find(" /memfd:");
    const std::string_view name = at == std::string_view::npos ? "" : line.substr(at + 1);
    if (name == in_memory || name == in_memory + " (deleted)") {
      (result += line.substr(0, at + 1)) += kept.string();
    } else {
      result += line;
    }
    if (!rest.empty()) {
      result += '\n';
      rest.remove_prefix(1);
    }
  }
  return {result.begin(), result.end()};
}

}  // namespace harness::profile
