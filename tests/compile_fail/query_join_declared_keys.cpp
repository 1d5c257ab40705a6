// expect: tenantry: join\(table<Row>\) without a condition follows the one foreign key, and there are
#include <tenantry/query/query.hpp>
#include <tenantry/schema/foreign_key.hpp>
#include <tenantry/schema/not_strict.hpp>
#include <tenantry/schema/primary_key.hpp>

using namespace tenantry;

struct Line {
    std::string name{};
    std::int64_t number{};
};
struct Stop {
    std::string line{};
    std::int64_t number{};
    std::int64_t next{};
};
using ToLine = ForeignKey<Columns<&Stop::line, &Stop::number>, References<&Line::name, &Line::number>>;
#ifdef TENANTRY_BROKEN
using ToNext = ForeignKey<Columns<&Stop::line, &Stop::next>, References<&Line::name, &Line::number>>;
#else
using ToNext = NotStrict;
#endif
struct Town : Schema<Table<"line", Line, PrimaryKey<&Line::name, &Line::number>>,
                     Table<"stop", Stop, PrimaryKey<&Stop::line, &Stop::number>, ToLine, ToNext>> {};

void run(sqlite::Connection& connection)
{
    static_cast<void>(execute<Town>(connection, select<Stop>().join(table<Line>)));
}
