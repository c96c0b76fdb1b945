// `harness explain RUN [CASE] [--source]`: where the time and memory of a profiled case went, and why it differs from the
// side that it was held against.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <harness/experiment/terminal.hpp>
#include <harness/model/error.hpp>
#include <harness/model/profile.hpp>
#include <harness/package/archive.hpp>

namespace harness::experiment {

// The profiles of a run's folder, or of a gate's evidence.
struct KeptProfiles {
  std::vector<model::CaseProfile> profiles;  // by name
  std::vector<std::string> files;            // all that lies beside them: paths, or names in the zip
  std::vector<Error> unreadable;             // of those that were passed over
};
// `run`: an id, the beginning of one, or a folder. Errors, exit 2: no such run, a profile that cannot be read.
Result<KeptProfiles> profiles_of_run(const std::string& run);
Result<KeptProfiles> profiles_of_evidence(const package::Entries& entries, const std::string& file);

// Those whose case matches: a trial's name, `two-sum/uniform/64`, `uniform/64`, or a glob over these. A side that others were held
// against is told with them, and alone only under its own name.
std::vector<const model::CaseProfile*> matching(const KeptProfiles& kept, const std::string& case_name);

// `said`: what the report says of why, where there is one; else it is made of the profiles again.
std::string profile_in_full(const model::CaseProfile& profile, const KeptProfiles& kept, const Terminal& terminal,
                            const std::optional<std::vector<std::string>>& said = {});
// The solver's lines with their share of samples, old beside new; why there are none, in one line.
std::string source_of(const model::CaseProfile& profile, const KeptProfiles& kept, const Terminal& terminal);

// Of a run's folder. Without a case what was profiled is listed. Exit 2, said on terminal.err: see above.
Exit explain_run(const std::string& run, const std::string& case_name, bool with_source, const Terminal& terminal);

}  // namespace harness::experiment
