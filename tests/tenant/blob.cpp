#include <tenantry/tenant/blob.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <tenantry/schema/foreign_key.hpp>
#include <tenantry/schema/primary_key.hpp>
#include <tenantry/schema/unique.hpp>
#include <tenantry/tenant/tenant_db.hpp>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/opened_tenant.hpp"

using namespace tenantry;
using test::must;
using test::wait_for;

namespace {

struct File {
    Id<File> id{};
    std::string name{};
    std::optional<std::vector<std::byte>> content{};
};
// Without an id, and with a column that has the name of the rowid.
struct Page {
    std::string book{};
    std::int64_t number{};
    std::string rowid{};
    std::vector<std::byte> scan{};
};
struct Mark {
    Id<Mark> id{};
    std::vector<std::byte> digest{};
};
struct Files : Schema<Table<"file", File>, Table<"page", Page, PrimaryKey<&Page::book, &Page::number>>,
                      Table<"mark", Mark, Unique<&Mark::digest>>> {};

using Opened = test::OpenedOf<Files>;
using Bytes = std::vector<std::byte>;

// What is at a place of a large value says where that is.
std::byte byte_at(std::size_t i) { return static_cast<std::byte>(i % 251); }
Bytes bytes_from(std::size_t begin, std::size_t size)
{
    Bytes made(size);
    for (std::size_t i = 0; i < size; ++i) made[i] = byte_at(begin + i);
    return made;
}

Key<File, Files> add_file(const TenantDb<Files>& db, std::int64_t size)
{
    return must(
        db.write(insert<File>().set(col<&File::name> = "large", col<&File::content> = zeroblob(size))));
}

} // namespace

TEST_CASE("a large value is written and read in pieces")
{
    Opened opened;
    const auto& db = opened.db;
    constexpr std::size_t size = 300'000;
    const auto key = add_file(db, size);
    const auto fill = [&](auto& tx) -> Result<void> {
        auto blob = tx.blob(col<&File::content>, key);
        if (!blob) return tl::unexpected(blob.error());
        CHECK(blob->size() == size);
        for (std::size_t at = 0; at < size; at += 7000)
            if (auto done = blob->write(at, bytes_from(at, std::min<std::size_t>(7000, size - at))); !done)
                return done;
        std::array<std::byte, 10> piece{};
        CHECK(blob->read_some(7000 - 5, piece) == 10u); // its own writes
        CHECK(std::ranges::equal(piece, bytes_from(7000 - 5, 10)));
        return {};
    };
    must(db.write(fill));

    const auto read = [&](auto& snapshot) -> Result<Bytes> {
        auto blob = snapshot.blob(col<&File::content>, key);
        if (!blob) return tl::unexpected(blob.error());
        Bytes all;
        Bytes piece(4096);
        for (;;) {
            auto got = blob->read_some(all.size(), piece);
            if (!got) return tl::unexpected(got.error());
            if (*got == 0) return all;
            all.insert(all.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(*got));
        }
    };
    CHECK(must(db.snapshot(read)) == bytes_from(0, size));
    CHECK(must(wait_for(db.async_snapshot(read))) == bytes_from(0, size));
    CHECK(must(db.read(one(select(col<&File::content>)))) == bytes_from(0, size));
}

