// Boost.JSON for all test programs: see docs/json.md.
#include <boost/json/src.hpp>
