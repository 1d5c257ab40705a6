// `insert(row)`, `insert(rows)`, `insert<Row>().set(...)`, `upsert(row)` and their like: INSERT.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenantry/core/detail/lifetimebound.hpp>
#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/expr/rename_key.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/detail/given_row.hpp>
#include <tenantry/query/detail/given_rows.hpp>
#include <tenantry/query/detail/insert_row.hpp>
#include <tenantry/query/detail/insert_select.hpp>
#include <tenantry/query/detail/insert_set.hpp>
#include <tenantry/query/detail/names_table.hpp>
#include <tenantry/query/named_query.hpp>
#include <tenantry/query/on_conflict.hpp>
#include <tenantry/query/returning.hpp>
#include <tenantry/query/where.hpp>
#include <tenantry/schema/traits.hpp>

namespace tenantry {

namespace detail {

// What becomes of a row that violates a constraint, said beside INSERT (https://sqlite.org/lang_conflict.html).
enum class OnViolation { fail, ignore, replace };

template <class Row, OnViolation Or>
struct InsertInto : NamesTable<InsertInto<Row, Or>, Row> {
    static constexpr Position position = Position::keyword;
    static constexpr OnViolation on_violation = Or;
    static constexpr std::string_view keyword = Or == OnViolation::ignore    ? "INSERT OR IGNORE INTO "
                                                : Or == OnViolation::replace ? "INSERT OR REPLACE INTO "
                                                                             : "INSERT INTO ";
};

// The key of a row that may be another than the one to be inserted comes back with it.
template <class Row>
struct ReturningKeyForm {
    static constexpr Position position = Position::returning;

    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(" RETURNING ");
        out.identifier(column_names<table_of<typename Out::schema, Row>>[id_index<Row>]);
    }
};

// What is known of an insert by its clauses.
template <class... Clauses>
struct InsertTraits {
    using into = clause_at<Position::keyword, Clauses...>;
    using subject = clause_at<Position::subject, Clauses...>;
    using conflict = clause_at<Position::conflict, Clauses...>;
    using returning = clause_at<Position::returning, Clauses...>;
    using row = typename into::source;

    static constexpr bool has_condition = !std::is_void_v<clause_at<Position::where, Clauses...>>;
    static constexpr bool is_many = requires { requires subject::many; };
    static constexpr bool is_query = requires { requires subject::is_query; };

    static constexpr bool conflict_is(ConflictAction wanted)
    {
        if constexpr (std::is_void_v<conflict>)
            return false;
        else
            return conflict::action == wanted;
    }
    static constexpr bool updates = conflict_is(ConflictAction::update);

    // It can be that no row is written.
    static constexpr bool may_pass_over = into::on_violation == OnViolation::ignore ||
                                          conflict_is(ConflictAction::nothing) || (updates && has_condition);

    // The id is an expression that only the database knows the value of.
    static constexpr bool computes_id = requires { requires subject::computes_id; };
    static constexpr bool returns_key =
        has_id<row> && std::is_void_v<returning> && !is_query && (updates || computes_id);

