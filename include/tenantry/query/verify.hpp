// verify_statements<Schema>(query, ...): does SQLite accept them all? For tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <tenantry/core/error.hpp>
#include <tenantry/query/check.hpp>
#include <tenantry/query/concepts.hpp>
#include <tenantry/query/detail/misfit.hpp>
#include <tenantry/query/detail/statement_text.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/traits.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/profile.hpp>

namespace tenantry {

namespace detail {

template <class S, class Q>
void verify_statement(sqlite::Connection& connection, std::vector<Error>& problems)
{
    static_assert(Statement<Q>,
                  "tenantry: this is not a query: select, insert, update, remove and sql make one");
    static_assert(check_statement<S, void, Q>());
    auto statement = connection.prepare(sql_text<S, shape_t<Q>>);
    if (!statement) {
        problems.push_back(std::move(statement).error());
        return;
    }
    if constexpr (requires { typename Q::template reading<PlainRows>; }) {
        constexpr auto wanted = Q::template reading<PlainRows>::expected.size();
        if (static_cast<std::size_t>(statement->column_count()) != wanted)
            problems.push_back(columns_error(*statement, wanted));
    }
}

} // namespace detail

/// Prepares the statements against an empty database of the schema, in memory, and gives what SQLite says of those
/// that it refuses: an error each, with its message and the SQL. Of raw ones it also sees whether they give as many
/// columns as are read. Values do not matter: `sql<"...">(0)` will do.
///
///     const auto problems = refused_statements<Slot>(latest_entries("auth"), sql<"select ...", Row>(0));
///
/// An error instead of a list: the declared schema itself was refused. `profile` has the functions and collations that
/// the statements use.
template <SchemaType S, class... Q>
[[nodiscard]] Result<std::vector<Error>> refused_statements(sqlite::Profile profile, const Q&...)
{
    profile.trusted_schema = schema_info<S>().needs_trust; // as a fleet does it
    auto connection = sqlite::Connection::open_memory(profile);
    if (!connection) return fail(std::move(connection).error());
    for (const SchemaObject& object : schema_info<S>().objects)
        if (auto made = connection->execute(std::string(object.sql)); !made)
            return fail(std::move(made).error());
    std::vector<Error> problems;
    (detail::verify_statement<S, Q>(*connection, problems), ...);
    return problems;
}
template <SchemaType S, Statement... Q>
[[nodiscard]] Result<std::vector<Error>> refused_statements(const Q&... queries)
{
    return refused_statements<S>(sqlite::Profile(), queries...);
}

/// The same as one answer, for `CHECK(verify_statements<Slot>(...))`: errc::invalid_sql with all that was refused, a
/// line each, if anything was.
template <SchemaType S, class... Q>
[[nodiscard]] Result<void> verify_statements(const sqlite::Profile& profile, const Q&... queries)
{
    auto problems = refused_statements<S>(profile, queries...);
    if (!problems) return fail(std::move(problems).error());
    if (problems->empty()) return {};
    std::string text(std::to_string(problems->size()) + " of " + std::to_string(sizeof...(Q)) +
                     " statements were refused:");
    for (const Error& problem : *problems)
        text.append("\n").append(problem.message()).append(": ").append(problem.sql());
    return fail(errc::invalid_sql, std::move(text));
}
template <SchemaType S, Statement... Q>
[[nodiscard]] Result<void> verify_statements(const Q&... queries)
{
    return verify_statements<S>(sqlite::Profile(), queries...);
}

} // namespace tenantry
