#include <harness/profile/symbols.hpp>

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include <fmt/format.h>

#include <harness/profile/debug_information.hpp>
#include <harness/profile/elf_image.hpp>

namespace harness::profile {
namespace {

using model::CodePlace;

constexpr std::size_t kMostModules = 1000;

// `/memfd:two-sum-v2.0.0.so (deleted)` -> `two-sum-v2.0.0.so`
std::string module_name(std::string_view file) {
  constexpr std::string_view kDeleted = " (deleted)";
  if (file.ends_with(kDeleted)) file.remove_suffix(kDeleted.size());
  if (const auto slash = file.rfind('/'); slash != std::string_view::npos) file.remove_prefix(slash + 1);
  constexpr std::string_view kMemory = "memfd:";
  if (file.starts_with(kMemory)) file.remove_prefix(kMemory.size());
  return std::string(file);
}

// What one file of the mappings is, with what can be known of its code.
class Module {
 public:
  Module(const std::string& mapped, const SymbolPlaces& places, std::vector<std::string>& warnings)
      : name_(module_name(mapped)) {
    if (mapped.empty() || name_.empty()) return;
    if (mapped.front() == '[') {
      origin_ = mapped.starts_with("[vdso") || mapped.starts_with("[vsyscall") ? CodePlace::Origin::kKernel
                                                                               : CodePlace::Origin::kUnknown;
      return;
    }
    if (name_ == places.solver_file) {
      origin_ = CodePlace::Origin::kSolver;
      read_solver(places, warnings);
    } else {
      origin_ = name_.starts_with("harness-worker") ? CodePlace::Origin::kHarness : CodePlace::Origin::kLibrary;
      if (mapped.front() == '/' && !mapped.ends_with(" (deleted)") && !mapped.starts_with("/memfd:"))
        read_other(mapped);
    }
  }

  CodePlace::Origin origin() const { return origin_; }

  const std::vector<CodePlace>& frames(std::uint64_t file_offset) {
    const auto [at, is_new] = known_.try_emplace(file_offset);
    if (is_new) at->second = look_up(file_offset);
    return at->second;
  }

 private:
  void read_solver(const SymbolPlaces& places, std::vector<std::string>& warnings) {
    image_ = ElfImage::read(places.solver_bytes);
    if (image_ == nullptr) {
      warnings.push_back(
          fmt::format("{}: what ran cannot be read as an ELF library; its functions are not known", name_));
      return;
    }
    read_debug_information(places.debug_directories, warnings);
    if (debug_ != nullptr) return;
    const std::string id = image_->build_id().empty() ? "no build-id" : "build-id " + image_->build_id();
    warnings.push_back(
        image_->has_symbols()
            ? fmt::format("{}: no debug information ({}): lines and inlined functions are not known", name_, id)
            : fmt::format("{}: neither debug information nor symbols ({}): its functions are not known", name_, id));
  }

  void read_other(const std::filesystem::path& file) {
    image_ = ElfImage::read(file);
    std::vector<std::string> nobodys;
    if (image_ != nullptr) read_debug_information({file.parent_path()}, nobodys);
  }

  void read_debug_information(const std::vector<std::filesystem::path>& directories,
                              std::vector<std::string>& warnings) {
    std::shared_ptr<ElfImage> described = image_;
    if (!image_->has_section(".debug_info")) {
      described = find_debug_file(*image_, name_, directories, warnings);
      if (described == nullptr) return;
      image_->take_symbols(*described);
    }
    debug_ = DebugInformation::read(described, *image_, find_shared_debug_file(*described, directories));
  }

  std::vector<CodePlace> look_up(std::uint64_t file_offset) {
    std::vector<CodePlace> found;
    const auto address = image_ == nullptr ? std::nullopt : image_->address_of(file_offset);
    const std::string symbol = address ? image_->symbol_at(*address) : "";
    if (address && debug_ != nullptr) found = debug_->frames(*address, !symbol.empty());
    if (found.empty()) found.emplace_back();
    if (found.back().function.empty()) found.back().function = demangled(symbol);
    for (CodePlace& place : found) {
      place.origin = origin_;
      place.module = name_;
    }
    return found;
  }

  std::string name_;
  CodePlace::Origin origin_ = CodePlace::Origin::kUnknown;
  std::shared_ptr<ElfImage> image_;
  std::unique_ptr<DebugInformation> debug_;
  std::unordered_map<std::uint64_t, std::vector<CodePlace>> known_;
};

}  // namespace

struct Symbols::Modules {
  SymbolPlaces places;
  std::unordered_map<std::string, std::unique_ptr<Module>> by_file;
  std::vector<std::string> warnings;
};

Symbols::Symbols(SymbolPlaces places) : modules_(std::make_unique<Modules>()) { modules_->places = std::move(places); }
Symbols::~Symbols() = default;
Symbols::Symbols(Symbols&&) noexcept = default;
Symbols& Symbols::operator=(Symbols&&) noexcept = default;

std::vector<CodePlace> Symbols::frames(const std::vector<Mapping>& mappings, std::uint64_t address,
                                       bool is_return_address) {
  const std::uint64_t wanted = is_return_address && address > 0 ? address - 1 : address;
  const auto after =
      std::upper_bound(mappings.begin(), mappings.end(), wanted,
                       [](std::uint64_t value, const Mapping& mapping) { return value < mapping.begin; });
  if (after == mappings.begin()) return {CodePlace{}};
  const Mapping& mapping = *std::prev(after);
  if (wanted >= mapping.end) return {CodePlace{}};
  auto at = modules_->by_file.find(mapping.file);
  if (at == modules_->by_file.end()) {
    if (modules_->by_file.size() >= kMostModules) return {CodePlace{}};
    auto module = std::make_unique<Module>(mapping.file, modules_->places, modules_->warnings);
    at = modules_->by_file.emplace(mapping.file, std::move(module)).first;
  }
  return at->second->frames(wanted - mapping.begin + mapping.offset);
}

std::vector<std::string> Symbols::warnings() const { return modules_->warnings; }

}  // namespace harness::profile
