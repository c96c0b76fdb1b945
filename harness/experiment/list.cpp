#include <harness/experiment/list.hpp>

#include <ostream>

#include <harness/library/catalog.hpp>
#include <harness/report/console.hpp>
#include <harness/report/figures.hpp>
#include <harness/report/listing.hpp>

namespace harness::experiment {

Exit list(const Places& places, bool long_form, const Terminal& terminal) {
  const auto catalog = library::find_libraries(places.plugin_directories);
  if (!catalog) {
    terminal.err << "harness: " << report::printable(catalog.error().text()) << std::endl;
    return catalog.error().exit;
  }
  report::Listing listing{catalog->solvers, catalog->problems, catalog->skipped, places.plugin_directories};
  terminal.out << (long_form ? report::long_listing(listing) : report::short_listing(listing));
  terminal.out.flush();
  return Exit::kFine;
}

}  // namespace harness::experiment
