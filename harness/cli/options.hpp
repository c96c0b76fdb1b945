// The command line, read: which command, and what it is asked.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <harness/experiment/ab.hpp>
#include <harness/experiment/baseline.hpp>
#include <harness/experiment/calibrate.hpp>
#include <harness/experiment/diff.hpp>
#include <harness/experiment/diff_baseline.hpp>
#include <harness/experiment/explain.hpp>
#include <harness/experiment/gate.hpp>
#include <harness/experiment/histories.hpp>
#include <harness/experiment/pin.hpp>
#include <harness/experiment/run.hpp>
#include <harness/model/error.hpp>

namespace harness::cli {

struct Options {
  enum class Command {
    kRun, kAb, kBaseline, kGate, kCalibrate, kHistories, kPin, kDiff, kDiffBaseline, kExplain, kList, kDoctor, kShown
  } command = Command::kRun;  // kShown: help or version was asked for
  std::string shown;                                                   // text for kShown
  experiment::RunRequest run;                                          // `run.places` serves every command
  experiment::AbRequest ab;                                            // `ab.run` is `run`
  experiment::BaselineRequest baseline;                                // `baseline.run` is `run`
  experiment::HistoriesRequest histories;
  enum class Histories { kList, kShow, kAccept, kPrune } histories_do = Histories::kList;
  experiment::PinRequest pin;
  experiment::GateRequest gate;
  experiment::CalibrateRequest calibrate;
  experiment::DiffRequest diff;
  experiment::DiffBaselineRequest diff_baseline;
  experiment::ExplainRequest explain;
  bool long_form = false;                                              // list --long
};

// What surrounds the program: for default places, and for what Google Benchmark's flags take from the environment.
struct Surroundings {
  std::string executable_directory;                           // "" = unknown
  std::function<const char*(const char*)> environment;        // getenv
};

// `arguments`: without the program's name. Long options are also taken with one dash: `-plugin-dir=DIR`.
Result<Options> read_options(std::vector<std::string> arguments, const Surroundings& surroundings);

}  // namespace harness::cli
