// Boost.JSON, which needs no library this way.
#include <boost/json/src.hpp>