TEST_CASE("room is made and filled in one transaction")
{
    Opened opened;
    const auto& db = opened.db;
    constexpr std::size_t size = 100'000;
    const Bytes piece(10'000);
    const auto next_piece = [&](std::size_t at) { return bytes_from(at, piece.size()); };
    // [pieces]
    auto body = [&](auto& tx) -> Result<void> {
        auto key =
            tx.write(insert<File>().set(col<&File::name> = "scan", col<&File::content> = zeroblob(size)));
        if (!key) return tl::unexpected(key.error());
        auto blob = tx.blob(col<&File::content>, *key);
        if (!blob) return tl::unexpected(blob.error());
        for (std::size_t at = 0; at < size; at += piece.size())
            if (auto done = blob->write(at, next_piece(at)); !done) return done;
        return {};
    };
    // [/pieces]
    must(db.write(body));
    CHECK(must(db.read(one(select(col<&File::content>)))) == bytes_from(0, size));
}

TEST_CASE("what is written in pieces is rolled back with its transaction")
{
    Opened opened;
    const auto& db = opened.db;
    const auto key = add_file(db, 10);
    const auto fails = [&](auto& tx) -> Result<void> {
        auto blob = must(tx.blob(col<&File::content>, key));
        must(blob.write(0, bytes_from(1, 10)));
        return tl::unexpected(Error(errc::body_failed, "enough"));
    };
    CHECK(db.write(fails).error() == errc::body_failed);
    CHECK(must(db.read(one(select(col<&File::content>)))) == Bytes(10));
}

TEST_CASE("a value keeps its size, and reading ends at its end")
{
    Opened opened;
    const auto& db = opened.db;
    const auto key = add_file(db, 10);
    const auto body = [&](auto& tx) -> Result<void> {
        auto blob = must(tx.blob(col<&File::content>, key));
        std::array<std::byte, 8> piece{};
        CHECK(blob.read_some(6, piece) == 4u);
        CHECK(blob.read_some(10, piece) == 0u);
        CHECK(blob.read_some(11, piece).error() == errc::invalid_argument);
        CHECK(blob.write(4, bytes_from(1, 7)).error() == errc::invalid_argument);
        CHECK(blob.write(11, {}).error() == errc::invalid_argument);
        CHECK(blob.write(10, {}));
        CHECK(blob.write(4, bytes_from(1, 6)));
        return {};
    };
    must(db.write(body));
    CHECK(must(db.read(one(select(length(coalesce(col<&File::content>, Bytes())))))) == 10);
    const auto negative = insert<File>().set(col<&File::name> = "n", col<&File::content> = zeroblob(-1));
    CHECK(db.write(negative).error() == errc::invalid_argument);
    const auto huge = insert<File>().set(col<&File::name> = "n", col<&File::content> = zeroblob(1LL << 40));
    CHECK(db.write(huge).error() == errc::too_big);
}

TEST_CASE("a row that is not there, a key of another tenant, and a value that is NULL are told apart")
{
    Opened opened;
    Opened stranger("other");
    const auto& db = opened.db;
    const auto key = add_file(db, 10);
    const auto strange = add_file(stranger.db, 10);
    const auto empty = must(db.write(insert<File>().set(col<&File::name> = "none")));
    const auto look = [&](auto& snapshot) -> Result<void> {
        CHECK(snapshot.blob(col<&File::content>, key_for<File>(db, 99)).error() == errc::no_such_row);
        CHECK(snapshot.blob(col<&File::content>, strange).error() == errc::wrong_tenant);
        auto none = must(snapshot.blob(col<&File::content>, empty));
        CHECK(none.size().error() == errc::value_misfit);
        auto blob = must(snapshot.blob(col<&File::content>, key));
        CHECK(blob.move_to(strange).error() == errc::wrong_tenant);
        CHECK(blob.size() == 10u); // it stays where it is
        return {};
    };
    must(db.snapshot(look));
}

TEST_CASE("statements run beside a value that is open, and what they do to its row is seen")
{
    Opened opened;
    const auto& db = opened.db;
    const auto key = add_file(db, 10);
    const auto second = add_file(db, 20);
    const auto body = [&](auto& tx) -> Result<void> {
        auto blob = must(tx.blob(col<&File::content>, key));
        must(blob.write(0, bytes_from(1, 10)));
        // A batch begins a savepoint, which SQLite refuses while a value is open for writing.
        std::vector<File> files{{.id = {}, .name = "a", .content = {}},
                                {.id = {}, .name = "b", .content = {}}};
        CHECK(must(tx.write(insert(files))).size() == 2);
        must(blob.write(9, bytes_from(3, 1)));
        must(tx.run(update<File>(key).set(col<&File::content> = bytes_from(0, 30))));
        CHECK(blob.size() == 30u);
        std::array<std::byte, 2> piece{};
        CHECK(blob.read_some(28, piece) == 2u);
        CHECK(piece[1] == byte_at(29));
        must(blob.move_to(second));
        CHECK(blob.size() == 20u);
        must(blob.write(0, bytes_from(5, 2)));
        must(blob.move_to(key)); // while it is open
        CHECK(blob.size() == 30u);
        must(tx.run(remove<File>(key)));
        CHECK(blob.size().error() == errc::no_such_row);
        CHECK(blob.write(0, piece).error() == errc::no_such_row);
        std::int64_t walked = 0;
        auto other = must(tx.blob(col<&File::content>, second));
        must(tx.for_each(select(col<&File::id>), [&](const auto&) {
            ++walked;
            return other.write(0, bytes_from(static_cast<std::size_t>(walked), 1)).has_value();
        }));
        CHECK(walked == 3);
        return {};
    };
    must(db.write(body));
    const auto content = must(db.read(one(select(col<&File::content>).where(col<&File::id> == second))));
    REQUIRE(content);
    CHECK((*content)[0] == byte_at(3));
    CHECK((*content)[1] == byte_at(6));
}

TEST_CASE("after its body a value answers an error")
{
    Opened opened;
    const auto& db = opened.db;
    const auto key = add_file(db, 10);
    std::optional<BlobWriter<Files, &File::content>> kept;
    const auto keep = [&](auto& tx) -> Result<void> {
        kept.emplace(must(tx.blob(col<&File::content>, key)));
        return kept->write(0, bytes_from(1, 2));
    };
    must(db.write(keep));
    std::array<std::byte, 2> piece{};
    CHECK(kept->size().error() == errc::invalid_argument);
    CHECK(kept->read_some(0, piece).error() == errc::invalid_argument);
    CHECK(kept->write(0, piece).error() == errc::invalid_argument);
    CHECK(kept->move_to(key).error() == errc::invalid_argument);
    auto moved = std::move(*kept);
    CHECK(moved.size().error() == errc::invalid_argument);
    CHECK(kept->size().error() == errc::invalid_argument);

    std::optional<BlobReader<Files, &File::content>> read;
    const auto look = [&](auto& snapshot) -> Result<void> {
        read.emplace(must(snapshot.blob(col<&File::content>, key)));
        CHECK(read->size() == 10u);
        return {};
    };
    must(db.snapshot(look));
    CHECK(read->size().error() == errc::invalid_argument);
    must(db.write(remove<File>(key))); // nothing is in its way
}

TEST_CASE("a row without an id is found by its key, and columns in keys are only read")
{
    Opened opened;
    const auto& db = opened.db;
    must(db.write(insert(Page{.book = "b", .number = 1, .rowid = "x", .scan = bytes_from(0, 9)})));
    must(db.write(insert(Page{.book = "b", .number = 2, .rowid = "y", .scan = bytes_from(9, 9)})));
    must(db.write(insert(Mark{.id = {}, .digest = bytes_from(4, 4)})));
    const auto body = [&](auto& tx) -> Result<void> {
        auto blob = must(tx.blob(col<&Page::scan>, "b", 2));
        must(blob.write(8, bytes_from(100, 1)));
        must(blob.move_to(std::string("b"), 1));
        std::array<std::byte, 9> piece{};
        CHECK(blob.read_some(0, piece) == 9u);
        CHECK(std::ranges::equal(piece, bytes_from(0, 9)));
        CHECK(blob.move_to("b", 3).error() == errc::no_such_row);
        auto digest = must(tx.blob(col<&Mark::digest>, key_for<Mark>(tx, 1)));
        CHECK(digest.size() == 4u);
        return {};
    };
    must(db.write(body));
    const auto second = must(db.read(one(select(col<&Page::scan>).where(col<&Page::number> == 2))));
    CHECK(second[8] == byte_at(100));
    CHECK(second[7] == byte_at(16));
}
