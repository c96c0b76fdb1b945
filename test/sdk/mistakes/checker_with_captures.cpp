// harness: a problem's checker, generator or reference is a function or a lambda without captures
#include <harness/sdk/problem.hpp>
HARNESS_PROBLEM("mistake").check([limit = 3](int answer) { return answer < limit; });
