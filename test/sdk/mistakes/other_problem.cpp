// harness: HARNESS_SOLVER names another problem than `plugin` in version.yaml
#define HARNESS_PLUGIN_NAME "two-sum"
#include <harness/sdk/solver.hpp>
HARNESS_SOLVER("tow-sum", [](int x) { return x; });
