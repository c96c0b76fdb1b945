#include <harness/profile/debug_information.hpp>

#include <cxxabi.h>
#include <dwarf.h>
#include <elfutils/libdw.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <unordered_map>

#include <harness/profile/attribution.hpp>

namespace harness::profile {
namespace {

constexpr int kMostDepth = 64;
constexpr std::size_t kMostUnits = 100'000;
constexpr std::size_t kMostSteps = 20'000'000;  // DIEs and ranges looked at in all, of one file
constexpr std::chrono::seconds kMostTime{10};   // a step may itself walk over much
constexpr std::size_t kMostNameBytes = 4096;
constexpr int kMostOverlaps = 16;

struct Range {
  std::uint64_t begin, end;
};

// One of a function's inlined calls, or the function itself.
struct Inlined {
  int parent;  // index, -1 = none
  Dwarf_Die die;
  std::vector<Range> ranges;
};

struct Function {
  std::uint64_t begin, end;
  Dwarf_Die die;
  std::shared_ptr<std::vector<Inlined>> calls;  // of all of its ranges; null until asked for
};

struct Unit {
  Dwarf_Die die;
  bool indexed = false;
  std::vector<Function> functions;                          // by begin
  std::unordered_map<const void*, std::uint32_t> scope_of;  // of functions without a linkage name: index into scopes
  std::string directory;  // DW_AT_comp_dir with a slash, where names are relative to it
};

bool is_relative_join(std::string_view file, std::string_view directory) {
  return !directory.empty() && file.size() > directory.size() && file.starts_with(directory);
}

const char* text_of(Dwarf_Die* die, unsigned name) {
  Dwarf_Attribute attribute;
  const char* text = dwarf_formstring(dwarf_attr(die, name, &attribute));
  return text == nullptr ? "" : text;
}

std::optional<std::uint64_t> number_of(Dwarf_Die* die, unsigned name) {
  Dwarf_Attribute attribute;
  Dwarf_Word value = 0;
  if (dwarf_formudata(dwarf_attr(die, name, &attribute), &value) != 0) return std::nullopt;
  return value;
}

}  // namespace

struct DebugInformation::Parts {
  std::shared_ptr<ElfImage> image, shared;
  Dwarf* dwarf = nullptr;
  Dwarf* shared_dwarf = nullptr;
  std::size_t steps = 0;
  std::chrono::steady_clock::duration spent{};
  std::chrono::steady_clock::time_point last_step;
  bool walking = false;
  std::vector<Unit> units;
  std::unordered_map<const void*, std::uint32_t> unit_of;  // by the address of its DIE
  struct UnitRange {
    std::uint64_t begin, end;
    std::uint32_t unit;
  };
  std::vector<UnitRange> ranges;  // by begin
  std::vector<std::string> scopes{""};
  struct Name {
    std::string text;
    std::string file;  // where it is declared
    std::uint32_t line = 0;
  };
  std::unordered_map<const void*, Name> names;

  ~Parts() {
    if (dwarf != nullptr) dwarf_end(dwarf);
    if (shared_dwarf != nullptr) dwarf_end(shared_dwarf);
  }

  bool may_step() {
    using Clock = std::chrono::steady_clock;
    if (spent >= kMostTime || ++steps >= kMostSteps) return false;
    if (steps % 16 == 0) {
      const Clock::time_point now = Clock::now();
      // Of walks alone: what lies between two of them is somebody else's time.
      if (steps > 16 && walking) spent += now - last_step;
      last_step = now;
      walking = true;
    }
    return true;
  }

  template <class Use>
  void each_range(Dwarf_Die* die, Use&& use) {
    Dwarf_Addr base = 0, begin = 0, end = 0;
    for (std::ptrdiff_t at = 0; may_step() && (at = dwarf_ranges(die, at, &base, &begin, &end)) > 0;) {
      if (begin < end) use(begin, end);
    }
  }

