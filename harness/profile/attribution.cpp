#include <harness/profile/attribution.hpp>

#include <algorithm>
#include <array>

#include <harness/profile/fingerprint.hpp>

namespace harness::profile {
namespace {

using model::CodePlace;

// The standard library's inside that says nothing to whoever wrote the solver: `std::__detail::...`, operators, how a
// container asks for memory or finds a bucket. By name alone: what is inlined on one side may be a function of its own
// on the other. `std::_Hashtable::_M_rehash` does say something.
bool is_plumbing(const std::string& name) {
  if (name.starts_with("__gnu_cxx::") || name.starts_with("std::__")) return true;
  if (!name.starts_with("std::")) return false;
  for (const std::string_view part : {"std::allocator::", "std::allocator_traits::", "std::_Vector_base::"}) {
    if (name.starts_with(part)) return true;
  }
  if (name.find("::__") != std::string::npos || name.find("::operator") != std::string::npos) return true;
  const auto last = name.rfind("::");
  const auto member = std::string_view(name).substr(last + 2);
  for (const std::string_view helper : {"_M_allocate", "_M_deallocate", "_M_create_storage", "_M_get_", "_M_put_",
                                        "_M_bucket_", "_M_hash_code", "_M_equals", "_M_key_", "_M_begin", "_M_end",
                                        "_S_", "_Scoped_", "~_Scoped_"}) {
    if (member.starts_with(helper)) return true;
  }
  return false;
}

}  // namespace

std::string_view base_name(std::string_view file) {
  const auto slash = file.rfind('/');
  return slash == std::string_view::npos ? file : file.substr(slash + 1);
}

bool is_allocator(const CodePlace& place) {
  if (place.module.starts_with("libtcmalloc")) return true;
  std::string_view name = place.function;
  if (name.starts_with("operator new") || name.starts_with("operator delete")) return true;
  if (place.origin == CodePlace::Origin::kSolver) return false;
  if (name.starts_with("tcmalloc::") || name.starts_with("tc_") || name.starts_with("MallocHook::")) return true;
  for (const std::string_view prefix : {"__GI_", "__libc_"}) {
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  }
  static constexpr std::array<std::string_view, 17> kNames{
      "malloc",         "calloc",    "realloc", "reallocarray", "free",      "memalign",     "aligned_alloc",
      "posix_memalign", "valloc",    "pvalloc", "_int_malloc",  "_int_free", "_int_realloc", "malloc_consolidate",
      "unlink_chunk",   "sysmalloc", "systrim"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

std::uint32_t FunctionTable::index_of(const CodePlace& place) {
  std::string name = place.function.empty() ? "" : model::short_name(place.function);
  // The solver's library is called otherwise in each version.
  const std::string module = place.origin == CodePlace::Origin::kSolver ? "" : place.module;
  const auto [at, is_new] = known_.try_emplace(std::tuple(name, std::string(base_name(place.file)), module),
                                               static_cast<std::uint32_t>(all_.size()));
  if (is_new) all_.push_back({std::move(name), place.file, place.module, place.origin});
  return at->second;
}

Attribution::Attribution(const std::vector<CodePlace>& places, FunctionTable& functions) : places_(places) {
  for (const CodePlace& place : places) {
    function_of_place_.push_back(functions.index_of(place));
    is_plumbing_.push_back(is_plumbing(functions[function_of_place_.back()].name));
    is_own_source_.push_back(is_own_source(place) && place.line > 0);
  }
}

std::vector<std::uint32_t> Attribution::functions_of(const std::vector<std::uint32_t>& frames) const {
  std::vector<std::uint32_t> functions(frames.size());
  for (std::size_t i = frames.size(); i-- > 0;) {
    functions[i] = function_of_place_[frames[i]];
    if (i + 1 == frames.size()) continue;
    const CodePlace& place = places_[frames[i]];
    const bool is_callers = place.function.empty() && place.module == places_[frames[i + 1]].module;
    if (is_plumbing_[frames[i]] || is_callers) functions[i] = functions[i + 1];
  }
  return functions;
}

std::size_t Attribution::own_source_from(const std::vector<std::uint32_t>& frames, std::size_t from) const {
  while (from < frames.size() && !is_own_source_[frames[from]]) ++from;
  return from;
}

}  // namespace harness::profile
