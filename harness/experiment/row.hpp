// What a run gathers about one trial on its way from a name to a row.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <harness/model/measurement.hpp>
#include <harness/trial/input.hpp>
#include <harness/trial/loaded.hpp>
#include <harness/trial/pairing.hpp>
#include <harness/trial/pilot.hpp>
#include <harness/worker/worker.hpp>

namespace harness::experiment {

struct Row {
  const trial::Trial* trial = nullptr;
  std::shared_ptr<const trial::Loaded> library;
  std::shared_ptr<const trial::Input> input;  // once it has been made
  worker::Limits limits;
  trial::Examination examined;  // once it is ready: cost of a call, verified answer
  model::Measurement measurement;
  std::size_t repeats = 0;      // steps of load, verify, run that were done again
  bool printed = false;

  using State = model::Measurement::State;
  void mark(State state, std::string note) {
    measurement.state = state;
    measurement.note = std::move(note);
  }
};

// The steps of its workers are noted as this row's.
inline worker::Settings of_row(worker::Settings settings, const Row& row) {
  settings.trial = row.trial->name();
  return settings;
}

}  // namespace harness::experiment
