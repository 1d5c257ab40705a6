// Sends values to SQLite and back, through their codecs and nothing else.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <tenantry/sqlite/codec.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/statement.hpp>

#include "support/must.hpp"

namespace tenantry::test {

class ValueProbe {
public:
    ValueProbe() : connection_(must(sqlite::Connection::open_memory())) {}

    [[nodiscard]] sqlite::Connection& connection() noexcept { return connection_; }

    /// What comes back of a value that was bound.
    template <class T, class Out = T>
    Out there_and_back(const T& value)
    {
        auto statement = must(connection_.prepare("SELECT ?1"));
        sqlite::Codec<T>::bind(statement, 1, value);
        must(statement.bound());
        REQUIRE(must(statement.step()));
        Out out{};
        REQUIRE(sqlite::Codec<Out>::read(statement, 0, out) == sqlite::Misfit::none);
        return out;
    }

    /// How SQLite stores it: `integer 42`, as `typeof` and `quote` tell.
    template <class T>
    std::string stored(const T& value)
    {
        auto statement = must(connection_.prepare("SELECT typeof(?1) || ' ' || quote(?1)"));
        sqlite::Codec<T>::bind(statement, 1, value);
        must(statement.bound());
        REQUIRE(must(statement.step()));
        return std::string(statement.text(0));
    }

    /// Why a value is not bound.
    template <class T>
    std::optional<Error> refusal(const T& value)
    {
        auto statement = must(connection_.prepare("SELECT ?1"));
        sqlite::Codec<T>::bind(statement, 1, value);
        auto bound = statement.bound();
        if (bound) return std::nullopt;
        return bound.error();
    }

    /// Reads `SELECT <expression>`.
    template <class T>
    sqlite::Misfit read(std::string_view expression, T& out)
    {
        auto statement = must(connection_.prepare("SELECT " + std::string(expression)));
        REQUIRE(must(statement.step()));
        return sqlite::Codec<T>::read(statement, 0, out);
    }

    template <class T>
    sqlite::Misfit misfit(std::string_view expression)
    {
        T out{};
        return read(expression, out);
    }

private:
    sqlite::Connection connection_;
};

} // namespace tenantry::test
