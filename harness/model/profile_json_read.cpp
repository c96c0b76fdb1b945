#include <harness/model/profile_json.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

#include <harness/model/json_stream.hpp>
#include <harness/model/member_reader.hpp>

namespace harness::model {
namespace {

constexpr std::size_t kMostValues = 1'000'000;
constexpr const char* kSchemaKey = "harness_profile_schema";

// The document as a tree.
class TreeBuilder : public JsonHandler {
 public:
  explicit TreeBuilder(JsonFault& fault) : fault_(fault) {}

  bool begin_object() override { return begin(JsonValue::Kind::kMap); }
  bool begin_array() override { return begin(JsonValue::Kind::kList); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }
  bool key(std::string_view name) override {
    open_.back().keys.emplace_back(name);
    return true;
  }
  bool string(std::string_view text) override {
    JsonValue value{JsonValue::Kind::kText};
    value.text = text;
    return add(std::move(value));
  }
  bool integer(std::int64_t value) override {
    return value >= 0 ? unsigned_integer(static_cast<std::uint64_t>(value)) : floating(static_cast<double>(value), {});
  }
  bool unsigned_integer(std::uint64_t value) override {
    JsonValue whole{JsonValue::Kind::kWhole};
    whole.whole = value;
    whole.number = static_cast<double>(value);
    return add(std::move(whole));
  }
  bool floating(double value, std::string_view) override {
    JsonValue number{JsonValue::Kind::kNumber};
    number.number = value;
    return add(std::move(number));
  }
  bool boolean(bool value) override { return add({JsonValue::Kind::kBoolean, value}); }
  bool null() override { return add({}); }

  const JsonValue& root() const { return root_; }

 private:
  bool begin(JsonValue::Kind kind) {
    open_.push_back(JsonValue{kind});
    return true;
  }

  bool end() {
    JsonValue value = std::move(open_.back());
    open_.pop_back();
    std::vector<std::string_view> names(value.keys.begin(), value.keys.end());
    std::sort(names.begin(), names.end());
    if (const auto twice = std::adjacent_find(names.begin(), names.end()); twice != names.end()) {
      const std::string name(*twice);
      fault_.refuse(top_, "each key of an object once", in_quotes(name) + " again");
      return false;
    }
    return add(std::move(value));
  }

  bool add(JsonValue value) {
    if (++values_ > kMostValues) {
      fault_.refuse(top_, fmt::format("at most {} values", kMostValues), "more");
      return false;
    }
    if (open_.empty()) {
      root_ = std::move(value);
    } else {
      open_.back().items.push_back(std::move(value));
    }
    return true;
  }

  const JsonPlace top_;
  JsonFault& fault_;
  JsonValue root_;
  std::vector<JsonValue> open_;  // lists and maps that are being built
  std::size_t values_ = 0;
};

void check_schema(const JsonValue& root, const JsonPlace& top, JsonFault& fault) {
  if (root.kind != JsonValue::Kind::kMap) return fault.refuse(top, "an object", root.found());
  const JsonPlace place{&top, kSchemaKey};
  const JsonValue* schema = root.find(kSchemaKey);
  if (schema == nullptr) {
    return fault.refuse(place, "the schema of a profile", "no such key", "harness --profile=cpu,heap writes one");
  }
  if (schema->kind == JsonValue::Kind::kWhole && schema->whole == kProfileSchema) return;
  const bool newer = schema->kind == JsonValue::Kind::kWhole && schema->whole > kProfileSchema;
  fault.refuse(place, std::to_string(kProfileSchema), schema->found(),
               newer ? "a newer harness wrote it, and reads it" : "");
}

// What readers rely on: frames are places that there are, and a stack has one.
void check_frames(const std::vector<std::uint32_t>& frames, std::size_t places, const JsonPlace& of, JsonFault& fault) {
  const JsonPlace list{&of, "frames"};
  if (frames.empty()) fault.refuse(list, "at least one frame", "none");
  for (std::size_t i = 0; i < frames.size() && !fault; ++i) {
    if (frames[i] >= places) {
      fault.refuse({&list, {}, i}, fmt::format("an index into {} places", places), std::to_string(frames[i]));
    }
  }
}

void check(const CpuProfile& cpu, const JsonPlace& of, JsonFault& fault) {
  const JsonPlace list{&of, "stacks"};
  std::uint64_t left = cpu.samples;
  for (std::size_t i = 0; i < cpu.stacks.size() && !fault; ++i) {
    const JsonPlace place{&list, {}, i};
    check_frames(cpu.stacks[i].frames, cpu.places.size(), place, fault);
    if (cpu.stacks[i].samples > left) {
      fault.refuse({&place, "samples"}, fmt::format("together with the stacks before at most {}", cpu.samples),
                   std::to_string(cpu.stacks[i].samples));
    }
    left -= std::min(left, cpu.stacks[i].samples);
  }
  if (left > 0) fault.refuse({&of, "samples"}, "the sum of those of the stacks", std::to_string(cpu.samples));
}

void check(const HeapProfile& heap, const JsonPlace& of, JsonFault& fault) {
  const JsonPlace list{&of, "sites"};
  for (std::size_t i = 0; i < heap.sites.size() && !fault; ++i) {
    check_frames(heap.sites[i].frames, heap.places.size(), {&list, {}, i}, fault);
  }
}

}  // namespace

Result<CaseProfile> read_profile(std::string_view text, const std::string& file) {
  if (text.size() > kProfileMostBytes) {
    return fail(file,
                fmt::format("expected at most {} MiB of text, found {} bytes", kProfileMostBytes >> 20, text.size()));
  }
  JsonFault fault(file);
  TreeBuilder builder(fault);
  const auto next = [&text](char* buffer, std::size_t capacity) {
    const std::size_t size = std::min(capacity, text.size());
    if (size > 0) std::memcpy(buffer, text.data(), size);
    text.remove_prefix(size);
    return size;
  };
  if (const auto read = stream_json(next, builder, file); !read) return tl::unexpected(read.error());

  const JsonPlace top;
  CaseProfile profile;
  if (!fault) check_schema(builder.root(), top, fault);
  if (!fault) MemberReader(builder.root(), top, fault).read(builder.root(), top, profile);
  if (!fault && profile.cpu) check(*profile.cpu, {&top, "cpu"}, fault);
  if (!fault && profile.heap) check(*profile.heap, {&top, "heap"}, fault);
  if (fault) return tl::unexpected(fault.error());
  return profile;
}

}  // namespace harness::model
