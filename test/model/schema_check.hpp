// A JSON Schema against a document: as far as the schemas of docs/schema use the language.
#pragma once

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

#include <boost/json.hpp>

namespace schema_check {

namespace json = boost::json;

class Check {
 public:
  explicit Check(const json::value& schema) : root_(schema) {}

  std::string fault(const json::value& value) const { return fault(value, root_, ""); }

 private:
  static bool is_of_type(const json::value& value, std::string_view type) {
    return type == "object"    ? value.is_object()
           : type == "array"   ? value.is_array()
           : type == "string"  ? value.is_string()
           : type == "boolean" ? value.is_bool()
           : type == "null"    ? value.is_null()
           : type == "integer" ? value.is_int64() || value.is_uint64()
                               : type == "number" && value.is_number();
  }

  std::string fault(const json::value& value, const json::value& schema, const std::string& place) const {
    const auto& rules = schema.as_object();
    for (const auto& [rule, wanted] : rules) {
      const std::string name(rule);
      bool kept = true;
      if (name == "$ref") {
        if (auto why = fault(value, root_.at("$defs").at(std::string_view(wanted.as_string()).substr(8)), place);
            !why.empty())
          return why;
      } else if (name == "type") {
        kept = wanted.is_string() && is_of_type(value, wanted.as_string());
        if (wanted.is_array()) {
          for (const auto& type : wanted.as_array()) kept |= is_of_type(value, type.as_string());
        }
      } else if (name == "const") {
        kept = json::serialize(value) == json::serialize(wanted);
      } else if (name == "enum") {
        kept = std::find(wanted.as_array().begin(), wanted.as_array().end(), value) != wanted.as_array().end();
      } else if (name == "minimum" || name == "exclusiveMinimum") {
        const double number = value.to_number<double>();
        kept = number > wanted.to_number<double>() || (name == "minimum" && number == wanted.to_number<double>());
      } else if (name == "maxItems") {
        kept = value.as_array().size() <= wanted.to_number<std::size_t>();
      } else if (name == "minItems") {
        kept = value.as_array().size() >= wanted.to_number<std::size_t>();
      } else if (name == "maximum") {
        kept = value.to_number<double>() <= wanted.to_number<double>();
      } else if (name == "required") {
        for (const auto& key : wanted.as_array()) {
          if (!value.as_object().contains(key.as_string())) return place + ": no " + std::string(key.as_string());
        }
      } else if (name == "items") {
        for (const auto& item : value.as_array()) {
          if (auto why = fault(item, wanted, place + "/*"); !why.empty()) return why;
        }
      } else if (name == "properties") {
        for (const auto& [key, member] : value.as_object()) {
          if (!wanted.as_object().contains(key)) return place + ": the schema does not know " + std::string(key);
          if (auto why = fault(member, wanted.at(key), place + "/" + std::string(key)); !why.empty()) return why;
        }
      } else if (name == "pattern") {
        kept = std::regex_search(std::string(value.as_string()), std::regex(std::string(wanted.as_string())));
      } else if (name == "additionalProperties" && wanted.is_bool()) {
        // `properties` refuses the unknown already.
      } else if (name == "additionalProperties") {
        for (const auto& [key, member] : value.as_object()) {
          if (auto why = fault(member, wanted, place + "/" + std::string(key)); !why.empty()) return why;
        }
      } else if (name != "$schema" && name != "$defs" && name != "title" && name != "description") {
        return place + ": this test does not know the rule " + name;
      }
      if (!kept) return place + ": " + json::serialize(value) + " breaks " + name + " " + json::serialize(wanted);
    }
    return {};
  }

  const json::value& root_;
};

inline json::value schema(const std::string& name) {
  std::ifstream file(std::string(HARNESS_SOURCE_DIR) + "/docs/schema/" + name);
  return json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
}

}  // namespace schema_check
