// harness::CounterName
#include <harness/sdk/counters.hpp>
void solve() { harness::count("two words", 1); }
