// harness: HARNESS_PROBLEM names another problem than `problem` in problem.yaml
#define HARNESS_PLUGIN_NAME "two-sum"
#include <harness/sdk/problem.hpp>
HARNESS_PROBLEM("tow-sum").check([](int answer) { return answer == 1; });
