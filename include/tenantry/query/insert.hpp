// INSERT of a row
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/reflect.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/query/clause.hpp>
#include <tenantry/query/fields.hpp>
#include <tenantry/query/given_row.hpp>
#include <tenantry/query/rows.hpp>
#include <tenantry/schema/traits.hpp>
#include <tenantry/sqlite/codecs.hpp>

namespace tenantry {

namespace detail {

// What happens to a row that is there already.
enum class OnConflict { fail, ignore, replace, update };

template <class Row, auto... Omitted>
consteval auto omitted_fields()
{
    std::array<bool, field_count<Row>> omitted{};
    ((omitted[member_index<Omitted>] = true), ...);
    return omitted;
}

template <class Row, OnConflict How, auto... Omitted>
struct InsertForm {
    static constexpr std::size_t sources = 1;
    template <class Other>
    static constexpr bool names_table = std::same_as<Other, Row>;

    template <class Out>
    static constexpr void render(Out& out)
    {
        using Table = table_of<typename Out::schema, Row>;
        constexpr auto omitted = omitted_fields<Row, Omitted...>();
        out.text(How == OnConflict::ignore    ? "INSERT OR IGNORE INTO "
                 : How == OnConflict::replace ? "INSERT OR REPLACE INTO "
                                              : "INSERT INTO ");
        out.template table<Row>();
        std::size_t written = 0;
        for (std::size_t i = 0; i < omitted.size(); ++i) {
            if (omitted[i]) continue;
            out.text(written++ == 0 ? " (" : ", ");
            out.identifier(column_names<Table>[i]);
        }
        if (written == 0) {
            out.text(" DEFAULT VALUES");
        } else {
            out.text(") VALUES (?");
            for (std::size_t i = 1; i < written; ++i) out.text(", ?");
            out.text(")");
        }
        if constexpr (How == OnConflict::update) render_update<Table>(out);
    }

private:
    // The columns of the key keep what they have, all others take what was to be inserted.
    template <class Table, class Out>
    static constexpr void render_update(Out& out)
    {
        out.text(" ON CONFLICT (");
        bool first = true;
        for (const std::size_t i : primary_key<Table>) {
            if (!first) out.text(", ");
            first = false;
            out.identifier(column_names<Table>[i]);
        }
        out.text(") DO ");
        first = true;
        for (std::size_t i = 0; i < column_count<Table>; ++i) {
            if (is_primary_key<Table>(i)) continue;
            out.text(first ? "UPDATE SET " : ", ");
            first = false;
            out.identifier(column_names<Table>[i]);
            out.text(" = excluded.");
            out.identifier(column_names<Table>[i]);
        }
        if (first) out.text("NOTHING");
    }
};

// The id that was made here for an inserted row, while its statement runs.
template <class Row>
struct MadeId {
    static constexpr bool possible = false;
};
template <class Row>
concept MakesIds = has_id<Row> && requires { IdAssignment<id_value_t<Row>>::make(); };
template <MakesIds Row>
struct MadeId<Row> {
    static constexpr bool possible = true;
    std::optional<id_value_t<Row>> value{};
};

// A field of a row to be inserted. An unset id that the database does not assign is made here.
template <class Row, class Parameters, class Field>
void add_field(Parameters& to, const Field& field, [[maybe_unused]] std::size_t i,
               [[maybe_unused]] MadeId<Row>& made)
{
    if constexpr (MadeId<Row>::possible && is_id_of<Field, Row>) {
        if (i == id_index<Row> && !field.has_value())
            return to.add(made.value.emplace(IdAssignment<id_value_t<Row>>::make()));
    }
    to.add(field);
}

// An id or key of a connection's tenant.
template <class Made>
[[nodiscard]] constexpr Made make_key(typename Made::value_type value, std::uint64_t incarnation)
{
    using Row = typename Made::row_type;
    if constexpr (KeyType<Made>)
        return IdAccess::key<Row, typename Made::scope_type>(std::move(value), incarnation);
    else
        return IdAccess::id<Row, typename Made::value_type>(std::move(value), incarnation);
}

template <class Rows, class Row, OnConflict How>
consteval auto insert_result()
{
    if constexpr (has_id<Row>) {
        using Made = typename Rows::template key<Row>;
        return std::type_identity<std::conditional_t<How == OnConflict::ignore, std::optional<Made>, Made>>{};
    } else {
        return std::type_identity<std::conditional_t<How == OnConflict::ignore, bool, void>>{};
    }
}

} // namespace detail

/// An INSERT of one row, made by `insert`, `insert_or_ignore`, `insert_or_replace` and `upsert`.
template <class Storage, detail::OnConflict How, auto... Omitted>
class InsertQuery {
public:
    using row_type = detail::declared_row_t<typename Storage::given>;
    using source = row_type;
    using form = detail::InsertForm<row_type, How, Omitted...>;
    using made_id = detail::MadeId<row_type>;
    template <class Rows>
    using result = typename decltype(detail::insert_result<Rows, row_type, How>())::type;

    static constexpr bool reads = false;
    static constexpr bool writes = true;
    static constexpr bool inserts = true;
    static constexpr bool ignores = How == detail::OnConflict::ignore;
    static constexpr bool owns_row = Storage::is_owned;
    using given = typename Storage::given;

    constexpr explicit InsertQuery(Storage row) : row_(std::move(row)) {}

    /// The same without these columns, which take the defaults of the table. (An `upsert` sets them to their
    /// defaults in a row that is there already, too.)
    template <auto... Members>
    [[nodiscard]] constexpr auto defaults() const&
    {
        check_members<Members...>();
        return InsertQuery<Storage, How, Omitted..., Members...>(row_);
    }
    template <auto... Members>
    [[nodiscard]] constexpr auto defaults() &&
    {
        check_members<Members...>();
        return InsertQuery<Storage, How, Omitted..., Members...>(std::move(row_));
    }

