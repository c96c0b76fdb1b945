// The single findings of spoilers.hpp: private to this module.
#pragma once

#include <harness/machine/spoilers.hpp>
#include <harness/machine/system_files.hpp>

namespace harness::machine {

// processor.cpp
Spoiler frequency_governor(const SystemFiles& files, const std::vector<int>& cores);
Spoiler turbo(const SystemFiles& files);
Spoiler sibling_threads(const SystemFiles& files, const std::vector<int>& cores);
Spoiler virtual_machine(const SystemFiles& files);
Spoiler quiet_core_finding(const SystemFiles& files, const Surroundings& surroundings);
Spoiler clock_source(const SystemFiles& files);
Spoiler counters(const SystemFiles& files, std::optional<int> counter_errno);

// system.cpp
Spoiler load(const SystemFiles& files, std::size_t cores);
Spoiler stolen_time(const SystemFiles& files, const std::function<void()>& wait_100_ms);
Spoiler processor_limit(const SystemFiles& files, std::size_t cores);
Spoiler cores_allowed(const SystemFiles& files, const std::vector<int>& cores);
Spoiler memory_limit(const SystemFiles& files);
Spoiler swap(const SystemFiles& files);
Spoiler huge_pages(const SystemFiles& files);
Spoiler address_randomization(const SystemFiles& files);
Spoiler allocator(const SystemFiles& files);
Spoiler valgrind(const SystemFiles& files, const std::string& search_path, std::optional<int> counter_errno);

}  // namespace harness::machine