  void read_units(const ElfImage& code) {
    Dwarf_CU* unit = nullptr;
    Dwarf_Die die;
    std::uint8_t type = 0;
    while (units.size() < kMostUnits && may_step() &&
           dwarf_get_units(dwarf, unit, &unit, nullptr, &type, &die, nullptr) == 0) {
      // A skeleton's functions are in a file that is not asked for.
      if (type != DW_UT_compile && type != DW_UT_partial) continue;
      const auto index = static_cast<std::uint32_t>(units.size());
      Unit found;
      found.die = die;
      found.directory = text_of(&die, DW_AT_comp_dir);
      const bool is_relative = !found.directory.starts_with('/') || *text_of(&die, DW_AT_name) != '/';
      if (is_relative && !found.directory.empty()) {
        found.directory += '/';
      } else {
        found.directory.clear();
      }
      units.push_back(std::move(found));
      unit_of.emplace(die.addr, index);
      // Functions that the linker dropped have ranges that begin at 0 or 1.
      each_range(&die, [&](std::uint64_t begin, std::uint64_t end) {
        if (code.is_code(begin)) ranges.push_back({begin, end, index});
      });
    }
    std::sort(ranges.begin(), ranges.end(), [](const UnitRange& a, const UnitRange& b) { return a.begin < b.begin; });
  }

  std::uint32_t scope(std::uint32_t outer, std::string_view name) {
    std::string whole = scopes[outer];
    if (whole.size() + name.size() > kMostNameBytes) return outer;
    whole.append(name).append("::");
    scopes.push_back(std::move(whole));
    return static_cast<std::uint32_t>(scopes.size() - 1);
  }

  void index(Unit& unit) {
    if (unit.indexed) return;
    unit.indexed = true;
    index_children(unit, unit.die, 0, 0);
    std::stable_sort(unit.functions.begin(), unit.functions.end(),
                     [](const Function& a, const Function& b) { return a.begin < b.begin; });
  }

  void index_children(Unit& unit, Dwarf_Die& parent, std::uint32_t outer, int depth) {
    Dwarf_Die die;
    if (depth >= kMostDepth || dwarf_child(&parent, &die) != 0) return;
    do {
      if (!may_step()) return;
      switch (dwarf_tag(&die)) {
        case DW_TAG_subprogram: {
          unit.scope_of.emplace(die.addr, outer);
          std::vector<Range> parts;
          each_range(&die, [&](std::uint64_t begin, std::uint64_t end) { parts.push_back({begin, end}); });
          for (const Range& part : parts) unit.functions.push_back({part.begin, part.end, die, nullptr});
          if (dwarf_haschildren(&die) == 1) {
            const char* name = text_of(&die, DW_AT_name);
            index_children(unit, die, *name == '\0' ? outer : scope(outer, name), depth + 1);
          }
          break;
        }
        case DW_TAG_namespace: {
          const char* name = text_of(&die, DW_AT_name);
          index_children(unit, die, scope(outer, *name == '\0' ? "(anonymous namespace)" : name), depth + 1);
          break;
        }
        case DW_TAG_structure_type:
        case DW_TAG_class_type:
        case DW_TAG_union_type:
        case DW_TAG_enumeration_type: {
          if (dwarf_haschildren(&die) != 1) break;
          const char* name = text_of(&die, DW_AT_name);
          index_children(unit, die, scope(outer, *name == '\0' ? "(unnamed type)" : name), depth + 1);
          break;
        }
        case DW_TAG_lexical_block:
        case DW_TAG_try_block:
        case DW_TAG_catch_block:
        case DW_TAG_module: index_children(unit, die, outer, depth + 1); break;
        default: break;
      }
    } while (dwarf_siblingof(&die, &die) == 0);
  }

