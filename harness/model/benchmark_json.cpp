#include <harness/model/document.hpp>

#include <cmath>

#include <harness/model/tree.hpp>

namespace harness::model {
namespace {

constexpr double kMebibyte = 1024.0 * 1024.0;
const std::vector<std::string_view> kTopKeys = {"qps_target", "p95_latency_ms", "mem_mb_max",
                                                "max_size",   "tolerance",      "cases"};
const std::vector<std::string_view> kLimitKeys = {"qps_target", "p95_latency_ms", "mem_mb_max", "max_size"};
const std::vector<std::string_view> kToleranceKeys = {"time", "p95", "allocations", "peak_heap_bytes"};

class Reader {
 public:
  Reader(const Tree& tree, std::vector<std::string>& warnings) : tree_(tree), warnings_(warnings) {}

  Result<BenchmarkSpec> read() {
    const Node& root = tree_.root();
    if (root.kind != Node::Kind::kMap) return tree_.fault(root, "an object");
    BenchmarkSpec spec;
    for (const Node* node : root.items) {
      Result<void> done;
      if (node->key == "tolerance") {
        done = read_tolerances(spec.tolerances, *node);
      } else if (node->key == "cases") {
        done = read_cases(spec, *node);
      } else {
        done = read_limit(spec.limits, *node, kTopKeys);
      }
      if (!done) return tl::unexpected(done.error());
    }
    return spec;
  }

 private:
  Result<double> positive(const Node& node, const std::string& unit) {
    auto value = tree_.number(node, "a number of " + unit + " above 0");
    if (value && *value <= 0) return tree_.fault(node, "a number of " + unit + " above 0");
    return value;
  }

  Result<void> read_limit(DeclaredLimits& limits, const Node& node, const std::vector<std::string_view>& known) {
    if (node.key == "qps_target") {
      auto value = positive(node, "calls per second");
      if (!value) return tl::unexpected(value.error());
      limits.qps_target = *value;
    } else if (node.key == "p95_latency_ms") {
      auto value = positive(node, "milliseconds");
      if (!value) return tl::unexpected(value.error());
      limits.p95_latency_seconds = *value / 1000;
    } else if (node.key == "mem_mb_max") {
      auto value = positive(node, "MiB");
      if (value && *value > 1e12) return tree_.fault(node, "a number of MiB up to 1e12");
      if (!value) return tl::unexpected(value.error());
      limits.mem_bytes_max = static_cast<std::uint64_t>(std::ceil(*value * kMebibyte));
    } else if (node.key == "max_size") {
      constexpr const char* kExpected = "a whole number from 0 to 1e15";
      auto value = tree_.number(node, kExpected);
      if (!value) return tl::unexpected(value.error());
      if (*value < 0 || *value > 1e15 || *value != std::floor(*value)) return tree_.fault(node, kExpected);
      limits.max_size = static_cast<std::uint64_t>(*value);
    } else {
      warnings_.push_back(tree_.unknown_key(node, known));
    }
    return {};
  }

  Result<void> read_tolerances(Tolerances& tolerances, const Node& node) {
    if (node.kind != Node::Kind::kMap) return tree_.fault(node, "an object");
    for (const Node* item : node.items) {
      std::optional<double>* field = item->key == "time"              ? &tolerances.time
                                     : item->key == "p95"             ? &tolerances.p95
                                     : item->key == "allocations"     ? &tolerances.allocations
                                     : item->key == "peak_heap_bytes" ? &tolerances.peak_heap_bytes
                                                                      : nullptr;
      if (field == nullptr) {
        warnings_.push_back(tree_.unknown_key(*item, kToleranceKeys));
        continue;
      }
      constexpr const char* kExpected = "a relative tolerance of at least 0, such as 0.02";
      auto value = tree_.number(*item, kExpected);
      if (!value) return tl::unexpected(value.error());
      if (*value < 0) return tree_.fault(*item, kExpected);
      *field = *value;
    }
    return {};
  }

  Result<void> read_cases(BenchmarkSpec& spec, const Node& node) {
    if (node.kind != Node::Kind::kMap) return tree_.fault(node, "an object of globs over <dataset>/<case>");
    for (const Node* item : node.items) {
      if (item->kind != Node::Kind::kMap) return tree_.fault(*item, "an object of limits");
      DeclaredLimits limits;
      for (const Node* limit : item->items) {
        if (auto done = read_limit(limits, *limit, kLimitKeys); !done) return done;
      }
      spec.case_limits.emplace_back(item->key, limits);
    }
    return {};
  }

  const Tree& tree_;
  std::vector<std::string>& warnings_;
};

}  // namespace

Result<BenchmarkSpec> read_benchmark_json(std::string_view text, const std::string& file,
                                          std::vector<std::string>& warnings) {
  const auto tree = json_tree(text, file);
  if (!tree) return tl::unexpected(tree.error());
  return Reader(**tree, warnings).read();
}

}  // namespace harness::model
