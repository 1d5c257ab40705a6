// Which schema a root's tenants are of: what the manifest knows of that, and who may open it.
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <tenantry/fleet/detail/layout.hpp>
#include <tenantry/fleet/open.hpp>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::test;
using detail::Layout;
namespace fs = std::filesystem;

namespace {

struct Shop : Schema<Table<"note", Note>> {
    static constexpr std::string_view schema_name = "shop";
};

struct Forum : Schema<Table<"note", Note>, Table<"reply", Reply>> {
    static constexpr std::string_view schema_name = "forum";
};

template <class S>
Result<void> opens(const fs::path& root, const FleetOptions& options = {.threads = 1})
{
    auto fleet = Fleet<S>::open(root, options);
    if (!fleet) return fail(fleet.error());
    return {};
}

std::string manifest(const fs::path& root)
{
    std::ostringstream text;
    text << std::ifstream(root / "tenantry.manifest").rdbuf();
    return text.str();
}

const FleetOptions sharing{.threads = 1, .shares_root = true};

} // namespace

TEST_CASE("a fleet of another schema is refused, and makes nothing in the tenants")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    must(opens<Shop>(root));
    must(opens<Shop>(root));
    const auto before = manifest(root);
    CHECK_THAT(before, ContainsSubstring("\nschema shop\n"));
    const auto refused = opens<Forum>(root);
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == errc::manifest_mismatch);
    CHECK_THAT(said(refused.error()), ContainsSubstring("'shop'"));
    CHECK_THAT(said(refused.error()), ContainsSubstring("'forum'"));
    CHECK_THAT(said(refused.error()), ContainsSubstring("shares_root"));
    CHECK(manifest(root) == before);
    CHECK_FALSE(opens<Shop>(root, {.threads = 1, .shards = ShardRule::flat}));
}

TEST_CASE("programs with parts of one schema share a root where they say so")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    const bool others_first = GENERATE(false, true);
    if (others_first) must(opens<Forum>(root, sharing));
    must(opens<Shop>(root));
    must(opens<Forum>(root, sharing));
    CHECK_THAT(manifest(root), ContainsSubstring("\nschema shop\n"));
    CHECK_FALSE(opens<Forum>(root));
    must(opens<Shop>(root));
}

TEST_CASE("a schema without a name opens every root, and may be given one later")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    must(open_notes(root));
    const auto plain = manifest(root);
    CHECK(plain.starts_with("tenantry fleet 1\n")); // which an older program understands
    must(opens<Forum>(root, sharing));
    CHECK(manifest(root) == plain);
    must(opens<Forum>(root));
    CHECK(manifest(root).starts_with("tenantry fleet 2\n")); // which it refuses
    CHECK_THAT(manifest(root), ContainsSubstring("\nschema forum\n"));
    must(open_notes(root));
    CHECK_FALSE(opens<Shop>(root));
}

TEST_CASE("of two that name a root at the same time one has named it")
{
    const TempDir directory;
    for (int round = 0; round < 50; ++round) {
        const auto root = directory.path() / std::to_string(round);
        if (round % 2 == 0) must(Layout::open(root, {}));
        std::vector<int> opened(4);
        {
            std::vector<std::jthread> threads;
            for (std::size_t n = 0; n < opened.size(); ++n)
                threads.emplace_back([&, n] {
                    const std::string_view name = n % 2 == 0 ? "one" : "other";
                    const auto layout = Layout::open(root, {}, name);
                    opened[n] = layout ? 1 : layout.error() == errc::manifest_mismatch ? 0 : 100;
                });
        }
        CHECK(opened[0] == opened[2]);
        CHECK(opened[1] == opened[3]);
        CHECK(opened[0] + opened[1] == 1);
    }
}

TEST_CASE("a root of a newer version is refused, and the message says so")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    must(Layout::open(root, {}));
    const std::string newer = "tenantry fleet 3\nshards fnv1a-256\napplication_id 1953395826\nkeys sealed\n";
    std::ofstream(root / "tenantry.manifest") << newer;
    for (const std::string_view name : {"", "shop"}) {
        const auto refused = Layout::open(root, {}, name);
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == errc::manifest_mismatch);
        CHECK_THAT(said(refused.error()), ContainsSubstring("newer version"));
        CHECK(manifest(root) == newer);
    }
}
