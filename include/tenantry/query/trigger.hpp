// `Trigger<"note_status", AfterUpdate<Job, &Job::status>, When<done>, Do<note>>`
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include <tenantry/core/detail/fixed_string.hpp>
#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/detail/text.hpp>
#include <tenantry/expr/logic.hpp>
#include <tenantry/expr/trigger_row.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/detail/declared_statement.hpp>
#include <tenantry/schema/detail/column.hpp>
#include <tenantry/schema/detail/generated_from.hpp>
#include <tenantry/schema/detail/option.hpp>
#include <tenantry/schema/schema.hpp>
#include <tenantry/schema/table.hpp>
#include <tenantry/schema/traits.hpp>

namespace tenantry {

namespace detail {

enum class TriggerTime { before, after };
enum class TriggerKind { insert, update, remove };

template <TriggerTime Time, TriggerKind Kind, class Row, auto... Fields>
struct TriggerEvent {
    static constexpr bool tenantry_trigger_event = true;
    using row_type = Row;
    using members = Members<Fields...>;
    static constexpr bool has_old = Kind != TriggerKind::insert;
    static constexpr bool has_new = Kind != TriggerKind::remove;

    template <class S>
    static constexpr void render(TextSink& out) noexcept
    {
        using Table = table_of<S, Row>;
        out.text(Time == TriggerTime::before ? " BEFORE " : " AFTER ");
        out.text(Kind == TriggerKind::insert ? "INSERT" : Kind == TriggerKind::update ? "UPDATE" : "DELETE");
        if constexpr (sizeof...(Fields) > 0) {
            out.text(" OF ");
            if constexpr (is_any_generated<Table>())
                render_written_columns<S, Table, chosen<Table>()>(out);
            else
                render_columns<Table>(out, members::indices());
        }
        out.text(" ON ");
        out.identifier(Table::name);
    }

private:
    template <class Table>
    static consteval bool is_any_generated() noexcept
    {
        for (const std::size_t i : members::indices())
            if (is_generated<Table>(i)) return true;
        return false;
    }
    template <class Table>
    static consteval std::array<bool, column_count<Table>> chosen() noexcept
    {
        std::array<bool, column_count<Table>> all{};
        for (const std::size_t i : members::indices()) all[i] = true;
        return all;
    }
};

template <class T>
concept AnyTriggerEvent = requires { T::tenantry_trigger_event; };

// A part of a trigger behind its event: `position` 0 is its condition, 1 what it does.
template <class T>
concept TriggerPart = requires { T::tenantry_trigger_part; };

// A statement without the keys that an insert gives back by itself: in a trigger there is nobody to take them.
template <class Form>
struct without_returning {
    using type = Form;
};
template <class... Forms>
struct without_returning<StatementForm<Forms...>> {
    template <class Done, class... Rest>
    struct filter {
        using type = Done;
    };
    template <class... Done, class First, class... Rest>
    struct filter<StatementForm<Done...>, First, Rest...>
        : filter<std::conditional_t<First::position == Position::returning, StatementForm<Done...>,
                                    StatementForm<Done..., First>>,
                 Rest...> {};
    using type = typename filter<StatementForm<>, Forms...>::type;
};

// Whether text may roll back a transaction, by RAISE(ROLLBACK, ...) or OR ROLLBACK. More than those are taken for it.
constexpr bool names_rollback(std::string_view text) noexcept
{
    constexpr std::string_view word = "rollback";
    for (std::size_t at = 0; at + word.size() <= text.size(); ++at)
        if (same_name(text.substr(at, word.size()), word)) return true;
    return false;
}

template <class S, const auto& Node, class Event>
using trigger_out = TriggerOut<S, Node, typename Event::row_type, Event::has_old, Event::has_new>;

} // namespace detail

/// When a trigger runs: for each row that a statement inserts, before or after it is there. Of an update of certain
/// columns only: `AfterUpdate<Job, &Job::status>`; a generated one stands for those that it is made of (https://sqlite.org/lang_createtrigger.html).
template <class Row>
using BeforeInsert = detail::TriggerEvent<detail::TriggerTime::before, detail::TriggerKind::insert, Row>;
template <class Row>
using AfterInsert = detail::TriggerEvent<detail::TriggerTime::after, detail::TriggerKind::insert, Row>;
template <class Row, auto... Fields>
using BeforeUpdate =
    detail::TriggerEvent<detail::TriggerTime::before, detail::TriggerKind::update, Row, Fields...>;
template <class Row, auto... Fields>
using AfterUpdate =
    detail::TriggerEvent<detail::TriggerTime::after, detail::TriggerKind::update, Row, Fields...>;
template <class Row>
using BeforeRemove = detail::TriggerEvent<detail::TriggerTime::before, detail::TriggerKind::remove, Row>;
template <class Row>
using AfterRemove = detail::TriggerEvent<detail::TriggerTime::after, detail::TriggerKind::remove, Row>;

/// Only for rows that fulfil a condition of `old_<&Row::field>` and `new_<&Row::field>`.
template <const auto& Condition>
struct When {
    static constexpr int tenantry_trigger_part = 0;

