// The events of one dataset's JSON, taken apart; what dataset_reader.hpp promises is done here.
//
// A stack of frames says where the parser stands: it names the place of a fault, and decides what may come next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <harness/model/case.hpp>
#include <harness/model/error.hpp>
#include <harness/model/json_stream.hpp>
#include <harness/store/arguments.hpp>
#include <harness/store/dataset_reader.hpp>
#include <harness/store/value_encoder.hpp>

namespace harness::store {

class DatasetHandler : public model::JsonHandler {
 public:
  DatasetHandler(const model::Problem& problem, const std::string& dataset, const DatasetText& text,
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
  // What is open in the JSON, outermost first; the values inside an argument are kValue.
  enum class In { kTop, kCases, kCase, kArguments, kSizes, kFile, kValue };

  struct Frame {
    In in;
    bool list = false;
    std::string key;          // of an object: the one whose value is being read
    std::uint64_t index = 0;  // of a list: the item that is being read
  };

  // The case that is being read.
  struct Draft {
    bool has_name = false, has_args = false, has_expect = false;
    std::string name;
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
  bool natural(std::uint64_t value);

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
  Arguments arguments_{problem_.parameters};
  DocumentWriter expect_;
};

}  // namespace harness::store
