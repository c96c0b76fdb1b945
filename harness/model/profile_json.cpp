#include <harness/model/profile_json.hpp>

#include <harness/model/member_writer.hpp>

namespace harness::model {

std::string write_profile(const CaseProfile& profile) {
  std::string text = "{";
  MemberWriter writer(text, 2, false);
  writer("harness_profile_schema", kProfileSchema);
  members(writer, profile);
  return text + "\n}\n";
}

std::string fingerprint_line(const Fingerprint& fingerprint) {
  std::string text = "{";
  MemberWriter writer(text, 0, true);
  members(writer, fingerprint);
  return text + "}";
}

}  // namespace harness::model