    static consteval bool rules()
    {
        using E = detail::node_t<Condition>;
        constexpr bool condition = [] {
            if constexpr (detail::AnyExpression<E>)
                return detail::is_condition<const E&>() && !E::aggregate;
            else
                return false;
        }();
        static_assert(condition, "tenantry: When<> takes a condition of old_<> and new_<>");
        if constexpr (condition)
            return detail::check_literals<Condition>();
        else
            return false;
    }
    template <class S, class Event>
    static constexpr void render(detail::TextSink& out)
    {
        using E = detail::node_t<Condition>;
        detail::StatementRules<S, void, detail::Names<detail::NoNames, detail::NoNames>> rules;
        E::visit(rules);
        out.text(" WHEN ");
        detail::render_declared<detail::trigger_out<S, Condition, Event>, typename E::form>(out);
    }
    template <class S>
    static consteval bool needs_trust() noexcept
    {
        return detail::names_virtual_table<S, detail::node_t<Condition>>();
    }
};

/// What is done: statements that are constants, `inline constexpr auto note = update<Total>().set(...).where(...);`, in
/// which `old_<>` and `new_<>` stand for the row.
template <const auto&... Statements>
struct Do {
    static constexpr int tenantry_trigger_part = 1;

    static consteval bool rules()
    {
        static_assert(sizeof...(Statements) > 0, "tenantry: Do<> takes at least one statement");
        return (check<Statements>() && ...);
    }
    template <class S, class Event>
    static constexpr void render(detail::TextSink& out)
    {
        (render_one<S, Event, Statements>(out), ...);
    }
    template <class S>
    static consteval bool needs_trust() noexcept
    {
        return (detail::names_virtual_table<S, detail::node_t<Statements>>() || ...);
    }

private:
    template <const auto& Statement>
    static consteval bool check()
    {
        using Q = detail::node_t<Statement>;
        constexpr bool changes = [] {
            if constexpr (requires { Q::is_raw; } || requires { typename Q::template reading<PlainRows>; })
                return false; // text, or rows that would go nowhere
            else if constexpr (tenantry::Statement<Q>)
                return Q::writes && !Q::reads;
            else
                return false;
        }();
        static_assert(changes, "tenantry: a trigger does what insert, update and remove make; text goes into "
                               "DoSql<\"...\">");
        if constexpr (changes) {
            static_assert(!Q::template has<detail::Position::with>,
                          "tenantry: SQLite takes no with() in a trigger: read the query as "
                          "subquery<\"name\">(...), or make it a View");
            return detail::check_literals<Statement>();
        } else {
            return false;
        }
    }
    template <class S, class Event, const auto& Statement>
    static constexpr void render_one(detail::TextSink& out)
    {
        using Q = detail::node_t<Statement>;
        static_assert(detail::check_statement<S, void, Q>());
        out.text("\n    ");
        detail::render_declared<detail::trigger_out<S, Statement, Event>,
                                typename detail::without_returning<typename Q::form>::type>(out);
        out.put(';');
    }
};

/// Takes the statement back that did it, with this message and `errc::constraint`
/// (https://sqlite.org/lang_createtrigger.html#raise).
template <FixedString Message>
struct Refuse {
    static constexpr int tenantry_trigger_part = 1;

    static consteval bool rules() { return true; }
    template <class S, class Event>
    static constexpr void render(detail::TextSink& out) noexcept
    {
        out.text("\n    SELECT RAISE(ABORT, ");
        out.literal(Message.view());
        out.text(");");
    }
};

/// Statements as text, each with its semicolon. SQLite reads them when the trigger is made.
template <FixedString Text>
struct DoSql {
    static constexpr int tenantry_trigger_part = 1;
    static constexpr bool rolls_back = detail::names_rollback(Text.view());

