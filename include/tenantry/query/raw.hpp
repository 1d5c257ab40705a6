// Raw SQL: sql<"select ...", Row>(values...)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenantry/core/detail/fixed_string.hpp>
#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/query/arg.hpp>
#include <tenantry/query/detail/bare_value.hpp>
#include <tenantry/query/detail/origin.hpp>
#include <tenantry/query/detail/raw_text.hpp>
#include <tenantry/query/detail/reading.hpp>
#include <tenantry/query/rows.hpp>
#include <tenantry/sqlite/codecs.hpp>

namespace tenantry {

namespace detail {

template <FixedString Text>
struct RawForm {
    static constexpr std::size_t sources = 0;
    template <class Row>
    static constexpr bool names_table = false;

    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(Text.view());
    }
};

template <class Rows, class... Result>
struct raw_reading {
    using type = TupleReading<selected_t<Rows, Result>...>;
};
template <class Rows, class Only>
struct raw_reading<Rows, Only> {
    using type = ScalarReading<selected_t<Rows, Only>>;
};
template <class Rows, class Row>
    requires(!sqlite::Readable<Row>)
struct raw_reading<Rows, Row> {
    using type = RowReading<Row, typename Rows::template row<Row>>;
};

// A whole row may be one of a table; what else a text selects nobody knows.
template <class... Result>
struct RawSubject {};
template <class Row>
    requires(!sqlite::Readable<Row>)
struct RawSubject<Row> {
    using result_subject = RawSubject;
    template <class S>
    static consteval std::array<Origin, 1> origins()
    {
        Origin made = origin_of_row<S, Row>();
        made.names = nullptr; // the text has its own
        return {made};
    }
};

template <class... Result>
struct RawResult : RawSubject<Result...> {
    template <class Rows>
    using reading = typename raw_reading<Rows, Result...>::type;
    template <class Rows>
    using result = std::vector<typename reading<Rows>::type>;
};
template <>
struct RawResult<> {
    template <class Rows>
    using result = std::int64_t;
};

template <RawText Text>
constexpr void refuse_raw()
{
    constexpr RawFault fault = Text.fault;
    static_assert(fault != RawFault::empty, "tenantry: there is no statement in the text");
    static_assert(fault != RawFault::unterminated,
                  "tenantry: a string, a quoted name or a comment in the text has no end");
    static_assert(fault != RawFault::several, "tenantry: one statement a sql<...>: this text has several");
    static_assert(fault != RawFault::transaction,
                  "tenantry: transactions are not controlled by raw SQL: what belongs together goes into a "
                  "transaction body");
    static_assert(fault != RawFault::attach,
                  "tenantry: ATTACH and DETACH are not for tenants: a connection sees one of them");
    static_assert(fault != RawFault::pragma,
                  "tenantry: PRAGMA is not for raw SQL: settings are options of the fleet");
    static_assert(fault != RawFault::vacuum,
                  "tenantry: VACUUM is not for raw SQL: it is maintenance of the fleet");
    static_assert(fault != RawFault::bad_parameter, "tenantry: parameters are numbered from ?1 to ?32766");
    static_assert(fault != RawFault::many_names, "tenantry: more than 256 named parameters");
}

} // namespace detail

/// A raw statement with its values, made by `sql`.
template <FixedString Text, class Result, class... Values>
class RawQuery : public Result { // with `reading<Rows>`, if it gives rows, and `result<Rows>`
public:
    using source = void;
    using form = detail::RawForm<Text>;

    static constexpr detail::RawText raw_text = detail::scan_raw(Text.view());
    static constexpr bool is_raw = true;
    static constexpr bool has_rows = !std::is_same_v<Result, detail::RawResult<>>;
    static constexpr bool reads = raw_text.kind != detail::RawKind::write;
    static constexpr bool writes = raw_text.kind != detail::RawKind::read || !has_rows;

    constexpr explicit RawQuery(detail::Pack<Values...>&& values) : values_(std::move(values)) {}

    template <class S>
    static constexpr void check()
    {}

    template <class Visitor>
    static constexpr void visit([[maybe_unused]] Visitor& visitor)
    {
        (Values::visit(visitor), ...);
    }

