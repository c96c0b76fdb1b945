#include <harness/store/dataset_reader.hpp>

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include <harness/model/document.hpp>
#include <harness/model/sha256.hpp>
#include <harness/model/text.hpp>
#include <harness/store/input_file.hpp>

namespace harness::store {
namespace {

using model::in_quotes;

constexpr std::size_t kMostCases = 100'000;
constexpr std::size_t kMostSizes = 10'000;
constexpr std::uint64_t kMostSize = 1'000'000'000'000'000;
constexpr std::uint64_t kMostFileBytes = std::uint64_t{1} << 32;
constexpr std::size_t kMostWarnings = 20;

// What is open in the JSON, outermost first; the values inside an argument are kValue.
enum class In { kTop, kCases, kCase, kArguments, kSizes, kFile, kValue };

struct Frame {
  In in;
  bool list = false;
  std::string key;          // of an object: the one whose value is being read
  std::uint64_t index = 0;  // of a list: the item that is being read
};

class DatasetReader : public model::JsonHandler {
 public:
  DatasetReader(const model::Problem& problem, const std::string& dataset, const DatasetText& text,
                std::vector<std::string>* warnings)
      : problem_(problem), dataset_(dataset), text_(text), warnings_(warnings) {}

  std::optional<Error> error;
  std::uint64_t bytes_left = 0;

  Result<std::vector<model::Case>> take();

  bool begin_object() override;
  bool key(std::string_view name) override;
  bool end_object() override;
  bool begin_array() override;
  bool end_array() override;
  bool string(std::string_view text) override;
  bool integer(std::int64_t value) override;
  bool unsigned_integer(std::uint64_t value) override;
  bool floating(double value, std::string_view text) override;
  bool boolean(bool value) override;
  bool null() override;

 private:
  // The case that is being read.
  struct Draft {
    bool has_name = false, has_args = false, has_expect = false;
    std::string name;
    std::vector<bool> seen;                              // by parameter
    std::size_t next = 0;                                // the parameter whose turn it is
    std::vector<std::unique_ptr<CborDocument>> early;    // arguments that came before their turn
    std::shared_ptr<const model::Bytes> args, expect;
  };
  struct FileReference {
    bool has_file = false, has_hash = false;
    std::string file, hash;
  };

  std::string place(std::size_t frames) const;
  std::string place() const { return place(frames_.size()); }
  bool refuse(const std::string& where, const std::string& expected, const std::string& found);
  bool unexpected(const std::string& found);
  void warn_unknown_key(std::string_view name, const std::vector<std::string_view>& known);

  bool skips() {
    if (skip_depth_ == 0 && skip_next_) return !(skip_next_ = false);
    return skip_depth_ > 0;
  }
  bool open(In in, bool list);
  void close();
  void passed() {
    if (!frames_.empty() && frames_.back().list) ++frames_.back().index;
  }
  bool encodes() const { return encoder_.active() && frames_.back().in != In::kFile; }
  bool encoded(bool fits);
  bool once(bool& seen) { return seen ? refuse(place(), "each key once", "it again") : (seen = true); }

  bool key_of_dataset(std::string_view name);
  bool key_of_case(std::string_view name);
  bool key_of_arguments(std::string_view name);
  bool begin_case();
  bool end_arguments();
  bool end_case();
  bool end_file();
  void argument_done();
  bool natural(std::uint64_t value);
  CborDocument& fresh(std::unique_ptr<CborDocument>& document);
  std::shared_ptr<const model::Bytes> keep(std::unique_ptr<CborDocument>& document);

  const model::Problem& problem_;
  const std::string& dataset_;
  const DatasetText& text_;
  std::vector<std::string>* warnings_;

  std::vector<Frame> frames_;
  std::size_t skip_depth_ = 0;
  bool skip_next_ = false;

  bool has_cases_ = false, has_generator_ = false, has_sizes_ = false, has_seed_ = false;
  std::string generator_;
  std::uint64_t seed_ = 0;
  std::vector<std::uint64_t> sizes_;
  std::vector<model::Case> cases_;
  std::unordered_set<std::string> names_;

