// The SQL of a statement's form in a schema: a constant, and a slot in every connection.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include <tenantry/expr/text.hpp>
#include <tenantry/schema/traits.hpp>
#include <tenantry/sqlite/statement.hpp>

namespace tenantry {

namespace detail {

// Where forms write their text; it knows the schema's names.
template <class S>
class SqlOut {
public:
    using schema = S;

    constexpr SqlOut(TextSink& sink, bool qualified) noexcept : sink_(sink), qualified_(qualified) {}

    constexpr void text(std::string_view text) noexcept { sink_.text(text); }
    constexpr void parameter() noexcept { sink_.put('?'); }

    template <class Row>
    constexpr void table() noexcept
    {
        sink_.identifier(table_name<S, Row>);
    }

    template <auto Member>
    constexpr void name() noexcept
    {
        sink_.identifier(column_name_of<S, Member>);
    }

    template <auto Member>
    constexpr void column() noexcept
    {
        qualify<row_of<Member>>();
        name<Member>();
    }

    // all of a row's, with commas between
    template <class Row>
    constexpr void columns() noexcept
    {
        bool first = true;
        for (const std::string_view column : column_names<table_of<S, Row>>) {
            if (!first) sink_.text(", ");
            first = false;
            qualify<Row>();
            sink_.identifier(column);
        }
    }

    constexpr void identifier(std::string_view name) noexcept { sink_.identifier(name); }

private:
    template <class Row>
    constexpr void qualify() noexcept
    {
        if (!qualified_) return;
        table<Row>();
        sink_.put('.');
    }

    TextSink& sink_;
    bool qualified_;
};

template <class S, class Form>
struct StatementRender {
    static constexpr void render(TextSink& sink)
    {
        SqlOut<S> out(sink, Form::sources > 1);
        Form::render(out);
    }
};

} // namespace detail

/// The form of a query or statement: its type without values, scopes and what is borrowed or owned. Queries of
/// one form are one text.
template <class Q>
using shape_t = typename std::remove_cvref_t<Q>::form;

/// The text of a form, with a zero behind it. Made at compile time.
template <class S, class Shape>
inline constexpr std::string_view sql_text = detail::static_text<detail::StatementRender<S, Shape>>;

/// The same with its slot, one for the whole program (or shared library). Thread-safe.
template <class S, class Shape>
[[nodiscard]] const sqlite::StatementText& statement_text()
{
    static const sqlite::StatementText text{sql_text<S, Shape>, sqlite::next_slot()};
    return text;
}

} // namespace tenantry
