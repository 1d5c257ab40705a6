// A point read allocates nothing but what its row owns, counted by the program's own operator new.
#include "query/database.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> allocations{0};

} // namespace

// All of those that might be mixed: sanitizers have their own of each.
void* operator new(std::size_t size)
{
    ++allocations;
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc();
}
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept
{
    ++allocations;
    return std::malloc(size == 0 ? 1 : size);
}
void* operator new[](std::size_t size, const std::nothrow_t& quiet) noexcept
{
    return operator new(size, quiet);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

using namespace query_tests;

namespace {

struct Point {
    Id<Point> id{};
    std::int64_t x{};
    std::optional<double> y{};
    JobStatus status{};
    std::string label{};
};
struct Points : Schema<Table<"point", Point>> {};

struct PointDatabase {
    sqlite::Connection connection = test::must(sqlite::Connection::open_memory());

    PointDatabase()
    {
        connection.set_incarnation(here);
        for (const SchemaObject& object : schema_info<Points>().objects)
            test::must(connection.execute(std::string(object.sql).c_str()));
        test::must(execute<Points>(connection,
                                   insert(Point{.id = {}, .x = 5, .y = {}, .status = {}, .label = "short"})));
    }

    /// Allocations of a run after the first one, which prepares the statement.
    template <class Make>
    std::size_t counted(const Make& make)
    {
        static_cast<void>(test::must(execute<Points>(connection, make())));
        const std::size_t before = allocations;
        auto result = execute<Points>(connection, make());
        const std::size_t after = allocations;
        REQUIRE(result);
        return after - before;
    }
};

} // namespace

TEST_CASE("a point read allocates nothing")
{
    PointDatabase db;
    const auto id = key<Point>(1);
    CHECK(db.counted([&] { return first(select<Point>().where(col<&Point::id> == id)); }) == 0);
    CHECK(db.counted([&] { return one(select<Point>().where(col<&Point::id> == id)); }) == 0);
    CHECK(db.counted([&] { return first(select(col<&Point::x>).where(col<&Point::label> == "short")); }) ==
          0);
    const std::string named(100, 'x');
    CHECK(db.counted([&] { return first(select<Point>().where(col<&Point::label> == named)); }) == 0);
}

TEST_CASE("a read of several rows allocates their vector")
{
    PointDatabase db;
    CHECK(db.counted([&] { return select<Point>().where(col<&Point::x> == 5).limit(10); }) == 1);
}

TEST_CASE("a write of a row that has a name allocates nothing")
{
    PointDatabase db;
    Point point;
    point.label.assign(100, 'x');
    CHECK(db.counted([&] { return insert(point); }) == 0);
    point.id = key<Point>(1);
    CHECK(db.counted([&] { return upsert(point); }) == 0);
    CHECK(db.counted([&] { return update(point); }) == 0);
    CHECK(db.counted([&] {
        return update<Point>().set(col<&Point::x> = 6).where(col<&Point::id> == key<Point>(1));
    }) == 0);
    CHECK(db.counted([&] { return remove(point); }) == 0);
}

TEST_CASE("the counter counts")
{
    const std::size_t before = allocations;
    const std::string long_text(100, 'x');
    CHECK(allocations - before == 1);
}
