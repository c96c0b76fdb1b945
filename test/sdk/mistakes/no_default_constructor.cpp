// harness: the solver's class needs a default constructor
#include <harness/sdk/solver.hpp>
class Solution {
 public:
  explicit Solution(int base) : base_(base) {}
  int add(int x) { return base_ + x; }

 private:
  int base_;
};
HARNESS_SOLVER("mistake", &Solution::add);
