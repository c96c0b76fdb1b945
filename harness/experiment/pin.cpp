#include <harness/experiment/pin.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <ostream>
#include <utility>

#include <fmt/format.h>

#include <harness/experiment/history_record.hpp>
#include <harness/experiment/kept_rows.hpp>
#include <harness/experiment/loading.hpp>
#include <harness/experiment/preparation.hpp>
#include <harness/experiment/report_context.hpp>
#include <harness/experiment/selection.hpp>
#include <harness/experiment/solver_duet.hpp>
#include <harness/library/choice.hpp>
#include <harness/machine/identity.hpp>
#include <harness/report/figures.hpp>
#include <harness/report/progress.hpp>
#include <harness/store/baseline.hpp>
#include <harness/store/library_cache.hpp>

namespace harness::experiment {
namespace {

class Pin {
 public:
  Pin(const PinRequest& request, const Terminal& terminal)
      : request_(request),
        run_(request.run),
        terminal_(terminal),
        settings_(worker_settings(request.run, terminal)),
        store_(request.directory, machine::identify().key()),
        libraries_(store::LibraryCache::default_directory()),
        progress_(terminal.err, terminal.err_is_terminal, terminal.utf8, terminal.columns, terminal.clock) {
    run_.latency_pass = false;
    run_.memory_pass = true;
  }

  Result<Exit> execute() {
    if (auto found = find(); !found) return tl::unexpected(found.error());
    Preparation preparation(run_, terminal_, settings_, *inputs_, progress_);
    preparation.prepare(rows_);
    measure();
    if (terminal_.stop) return Exit::kInterrupted;
    if (auto kept = keep(); !kept) return tl::unexpected(kept.error());
    const auto changed = store_.change(solver_.identity.problem, [&](model::Baseline& baseline) -> Result<void> {
      for (auto& history : baseline.cases) begin_segment(history);
      return {};
    });
    if (!changed) return tl::unexpected(changed.error());
    for (const auto& line : lines_) terminal_.out << report::printable(line) << '\n';
    return failed_ ? Exit::kSolverFailed : Exit::kFine;
  }

 private:
  Result<void> find() {
    auto catalog = library::find_libraries(run_.places.plugin_directories);
    if (!catalog) return tl::unexpected(catalog.error());
    auto chosen = library::choose(*catalog, request_.solver);
    if (!chosen) return tl::unexpected(chosen.error());
    solver_ = std::move(*chosen);
    auto baseline = store_.read(solver_.identity.problem);
    if (!baseline) return tl::unexpected(baseline.error());
    baseline_ = std::move(*baseline);
    const auto is_its = [&](const auto& history) { return history.solver == solver_.identity.solver(); };
    if (std::none_of(baseline_.cases.begin(), baseline_.cases.end(), is_its)) {
      return fail(solver_.name(), fmt::format("has no history on this machine in {}", request_.directory.string()),
                  "`harness --baseline` begins one, and pins what it finds");
    }
    if (auto writable = store_.check_writable(solver_.identity.problem); !writable) return writable;
    catalog->solvers = {solver_};
    const auto everything = bench::Filter::parse("");
    auto selection = select(run_.places, std::move(*catalog), *everything, run_.case_glob);
    if (!selection) return tl::unexpected(selection.error());
    selection_ = std::move(*selection);
    std::erase_if(selection_.trials, [&](const auto& trial) {
      return baseline_.find(solver_.identity.solver(), trial.input->dataset_and_name()) == nullptr;
    });
    auto loaded = load_rows(selection_, run_.timeout_seconds, settings_,
                            [this](const std::string& line) { say("warning: " + line); });
    if (!loaded) return tl::unexpected(loaded.error());
    rows_ = std::move(loaded->rows);
    inputs_ = std::move(loaded->inputs);
    if (rows_.empty())
      return fail(solver_.name(), "has no history on any of these cases", "see `harness baseline list`");
    date_ = date_of(value_of(report_context(run_, {}), "run_id"));
    return {};
  }

