// A point read allocates nothing but what its row owns, counted by the program's own operator new.
#include "query/database.hpp"

#include <atomic>
#include <cstdlib>
#include <new>
#include <tuple>
#include <vector>

#include <tenantry/schema/index.hpp>
#include <tenantry/sqlite/transaction.hpp>

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
    const std::string brief(15, 'x');
    CHECK(db.counted([&] { return first(select<Point>().where(col<&Point::label> == brief)); }) == 0);
    const std::string named(100, 'x');
    CHECK(db.counted([&] { return first(select<Point>().where(col<&Point::label> == borrowed(named))); }) ==
          0);
}

namespace {

// Allocations while something is made.
template <class Make>
std::size_t made_with(const Make& make)
{
    const std::size_t before = allocations;
    static_cast<void>(make());
    return allocations - before;
}

} // namespace

TEST_CASE("a long text is copied once, wherever it stands and whatever follows it")
{
    const std::string text(100, 'x');
    const auto where = [&] { return select<Point>().where(col<&Point::label> == text); };
    const auto is = [&] { return col<&Point::label> == text; };
    CHECK(made_with(where) == 1);
    CHECK(made_with([&] {
              return first(where().order_by(col<&Point::x>, col<&Point::id>).limit(3).offset(1));
          }) == 1);
    CHECK(made_with([&] {
              return page_after_keys(where().order_by(col<&Point::x>, col<&Point::id>), 3, key<Point>(1));
          }) == 1);
    CHECK(made_with([&] {
              return select<Point>().where(!(is() && col<&Point::x> == 1) || col<&Point::x> == 2);
          }) == 1);
    CHECK(made_with([&] {
              return select<Point>().where(!(when(true, is()) && when(true, col<&Point::x> == 1)) ||
                                           when(false, col<&Point::x> == 2));
          }) == 1);
    CHECK(made_with([&] {
              return select(case_()
                                .when(col<&Point::x> == 1, text)
                                .when(col<&Point::x> == 2, "b")
                                .otherwise("c")
                                .as("t"_n))
                  .from(table<Point>)
                  .order_by(col<&Point::id>);
          }) == 1);
    CHECK(made_with([&] {
              return where().union_all(select<Point>()).intersect(select<Point>()).order_by(col<&Point::x>);
          }) == 1);
    CHECK(made_with([&] {
              return select(col<&Point::x>, count().filter(is()).as("n"_n))
                  .group_by(col<&Point::x>)
                  .having(count() > 1)
                  .limit(2);
          }) == 1);
    CHECK(made_with([&] {
              return first(select(scalar(select(count()).from(table<Point>).where(is())).as("n"_n)));
          }) == 1);
    CHECK(made_with([&] { return select<Point>().with(cte<"p">(where())).limit(1); }) == 1);
    CHECK(made_with([&] {
              return update<Point>().set(col<&Point::label> = text).where(col<&Point::x> == 1).returning();
          }) == 1);
    CHECK(made_with([&] {
              return insert<Point>().set(col<&Point::label> = text).on_conflict().do_nothing();
          }) == 1);
    CHECK(made_with([&] { return one(sql<"select ?, :b", std::string, std::string>(text, "b")); }) == 1);

    // One that has a name is copied as it is extended for the first time, and not as it is run.
    const auto query = where();
    CHECK(made_with([&] { return first(query.order_by(col<&Point::x>).limit(3).offset(1)); }) == 1);
    const auto both = where().union_all(select<Point>());
    CHECK(made_with([&] { return both.order_by(col<&Point::x>).limit(1); }) == 1);
    PointDatabase db;
    CHECK(db.counted([&]() -> const auto& { return query; }) == 0);
    CHECK(made_with([&] { return page_after_keys(query.order_by(col<&Point::id>), key<Point>(1)); }) == 1);

    // A list of texts is one text and its places, however many there are.
    const std::vector<std::string> few(2, text), many(50, text);
    const auto listed = [](const auto& texts) {
        return made_with([&] { return in(col<&Point::label>, texts); });
    };
    CHECK(listed(many) <= listed(few) + 20);
}

TEST_CASE("what is chosen at run time allocates nothing once that choice has come up")
{
    enum class By { x, label };
    PointDatabase db;
    const std::optional<std::int64_t> x = 5;
    const auto same_x = [](const std::int64_t& wanted) { return col<&Point::x> == wanted; };
    for (const bool labelled : {false, true})
        CHECK(db.counted([&] {
            return first(select<Point>()
                             .where(when(x, same_x) && when(labelled, col<&Point::label> == "short"))
                             .order_by(order_list(Sort{By::label, true}, sortable<By::x>(col<&Point::x>),
                                                  sortable<By::label>(col<&Point::label>))));
        }) == 0);
}