    static consteval auto find_form()
    {
        if constexpr (returns_key)
            return StatementForm<typename Clauses::form..., ReturningKeyForm<row>>{};
        else if constexpr (is_query && !std::is_void_v<conflict>)
            return StatementForm<typename form_before_conflict<typename Clauses::form>::type...>{};
        else
            return StatementForm<typename Clauses::form...>{};
    }
};

// What the insert of one row gives.
template <class Rows, class Row, bool MayPassOver>
consteval auto insert_result()
{
    if constexpr (has_id<Row>) {
        using Made = typename Rows::template key<Row>;
        return std::type_identity<std::conditional_t<MayPassOver, std::optional<Made>, Made>>{};
    } else {
        return std::type_identity<std::conditional_t<MayPassOver, bool, void>>{};
    }
}

// And of several: their keys, or their number.
template <bool GivesKeys, bool Several, class One>
struct insert_results {
    using type = One;
};
template <class One>
struct insert_results<true, true, One> {
    using type = std::vector<One>;
};
template <class One>
struct insert_results<false, true, One> {
    using type = std::int64_t;
};

template <class Traits, class Returning = typename Traits::returning>
struct InsertResult : ChangeResult<Returning> {};
template <class Traits>
struct InsertResult<Traits, void> {
    template <class Rows>
    using result_of_one =
        typename decltype(insert_result<Rows, typename Traits::row, Traits::may_pass_over>())::type;
    template <class Rows>
    using result = typename insert_results<Traits::is_many && has_id<typename Traits::row>,
                                           Traits::is_many || Traits::is_query, result_of_one<Rows>>::type;
};

template <class Statement, class... A>
[[nodiscard]] constexpr auto add_values(Statement&& statement, A&&... assignments)
{
    using Row = typename std::remove_cvref_t<Statement>::row_type;
    constexpr bool sound = sizeof...(A) > 0 && (AnyAssignment<A> && ...);
    static_assert(sound, "tenantry: set() takes assignments: set(col<&Job::status> = JobStatus::done)");
    static_assert(!std::remove_cvref_t<Statement>::template has<Position::subject>,
                  "tenantry: the insert has its values already");
    if constexpr (sound) {
        static_assert(
            (is_once<typename std::remove_cvref_t<A>::column, typename std::remove_cvref_t<A>::column...> &&
             ...),
            "tenantry: a column is set twice");
        static_assert(
            (std::is_void_v<typename decltype(std::remove_cvref_t<A>::value)::source> && ...),
            "tenantry: a value to be inserted names a column: there is no row yet that could have one");
        static_assert(
            (!is_key_assignment<A> && ...),
            "tenantry: rename_key() is for an update: an insert sets the key as it sets other columns");
        return with_clause(std::forward<Statement>(statement),
                           SetValues<Row, std::remove_cvref_t<A>...>{{{std::forward<A>(assignments)}...}});
    } else {
        return with_clause(std::forward<Statement>(statement), SetValues<Row>{});
    }
}

} // namespace detail