  Draft draft_;
  FileReference reference_;
  ValueEncoder encoder_;
  std::unique_ptr<CborDocument> args_, expect_;
};

std::string DatasetReader::place(std::size_t frames) const {
  std::string pointer;
  for (std::size_t i = 0; i < frames; ++i) {
    pointer += '/';
    if (frames_[i].list) {
      pointer += std::to_string(frames_[i].index);
      continue;
    }
    const std::string_view key = std::string_view(frames_[i].key).substr(0, 200);
    for (const char c : key) pointer += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  }
  if (pointer.empty()) return "/";
  if (!model::has_control_character(pointer) && pointer.find('\n') == std::string::npos) return pointer;
  return in_quotes(pointer);
}

bool DatasetReader::refuse(const std::string& where, const std::string& expected, const std::string& found) {
  error = Error{text_.file + ": " + where, fmt::format("expected {}, found {}", expected, found), {}, Exit::kUsage};
  return false;
}

// A value that has no business here.
bool DatasetReader::unexpected(const std::string& found) {
  if (frames_.empty()) return refuse(place(), "an object with the key cases, or generator and sizes", found);
  const Frame& frame = frames_.back();
  switch (frame.in) {
    case In::kTop:
      if (frame.key == "cases") return refuse(place(), "an array of cases", found);
      if (frame.key == "sizes") return refuse(place(), "an array of sizes", found);
      if (frame.key == "seed") return refuse(place(), "a whole number from 0 to 2^64-1", found);
      return refuse(place(), "a generator's name in kebab-case", found);
    case In::kCases: return refuse(place(), "an object with the keys name, args and expect", found);
    case In::kCase:
      if (frame.key == "args") return refuse(place(), "an object of arguments by name", found);
      return refuse(place(), "a name such as example-1", found);
    case In::kSizes: return refuse(place(), fmt::format("a whole number from 0 to {}", kMostSize), found);
    case In::kFile:
      return refuse(place(), frame.key == "file" ? "the name of a file beside the dataset" : "64 hexadecimal digits", found);
    default: return refuse(place(), "a value", found);
  }
}

void DatasetReader::warn_unknown_key(std::string_view name, const std::vector<std::string_view>& known) {
  skip_next_ = true;
  if (warnings_ == nullptr || warnings_->size() > kMostWarnings) return;
  if (warnings_->size() == kMostWarnings) {
    warnings_->push_back(text_.file + ": further unknown keys");
    return;
  }
  const std::string_view meant = model::nearest(name, known);
  warnings_->push_back(fmt::format("{}: {}: unknown key {}{}", text_.file, place(), in_quotes(name),
                                   meant.empty() ? "" : fmt::format("; did you mean {}?", in_quotes(meant))));
}

bool DatasetReader::open(In in, bool list) {
  frames_.push_back({in, list, {}, 0});
  return true;
}

void DatasetReader::close() {
  frames_.pop_back();
  passed();
}

bool DatasetReader::encoded(bool fits) {
  if (!fits) return refuse(place(), encoder_.expected(), encoder_.found());
  if (encoder_.done()) argument_done();
  passed();
  return true;
}

// A document to write to, with room for all that can follow: pages that stay untouched cost nothing.
CborDocument& DatasetReader::fresh(std::unique_ptr<CborDocument>& document) {
  if (!document) document = std::make_unique<CborDocument>();
  document->bytes.clear();
  if (document->bytes.capacity() == 0) document->bytes.reserve(static_cast<std::size_t>(std::min(bytes_left, kMostFileBytes)));
  return *document;
}

// A large document is handed on as it is, a small one leaves the reserved room for the next.
std::shared_ptr<const model::Bytes> DatasetReader::keep(std::unique_ptr<CborDocument>& document) {
  model::Bytes& bytes = document->bytes;
  if (bytes.size() < bytes.capacity() / 4) return std::make_shared<const model::Bytes>(bytes.begin(), bytes.end());
  auto kept = std::make_shared<const model::Bytes>(std::move(bytes));
  document.reset();
  return kept;
}

bool DatasetReader::begin_object() {
  if (skips()) return ++skip_depth_ > 0;
  if (frames_.empty()) return open(In::kTop, false);
  if (encodes()) {
    if (encoder_.takes_file()) {
      reference_ = {};
      return open(In::kFile, false);
    }
    if (!encoder_.begin_object()) return encoded(false);
    return open(In::kValue, false);
  }
  const Frame& frame = frames_.back();
  if (frame.in == In::kCases) return begin_case();
  if (frame.in == In::kCase && frame.key == "args") {
    fresh(args_).writer.array(problem_.parameters.size());
    return open(In::kArguments, false);
  }
  return unexpected("an object");
}

bool DatasetReader::key(std::string_view name) {
  if (skip_depth_ > 0) return true;
  Frame& frame = frames_.back();
  frame.key.assign(name);
  switch (frame.in) {
    case In::kTop: return key_of_dataset(name);
    case In::kCase: return key_of_case(name);
    case In::kArguments: return key_of_arguments(name);
    case In::kFile:
      if (name == "file") return once(reference_.has_file);
      if (name == "sha256") return once(reference_.has_hash);
      warn_unknown_key(name, {"file", "sha256"});
      return true;
    default: return encoder_.key(name) || refuse(place(), encoder_.expected(), encoder_.found());
  }
}

bool DatasetReader::key_of_dataset(std::string_view name) {
  bool* seen = name == "cases"       ? &has_cases_
               : name == "generator" ? &has_generator_
               : name == "sizes"     ? &has_sizes_
               : name == "seed"      ? &has_seed_
                                     : nullptr;
  if (seen == nullptr) {
    warn_unknown_key(name, {"cases", "generator", "sizes", "seed"});
    return true;
  }
  if (!once(*seen)) return false;
  if (has_cases_ && (has_generator_ || has_sizes_ || has_seed_)) {
    return refuse(place(), "either cases or a generator", "both");
  }
  return true;
}

bool DatasetReader::key_of_case(std::string_view name) {
  if (name == "name") return once(draft_.has_name);
  if (name == "args") return once(draft_.has_args);
  if (name == "expect") {
    if (!once(draft_.has_expect)) return false;
    encoder_.begin(problem_.answer_type, fresh(expect_));
    return true;
  }
  warn_unknown_key(name, {"name", "args", "expect"});
  return true;
}

bool DatasetReader::key_of_arguments(std::string_view name) {
  for (std::size_t i = 0; i < problem_.parameters.size(); ++i) {
    if (problem_.parameters[i].name != name) continue;
    if (draft_.seen[i]) return refuse(place(), "each argument once", "it again");
    draft_.seen[i] = true;
    CborDocument* document = args_.get();
    if (i != draft_.next) {
      draft_.early[i] = std::make_unique<CborDocument>();
      document = draft_.early[i].get();
    }
    encoder_.begin(problem_.parameters[i].type, *document);
    return true;
  }
  std::string known;
  for (const model::Parameter& parameter : problem_.parameters) known += (known.empty() ? "" : ", ") + parameter.name;
  return refuse(place(), "no argument but " + (known.empty() ? "none" : known), in_quotes(name));
}

void DatasetReader::argument_done() {
  const Frame& frame = frames_.back();
  if (frame.in != In::kArguments) return;
  if (problem_.parameters[draft_.next].name == frame.key) ++draft_.next;
  for (; draft_.next < draft_.early.size() && draft_.early[draft_.next]; ++draft_.next) {
    append_item(*draft_.early[draft_.next], *args_);
    draft_.early[draft_.next].reset();
  }
}

bool DatasetReader::end_object() {
  if (skip_depth_ > 0) return skip_depth_--, true;
  switch (frames_.back().in) {
    case In::kArguments: return end_arguments();
    case In::kCase: return end_case();
    case In::kFile: return end_file();
    case In::kValue: {
      frames_.pop_back();
      return encoded(encoder_.end_object());
    }
    default: close(); return true;
  }
}

bool DatasetReader::begin_case() {
  if (cases_.size() >= kMostCases) return refuse(place(), fmt::format("at most {} cases", kMostCases), "more");
  draft_ = {};
  draft_.seen.resize(problem_.parameters.size());
  draft_.early.resize(problem_.parameters.size());
  return open(In::kCase, false);
}

bool DatasetReader::end_arguments() {
  for (std::size_t i = 0; i < draft_.seen.size(); ++i) {
    if (draft_.seen[i]) continue;
    const model::Parameter& parameter = problem_.parameters[i];
    return refuse(place(frames_.size() - 1), fmt::format("the argument {} ({})", parameter.name, parameter.type), "no such key");
  }
  draft_.args = keep(args_);
  close();
  return true;
}

bool DatasetReader::end_case() {
  const std::string here = place(frames_.size() - 1);
  if (!draft_.has_name) return refuse(here, "the key name", "no such key");
  if (!draft_.has_args) return refuse(here, "the key args", "no such key");
  if (draft_.has_expect) draft_.expect = keep(expect_);
  model::Case made;
  made.problem = problem_.name;
  made.dataset = dataset_;
  made.name = std::move(draft_.name);
  made.args = std::move(draft_.args);
  made.expect = std::move(draft_.expect);
  cases_.push_back(std::move(made));
  close();
  return true;
}

bool DatasetReader::end_file() {
  const std::string here = place(frames_.size() - 1);
  if (!reference_.has_file) return refuse(here, "the key file", "no such key");
  if (!reference_.has_hash) return refuse(here, "the key sha256", "no such key");
  frames_.back().key = "file";
  if (text_.directory.empty()) return refuse(place(), "an argument written out", "a file");
  const std::filesystem::path relative(reference_.file);
  const bool leaves = relative.is_absolute() || std::find(relative.begin(), relative.end(), "..") != relative.end();
  std::error_code failed;
  const std::filesystem::path home = std::filesystem::canonical(text_.directory, failed);
  std::filesystem::path target;
  if (!failed && !leaves) target = std::filesystem::canonical(home / relative, failed);
  if (failed) return refuse(place(), "a file beside the dataset", fmt::format("{}: {}", in_quotes(reference_.file), failed.message()));
  // The path component by component: `/data/x-evil` is not inside of `/data/x`.
  const auto [home_end, target_end] = std::mismatch(home.begin(), home.end(), target.begin(), target.end());
  if (leaves || home_end != home.end()) {
    return refuse(place(), "a file inside of the dataset's folder", in_quotes(reference_.file));
  }

  auto file = InputFile::open(target);
  if (!file) return refuse(place(), "a readable file", file.error().text());
  if (file->size() > kMostFileBytes) return refuse(place(), "at most 4 GiB", fmt::format("{} bytes", file->size()));
  std::vector<char> content(static_cast<std::size_t>(file->size()));
  const auto size = file->read(content.data(), content.size());
  if (!size) return refuse(place(), "a readable file", size.error().text());
  content.resize(*size);
  const std::string hash = model::sha256_hex({reinterpret_cast<const std::uint8_t*>(content.data()), content.size()});
  if (hash != reference_.hash) {
    frames_.back().key = "sha256";
    return refuse(place(), hash + " (the file's)", reference_.hash);
  }
  if (!encoder_.file(std::move(content))) return refuse(place(), encoder_.expected(), encoder_.found());
  frames_.pop_back();
  return encoded(true);
}

bool DatasetReader::begin_array() {
  if (skips()) return ++skip_depth_ > 0;
  if (encodes()) {
    if (!encoder_.begin_array()) return encoded(false);
    return open(In::kValue, true);
  }
  if (frames_.empty() || frames_.back().in != In::kTop) return unexpected("an array");
  if (frames_.back().key == "cases") return open(In::kCases, true);
  if (frames_.back().key == "sizes") return open(In::kSizes, true);
  return unexpected("an array");
}

bool DatasetReader::end_array() {
  if (skip_depth_ > 0) return skip_depth_--, true;
  const In in = frames_.back().in;
  if (in == In::kValue) {
    frames_.pop_back();
    return encoded(encoder_.end_array());
  }
  if (frames_.back().index == 0) {
    return refuse(place(frames_.size() - 1), in == In::kCases ? "at least one case" : "at least one size", "an empty array");
  }
  close();
  return true;
}

bool DatasetReader::string(std::string_view text) {
  if (skips()) return true;
  if (encodes()) return encoded(encoder_.string(text));
  if (frames_.empty()) return unexpected(in_quotes(text));
  const Frame& frame = frames_.back();
  if (frame.in == In::kCase && frame.key == "name") {
    if (!is_case_name(text)) return refuse(place(), "a name of lower-case words and numbers such as example-1", in_quotes(text));
    if (!names_.emplace(text).second) return refuse(place(), "each name once", in_quotes(text) + " again");
    draft_.name = text;
  } else if (frame.in == In::kTop && frame.key == "generator") {
    if (!model::is_kebab_case(text)) return unexpected(in_quotes(text));
    generator_ = text;
  } else if (frame.in == In::kFile && frame.key == "file") {
    if (text.empty() || text.size() > 1024 || text.find('\0') != std::string_view::npos) return unexpected(in_quotes(text));
    reference_.file = text;
  } else if (frame.in == In::kFile) {
    const bool hash = text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
    if (!hash) return unexpected(in_quotes(text));
    reference_.hash = text;
  } else {
    return unexpected(in_quotes(text));
  }
  passed();
  return true;
}

bool DatasetReader::natural(std::uint64_t value) {
  if (frames_.empty()) return unexpected(std::to_string(value));
  const Frame& frame = frames_.back();
  if (frame.in == In::kSizes) {
    if (value > kMostSize) return unexpected(std::to_string(value));
    if (sizes_.size() >= kMostSizes) return refuse(place(), fmt::format("at most {} sizes", kMostSizes), "more");
    if (!names_.insert(std::to_string(value)).second) return refuse(place(), "each size once", fmt::format("{} again", value));
    sizes_.push_back(value);
  } else if (frame.in == In::kTop && frame.key == "seed") {
    seed_ = value;
  } else {
    return unexpected(std::to_string(value));
  }
  passed();
  return true;
}

bool DatasetReader::integer(std::int64_t value) {
  if (skips()) return true;
  if (encodes()) return encoded(encoder_.integer(value));
  return value < 0 ? unexpected(std::to_string(value)) : natural(static_cast<std::uint64_t>(value));
}

bool DatasetReader::unsigned_integer(std::uint64_t value) {
  if (skips()) return true;
  return encodes() ? encoded(encoder_.unsigned_integer(value)) : natural(value);
}

bool DatasetReader::floating(double value, std::string_view text) {
  if (skips()) return true;
  return encodes() ? encoded(encoder_.floating(value, text)) : unexpected(std::string(text.substr(0, 60)));
}

bool DatasetReader::boolean(bool value) {
  if (skips()) return true;
  return encodes() ? encoded(encoder_.boolean(value)) : unexpected(value ? "true" : "false");
}

bool DatasetReader::null() {
  if (skips()) return true;
  return encodes() ? encoded(encoder_.null()) : unexpected("null");
}

Result<std::vector<model::Case>> DatasetReader::take() {
  if (has_cases_) return std::move(cases_);
  const auto missing = [&](const char* what) { return refuse("/", what, "no such key"), tl::unexpected(*error); };
  if (!has_generator_ && !has_sizes_) return missing("the key cases, or generator and sizes");
  if (!has_generator_) return missing("the key generator beside sizes");
  if (!has_sizes_) return missing("the key sizes beside generator");
  std::sort(sizes_.begin(), sizes_.end());
  for (const std::uint64_t size : sizes_) {
    model::Case made;
    made.problem = problem_.name;
    made.dataset = dataset_;
    made.name = std::to_string(size);
    made.size = size;
    made.generator = generator_;
    made.seed = seed_;
    cases_.push_back(std::move(made));
  }
  return std::move(cases_);
}

}  // namespace

bool is_case_name(std::string_view name) {
  if (name.empty() || name.size() > 128 || name.front() == '-' || name.back() == '-') return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!word && (c != '-' || name[i - 1] == '-')) return false;
  }
  return true;
}

Result<std::vector<model::Case>> read_cases(const model::Problem& problem, const std::string& dataset, const DatasetText& text,
                                            std::vector<std::string>* warnings) {
  DatasetReader reader(problem, dataset, text, warnings);
  reader.bytes_left = text.bytes;
  const auto next = [&](char* buffer, std::size_t capacity) {
    const std::size_t size = text.next(buffer, capacity);
    reader.bytes_left -= std::min<std::uint64_t>(reader.bytes_left, size);
    return size;
  };
  // The buffer that is being parsed counts as left.
  reader.bytes_left += 64 * 1024;
  const auto read = model::stream_json(next, reader, text.file);
  if (!read) return tl::unexpected(read.error());
  if (!*read) return tl::unexpected(*reader.error);
  return reader.take();
}

}  // namespace harness::store
