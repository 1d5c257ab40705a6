// Every codec of the library but that of JSON, which is in codec_json.hpp.
#pragma once

#include <tenantry/sqlite/codec_blob.hpp>
#include <tenantry/sqlite/codec_chrono.hpp>
#include <tenantry/sqlite/codec_enum.hpp>
#include <tenantry/sqlite/codec_number.hpp>
#include <tenantry/sqlite/codec_optional.hpp>
#include <tenantry/sqlite/codec_path.hpp>
#include <tenantry/sqlite/codec_text.hpp>
#include <tenantry/sqlite/codec_uuid.hpp>
