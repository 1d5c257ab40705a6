// Every codec of the library.
#pragma once

#include <tenantry/sqlite/codec_blob.hpp>
#include <tenantry/sqlite/codec_chrono.hpp>
#include <tenantry/sqlite/codec_enum.hpp>
#include <tenantry/sqlite/codec_number.hpp>
#include <tenantry/sqlite/codec_optional.hpp>
#include <tenantry/sqlite/codec_text.hpp>
#include <tenantry/sqlite/codec_uuid.hpp>
