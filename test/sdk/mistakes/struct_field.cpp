// harness: a field of this HARNESS_STRUCT has a type that does not cross the boundary
#include <harness/sdk/solver.hpp>
struct Node {
  int value;
  Node* next;
};
HARNESS_STRUCT(Node, value, next);
HARNESS_SOLVER("mistake", [](const Node& node) { return node.value; });
