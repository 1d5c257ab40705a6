// The seeds of the fuzzers, what they have found among them: each still goes well, with any compiler.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "fuzz/cursor.hpp"
#include "fuzz/external_id.hpp"
#include "fuzz/json.hpp"
#include "fuzz/raw_sql.hpp"
#include "support/catch.hpp"
#include "support/paths.hpp"

namespace {

// How many there are.
std::size_t replay(const char* name, void (*target)(std::string_view))
{
    std::size_t seeds = 0;
    for (const auto& entry : std::filesystem::directory_iterator(
             std::filesystem::path(tenantry::test::source_directory) / "tests/fuzz" / name)) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string seed{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
        INFO(entry.path().string());
        CHECK_NOTHROW(target(seed));
        ++seeds;
    }
    return seeds;
}

} // namespace

TEST_CASE("seeds of raw SQL") { CHECK(replay("raw_sql", fuzz::raw_sql) > 10); }
TEST_CASE("seeds of cursors") { CHECK(replay("cursor", fuzz::cursor) > 5); }
TEST_CASE("seeds of external ids") { CHECK(replay("external_id", fuzz::external_id) > 5); }
TEST_CASE("seeds of JSON") { CHECK(replay("json", fuzz::json) > 5); }
