// A library that no solver may need.
extern "C" __attribute__((visibility("default"))) int of_another_library() { return 1; }
