// Whose a frame's time is: the rules by which stacks become functions and lines, the same for fingerprints and
// comparisons.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <harness/model/profile.hpp>

namespace harness::profile {

std::string_view base_name(std::string_view file);

// malloc, free, operator new and what they are called elsewhere; tcmalloc's inner functions.
bool is_allocator(const model::CodePlace& place);

// A function as it is counted: one by short name, file without its folder, and module (the solver's is one in all
// versions).
struct CountedFunction {
  std::string name;  // short; "" = only the module is known
  std::string file;  // as first seen, with its folder
  std::string module;
  model::CodePlace::Origin origin = model::CodePlace::Origin::kUnknown;
};

// Of one profile or of both sides of a comparison: functions by number.
class FunctionTable {
 public:
  std::uint32_t index_of(const model::CodePlace& place);
  const CountedFunction& operator[](std::uint32_t index) const { return all_[index]; }
  std::size_t size() const { return all_.size(); }

 private:
  std::map<std::tuple<std::string, std::string, std::string>, std::uint32_t> known_;
  std::vector<CountedFunction> all_;
};

// For each frame of a stack, innermost first, the function that it counts for. Plumbing counts for its
// caller, an unnamed frame for the named one of its module that called it.
class Attribution {
 public:
  Attribution(const std::vector<model::CodePlace>& places, FunctionTable& functions);
  std::vector<std::uint32_t> functions_of(const std::vector<std::uint32_t>& frames) const;
  // The frame, at or outside of `from`, whose line is the solver's own source; frames.size() = none.
  std::size_t own_source_from(const std::vector<std::uint32_t>& frames, std::size_t from) const;

 private:
  const std::vector<model::CodePlace>& places_;
  std::vector<std::uint32_t> function_of_place_;
  std::vector<bool> is_plumbing_, is_own_source_;
};

}  // namespace harness::profile