    static consteval bool rules()
    {
        constexpr bool ends = !Text.view().empty() && Text.view().back() == ';';
        static_assert(ends, "tenantry: the text of DoSql<> ends with a semicolon");
        return ends;
    }
    template <class S, class Event>
    static constexpr void render(detail::TextSink& out) noexcept
    {
        out.text("\n    ");
        out.text(Text.view());
    }
};

namespace detail {

// Only text can roll back a transaction: what insert, update and remove make cannot.
template <class Part>
consteval bool part_rolls_back() noexcept
{
    if constexpr (requires { Part::rolls_back; })
        return Part::rolls_back;
    else
        return false;
}

// The schema object of a trigger.
template <FixedString Name, class Event, class... Parts>
struct CreateTrigger {
    static constexpr std::string_view type = "trigger";
    static constexpr std::string_view name = Name.view();
    static constexpr bool tenantry_rolls_back = (part_rolls_back<Parts>() || ...);

    template <class S>
    static constexpr std::string_view table_in() noexcept
    {
        return table_name<S, typename Event::row_type>;
    }

    template <class S>
    static constexpr void render(TextSink& out)
    {
        out.text("CREATE TRIGGER ");
        out.identifier(name);
        Event::template render<S>(out);
        (render_part<S, Parts, 0>(out), ...);
        out.text(" BEGIN");
        (render_part<S, Parts, 1>(out), ...);
        out.text("\nEND");
    }

    template <class S>
    static consteval bool needs_trust() noexcept
    {
        return (part_needs_trust<S, Parts>() || ...);
    }

private:
    template <class S, class Part, int Position>
    static constexpr void render_part(TextSink& out)
    {
        if constexpr (Part::tenantry_trigger_part == Position) Part::template render<S, Event>(out);
    }
    template <class S, class Part>
    static consteval bool part_needs_trust() noexcept
    {
        if constexpr (requires { Part::template needs_trust<S>(); })
            return Part::template needs_trust<S>();
        else
            return false;
    }
};

} // namespace detail

/// A trigger: its name, when it runs (`AfterInsert<Row>`, `AfterUpdate<Row, &Row::field...>`, `AfterRemove<Row>`, the
/// same with Before), for which rows (`When<>`), and what it does (`Do<>`, `Refuse<>`, `DoSql<>`, in this order).
template <FixedString Name, class Event, class... Parts>
struct Trigger {
    /// Its name in the database.
    static constexpr std::string_view name = Name.view();
    using tenantry_objects = detail::TypeList<detail::CreateTrigger<Name, Event, Parts...>>;

    static consteval bool part_rules() noexcept
    {
        static_assert(detail::is_object_name(Name.view()),
                      "tenantry: a trigger's name is not empty and does not begin with sqlite_");
        if constexpr (!detail::AnyTriggerEvent<Event>) {
            static_assert(detail::AnyTriggerEvent<Event>,
                          "tenantry: a trigger says when it runs: AfterInsert<Row>, AfterUpdate<Row>, ...");
            return false;
        } else if constexpr (!(detail::TriggerPart<Parts> && ...)) {
            static_assert((detail::TriggerPart<Parts> && ...),
                          "tenantry: behind its event a trigger has When<>, Do<>, Refuse<> and DoSql<>");
            return false;
        } else {
            constexpr std::size_t conditions = (std::size_t{Parts::tenantry_trigger_part == 0} + ... + 0);
            static_assert(conditions <= 1, "tenantry: a trigger has one When<>: join conditions with &&");
            static_assert(sizeof...(Parts) > conditions,
                          "tenantry: a trigger does something: Do<>, Refuse<> or DoSql<>");
            return conditions <= 1 && sizeof...(Parts) > conditions && (Parts::rules() && ...);
        }
    }

    template <class Index>
    static consteval bool schema_rules() noexcept
    {
        using Row = typename Event::row_type;
        constexpr bool there = detail::FindsRow<Index, Row>;
        static_assert(there, "tenantry: a trigger is on a row that is not a table of this schema");
        if constexpr (there) {
            constexpr bool fields = Event::members::template all_of<Row>;
            static_assert(fields, "tenantry: a trigger names a column of another row than the one it is on");
            using Table = typename decltype(detail::find_row<Row>(static_cast<const Index*>(nullptr)))::type;
            constexpr bool table = is_writable<Table> && !is_virtual<Table>;
            static_assert(table, "tenantry: a trigger is on a table, not on a view or a full-text table");
            return fields && table;
        } else {
            return false;
        }
    }
};

} // namespace tenantry
