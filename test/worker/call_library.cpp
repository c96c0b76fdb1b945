// Calls a solver's library without any harness, for tools to look at: `call_library FILE INPUT CALLS`.
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <dlfcn.h>

#include <harness/sdk/abi.h>

int main(int count, char** words) {
  if (count != 4) return 2;
  void* library = ::dlopen(words[1], RTLD_NOW);
  if (library == nullptr) return 2;
  const auto entry = reinterpret_cast<harness_solver_entry>(::dlsym(library, HARNESS_SOLVER_ENTRY));
  if (entry == nullptr) return 2;
  const harness_solver* solver = entry();
  void* instance = nullptr;
  if (solver->open(reinterpret_cast<const std::uint8_t*>(words[2]), std::strlen(words[2]), &instance) != HARNESS_OK)
    return 1;
  return solver->run(instance, std::strtoull(words[3], nullptr, 10)) == HARNESS_OK ? 0 : 1;
}