  void collect_inlined(Dwarf_Die& parent, int owner, int depth, std::vector<Inlined>& found) {
    Dwarf_Die die;
    if (depth >= kMostDepth || dwarf_child(&parent, &die) != 0) return;
    do {
      if (!may_step()) return;
      switch (dwarf_tag(&die)) {
        case DW_TAG_inlined_subroutine: {
          const int index = static_cast<int>(found.size());
          found.push_back({owner, die, {}});
          each_range(&die, [&](std::uint64_t begin, std::uint64_t end) {
            found[static_cast<std::size_t>(index)].ranges.push_back({begin, end});
          });
          collect_inlined(die, index, depth + 1, found);
          break;
        }
        case DW_TAG_lexical_block:
        case DW_TAG_try_block:
        case DW_TAG_catch_block: collect_inlined(die, owner, depth + 1, found); break;
        default: break;
      }
    } while (dwarf_siblingof(&die, &die) == 0);
  }

  const Function* function_at(Unit& unit, std::uint64_t address) {
    index(unit);
    auto& functions = unit.functions;
    auto at = std::upper_bound(functions.begin(), functions.end(), address,
                               [](std::uint64_t value, const Function& function) { return value < function.begin; });
    for (int steps_back = 0; at != functions.begin() && steps_back < kMostOverlaps; ++steps_back) {
      --at;
      if (address >= at->end) continue;
      if (at->calls == nullptr) {
        at->calls = std::make_shared<std::vector<Inlined>>();
        collect_inlined(at->die, -1, 0, *at->calls);
      }
      return &*at;
    }
    return nullptr;
  }

  const Name& name_of(const Unit& unit, Dwarf_Die die) {
    const void* key = die.addr;
    if (const auto known = names.find(key); known != names.end()) return known->second;
    Name name;
    name.file = file_name(unit, dwarf_decl_file(&die));
    std::string plain;
    // A function's parts: the inlined or concrete one, the abstract one, the one declared in its class.
    for (int hop = 0; hop < 8; ++hop) {
      std::string linkage = text_of(&die, DW_AT_linkage_name);
      if (linkage.empty()) linkage = text_of(&die, DW_AT_MIPS_linkage_name);
      if (name.text.empty() && !linkage.empty()) name.text = demangled(linkage);
      if (plain.empty()) plain = text_of(&die, DW_AT_name);
      if (name.line == 0) name.line = static_cast<std::uint32_t>(number_of(&die, DW_AT_decl_line).value_or(0));
      Dwarf_Attribute attribute;
      Dwarf_Die next;
      Dwarf_Attribute* reference = dwarf_attr(&die, DW_AT_abstract_origin, &attribute);
      if (reference == nullptr) reference = dwarf_attr(&die, DW_AT_specification, &attribute);
      if (reference == nullptr || dwarf_formref_die(reference, &next) == nullptr) break;
      die = next;
    }
    if (name.text.empty() && !plain.empty()) name.text = scope_before(die) + plain;
    if (name.text.size() > kMostNameBytes) name.text.resize(kMostNameBytes);
    return names.emplace(key, std::move(name)).first->second;
  }

  std::string scope_before(Dwarf_Die& die) {
    Dwarf_Die unit_die;
    if (dwarf_diecu(&die, &unit_die, nullptr, nullptr) == nullptr) return "";
    const auto known = unit_of.find(unit_die.addr);
    if (known == unit_of.end()) return "";
    Unit& unit = units[known->second];
    index(unit);
    const auto scoped = unit.scope_of.find(die.addr);
    return scoped == unit.scope_of.end() ? "" : scopes[scoped->second];
  }

  std::string file_name(const Unit& unit, const char* file) const {
    if (file == nullptr) return "";
    std::string_view text(file);
    if (text.size() > kMostNameBytes) return "";
    // libdw puts the compiler's directory before relative names.
    if (is_relative_join(text, unit.directory)) text.remove_prefix(unit.directory.size());
    while (text.starts_with("./")) text.remove_prefix(2);
    return std::string(text);
  }

  std::string call_file(Unit& unit, Dwarf_Die& inlined) {
    Dwarf_Files* files = nullptr;
    std::size_t count = 0;
    const auto index = number_of(&inlined, DW_AT_call_file);
    if (!index || dwarf_getsrcfiles(&unit.die, &files, &count) != 0 || *index >= count) return "";
    return file_name(unit, dwarf_filesrc(files, *index, nullptr, nullptr));
  }

