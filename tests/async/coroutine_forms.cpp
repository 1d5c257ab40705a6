// The forms that docs/async.md names, as they are to be written: right with every compiler, those included that destroy the
// objects of a co_await expression twice (cmake/coroutine_probe.cpp has them as they are not to be written).
#include <array>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <tenantry/core/error.hpp>

#include "support/catch.hpp"

namespace asio = boost::asio;
using tenantry::Result;

namespace {

int made = 0;
int destroyed = 0;

struct Counted {
    Counted() noexcept { ++made; }
    Counted(const Counted& other) noexcept : value(other.value) { ++made; }
    Counted(Counted&& other) noexcept : value(other.value) { ++made; }
    Counted& operator=(const Counted&) noexcept = default;
    Counted& operator=(Counted&&) noexcept = default;
    ~Counted() { ++destroyed; }
    int value = 1;
};

struct Row {
    Counted counted{};
    int value = 0;
};

// An operation that gives what it was handed.
template <class Value>
auto operation(asio::io_context& context, Value value)
{
    const auto initiate = [&context](auto handler, Value given) {
        asio::post(context, [handler = std::move(handler), given = std::move(given)]() mutable {
            std::move(handler)(Result<Value>(std::move(given)));
        });
    };
    asio::deferred_t token;
    return asio::async_initiate<asio::deferred_t, void(Result<Value>)>(initiate, token, std::move(value));
}

int use(const Row& row, int number) { return row.value + number; }

// By the names of the page.
asio::awaitable<int> right_forms(asio::io_context& context, bool yes)
{
    int sum = 0;
    const Counted owned;
    // a lambda that captures, is converted, stands beside: has a name
    auto lambda = [owned] { return owned.value; };
    sum += (co_await operation(context, lambda)).value()();
    const std::function<int()> converted = lambda;
    sum += (co_await operation(context, converted)).value()();
    sum += lambda() + *co_await operation(context, 1);
    // a lambda of what is awaited: that has a name
    const auto given = co_await operation(context, owned);
    auto of_given = [given] { return given->value; };
    sum += of_given();
    // aggregates, arrays, braces, of whatever: have names
    Row row{.counted = owned, .value = 1};
    sum += (co_await operation(context, row))->value;
    const std::array<Counted, 2> array{owned, owned};
    sum += (co_await operation(context, array)).value()[0].value;
    const auto number = co_await operation(context, 1);
    sum += use(row, *number);
    Row of_awaited{.counted = *given, .value = *number};
    row = {.counted = owned, .value = *number};
    sum += of_awaited.value + row.value;
    // conditionals: an if, or the operation that was chosen before
    std::optional<Result<Counted>> chosen;
    if (yes)
        chosen = co_await operation(context, owned);
    else
        chosen = co_await operation(context, Counted());
    sum += (*chosen)->value;
    const Counted argument = yes ? owned : Counted();
    sum += (co_await operation(context, argument))->value;
    // what is right as it stands: classes with constructors, functions that give something, what owns nothing
    sum += (co_await operation(context, Counted()))->value;
    sum += static_cast<int>((co_await operation(context, std::string(100, 'x') + "y"))->size());
    sum += yes ? *co_await operation(context, 1) : *co_await operation(context, 1);
    co_return sum;
}

} // namespace

TEST_CASE("what a coroutine owns is destroyed once, written as the page says")
{
    for (const bool yes : {true, false}) {
        made = destroyed = 0;
        int sum = 0;
        {
            asio::io_context context;
            asio::co_spawn(context, right_forms(context, yes),
                           [&](const std::exception_ptr& thrown, int result) {
                               CHECK(thrown == nullptr);
                               sum = result;
                           });
            context.run();
        }
        CHECK(sum == 116);
        CHECK(made > 10);
        CHECK(made == destroyed);
    }
}