/// An INSERT, made by `insert`, `insert_or_ignore`, `insert_or_replace` and `upsert`.
template <class... Clauses>
class InsertQuery : public detail::ClauseList<Clauses...>,
                    public detail::InsertResult<detail::InsertTraits<Clauses...>>,
                    public detail::CanWith<InsertQuery<Clauses...>>,
                    public detail::CanWhere<InsertQuery<Clauses...>>,
                    public detail::CanOnConflict<InsertQuery<Clauses...>>,
                    public detail::CanReturning<InsertQuery<Clauses...>> {
    using List = detail::ClauseList<Clauses...>;

public:
    using traits = detail::InsertTraits<Clauses...>;
    using row_type = typename traits::row;
    using source = row_type;
    using form = decltype(traits::find_form());

    static constexpr bool reads = false;
    static constexpr bool writes = true;
    using inserted_row = row_type;
    static constexpr bool takes_on_conflict = traits::into::on_violation == detail::OnViolation::fail;
    static constexpr bool owns_row = (detail::clause_owns_row<Clauses> || ...);

    constexpr explicit InsertQuery(detail::Pack<Clauses...>&& given) : List(std::move(given)) {}

    /// Some columns, each with its value: `insert<Job>().set(col<&Job::module> = "mail", ...)`. Those left out
    /// take their defaults; one that has neither a Default nor room for NULL must be there.
    template <class... A>
    [[nodiscard]] constexpr auto set(A&&... assignments) const&
    {
        return detail::add_values(*this, std::forward<A>(assignments)...);
    }
    template <class... A>
    [[nodiscard]] constexpr auto set(A&&... assignments) &&
    {
        return detail::add_values(std::move(*this), std::forward<A>(assignments)...);
    }

    /// The columns that a query fills: `insert<Archive>().columns(col<&Archive::module>).from(select(...))`. Those left
    /// out take their defaults, as with `set`.
    template <class... C>
    [[nodiscard]] constexpr auto columns(const C&...) const
    {
        constexpr bool sound = sizeof...(C) > 0 && (detail::is_column<C> && ...);
        static_assert(sound, "tenantry: columns() takes columns: columns(col<&Archive::module>)");
        if constexpr (sound) {
            static_assert((std::same_as<typename C::source, row_type> && ...),
                          "tenantry: columns() names a column of another table");
            return detail::InsertColumns<InsertQuery, C::member...>(*this);
        } else {
            return detail::InsertColumns<InsertQuery>(*this);
        }
    }

    /// The same without these columns, which take the defaults of the table. (An `upsert` sets them to their
    /// defaults in a row that is there already, too.)
    template <class... C>
    [[nodiscard]] constexpr auto defaults(const C&...) const&
    {
        return without<C...>(*this);
    }
    template <class... C>
    [[nodiscard]] constexpr auto defaults(const C&...) &&
    {
        return without<C...>(std::move(*this));
    }

    // Rules that need the schema.
    template <class S>
    static constexpr void check()
    {
        static_assert(List::template has<detail::Position::subject>,
                      "tenantry: an insert says what is inserted: insert(row), or insert<Row>().set(...)");
        static_assert(!List::template has<detail::Position::where> || traits::updates,
                      "tenantry: where() in an insert chooses which rows in its way are changed: it belongs "
                      "behind on_conflict(...).do_update(...)");
        if constexpr (has_table<S, row_type>) {
            static_assert(
                traits::into::on_violation != detail::OnViolation::replace || !has_full_text<S, row_type>,
                "tenantry: insert_or_replace() deletes rows without a trigger, and the full-text table of this "
                "one would keep them: upsert() changes them");
            static_assert(std::is_void_v<typename traits::conflict> || !is_virtual<table_of<S, row_type>>,
                          "tenantry: a full-text table takes no upsert() and no on_conflict(): update or "
                          "remove its rows");
            (detail::check_clause<S, Clauses>(), ...);
        }
    }

    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return detail::own_clauses(std::forward<Self>(self));
    }

    // The clause that holds the values.
    /// The row, or the rows, that it inserts.
    [[nodiscard]] constexpr const auto& values() const
    {
        return detail::pack_find<typename traits::subject>(this->clauses);
    }

private:
    template <class... C, class Statement>
    static constexpr auto without(Statement&& statement)
    {
        constexpr bool are_columns = (detail::is_column<C> && ...);
        static_assert(are_columns, "tenantry: defaults() takes columns: defaults(col<&Job::created_at>)");
        if constexpr (are_columns) {
            constexpr bool own = (std::same_as<typename C::source, row_type> && ...);
            static_assert(own, "tenantry: defaults() names a column of another table");
            if constexpr (own)
                return detail::map_clauses(std::forward<Statement>(statement), []<class Clause>(
                                                                                   Clause&& clause) {
                    if constexpr (requires { std::forward<Clause>(clause).template without<C::member...>(); })
                        return std::forward<Clause>(clause).template without<C::member...>();
                    else
                        return std::remove_cvref_t<Clause>(std::forward<Clause>(clause));
                });
            else
                return InsertQuery(std::forward<Statement>(statement));
        } else {
            return InsertQuery(std::forward<Statement>(statement));
        }
    }
};

namespace detail {

template <class Row, OnViolation Or, class... More>
[[nodiscard]] constexpr auto start_insert(More&&... more)
{
    using Into = InsertInto<Row, Or>;
    return InsertQuery<Into, More...>(Pack<Into, More...>{{Into{}}, {std::forward<More>(more)}...});
}

template <OnViolation Or, class... More, class G>
[[nodiscard]] constexpr auto make_insert(G&& given)
{
    if constexpr (RowsGiven<G>) {
        using Storage = rows_storage_t<G>;
        using Row = declared_row_t<typename Storage::given>;
        return start_insert<Row, Or>(RowsValues<Storage>(Storage(std::forward<G>(given))));
    } else {
        static_assert(
            is_row_given<G>,
            "tenantry: a row is inserted: an object of a struct that is a table of the schema, or a "
            "range of them");
        using Storage = row_storage_t<G>;
        using Row = declared_row_t<G>;
        return start_insert<Row, Or>(RowValues<Storage>(Storage(std::forward<G>(given))));
    }
}

template <class G>
[[nodiscard]] constexpr auto make_upsert(G&& given)
{
    auto statement = make_insert<OnViolation::fail>(std::forward<G>(given));
    using Row = typename decltype(statement)::row_type;
    return with_clause(std::move(statement), OnConflict<Row, ConflictAction::update_others>{});
}

} // namespace detail