  std::pair<std::string, std::uint32_t> line_at(Unit& unit, std::uint64_t address) {
    Dwarf_Line* row = dwarf_getsrc_die(&unit.die, address);
    if (row == nullptr) return {};
    int number = 0;
    if (dwarf_lineno(row, &number) != 0 || number < 0) number = 0;
    return {file_name(unit, dwarf_linesrc(row, nullptr, nullptr)), static_cast<std::uint32_t>(number)};
  }

  std::vector<model::CodePlace> frames(Unit& unit, const Function& function, std::uint64_t address) {
    std::vector<const Inlined*> chain;  // outermost first
    int owner = -1;
    for (int i = 0; i < static_cast<int>(function.calls->size()); ++i) {
      const Inlined& call = (*function.calls)[static_cast<std::size_t>(i)];
      if (call.parent != owner) continue;
      if (std::none_of(call.ranges.begin(), call.ranges.end(),
                       [&](const Range& range) { return address >= range.begin && address < range.end; }))
        continue;
      chain.push_back(&call);
      owner = i;
    }
    const auto at = line_at(unit, address);  // (clang 14 captures no structured bindings)
    std::string file = at.first;
    std::uint32_t line = at.second;
    std::vector<model::CodePlace> found;
    const auto add = [&](const Dwarf_Die& die, bool inlined) {
      const Name& name = name_of(unit, die);
      model::CodePlace place;
      place.function = name.text;
      place.function_line = name.line;
      place.file = file;
      place.line = line;
      // A line of another file: of inlined code whose call the compiler did not keep. The function's own is not known.
      if (!name.file.empty() && base_name(name.file) != base_name(file)) {
        place.file = name.file;
        place.line = 0;
      }
      place.inlined = inlined;
      found.push_back(std::move(place));
    };
    for (auto call = chain.rbegin(); call != chain.rend(); ++call) {
      Dwarf_Die die = (*call)->die;
      add(die, true);
      file = call_file(unit, die);
      line = static_cast<std::uint32_t>(number_of(&die, DW_AT_call_line).value_or(0));
    }
    add(function.die, false);
    return found;
  }
};

DebugInformation::DebugInformation(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
DebugInformation::~DebugInformation() = default;

std::unique_ptr<DebugInformation> DebugInformation::read(std::shared_ptr<ElfImage> image, const ElfImage& code,
                                                         std::shared_ptr<ElfImage> shared) {
  if (!image->has_section(".debug_info") || !image->is_fit_for_libdw()) return nullptr;
  auto parts = std::make_unique<Parts>();
  if (image->has_section(".gnu_debugaltlink")) {
    // Given here, or libdw would open whatever the file names.
    if (shared == nullptr || !shared->is_fit_for_libdw()) return nullptr;
    parts->shared_dwarf = dwarf_begin_elf(shared->elf(), DWARF_C_READ, nullptr);
    if (parts->shared_dwarf == nullptr) return nullptr;
  }
  parts->dwarf = dwarf_begin_elf(image->elf(), DWARF_C_READ, nullptr);
  if (parts->dwarf == nullptr) return nullptr;
  if (parts->shared_dwarf != nullptr) dwarf_setalt(parts->dwarf, parts->shared_dwarf);
  parts->read_units(code);
  if (parts->ranges.empty()) return nullptr;  // e.g. split: what describes the code is elsewhere
  parts->image = std::move(image);
  parts->shared = std::move(shared);
  return std::unique_ptr<DebugInformation>(new DebugInformation(std::move(parts)));
}

std::vector<model::CodePlace> DebugInformation::frames(std::uint64_t address, bool is_function) {
  parts_->walking = false;
  auto& ranges = parts_->ranges;
  auto at = std::upper_bound(ranges.begin(), ranges.end(), address,
                             [](std::uint64_t value, const Parts::UnitRange& range) { return value < range.begin; });
  std::vector<model::CodePlace> found;
  for (int steps_back = 0; at != ranges.begin() && steps_back < kMostOverlaps; ++steps_back) {
    --at;
    if (address >= at->end) continue;
    Unit& unit = parts_->units[at->unit];
    if (const Function* function = parts_->function_at(unit, address); function != nullptr)
      return parts_->frames(unit, *function, address);
    if (!is_function || !found.empty()) continue;
    auto [file, line] = parts_->line_at(unit, address);
    found.emplace_back();
    found.back().file = std::move(file);
    found.back().line = line;
  }
  return found;
}

namespace {

// At most how long a mangled name becomes, as far as its form tells: a back reference counts as the longest thing that
// was said before it. A name of 200 letters can stand for one of a billion.
class Unfolding {
 public:
  explicit Unfolding(std::string_view name) : name_(name) {}

  double most() {
    for (at_ = 2; at_ < name_.size();) take();
    double sum = 0;
    for (const Group& group : groups_) sum += group.sum;
    return sum;
  }

 private:
  struct Group {
    char kind;        // the letter that opened it
    double sum = 0;   // of all in it
    double last = 0;  // of what a template's arguments that follow now belong to
  };
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  char next() const { return at_ < name_.size() ? name_[at_] : '\0'; }

  void add(double length) {
    Group& group = groups_.back();
    group.sum += length;
    group.last = group.kind == 'N' ? group.sum : length;
    longest_ = std::max(longest_, group.last);
  }
  void skip_number() {
    while (is_digit(next()) || (next() >= 'A' && next() <= 'Z')) ++at_;
    if (next() == '_') ++at_;
  }

  void take() {
    const char letter = name_[at_];
    const char kind = groups_.back().kind;
    if (is_digit(letter)) {
      std::size_t length = 0;
      while (is_digit(next()) && length < kMostNameBytes)
        length = length * 10 + static_cast<std::size_t>(name_[at_++] - '0');
      add(static_cast<double>(length) + 2);
      // Of literals and expressions they are values, and nothing is jumped over.
      if (kind != 'L' && kind != 'X') at_ += std::min(length, name_.size() - at_);
      return;
    }
    ++at_;
    if (letter == 'S' && std::strchr("tabsiod", next()) != nullptr && next() != '\0') {
      ++at_;
      add(72);
    } else if (letter == 'S' || letter == 'T') {
      skip_number();
      add(longest_);
    } else if (letter == '_') {
      while (is_digit(next()) || next() == 'Z') ++at_;
    } else if (letter == 'A') {
      skip_number();
    } else if ((letter == 'C' || letter == 'D') && is_digit(next())) {
      ++at_;
      add(longest_);
    } else if (letter == 'D' && (next() == 't' || next() == 'T')) {
      ++at_;
      open('X');
    } else if (std::strchr("INFXJLZ", letter) != nullptr) {
      open(letter);
    } else if (letter == 'E' && groups_.size() > 1) {
      close();
    } else {
      groups_.back().sum += 24;
    }
  }

  void open(char kind) {
    if (groups_.size() <= name_.size()) groups_.push_back({kind});
  }
  void close() {
    const Group closed = groups_.back();
    groups_.pop_back();
    Group& group = groups_.back();
    group.sum += closed.sum;
    group.last = group.kind == 'N' ? group.sum : closed.kind == 'I' ? group.last + closed.sum : closed.sum;
    longest_ = std::max(longest_, group.last);
  }

  std::string_view name_;
  std::size_t at_ = 0;
  std::vector<Group> groups_{{'0'}};
  double longest_ = 16;
};

}  // namespace

std::string demangled(const std::string& name) {
  constexpr double kMostUnfolded = 1 << 24;
  if (!name.starts_with("_Z") || name.size() > kMostNameBytes || Unfolding(name).most() > kMostUnfolded) return name;
  int status = 0;
  char* text = abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status);
  if (text == nullptr || status != 0) return name;
  std::string whole(text, std::min(std::strlen(text), kMostNameBytes));
  std::free(text);
  return whole;
}

}  // namespace harness::profile