  void measure() {
    KeptRows kept(run_, terminal_, settings_, *inputs_, progress_, libraries_);
    SolverDuets duets({}, terminal_, settings_, *inputs_, {}, [this](const std::string& line) { say(line); });
    for (const auto& row : rows_) {
      if (terminal_.stop) return;
      const auto case_name = row.trial->input->dataset_and_name();
      if (row.measurement.state != Row::State::kMeasured) {
        lines_.push_back(fmt::format("{}: not pinned: {}", row.trial->name(), row.measurement.note));
        failed_ |= row.measurement.state == Row::State::kFailed;
        continue;
      }
      const auto& old_pin = baseline_.find(solver_.identity.solver(), case_name)->segments.back();
      if (old_pin.pin_sha256 == row.library->identity.file_sha256) {
        lines_.push_back(fmt::format("{}: is pinned to this library already", row.trial->name()));
        continue;
      }
      Pinned pinned{old_pin.pin_sha256, std::nullopt};
      std::string why;
      if (const auto before = kept.row(old_pin.pin_sha256, row); !before) {
        why = before.error().words;
      } else if (const auto ratio = duets.ratio({**before, "old pin"}, {row, "new pin"}); !ratio) {
        why = ratio.error().reason;
      } else {
        pinned.chain = std::exp(ratio->log_ratio);
      }
      lines_.push_back(
          pinned.chain
              ? fmt::format(
                    "{}: pinned; takes {:.4g} times as long as the old pin ({} of {}), by which its history is chained",
                    row.trial->name(), *pinned.chain, old_pin.pin_solver, old_pin.begun.substr(0, 10))
              : fmt::format("{}: pinned; a new segment begins, of the old pin: {}", row.trial->name(), why));
      pinned_.emplace(case_name, std::move(pinned));
    }
  }

  Result<void> keep() {
    if (pinned_.empty()) return {};
    const auto bytes = library::read_library_bytes(solver_.file);
    if (!bytes) return tl::unexpected(bytes.error());
    return libraries_.keep(rows_.front().library->identity.file_sha256, *bytes);
  }

  void begin_segment(model::CaseHistory& history) {
    const auto found = pinned_.find(history.case_name);
    if (found == pinned_.end() || history.solver != solver_.identity.solver()) return;
    auto chain = found->second.chain;
    if (history.segments.back().pin_sha256 != found->second.old_sha256)
      chain.reset();  // another writer pinned meanwhile
    const auto& identity = rows_.front().library->identity;
    history.segments.push_back(
        {date_, "pinned " + history.solver, identity.file_sha256, identity.code_hash, history.solver, chain});
    if (chain && history.level_began_at)
      *history.level_began_at /= *chain;
    else
      history.level_began_at.reset();
  }

  void say(const std::string& line) {
    progress_.clear();
    terminal_.err << report::printable(line) << std::endl;
  }

  struct Pinned {
    std::string old_sha256;
    std::optional<double> chain;
  };

  const PinRequest& request_;
  RunRequest run_;
  const Terminal& terminal_;
  worker::Settings settings_;
  store::Baselines store_;
  store::LibraryCache libraries_;
  report::Progress progress_;
  model::SolverInfo solver_;
  model::Baseline baseline_;
  Selection selection_;
  std::vector<Row> rows_;
  std::unique_ptr<trial::Inputs> inputs_;
  std::string date_;
  std::map<std::string, Pinned> pinned_;  // by case
  std::vector<std::string> lines_;
  bool failed_ = false;
};

}  // namespace

Exit pin(const PinRequest& request, const Terminal& terminal) {
  const auto ended = Pin(request, terminal).execute();
  if (ended) return *ended;
  terminal.err << "harness: " << report::printable(ended.error().text()) << std::endl;
  return ended.error().exit;
}

}  // namespace harness::experiment