    template <class Parameters>
    void bind(Parameters& to) const
    {
        values_.bind(to);
    }

    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return RawQuery<Text, Result, detail::owned_t<Values>...>(detail::own_part<Self>(self.values_));
    }

private:
    detail::Pack<Values...> values_;
};

namespace detail {

template <FixedString Text, class... Result, class... V>
[[nodiscard]] constexpr auto make_raw(V&&... values)
{
    constexpr bool sound = (is_bare_value<V> && ...);
    static_assert(
        sound,
        "tenantry: a value cannot be bound to a parameter: specialise tenantry::sqlite::Codec for its type");
    if constexpr (sound)
        return RawQuery<Text, RawResult<Result...>, bare_parameter_t<V>...>(
            Pack<bare_parameter_t<V>...>{{bare_parameter(std::forward<V>(values))}...});
    else
        return RawQuery<Text, RawResult<Result...>>(Pack<>{});
}

// Values by name, in the order of the parameters' numbers.
template <FixedString Text, std::size_t Parameters, class... Result, class... A>
[[nodiscard]] constexpr auto make_raw_by_name(A&&... arguments)
{
    constexpr auto match =
        match_names(raw_parameter_names<Parameters>(Text.view()),
                    std::array<std::string_view, sizeof...(A)>{std::remove_cvref_t<A>::name...});
    static_assert(match.fault != NameFault::unknown,
                  "tenantry: arg<\"...\">() names a parameter that is not in the statement");
    static_assert(match.fault != NameFault::twice, "tenantry: two arguments are for one parameter");
    static_assert(
        match.fault != NameFault::missing,
        "tenantry: a parameter of the statement has no arg<\"...\">(): where one is given by its name, all are");
    if constexpr (match.fault == NameFault::none)
        return [&]<std::size_t... P>(std::index_sequence<P...>) {
            auto all = std::forward_as_tuple(std::forward<A>(arguments)...);
            return make_raw<Text, Result...>(std::get<match.argument[P]>(std::move(all)).value...);
        }(std::make_index_sequence<Parameters>{});
    else
        return RawQuery<Text, RawResult<Result...>>(Pack<>{});
}

} // namespace detail

/// A statement as text, where the typed ones do not reach. `Result` says what a row of its result becomes, by
/// position: a struct, a value, or several values for a tuple; without it the result is the number of rows
/// changed. Parameters are `?`, `?1`, `:name`, `@name` or `$name`; values are given in the order of their
/// numbers, a name's number being where it first occurs, or all of them by name, with `arg<"name">(value)`.
///
///     sql<"select module, count(*) from audit_log where at >= :since group by 1", std::string, std::int64_t>(
///         arg<"since">(yesterday))
///
/// The number of values and their names are checked at compile time, and so is that it is one statement that a
/// tenant's connection may run. Whether SQLite accepts it shows when it runs, `errc::invalid_sql`, or in a test that
/// calls `verify_statements`. Ids and keys of another tenant are refused as everywhere.
template <FixedString Text, class... Result, class... V>
[[nodiscard]] constexpr auto sql(V&&... values)
{
    constexpr detail::RawText text = detail::scan_raw(Text.view());
    detail::refuse_raw<text>();
    constexpr bool sound = text.fault == detail::RawFault::none;
    constexpr bool any_named = (detail::is_named_argument<std::remove_cvref_t<V>> || ...);
    constexpr bool all_named = (detail::is_named_argument<std::remove_cvref_t<V>> && ...);
    static_assert(!sound || any_named || text.parameters == sizeof...(V),
                  "tenantry: the statement has another number of parameters than there are values");
    static_assert(!sound || text.kind != detail::RawKind::read || sizeof...(Result) > 0,
                  "tenantry: say what a row of the result becomes: sql<\"select ...\", Row>(values...)");
    static_assert(
        !any_named || all_named,
        "tenantry: arguments are given by name or by position, not both: arg<\"...\">() for all or none");
    if constexpr (!any_named)
        return detail::make_raw<Text, Result...>(std::forward<V>(values)...);
    else if constexpr (all_named && sound)
        return detail::make_raw_by_name<Text, text.parameters, Result...>(std::forward<V>(values)...);
    else
        return RawQuery<Text, detail::RawResult<Result...>>(detail::Pack<>{});
}

} // namespace tenantry
