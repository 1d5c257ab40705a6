// VALUES of a whole row, or of many rows one after the other.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/detail/fields.hpp>
#include <tenantry/query/detail/given_row.hpp>
#include <tenantry/query/detail/given_rows.hpp>
#include <tenantry/query/detail/parameters.hpp>
#include <tenantry/query/detail/record_mark.hpp>
#include <tenantry/schema/traits.hpp>
#include <tenantry/sqlite/codecs.hpp>

namespace tenantry::detail {

// An id that is made here for an inserted row: SQLite makes none that are not integers.
template <class Row>
concept MakesIds = has_id<Row> && requires { IdAssignment<id_value_t<Row>>::make(); };

template <class Row>
struct MadeId {
    static constexpr bool possible = false;
};
template <MakesIds Row>
struct MadeId<Row> {
    static constexpr bool possible = true;
    std::optional<id_value_t<Row>> value{};
};

// Where the values of an insert go. It keeps what they do not: the id made for the row, and of many rows the one
// whose turn it is.
template <class S, sqlite::ParameterBinder Binder, class Row>
class InsertParameters : public Parameters<S, Binder> {
public:
    explicit InsertParameters(Binder& binder, const Row* row = nullptr) noexcept
        : Parameters<S, Binder>(binder), row_(row)
    {}

    [[nodiscard]] Parameters<S, Binder>& plain() noexcept { return *this; }
    [[nodiscard]] const Row& row() const noexcept { return *row_; }
    [[nodiscard]] MadeId<Row>& made() noexcept { return made_; }
    [[nodiscard]] const MadeId<Row>& made() const noexcept { return made_; }

private:
    const Row* row_;
    MadeId<Row> made_{};
};

// What is the same whatever row is inserted.
template <class Parameters>
[[nodiscard]] auto& plain_parameters(Parameters& to) noexcept
{
    if constexpr (requires { to.plain(); })
        return to.plain();
    else
        return to;
}

// One field, the same function in every row.
template <class Parameters, class Field>
void add_field(Parameters& to, const Field& field, bool is_written)
{
    if (is_written) to.add(field);
}

// Whether a column of the table does without a value in an insert.
template <class S, class Row>
[[nodiscard]] constexpr bool may_be_omitted(std::size_t i)
{
    using Table = table_of<S, Row>;
    constexpr auto nullable = []<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<bool, sizeof...(I)>{sqlite::is_nullable<field_type<Row, I>>...};
    }(std::make_index_sequence<field_count<Row>>{});
    if (has_default<Table>(i) || is_generated<Table>(i) || nullable[i]) return true;
    if constexpr (has_id_key<Table>)
        if constexpr (std::integral<id_value_t<Row>>) return i == id_column<Table>;
    return false;
}

// Rules of an insert that names its columns. MakesId: the row's own id is written without being named.
template <class S, class Row, bool MakesId, auto... Members>
constexpr void check_inserted_columns()
{
    if constexpr (has_table<S, Row> && (std::same_as<row_of<Members>, Row> && ...)) {
        using Table = table_of<S, Row>;
        static_assert(!(is_generated<Table>(member_index<Members>) || ...),
                      "tenantry: a generated column is set: the database computes it");
        constexpr bool complete = [] {
            std::array<bool, column_count<Table>> given{};
            ((given[member_index<Members>] = true), ...);
            if constexpr (MakesId) given[id_index<Row>] = true;
            for (std::size_t i = 0; i < given.size(); ++i)
                if (!given[i] && !may_be_omitted<S, Row>(i)) return false;
            return true;
        }();
        static_assert(complete,
                      "tenantry: an insert leaves out a required column: one that has neither a Default "
                      "nor room for NULL");
    }
}

// Which columns an insert of whole rows writes.
template <class Table, auto... Omitted>
consteval auto written_fields()
{
    std::array<bool, column_count<Table>> written{};
    for (std::size_t i = 0; i < written.size(); ++i) written[i] = !is_generated<Table>(i);
    ((written[member_index<Omitted>] = false), ...);
    return written;
}

template <class Row, auto... Omitted>
struct RowValuesForm {
    static constexpr Position position = Position::subject;

