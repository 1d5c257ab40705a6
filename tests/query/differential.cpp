// Typed conditions over random rows choose the rows that the same condition as text chooses, and that C++ chooses.
#include "query/database.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace tenantry;

namespace {

struct Sample {
    Id<Sample> id{};
    std::int64_t m{};
    std::optional<std::int64_t> n{};
    std::optional<double> x{};
    std::string text{};
    std::optional<std::string> note{};
};

struct Samples : Schema<Table<"sample", Sample>> {};

using Number = std::optional<std::int64_t>;
using Truth = std::optional<bool>;
using Random = std::mt19937;

// An expression, what it is of a row, and its text with every parenthesis there can be.
template <class E, class F>
struct Node {
    E expression;
    F value;
    std::string text;
};

template <class E, class F>
Node<E, F> node(E expression, F value, std::string text)
{
    return {std::move(expression), std::move(value), std::move(text)};
}

template <class A, class B, class Make, class Compute>
auto joined(const A& a, const B& b, const char* symbol, Make make, Compute compute)
{
    return node(
        make(a.expression, b.expression),
        [fa = a.value, fb = b.value, compute](const Sample& row) {
            const auto left = fa(row);
            const auto right = fb(row);
            using Result = decltype(compute(*left, *right));
            if constexpr (requires { typename Result::value_type; })
                return left && right ? compute(*left, *right) : Result();
            else
                return left && right ? std::optional(compute(*left, *right)) : std::optional<Result>();
        },
        "((" + a.text + ") " + symbol + " (" + b.text + "))");
}

// clang-format off
template <class A, class B> auto add(const A& a, const B& b)
{ return joined(a, b, "+", [](auto x, auto y) { return x + y; }, [](auto x, auto y) { return x + y; }); }
template <class A, class B> auto subtract(const A& a, const B& b)
{ return joined(a, b, "-", [](auto x, auto y) { return x - y; }, [](auto x, auto y) { return x - y; }); }
template <class A, class B> auto multiply(const A& a, const B& b)
{ return joined(a, b, "*", [](auto x, auto y) { return x * y; }, [](auto x, auto y) { return x * y; }); }
template <class A, class B> auto divide(const A& a, const B& b)
{ return joined(a, b, "/", [](auto x, auto y) { return x / y; }, [](auto x, auto y) { return y == 0 ? Number() : Number(x / y); }); }
template <class A, class B> auto modulo(const A& a, const B& b)
{ return joined(a, b, "%", [](auto x, auto y) { return x % y; }, [](auto x, auto y) { return y == 0 ? Number() : Number(x % y); }); }
template <class A, class B> auto bits(const A& a, const B& b)
{ return joined(a, b, "&", [](auto x, auto y) { return x & y; }, [](auto x, auto y) { return x & y; }); }
template <class A, class B> auto less(const A& a, const B& b)
{ return joined(a, b, "<", [](auto x, auto y) { return x < y; }, [](auto x, auto y) { return x < y; }); }
template <class A, class B> auto equal(const A& a, const B& b)
{ return joined(a, b, "=", [](auto x, auto y) { return x == y; }, [](auto x, auto y) { return x == y; }); }
// clang-format on

// What is unknown may still be decided by the other side.
template <class A, class B>
auto both(const A& a, const B& b)
{
    return node(
        a.expression && b.expression,
        [fa = a.value, fb = b.value](const Sample& row) -> Truth {
            const Truth left = fa(row);
            const Truth right = fb(row);
            if ((left && !*left) || (right && !*right)) return false;
            return left && right ? Truth(true) : Truth();
        },
        "((" + a.text + ") AND (" + b.text + "))");
}
template <class A, class B>
auto either(const A& a, const B& b)
{
    return node(
        a.expression || b.expression,
        [fa = a.value, fb = b.value](const Sample& row) -> Truth {
            const Truth left = fa(row);
            const Truth right = fb(row);
            if ((left && *left) || (right && *right)) return true;
            return left && right ? Truth(false) : Truth();
        },
        "((" + a.text + ") OR (" + b.text + "))");
}
template <class A>
auto negated(const A& a)
{
    return node(
        !a.expression,
        [fa = a.value](const Sample& row) -> Truth {
            const Truth value = fa(row);
            return value ? Truth(!*value) : Truth();
        },
        "(NOT (" + a.text + "))");
}

std::string sql_quoted(const std::string& text)
{
    std::string made = "'";
    for (const char c : text) made.append(c == '\'' ? 2 : 1, c);
    return made + "'";
}

std::string lowered(std::string text)
{
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

// Texts of a few characters, special ones among them.
std::string random_text(Random& random)
{
    static const std::string letters = "aAbB%_\\*?[]'";
    std::string text;
    for (auto left = random() % 4; left > 0; --left) text += letters[random() % letters.size()];
    return text;
}

std::int64_t small(Random& random) { return static_cast<std::int64_t>(random() % 9) - 4; }

struct RandomRows {
    sqlite::Connection connection = test::must(sqlite::Connection::open_memory());
    std::vector<Sample> rows;

    explicit RandomRows(Random& random)
    {
        for (const SchemaObject& object : schema_info<Samples>().objects)
            test::must(connection.execute(std::string(object.sql).c_str()));
        for (int i = 0; i < 30; ++i) {
            Sample row;
            row.m = small(random);
            if (random() % 3 != 0) row.n = small(random);
            if (random() % 3 != 0) row.x = static_cast<double>(small(random)) / 2;
            row.text = random_text(random);
            if (random() % 2 != 0) row.note = random_text(random);
            test::must(execute<Samples>(connection, insert(row)));
        }
        rows = test::must(execute<Samples>(connection, select<Sample>().order_by(col<&Sample::id>)));
    }

    template <class N>
    void check(const N& condition)
    {
        std::vector<std::int64_t> expected;
        for (const Sample& row : rows)
            if (condition.value(row).value_or(false)) expected.push_back(row.id.value());
        std::vector<std::int64_t> typed;
        const auto query = select(col<&Sample::id>).where(condition.expression).order_by(col<&Sample::id>);
        for (const Id<Sample>& id : test::must(execute<Samples>(connection, query)))
            typed.push_back(id.value());
        std::vector<std::int64_t> text;
        auto statement =
            test::must(connection.prepare("SELECT id FROM sample WHERE " + condition.text + " ORDER BY id"));
        while (test::must(statement.step())) text.push_back(statement.integer(0));
        const std::string sql(sql_text<Samples, shape_t<decltype(query)>>);
        CAPTURE(condition.text, sql);
        CHECK(typed == expected);
        CHECK(typed == text);
    }

    template <class Before, class... By>
    void check_order(Before before, const By&... by)
    {
        std::vector<Sample> expected = rows;
        std::sort(expected.begin(), expected.end(), [&](const Sample& a, const Sample& b) {
            return before(a, b) || (!before(b, a) && a.id < b.id);
        });
        const auto query = select(col<&Sample::id>).order_by(by..., col<&Sample::id>);
        const auto found = test::must(execute<Samples>(connection, query));
        REQUIRE(found.size() == expected.size());
        const std::string sql(sql_text<Samples, shape_t<decltype(query)>>);
        CAPTURE(sql);
        CHECK(std::equal(found.begin(), found.end(), expected.begin(),
                         [](const Id<Sample>& id, const Sample& row) { return id == row.id; }));
    }
};

// The leaves.
const auto m = node(col<&Sample::m>, [](const Sample& row) { return Number(row.m); }, "m");
const auto n = node(col<&Sample::n>, [](const Sample& row) { return row.n; }, "n");

auto literal(std::int64_t value)
{
    return node(
        coalesce(nullif(col<&Sample::m>, col<&Sample::m>), value),
        [value](const Sample&) { return Number(value); }, std::to_string(value));
}

template <class Check>
void each_round(Check check)
{
    for (unsigned seed = 1; seed <= 25; ++seed) {
        Random random(seed);
        RandomRows table(random);
        CAPTURE(seed);
        check(table, random);
    }
}

} // namespace

TEST_CASE("conditions on numbers")
{
    each_round([](RandomRows& table, Random& random) {
        const auto k = literal(small(random));
        table.check(less(m, k));
        table.check(negated(less(n, add(m, k))));
        table.check(equal(modulo(multiply(m, n), k), subtract(k, m)));
        table.check(less(divide(n, m), subtract(m, subtract(n, k))));
        table.check(either(less(n, m), both(equal(bits(n, k), k), less(k, m))));
        table.check(both(either(less(n, m), equal(n, k)), negated(either(less(m, k), equal(m, n)))));
        table.check(negated(both(less(n, k), less(k, n))));
        table.check(equal(less(n, m), negated(less(m, k))));
    });
}

TEST_CASE("conditions on what may be NULL")
{
    each_round([](RandomRows& table, Random& random) {
        const std::int64_t low = small(random);
        const std::int64_t high = small(random);
        table.check(
            node(is_null(col<&Sample::n>), [](const Sample& row) -> Truth { return !row.n; }, "n IS NULL"));
        const Number perhaps = random() % 2 != 0 ? Number(low) : Number();
        table.check(node(
            is(col<&Sample::n>, perhaps), [perhaps](const Sample& row) -> Truth { return row.n == perhaps; },
            "n IS " + (perhaps ? std::to_string(*perhaps) : std::string("NULL"))));
        table.check(negated(node(
            between(col<&Sample::n>, low, col<&Sample::m> + high),
            [low, high](const Sample& row) -> Truth {
                if (!row.n) return {};
                return low <= *row.n && *row.n <= row.m + high;
            },
            "n BETWEEN " + std::to_string(low) + " AND m + " + std::to_string(high))));
        table.check(node(
            coalesce(col<&Sample::n>, col<&Sample::m>) > low,
            [low](const Sample& row) -> Truth { return row.n.value_or(row.m) > low; },
            "coalesce(n, m) > " + std::to_string(low)));
        table.check(node(
            case_().when(col<&Sample::n> > low, 1).when(col<&Sample::x> < 0.5, 2).otherwise(3) <
                col<&Sample::m>,
            [low](const Sample& row) -> Truth {
                return (row.n && *row.n > low ? 1 : row.x && *row.x < 0.5 ? 2 : 3) < row.m;
            },
            "CASE WHEN n > " + std::to_string(low) + " THEN 1 WHEN x < 0.5 THEN 2 ELSE 3 END < m"));
        table.check(node(
            iif(col<&Sample::x> > 0.0, col<&Sample::n>, nullif(col<&Sample::m>, high)) == low,
            [low, high](const Sample& row) -> Truth {
                const Number chosen = row.x && *row.x > 0.0 ? row.n
                                      : row.m == high       ? Number()
                                                            : Number(row.m);
                return chosen ? Truth(*chosen == low) : Truth();
            },
            "iif(x > 0.0, n, nullif(m, " + std::to_string(high) + ")) = " + std::to_string(low)));
    });
}

TEST_CASE("conditions of lists")
{
    each_round([](RandomRows& table, Random& random) {
        std::vector<std::int64_t> numbers(random() % 5);
        std::string list;
        for (std::int64_t& number : numbers) {
            number = small(random);
            list += (list.empty() ? "" : ", ") + std::to_string(number);
        }
        const auto in_numbers = node(
            in(col<&Sample::n>, numbers),
            [numbers](const Sample& row) -> Truth {
                if (numbers.empty()) return false; // of nothing even NULL is known not to be there
                if (!row.n) return {};
                return std::find(numbers.begin(), numbers.end(), *row.n) != numbers.end();
            },
            "n IN (" + list + ")");
        table.check(in_numbers);
        table.check(negated(in_numbers));
        std::vector<std::string> texts(random() % 5);
        list.clear();
        for (std::string& text : texts) {
            text = random_text(random);
            list += (list.empty() ? "" : ", ") + sql_quoted(text);
        }
        table.check(node(
            in(col<&Sample::text>, texts),
            [texts](const Sample& row) -> Truth {
                return std::find(texts.begin(), texts.end(), row.text) != texts.end();
            },
            "text IN (" + list + ")"));
    });
}

TEST_CASE("conditions on texts")
{
    each_round([](RandomRows& table, Random& random) {
        const std::string part = random_text(random);
        const std::string lower_part = lowered(part);
        table.check(node(
            contains(col<&Sample::text>, part),
            [lower_part](const Sample& row) -> Truth {
                return lowered(row.text).find(lower_part) != std::string::npos;
            },
            "instr(lower(text), " + sql_quoted(lower_part) + ") > 0"));
        table.check(negated(node(
            starts_with(col<&Sample::note>, part),
            [lower_part](const Sample& row) -> Truth {
                return row.note ? Truth(lowered(*row.note).substr(0, lower_part.size()) == lower_part)
                                : Truth();
            },
            "substr(lower(note), 1, " + std::to_string(part.size()) + ") = " + sql_quoted(lower_part))));
        table.check(node(
            glob(col<&Sample::text>, glob_escape(part) + "*"),
            [part](const Sample& row) -> Truth { return row.text.substr(0, part.size()) == part; },
            "substr(text, 1, " + std::to_string(part.size()) + ") = " + sql_quoted(part)));
        table.check(node(
            concat(col<&Sample::text>, col<&Sample::note>) < part,
            [part](const Sample& row) -> Truth {
                return row.note ? Truth(row.text + *row.note < part) : Truth();
            },
            "(text || note) < " + sql_quoted(part)));
        table.check(node(
            replace(col<&Sample::text>, "a", "") == part && length(col<&Sample::text>) > col<&Sample::m>,
            [part](const Sample& row) -> Truth {
                std::string left = row.text;
                left.erase(std::remove(left.begin(), left.end(), 'a'), left.end());
                return left == part && static_cast<std::int64_t>(row.text.size()) > row.m;
            },
            "(replace(text, 'a', '') = " + sql_quoted(part) + ") AND (length(text) > m)"));
    });
}

TEST_CASE("orders")
{
    each_round([](RandomRows& table, Random&) {
        // NULL is less than everything.
        table.check_order([](const Sample& a, const Sample& b) { return a.n < b.n; }, col<&Sample::n>);
        table.check_order([](const Sample& a, const Sample& b) { return a.n > b.n; }, desc(col<&Sample::n>));
        table.check_order(
            [](const Sample& a, const Sample& b) {
                return a.n.has_value() != b.n.has_value() ? a.n.has_value() : a.n < b.n;
            },
            nulls_last(col<&Sample::n>));
        table.check_order(
            [](const Sample& a, const Sample& b) {
                if (a.x != b.x) return a.x.has_value() != b.x.has_value() ? !a.x.has_value() : a.x > b.x;
                return a.m + a.n.value_or(0) < b.m + b.n.value_or(0);
            },
            nulls_first(desc(col<&Sample::x>)), col<&Sample::m> + coalesce(col<&Sample::n>, 0));
        table.check_order([](const Sample& a, const Sample& b) { return lowered(a.text) < lowered(b.text); },
                          collate<"nocase">(col<&Sample::text>));
        table.check_order(
            [](const Sample& a, const Sample& b) {
                return a.text != b.text ? a.text > b.text : a.note < b.note;
            },
            desc(col<&Sample::text>), col<&Sample::note>);
    });
}