    // Rules that need the schema.
    template <class S>
    static constexpr void check()
    {
        constexpr auto omitted = detail::omitted_fields<row_type, Omitted...>();
        constexpr bool all_optional = [&] {
            for (std::size_t i = 0; i < omitted.size(); ++i)
                if (omitted[i] && !may_be_omitted<S>(i)) return false;
            return true;
        }();
        static_assert(
            all_optional,
            "tenantry: .defaults() leaves out a column that has neither a Default nor room for NULL");
    }

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template table<row_type>();
        visitor.template row<given>();
    }

    template <class Parameters>
    void bind(Parameters& to, made_id& made) const
    {
        static constexpr auto omitted = detail::omitted_fields<row_type, Omitted...>();
        std::size_t next = 0;
        detail::each_field(row_.get(), [&](const auto& field) {
            const std::size_t i = next++;
            if (omitted[i]) return;
            detail::add_field<row_type>(to, field, i, made);
        });
    }

    // The key of the row that was inserted last, by this statement on this connection.
    template <class Made, class Connection>
        requires has_id<row_type>
    [[nodiscard]] Result<Made> key(const Connection& connection, const made_id& made) const
    {
        using Value = id_value_t<row_type>;
        constexpr std::size_t at = id_index<row_type>;
        constexpr bool omitted = detail::omitted_fields<row_type, Omitted...>()[at];
        const auto& given_id = get_field<at>(row_.get());
        if constexpr (!omitted) {
            if (given_id.has_value())
                return detail::make_key<Made>(given_id.value(), connection.incarnation());
        }
        if constexpr (made_id::possible) {
            return detail::make_key<Made>(*made.value, connection.incarnation());
        } else if constexpr (std::integral<Value>) {
            const std::int64_t rowid = connection.last_insert_rowid();
            if (!std::in_range<Value>(rowid)) [[unlikely]]
                return fail(errc::value_misfit, "the id of the inserted row is beyond the range of its type");
            return detail::make_key<Made>(static_cast<Value>(rowid), connection.incarnation());
        } else {
            return fail(errc::internal, "a row without an id was inserted");
        }
    }

    [[nodiscard]] constexpr auto owned() const&
    {
        return InsertQuery<detail::OwnedRow<given>, How, Omitted...>(detail::OwnedRow<given>(row_.whole()));
    }
    [[nodiscard]] constexpr auto owned() &&
    {
        return InsertQuery<detail::OwnedRow<given>, How, Omitted...>(
            detail::OwnedRow<given>(std::move(row_).whole()));
    }

private:
    template <auto... Members>
    static constexpr void check_members()
    {
        static_assert(
            (FieldPointer<Members> && ...),
            "tenantry: .defaults<...>() names columns by pointers to data members, like &Row::field");
        if constexpr ((FieldPointer<Members> && ...))
            static_assert((std::same_as<row_of<Members>, row_type> && ...),
                          "tenantry: .defaults<...>() names a member of another row");
    }

    template <class S>
    static constexpr bool may_be_omitted(std::size_t i)
    {
        using Table = table_of<S, row_type>;
        constexpr auto nullable = nullable_fields(std::make_index_sequence<field_count<row_type>>{});
        if (has_default<Table>(i) || nullable[i]) return true;
        if constexpr (has_id_key<Table>)
            if constexpr (std::integral<id_value_t<row_type>>) return i == id_column<Table>;
        return false;
    }

    template <std::size_t... I>
    static constexpr std::array<bool, sizeof...(I)> nullable_fields(std::index_sequence<I...>)
    {
        return {sqlite::is_nullable<field_type<row_type, I>>...};
    }

    Storage row_;
};

namespace detail {

template <OnConflict How, class G>
[[nodiscard]] constexpr auto make_insert(G&& row)
{
    static_assert(is_row_given<G>,
                  "tenantry: a row is inserted: an object of a struct that is a table of the schema");
    return InsertQuery<row_storage_t<G>, How>(row_storage_t<G>(std::forward<G>(row)));
}

} // namespace detail

/// Inserts a row, every column of it; an unset id is assigned. `.defaults<&Row::member>()` leaves columns to
/// their defaults. A row that has a name is borrowed and must outlive the query, a temporary is moved into it.
///
/// The result is the row's key where it has an id, otherwise nothing. Errors: constraint, wrong_tenant for an
/// id of another tenant in any field.
template <class G>
[[nodiscard]] constexpr auto insert(G&& row)
{
    return detail::make_insert<detail::OnConflict::fail>(std::forward<G>(row));
}

/// The same, but a row that would violate UNIQUE, NOT NULL or CHECK is passed over
/// (https://sqlite.org/lang_conflict.html). The result is the key, or nullopt if it was passed over; for rows
/// without an id whether it was inserted.
template <class G>
[[nodiscard]] constexpr auto insert_or_ignore(G&& row)
{
    return detail::make_insert<detail::OnConflict::ignore>(std::forward<G>(row));
}

/// The same, but rows that are in its way are deleted first: not changed, and what refers to them with
/// `Action::cascade` goes with them. `upsert` is mostly what is meant.
template <class G>
[[nodiscard]] constexpr auto insert_or_replace(G&& row)
{
    return detail::make_insert<detail::OnConflict::replace>(std::forward<G>(row));
}

/// Inserts a row, or changes all other columns of the one that has its primary key. The result is as insert's.
template <class G>
[[nodiscard]] constexpr auto upsert(G&& row)
{
    return detail::make_insert<detail::OnConflict::update>(std::forward<G>(row));
}

} // namespace tenantry
