#include <harness/store/dataset_handler.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <harness/model/document.hpp>
#include <harness/model/text.hpp>
#include <harness/store/argument_file.hpp>

namespace harness::store {
namespace {

using model::in_quotes;

constexpr std::size_t kMostCases = 100'000;
constexpr std::size_t kMostSizes = 10'000;
constexpr std::uint64_t kMostSize = 1'000'000'000'000'000;
constexpr std::size_t kMostWarnings = 20;

}  // namespace

std::string DatasetHandler::place(std::size_t frames) const {
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

bool DatasetHandler::refuse(const std::string& where, const std::string& expected, const std::string& found) {
  error = Error{text_.file + ": " + where, fmt::format("expected {}, found {}", expected, found), {}, Exit::kUsage};
  return false;
}

// A value that has no business here.
bool DatasetHandler::unexpected(const std::string& found) {
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
      return refuse(place(), frame.key == "file" ? "the name of a file beside the dataset" : "64 hexadecimal digits",
                    found);
    default: return refuse(place(), "a value", found);
  }
}

void DatasetHandler::warn_unknown_key(std::string_view name, const std::vector<std::string_view>& known) {
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

bool DatasetHandler::open(In in, bool list) {
  frames_.push_back({in, list, {}, 0});
  return true;
}

void DatasetHandler::close() {
  frames_.pop_back();
  passed();
}

bool DatasetHandler::encoded(bool fits) {
  if (!fits) return refuse(place(), encoder_.expected(), encoder_.found());
  if (encoder_.done() && frames_.back().in == In::kArguments) arguments_.end_argument();
  passed();
  return true;
}

bool DatasetHandler::begin_object() {
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
    arguments_.begin(bytes_left);
    return open(In::kArguments, false);
  }
  return unexpected("an object");
}

bool DatasetHandler::key(std::string_view name) {
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

bool DatasetHandler::key_of_dataset(std::string_view name) {
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

bool DatasetHandler::key_of_case(std::string_view name) {
  if (name == "name") return once(draft_.has_name);
  if (name == "args") return once(draft_.has_args);
  if (name == "expect") {
    if (!once(draft_.has_expect)) return false;
    encoder_.begin(problem_.answer_type, expect_.begin(bytes_left));
    return true;
  }
  warn_unknown_key(name, {"name", "args", "expect"});
  return true;
}

bool DatasetHandler::key_of_arguments(std::string_view name) {
  if (const auto parameter = arguments_.find(name)) {
    if (arguments_.seen(*parameter)) return refuse(place(), "each argument once", "it again");
    encoder_.begin(problem_.parameters[*parameter].type, arguments_.begin_argument(*parameter));
    return true;
  }
  std::string known;
  for (const model::Parameter& parameter : problem_.parameters) known += (known.empty() ? "" : ", ") + parameter.name;
  return refuse(place(), "no argument but " + (known.empty() ? "none" : known), in_quotes(name));
}

bool DatasetHandler::end_object() {
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

bool DatasetHandler::begin_case() {
  if (cases_.size() >= kMostCases) return refuse(place(), fmt::format("at most {} cases", kMostCases), "more");
  draft_ = {};
  return open(In::kCase, false);
}

bool DatasetHandler::end_arguments() {
  if (const model::Parameter* parameter = arguments_.missing()) {
    return refuse(place(frames_.size() - 1), fmt::format("the argument {} ({})", parameter->name, parameter->type),
                  "no such key");
  }
  draft_.args = arguments_.end();
  close();
  return true;
}

bool DatasetHandler::end_case() {
  const std::string here = place(frames_.size() - 1);
  if (!draft_.has_name) return refuse(here, "the key name", "no such key");
  if (!draft_.has_args) return refuse(here, "the key args", "no such key");
  if (draft_.has_expect) draft_.expect = expect_.end();
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

bool DatasetHandler::end_file() {
  const std::string here = place(frames_.size() - 1);
  if (!reference_.has_file) return refuse(here, "the key file", "no such key");
  if (!reference_.has_hash) return refuse(here, "the key sha256", "no such key");
  auto content = read_argument_file(text_.directory, reference_.file, reference_.hash);
  frames_.back().key = content || content.error().key == ArgumentFileFault::Key::kFile ? "file" : "sha256";
  if (!content) return refuse(place(), content.error().expected, content.error().found);
  if (!encoder_.file(std::move(*content))) return refuse(place(), encoder_.expected(), encoder_.found());
  frames_.pop_back();
  return encoded(true);
}

bool DatasetHandler::begin_array() {
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

bool DatasetHandler::end_array() {
  if (skip_depth_ > 0) return skip_depth_--, true;
  const In in = frames_.back().in;
  if (in == In::kValue) {
    frames_.pop_back();
    return encoded(encoder_.end_array());
  }
  if (frames_.back().index == 0) {
    return refuse(place(frames_.size() - 1), in == In::kCases ? "at least one case" : "at least one size",
                  "an empty array");
  }
  close();
  return true;
}

bool DatasetHandler::string(std::string_view text) {
  if (skips()) return true;
  if (encodes()) return encoded(encoder_.string(text));
  if (frames_.empty()) return unexpected(in_quotes(text));
  const Frame& frame = frames_.back();
  if (frame.in == In::kCase && frame.key == "name") {
    if (!is_case_name(text))
      return refuse(place(), "a name of lower-case words and numbers such as example-1", in_quotes(text));
    if (!names_.emplace(text).second) return refuse(place(), "each name once", in_quotes(text) + " again");
    draft_.name = text;
  } else if (frame.in == In::kTop && frame.key == "generator") {
    if (!model::is_kebab_case(text)) return unexpected(in_quotes(text));
    generator_ = text;
  } else if (frame.in == In::kFile && frame.key == "file") {
    if (text.empty() || text.size() > 1024 || text.find('\0') != std::string_view::npos)
      return unexpected(in_quotes(text));
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

bool DatasetHandler::natural(std::uint64_t value) {
  if (frames_.empty()) return unexpected(std::to_string(value));
  const Frame& frame = frames_.back();
  if (frame.in == In::kSizes) {
    if (value > kMostSize) return unexpected(std::to_string(value));
    if (sizes_.size() >= kMostSizes) return refuse(place(), fmt::format("at most {} sizes", kMostSizes), "more");
    if (!names_.insert(std::to_string(value)).second)
      return refuse(place(), "each size once", fmt::format("{} again", value));
    sizes_.push_back(value);
  } else if (frame.in == In::kTop && frame.key == "seed") {
    seed_ = value;
  } else {
    return unexpected(std::to_string(value));
  }
  passed();
  return true;
}

bool DatasetHandler::integer(std::int64_t value) {
  if (skips()) return true;
  if (encodes()) return encoded(encoder_.integer(value));
  return value < 0 ? unexpected(std::to_string(value)) : natural(static_cast<std::uint64_t>(value));
}

bool DatasetHandler::unsigned_integer(std::uint64_t value) {
  if (skips()) return true;
  return encodes() ? encoded(encoder_.unsigned_integer(value)) : natural(value);
}

bool DatasetHandler::floating(double value, std::string_view text) {
  if (skips()) return true;
  return encodes() ? encoded(encoder_.floating(value, text)) : unexpected(std::string(text.substr(0, 60)));
}

bool DatasetHandler::boolean(bool value) {
  if (skips()) return true;
  return encodes() ? encoded(encoder_.boolean(value)) : unexpected(value ? "true" : "false");
}

bool DatasetHandler::null() {
  if (skips()) return true;
  return encodes() ? encoded(encoder_.null()) : unexpected("null");
}

Result<std::vector<model::Case>> DatasetHandler::take() {
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

}  // namespace harness::store