/// Inserts some columns of a row: `insert<Job>().set(col<&Job::module> = "mail", ...)`. The result is the row's
/// key where it has an id, otherwise nothing.
template <class Row>
[[nodiscard]] constexpr auto insert()
{
    static_assert(RowType<Row>, "tenantry: insert<Row>() takes a row, the struct of a table");
    return detail::start_insert<Row, detail::OnViolation::fail>();
}

/// Inserts a row, every column of it but those that the database computes; an unset id is assigned.
/// `.defaults(col<&Row::member>)` leaves columns to their defaults. A row that has a name is not copied: it has to outlive
/// the query, or until the call of an asynchronous operation returns. A temporary is moved into it.
///
/// The result is the row's key where it has an id, otherwise nothing. Errors: constraint, wrong_tenant for an
/// id of another tenant in any field, and for a record of another tenant.
///
/// A range of rows is inserted as one: all of them, or after an error none. It costs one prepared statement, run once
/// a row, and a savepoint where others would keep what came before the error. The result is a vector of their keys
/// in their order, or the number of rows written where they have no id.
template <class G>
[[nodiscard]] constexpr auto insert(const G& row TENANTRY_LIFETIMEBOUND)
{
    return detail::make_insert<detail::OnViolation::fail>(row);
}
template <class G>
    requires(!std::is_lvalue_reference_v<G>)
[[nodiscard]] constexpr auto insert(G&& row)
{
    return detail::make_insert<detail::OnViolation::fail>(std::forward<G>(row));
}

/// The same, but a row that would violate UNIQUE, NOT NULL or CHECK is passed over
/// (https://sqlite.org/lang_conflict.html). The result is the key, or nullopt if it was passed over; for rows
/// without an id whether it was inserted.
template <class G>
[[nodiscard]] constexpr auto insert_or_ignore(const G& row TENANTRY_LIFETIMEBOUND)
{
    return detail::make_insert<detail::OnViolation::ignore>(row);
}
template <class G>
    requires(!std::is_lvalue_reference_v<G>)
[[nodiscard]] constexpr auto insert_or_ignore(G&& row)
{
    return detail::make_insert<detail::OnViolation::ignore>(std::forward<G>(row));
}

/// The same, but rows that are in its way are deleted first: not changed, and what refers to them with
/// `Action::cascade` goes with them. `upsert` is mostly what is meant.
template <class G>
[[nodiscard]] constexpr auto insert_or_replace(const G& row TENANTRY_LIFETIMEBOUND)
{
    return detail::make_insert<detail::OnViolation::replace>(row);
}
template <class G>
    requires(!std::is_lvalue_reference_v<G>)
[[nodiscard]] constexpr auto insert_or_replace(G&& row)
{
    return detail::make_insert<detail::OnViolation::replace>(std::forward<G>(row));
}

/// Inserts a row, or changes all other columns of the one that has its primary key. The result is as insert's.
/// `insert(row).on_conflict(...).do_update(...)` says it for other keys and columns.
template <class G>
[[nodiscard]] constexpr auto upsert(const G& row TENANTRY_LIFETIMEBOUND)
{
    return detail::make_upsert(row);
}
template <class G>
    requires(!std::is_lvalue_reference_v<G>)
[[nodiscard]] constexpr auto upsert(G&& row)
{
    return detail::make_upsert(std::forward<G>(row));
}

} // namespace tenantry
