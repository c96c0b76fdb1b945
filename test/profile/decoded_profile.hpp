// profile.proto read back by its field numbers, as far as tests look at it.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace decoded_profile {

inline std::string gunzipped(const std::vector<std::uint8_t>& bytes) {
  constexpr int kGzipOnly = 15 + 16;
  z_stream stream{};
  if (inflateInit2(&stream, kGzipOnly) != Z_OK) throw std::runtime_error("zlib");
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string text;
  int code = Z_OK;
  while (code == Z_OK) {
    char buffer[4096];
    stream.next_out = reinterpret_cast<Bytef*>(buffer);
    stream.avail_out = sizeof(buffer);
    code = inflate(&stream, Z_NO_FLUSH);
    text.append(buffer, sizeof(buffer) - stream.avail_out);
  }
  const bool whole = code == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  if (!whole) throw std::runtime_error("no whole gzip file");
  return text;
}

// Fields of a message, in their order: a number's value, or the bytes.
struct Field {
  std::uint32_t number;
  std::uint64_t value = 0;
  std::string_view bytes;
};

class Fields {
 public:
  explicit Fields(std::string_view message) : rest_(message) {}
  std::vector<Field> all() {
    std::vector<Field> fields;
    while (!rest_.empty()) {
      const std::uint64_t key = varint();
      Field field{static_cast<std::uint32_t>(key >> 3)};
      if ((key & 7) == 0) {
        field.value = varint();
      } else if ((key & 7) == 2) {
        const std::uint64_t size = varint();
        if (size > rest_.size()) throw std::runtime_error("a field beyond its message");
        field.bytes = rest_.substr(0, size);
        rest_.remove_prefix(size);
      } else {
        throw std::runtime_error("a wire type that no profile has");
      }
      fields.push_back(field);
    }
    return fields;
  }
  std::vector<std::uint64_t> numbers() {
    std::vector<std::uint64_t> values;
    while (!rest_.empty()) values.push_back(varint());
    return values;
  }

 private:
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) throw std::runtime_error("a number is cut off");
      const auto byte = static_cast<std::uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return value;
    }
    throw std::runtime_error("a number of more than ten bytes");
  }
  std::string_view rest_;
};

struct Line {
  std::string function, system_name, file;
  std::uint64_t function_line = 0, line = 0;
};
struct Sample {
  std::vector<std::vector<Line>> locations;  // innermost first, and so within one
  std::vector<std::string> modules;          // of the locations
  std::vector<std::uint64_t> values;
  std::map<std::string, std::string> labels;
};
struct Decoded {
  std::vector<std::string> texts;
  std::vector<std::pair<std::string, std::string>> sample_types;
  std::vector<Sample> samples;
  std::pair<std::string, std::string> period_type;
  std::uint64_t period = 0, duration_nanoseconds = 0;
  std::string default_type;
  std::size_t locations = 0, functions = 0;
};

inline Decoded decode(const std::vector<std::uint8_t>& gzip) {
  using Map = std::map<std::uint32_t, std::uint64_t>;
  const std::string message = gunzipped(gzip);
  const auto fields = Fields(message).all();
  const auto numbers_of = [](std::string_view bytes) {
    Map map;
    for (const Field& field : Fields(bytes).all()) map[field.number] = field.value;
    return map;
  };

  Decoded profile;
  for (const Field& field : fields)
    if (field.number == 6) profile.texts.emplace_back(field.bytes);
  const auto text = [&profile](std::uint64_t index) { return profile.texts.at(index); };
  const auto type = [&](std::string_view bytes) {
    Map map = numbers_of(bytes);
    return std::make_pair(text(map[1]), text(map[2]));
  };

  std::map<std::uint64_t, std::string> mappings{{0, ""}};
  std::map<std::uint64_t, Line> functions;
  for (const Field& field : fields) {
    if (field.number != 3 && field.number != 5) continue;
    Map map = numbers_of(field.bytes);
    if (map[1] == 0) throw std::runtime_error("an id of 0");
    const bool is_new = field.number == 3
                            ? mappings.emplace(map[1], text(map[5])).second
                            : functions.emplace(map[1], Line{text(map[2]), text(map[3]), text(map[4]), map[5]}).second;
    if (!is_new) throw std::runtime_error("an id again");
  }
  std::map<std::uint64_t, std::pair<std::string, std::vector<Line>>> locations;
  for (const Field& field : fields) {
    if (field.number != 4) continue;
    Map map = numbers_of(field.bytes);
    std::vector<Line> lines;
    for (const Field& inside : Fields(field.bytes).all()) {
      if (inside.number != 4) continue;
      Map line = numbers_of(inside.bytes);
      lines.push_back(functions.at(line[1]));
      lines.back().line = line[2];
    }
    if (map[1] == 0 || !locations.emplace(map[1], std::make_pair(mappings.at(map[2]), lines)).second)
      throw std::runtime_error("a location's id is 0 or comes again");
  }
  for (const Field& field : fields) {
    if (field.number == 1) profile.sample_types.push_back(type(field.bytes));
    if (field.number == 11) profile.period_type = type(field.bytes);
    if (field.number == 12) profile.period = field.value;
    if (field.number == 10) profile.duration_nanoseconds = field.value;
    if (field.number == 14) profile.default_type = text(field.value);
    if (field.number != 2) continue;
    Sample sample;
    for (const Field& inside : Fields(field.bytes).all()) {
      if (inside.number == 1) {
        for (const std::uint64_t id : Fields(inside.bytes).numbers()) {
          sample.modules.push_back(locations.at(id).first);
          sample.locations.push_back(locations.at(id).second);
        }
      } else if (inside.number == 2) {
        sample.values = Fields(inside.bytes).numbers();
      } else if (inside.number == 3) {
        Map label = numbers_of(inside.bytes);
        sample.labels[text(label[1])] = text(label[2]);
      }
    }
    profile.samples.push_back(std::move(sample));
  }
  profile.locations = locations.size();
  profile.functions = functions.size();
  return profile;
}

}  // namespace decoded_profile
