// into(table<Struct>): the columns of a result, by name, in the fields of a struct.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/detail/mismatch.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/expr/source.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/detail/fields.hpp>
#include <tenantry/query/detail/outputs.hpp>
#include <tenantry/query/detail/reading.hpp>

namespace tenantry {

namespace detail {

// Which column each field is read from; as many as there are columns where there is none.
template <std::size_t Fields, std::size_t Columns>
consteval std::array<std::size_t, Fields> columns_of_fields(
    const std::array<std::string_view, Fields>& fields, const std::array<std::string_view, Columns>& columns)
{
    std::array<std::size_t, Fields> found{};
    for (std::size_t field = 0; field < Fields; ++field) {
        found[field] = Columns;
        for (std::size_t column = 0; column < Columns && found[field] == Columns; ++column)
            if (columns[column] == fields[field]) found[field] = column;
    }
    return found;
}

template <class Struct, class Subject>
struct IntoMap {
    static constexpr std::size_t width = subject_names<Subject>::value.size();
    static constexpr auto columns =
        columns_of_fields(field_names_of<Struct>(std::make_index_sequence<field_count<Struct>>{}),
                          subject_names<Subject>::value);

    static constexpr bool every_field = [] {
        for (const std::size_t column : columns)
            if (column == width) return false;
        return true;
    }();
    static constexpr bool every_column = [] {
        std::array<bool, width> read{};
        for (const std::size_t column : columns)
            if (column < width) read[column] = true;
        for (const bool each : read)
            if (!each) return false;
        return true;
    }();
};

// Whether a column of type C can be read into a field of type F: what may be NULL needs room for it.
template <class F, class C>
consteval bool field_takes()
{
    using Field = unwrapped<F>;
    using Column = unwrapped<C>;
    if constexpr (is_optional<C> && !sqlite::is_nullable<F>)
        return false;
    else if constexpr (is_integer<Field>)
        return is_integer<Column>;
    else
        return expression_mismatch<Field, Column>() == Mismatch::none;
}

template <class Struct, class Map, class... C, std::size_t... I>
consteval bool fields_take(types<C...>, std::index_sequence<I...>)
{
    return (field_takes<field_type<Struct, I>, nth_type<Map::columns[I], C...>>() && ...);
}

template <class Struct, class Map>
struct IntoReading {
    using type = Struct;
    static constexpr auto expected = [] {
        constexpr auto of_fields =
            field_storages(std::make_index_sequence<field_count<Struct>>{}, std::type_identity<Struct>{});
        std::array<sqlite::Storage, Map::width> all{};
        for (std::size_t i = 0; i < of_fields.size(); ++i)
            if (Map::columns[i] < Map::width) all[Map::columns[i]] = of_fields[i];
        return all;
    }();

    template <class Reader>
    static sqlite::Misfit read(Reader& from, Struct& out, int& column)
    {
        const int begin = column;
        std::size_t next = 0;
        sqlite::Misfit misfit = sqlite::Misfit::none;
        each_field(out, [&]<class Field>(Field& field) {
            if (misfit != sqlite::Misfit::none) [[unlikely]]
                return;
            column = begin + static_cast<int>(Map::columns[next++]);
            misfit = sqlite::Codec<Field>::read(from, column, field);
        });
        if (misfit == sqlite::Misfit::none) [[likely]]
            column = begin + static_cast<int>(Map::width);
        return misfit;
    }
};

// A subject whose columns go into a struct. The text is the subject's own.
template <class Subject, class Struct>
struct Into {
    using row_type = Struct;
    using source = typename Subject::source;
    using sources = typename Subject::sources;
    using form = typename Subject::form;
    using map = IntoMap<Struct, Subject>;
    static constexpr bool aggregate = Subject::aggregate;
    static constexpr bool window = is_windowed<Subject>;
    static constexpr bool is_flat = true;
    static constexpr bool is_into = true;
    template <class... Keys>
    static constexpr bool grouped = Subject::template grouped<Keys...>;
    template <class Rows, class Missing = MissingSources<>>
    using reading = IntoReading<Struct, map>;
    template <class Missing>
    using column_types = typename Subject::template column_types<Missing>;
    template <class S>
    static consteval auto origins()
    {
        return Subject::template origins<S>();
    }

    Subject subject;

    template <class Columns>
    static constexpr void check_columns()
    {
        if constexpr (map::every_field)
            static_assert(
                fields_take<Struct, map>(Columns{}, std::make_index_sequence<field_count<Struct>>{}),
                "tenantry: into(table<Struct>): a field does not take what its column holds: another type, or "
                "NULL where the field is no std::optional");
    }

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        Subject::visit(visitor);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        subject.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return Into<owned_t<Subject>, Struct>{detail::own_part<Self>(self.subject)};
    }
};

template <class Subject, class Struct>
struct subject_names<Into<Subject, Struct>> : subject_names<Subject> {};

template <class Struct, class Subject>
constexpr bool check_into()
{
    if constexpr (!Subject::is_flat) {
        static_assert(Subject::is_flat,
                      "tenantry: into(table<Struct>) takes columns: name them instead of a whole row<...>");
        return false;
    } else {
        using Map = IntoMap<Struct, Subject>;
        static_assert(
            Map::every_field,
            "tenantry: into(table<Struct>): a field has no column of its name among what is selected: "
            "give one the name with .as(\"field\"_n)");
        static_assert(!Map::every_field || Map::every_column,
                      "tenantry: into(table<Struct>): a column that is selected has no field of its name");
        return Map::every_field && Map::every_column;
    }
}

// What into() is given.
template <class Of>
struct IntoStruct {
    static_assert(AnyTableTag<Of>, "tenantry: into() takes a struct by its name: into(table<Load>)");
    using source = Of;
};
template <class Struct>
struct IntoStruct<TableTag<Struct>> {
    using source = Struct;
};
template <class Of>
using into_struct = typename IntoStruct<Of>::source;

// The statement with its subject, its first clause, going into a struct.
template <class Struct, template <class...> class Statement, class Subject, class... Clauses>
[[nodiscard]] constexpr auto add_into(Statement<Subject, Clauses...> statement)
{
    static_assert(RowType<Struct>, "tenantry: into(table<Struct>) takes a plain aggregate");
    if constexpr (check_into<Struct, Subject>())
        return std::move(statement.clauses).apply([](Subject&& subject, Clauses&&... each) {
            using Made = Into<Subject, Struct>;
            return Statement<Made, Clauses...>(
                Pack<Made, Clauses...>{{Made{std::move(subject)}}, {std::move(each)}...});
        });
    else
        return statement;
}

// For Statement<Subject, Clauses...>.
template <class Statement>
struct CanInto {
    /// Each row of the result as a struct: every field has a column of its name, or of the name that the column
    /// was given with `.as("name"_n)`, and every column a field. The result is the struct itself, also in a
    /// tenant's scope; an id in it becomes a key by `key_for(db, id)`.
    template <class Of>
    [[nodiscard]] constexpr auto into(Of) const&
    {
        return add_into<into_struct<Of>>(static_cast<const Statement&>(*this));
    }
    template <class Of>
    [[nodiscard]] constexpr auto into(Of) &&
    {
        return add_into<into_struct<Of>>(static_cast<Statement&&>(*this));
    }
};

} // namespace detail

} // namespace tenantry