TEST_CASE("rows walked one by one allocate nothing but what they hold")
{
    PointDatabase db;
    const auto query = select<Point>().where(col<&Point::x> == 5);
    std::size_t rows = 0;
    const auto count_rows = [&](const Point&) { ++rows; };
    test::must(for_each<Points>(db.connection, query, count_rows));
    const std::size_t before = allocations;
    const auto walked = for_each<Points>(db.connection, query, count_rows);
    const std::size_t after = allocations;
    REQUIRE(walked);
    CHECK(after == before);
    CHECK(rows == 2);
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

namespace {

struct Entry {
    Id<Entry> id{};
    std::string module{};
    std::optional<std::string> target{};
    JobStatus status{};
    std::optional<std::int64_t> duration_ms{};
    Timestamp at{};
};
struct Task {
    Id<Task> id{};
    std::string module{};
    JobStatus status = JobStatus::pending;
    Timestamp created_at{};
};
struct Log : Schema<Table<"config", Setting, PrimaryKey<&Setting::key>>,
                    Table<"entry", Entry, Index<"idx_at", Descending<&Entry::at>>>,
                    Table<"task", Task, Index<"idx_status", &Task::status, &Task::created_at>>> {};

Entry entry(int i)
{
    return Entry{.id = {},
                 .module = i % 2 == 0 ? "mail" : "disk",
                 .target = std::nullopt,
                 .status = JobStatus::done,
                 .duration_ms = i,
                 .at = Timestamp(std::chrono::milliseconds(i))};
}

struct LogDatabase {
    sqlite::Connection connection = test::must(sqlite::Connection::open_memory());

    template <class Q>
    auto run(const Q& query)
    {
        return execute<Log>(connection, query);
    }

    LogDatabase()
    {
        connection.set_incarnation(here);
        for (const SchemaObject& object : schema_info<Log>().objects)
            test::must(connection.execute(std::string(object.sql).c_str()));
        for (int i = 0; i < 200; ++i) static_cast<void>(run(insert(entry(i))));
        for (int i = 0; i < 5; ++i) {
            const Task task{.id = {}, .module = "mail", .status = {}, .created_at = {}};
            static_cast<void>(run(insert(task)));
        }
    }
};

// Allocations of the second of two runs: the first prepares statements. It says whether it went well.
template <class Operation>
std::size_t allocations_of(const Operation& operation)
{
    REQUIRE(operation());
    const std::size_t before = allocations;
    const bool good = operation();
    const std::size_t after = allocations;
    REQUIRE(good);
    return after - before;
}

// What a vector takes by itself to grow to a size.
template <class T>
std::size_t growth_to(std::size_t size)
{
    const std::size_t before = allocations;
    std::vector<T> grown;
    while (grown.size() < size) grown.emplace_back();
    return allocations - before;
}

} // namespace

TEST_CASE("what a service does all day allocates nothing but its rows")
{
    LogDatabase db;
    const auto id = detail::IdAccess::key<Entry, ScopeA>(7, here);
    const Entry row = entry(1);
    const Setting setting{.key = "a", .value = "b", .updated_at = {}};

    CHECK(allocations_of([&] {
              const auto found = db.run(first(select<Entry>().where(col<&Entry::id> == id)));
              return found && *found;
          }) == 0);
    CHECK(allocations_of([&] { return db.run(insert(row)).has_value(); }) == 0);
    CHECK(allocations_of([&] {
              auto transaction = sqlite::Transaction::begin(db.connection);
              for (int i = 0; i < 100; ++i)
                  if (!db.run(insert(row))) return false;
              return transaction && transaction->commit();
          }) == 0);
    CHECK(allocations_of([&] { return db.run(upsert(setting)).has_value(); }) == 0);
    const std::size_t latest = growth_to<Entry>(100);
    CHECK(allocations_of([&] {
              const auto rows = db.run(select<Entry>().order_by(desc(col<&Entry::at>)).limit(100));
              return rows && rows->size() == 100;
          }) == latest);
    const std::size_t groups =
        growth_to<std::tuple<std::string, std::int64_t, std::optional<std::int64_t>>>(2);
    CHECK(allocations_of([&] {
              const auto found =
                  db.run(select(col<&Entry::module>, count(), sum(col<&Entry::duration_ms>))
                             .where(col<&Entry::at> >= Timestamp(std::chrono::milliseconds(50)))
                             .group_by(col<&Entry::module>));
              return found && found->size() == 2;
          }) == groups);
    CHECK(allocations_of([&] {
              auto transaction = sqlite::Transaction::begin(db.connection);
              const auto task = db.run(first(select<Task>()
                                                 .where(col<&Task::status> == JobStatus::pending)
                                                 .order_by(col<&Task::created_at>)));
              if (!transaction || !task || !*task) return false;
              const auto taken = db.run(update<Task>(detail::IdAccess::key<ScopeA>((*task)->id))
                                            .set(col<&Task::status> = JobStatus::running));
              return taken && *taken == 1 && transaction->commit();
          }) == 0);
}

TEST_CASE("many rows allocate the vector of their keys")
{
    LogDatabase db;
    const std::vector<Entry> rows(50, entry(3));
    CHECK(allocations_of([&] { return db.run(insert(rows)).has_value(); }) == 1);
}

TEST_CASE("the counter counts")
{
    const std::size_t before = allocations;
    const std::string long_text(100, 'x');
    CHECK(allocations - before == 1);
}
