// harness: a checker takes the arguments and then the answer
#include <harness/sdk/problem.hpp>
int right(int x, int answer) { return x == answer; }
HARNESS_PROBLEM("mistake").check(right);
