// Rows as JSON and back, over Boost.JSON. Not part of tenantry.hpp.
//
// Boost.JSON is compiled into the program, by `#include <boost/json/src.hpp>` in one source file of it, or linked
// (`find_package(Boost COMPONENTS json)`, Boost::json).
#pragma once

#include <tenantry/json/form.hpp>
#include <tenantry/json/options.hpp>
#include <tenantry/json/parse.hpp>
#include <tenantry/json/read.hpp>
#include <tenantry/json/write.hpp>
#include <tenantry/query/patch.hpp>
#include <tenantry/sqlite/codec_json.hpp>
