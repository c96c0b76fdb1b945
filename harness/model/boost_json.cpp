// The one translation unit that compiles Boost.JSON, so that nothing of Boost has to be linked.
#include <boost/json/src.hpp>
