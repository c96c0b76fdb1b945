// What of this machine spoils measuring, as a page.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace harness::report {

struct DoctorFinding {
  std::string what;   // `frequency governor`
  std::string state;  // `good`, `spoils`, or `unknown`: could not be told
  std::string found;  // `powersave on 2 of 2 cores`
  std::string mend;   // how to mend it, or how to find out; "" = nothing to do
};

// Spoilers first, each with how to mend it; then what could not be told; what is good in short; last the noise that was
// measured, in a sentence of the caller ("" = none was measured). `columns` 0 = lines as long as they are.
std::string doctor_page(const std::vector<DoctorFinding>& findings, const std::string& noise_sentence, bool utf8,
                        std::size_t columns = 100, bool colour = false);

}  // namespace harness::report