    template <class Out>
    static constexpr void render(Out& out)
    {
        using Table = table_of<typename Out::schema, Row>;
        constexpr auto written = written_fields<Table, Omitted...>();
        std::size_t count = 0;
        for (std::size_t i = 0; i < written.size(); ++i) {
            if (!written[i]) continue;
            out.text(count++ == 0 ? " (" : ", ");
            out.identifier(column_names<Table>[i]);
        }
        if (count == 0) return out.text(" DEFAULT VALUES");
        out.text(") VALUES (?");
        for (std::size_t i = 1; i < count; ++i) out.text(", ?");
        out.text(")");
    }
};

template <class Row, auto... Omitted>
struct RowValuesRules {
    // The row's own id is among the columns that are left out.
    static constexpr bool omits_id = [] {
        if constexpr (has_id<Row>)
            return ((member_index<Omitted> == id_index<Row>) || ...);
        else
            return false;
    }();

    template <class S>
    static constexpr void check()
    {
        constexpr bool all_optional = (may_be_omitted<S, Row>(member_index<Omitted>) && ...);
        static_assert(
            all_optional,
            "tenantry: .defaults() leaves out a column that has neither a Default nor room for NULL");
    }

    template <class Parameters>
    static void bind_row(Parameters& to, const Row& row)
    {
        static constexpr auto written =
            written_fields<table_of<typename Parameters::schema, Row>, Omitted...>();
        add_fields(to, tie_fields(row), written.data(), std::make_index_sequence<field_count<Row>>{});
    }

private:
    template <class Parameters, class Fields, std::size_t... I>
    static void add_fields(Parameters& to, const Fields& fields, const bool* written,
                           std::index_sequence<I...>)
    {
        if constexpr (MadeId<Row>::possible)
            (add_or_make<I>(to, tied::get<I>(fields), written[I]), ...);
        else
            (add_field(plain_parameters(to), tied::get<I>(fields), written[I]), ...);
    }

    // An unset id that the database does not assign is made here.
    template <std::size_t I, class Parameters, class Field>
    static void add_or_make(Parameters& to, const Field& field, bool is_written)
    {
        if constexpr (I == id_index<Row>)
            if (is_written && !field.has_value())
                return to.add(to.made().value.emplace(IdAssignment<id_value_t<Row>>::make()));
        add_field(to, field, is_written);
    }
};

// insert(row)
template <class Storage, auto... Omitted>
struct RowValues : RowValuesRules<declared_row_t<typename Storage::given>, Omitted...> {
    using row_type = declared_row_t<typename Storage::given>;
    using source = row_type;
    using form = RowValuesForm<row_type, Omitted...>;
    static constexpr bool owns_row = storage_owns_row<Storage>;

    Storage row;

    constexpr explicit RowValues(Storage given) : row(std::move(given)) {}

    template <auto... Members>
    [[nodiscard]] constexpr auto without() const&
    {
        return RowValues<Storage, Omitted..., Members...>(row);
    }
    template <auto... Members>
    [[nodiscard]] constexpr auto without() &&
    {
        return RowValues<Storage, Omitted..., Members...>(std::move(row));
    }

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template row<typename Storage::given>();
    }
    template <class Parameters>
    void bind(Parameters& to) const
    {
        refuse_strange_record(to, row.whole());
        RowValues::bind_row(to, row.get());
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return RowValues<OwnedRow<typename Storage::given>, Omitted...>(
            own_row(std::forward<Self>(self).row));
    }
};

// insert(rows): the statement of one row, run for each.
template <class Storage, auto... Omitted>
struct RowsValues : RowValuesRules<declared_row_t<typename Storage::given>, Omitted...> {
    using row_type = declared_row_t<typename Storage::given>;
    using source = row_type;
    using form = RowValuesForm<row_type, Omitted...>;
    static constexpr bool owns_row = Storage::is_owned;
    static constexpr bool many = true;

    Storage rows;

    constexpr explicit RowsValues(Storage given) : rows(std::move(given)) {}

    template <auto... Members>
    [[nodiscard]] constexpr auto without() const&
    {
        return RowsValues<Storage, Omitted..., Members...>(rows);
    }
    template <auto... Members>
    [[nodiscard]] constexpr auto without() &&
    {
        return RowsValues<Storage, Omitted..., Members...>(std::move(rows));
    }

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template row<typename Storage::given>();
    }
    template <class Parameters>
    void bind(Parameters& to) const
    {
        RowsValues::bind_row(to, to.row());
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        using Owned = decltype(std::forward<Self>(self).rows.owned());
        return RowsValues<Owned, Omitted...>(std::forward<Self>(self).rows.owned());
    }
};

} // namespace tenantry::detail
