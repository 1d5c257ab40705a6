// ORDER BY a column whose name something else has in the result: `SELECT a + ? AS "b" ... ORDER BY "b"`.
#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>

#include <tenantry/expr/order.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/order_list.hpp>
#include <tenantry/schema/table.hpp>

namespace tenantry::detail {

// SQLite takes a bare name in ORDER BY for that of a column of the result, if there is one, whatever that is made of. A
// qualified one means the table's.

template <class Form>
inline constexpr bool is_renamed = requires { typename Form::unnamed; };

// What a select has under names of their own.
template <class Form>
struct renamed_outputs {
    static constexpr bool any = false;
};
template <FixedString Keyword, class... Outputs>
    requires(is_renamed<Outputs> || ...)
struct renamed_outputs<ListForm<Position::subject, Keyword, Outputs...>> {
    static constexpr bool any = true;

    // Whether something else than the column has its name.
    template <class Column>
    static constexpr bool hide(std::string_view name)
    {
        return (hides<Outputs, Column>(name) || ...);
    }

private:
    template <class Output, class Column>
    static constexpr bool hides([[maybe_unused]] std::string_view name)
    {
        if constexpr (is_renamed<Output>)
            return !std::same_as<typename Output::unnamed, Column> && same_name(Output::name, name);
        else
            return false;
    }
};

// A column, or one with a collation: that is no other name to SQLite.
template <class Column>
struct ordered_column {
    using type = Column;
};
template <class Syntax, class Of>
struct ordered_column<Form<Syntax, Of>> : ordered_column<Of> {};

template <class Renamed, class Out, class Of>
constexpr bool is_hidden_column()
{
    using Column = typename ordered_column<Of>::type;
    if constexpr (requires { Column::member; })
        return Renamed::template hide<Column>(Out::template column_name<Column::member>());
    else
        return false;
}

// Whether a clause, or an ordering in it, is by such a column.
template <class Form>
struct ordered_columns {
    template <class Renamed, class Out>
    static constexpr bool are_hidden()
    {
        return false;
    }
};
template <class Of, auto... How>
struct ordered_columns<OrderForm<Of, How...>> {
    template <class Renamed, class Out>
    static constexpr bool are_hidden()
    {
        return is_hidden_column<Renamed, Out, Of>();
    }
};
template <class... Of>
struct ordered_columns<OrderListForm<Of...>> {
    template <class Renamed, class Out>
    static constexpr bool are_hidden()
    {
        return (is_hidden_column<Renamed, Out, Of>() || ...);
    }
};
template <FixedString Keyword, class... Orderings>
struct ordered_columns<ListForm<Position::order_by, Keyword, Orderings...>> {
    template <class Renamed, class Out>
    static constexpr bool are_hidden()
    {
        return (ordered_columns<Orderings>::template are_hidden<Renamed, Out>() || ...);
    }
};
template <class... Orderings>
struct ordered_columns<ChosenOrderForm<Orderings...>> {
    template <class Renamed, class Out>
    static constexpr bool are_hidden()
    {
        return (ordered_columns<Orderings>::template are_hidden<Renamed, Out>() || ...);
    }
};

// The form of a select in which names are given: its columns are qualified where one of them would be taken for another.
template <class... Forms>
struct RenamingForm : StatementForm<Forms...> {
    template <class Out>
    static constexpr void render(Out& out)
    {
        constexpr bool hidden = (hides_columns<Forms, Out>() || ...);
        if constexpr (hidden) out.read(); // counts as one more table
        StatementForm<Forms...>::render(out);
    }

private:
    template <class Subject, class Out>
    static constexpr bool hides_columns()
    {
        if constexpr (renamed_outputs<Subject>::any)
            return (ordered_columns<Forms>::template are_hidden<renamed_outputs<Subject>, Out>() || ...);
        else
            return false;
    }
};

template <class... Forms>
using renaming_form =
    std::conditional_t<(renamed_outputs<Forms>::any || ...), RenamingForm<Forms...>, StatementForm<Forms...>>;

} // namespace tenantry::detail
