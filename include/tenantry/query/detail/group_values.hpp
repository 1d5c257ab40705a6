// Checks at run time that an expression beside groups has the same values bound to it as the one in GROUP BY.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/expr/detail/literal.hpp>
#include <tenantry/expr/detail/named.hpp>
#include <tenantry/expr/detail/text.hpp>
#include <tenantry/expr/expression.hpp>
#include <tenantry/expr/source.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/detail/outer_columns.hpp>
#include <tenantry/query/detail/outputs.hpp>
#include <tenantry/query/detail/parameters.hpp>
#include <tenantry/query/group_by.hpp>
#include <tenantry/query/into.hpp>
#include <tenantry/query/order_by.hpp>
#include <tenantry/schema/traits.hpp>
#include <tenantry/sqlite/binding.hpp>

namespace tenantry::detail {

// Keeps what values are bound as, to compare it. Models ParameterBinder.
class BoundValues {
public:
    explicit BoundValues(std::uint64_t incarnation) noexcept : incarnation_(incarnation) {}

    void null(int) { bytes_.push_back('n'); }
    void integer(int, std::int64_t value) { number('i', static_cast<std::uint64_t>(value)); }
    void real(int, double value) { number('r', std::bit_cast<std::uint64_t>(value)); }
    void text(int, std::string_view value)
    {
        number('t', value.size());
        bytes_.append(value);
    }
    void blob(int, std::span<const std::byte> value)
    {
        number('b', value.size());
        bytes_.append(reinterpret_cast<const char*>(value.data()), value.size());
    }
    void temporary_text(int i, std::string_view value) { text(i, value); }
    void temporary_blob(int i, std::span<const std::byte> value) { blob(i, value); }
    void refuse(const Error&) { bytes_.push_back('e'); } // said when it is bound
    [[nodiscard]] std::uint64_t incarnation() const noexcept { return incarnation_; }

    friend bool operator==(const BoundValues& a, const BoundValues& b) { return a.bytes_ == b.bytes_; }

private:
    void number(char kind, std::uint64_t value)
    {
        bytes_.push_back(kind);
        for (int i = 0; i < 8; ++i) bytes_.push_back(static_cast<char>(value >> (8 * i)));
    }

    std::uint64_t incarnation_;
    std::string bytes_;
};

static_assert(sqlite::ParameterBinder<BoundValues>);

template <class S, class Node>
[[nodiscard]] BoundValues values_of(const Node& node, std::uint64_t incarnation)
{
    BoundValues values(incarnation);
    Parameters<S, BoundValues> to(values);
    node.bind(to);
    return values;
}

// Whether two nodes of one form have the same values, those that they are bound with.
template <class S>
struct SameBound {
    using schema = S;
    std::uint64_t incarnation;

    template <class A, class B>
    [[nodiscard]] bool operator()(const A& a, const B& b) const
    {
        return values_of<S>(a, incarnation) == values_of<S>(b, incarnation);
    }
};

// The same in a declaration, where values are literals.
struct SameLiterals {
    using schema = void;

    template <class A, class B>
    [[nodiscard]] constexpr bool operator()(const A& a, const B& b) const
    {
        const std::size_t size = size_of(a);
        if (size != size_of(b)) return false;
        char* const texts = new char[2 * size + 1];
        write(a, texts);
        write(b, texts + size);
        const bool same = std::string_view(texts, size) == std::string_view(texts + size, size);
        delete[] texts;
        return same;
    }

private:
    struct Literals {
        TextSink sink;

        template <class T>
        constexpr void add(const T& value)
        {
            render_literal(sink, value);
            sink.put(',');
        }
        template <class Error>
        constexpr void refuse(Error&&) noexcept
        {}
    };

    template <class Node>
    [[nodiscard]] static constexpr std::size_t size_of(const Node& node)
    {
        Literals to;
        node.bind(to);
        return to.sink.size();
    }
    template <class Node>
    static constexpr void write(const Node& node, char* text)
    {
        Literals to{TextSink(text)};
        node.bind(to);
    }
};

// How the values of a statement are compared when they are handed to `To`; void where they are not compared.
template <class To>
[[nodiscard]] constexpr auto values_compared_by([[maybe_unused]] const To& to)
{
    if constexpr (checks_groups<To>)
        return;
    else if constexpr (requires { to.incarnation(); })
        return SameBound<typename To::schema>{to.incarnation()};
    else if constexpr (requires { To::tenantry_checks_literals; })
        return SameLiterals{};
}
template <class To>
using comparison_of = decltype(values_compared_by(std::declval<const To&>()));

template <class Key>
using key_form = without_name_t<typename Key::form>;

// Goes through expressions that have one value in a group, in the place of their parameters. `Own` is what the statement
// inside names that it goes through, void in the one that is grouped; `More` are forms that are grouped by beside the keys.
template <class Same, class Own, class More, class... Keys>
class GroupCheck;
template <class Same, class Own, class... More, class... Keys>
class GroupCheck<Same, Own, types<More...>, Keys...> {
public:
    using schema = typename Same::schema;
    static constexpr bool tenantry_checks_groups = true;
    static constexpr bool is_inside = !std::is_void_v<Own>;

    constexpr GroupCheck(const Pack<Keys...>& keys, const Same& same, bool& differs) noexcept
        : keys_(keys), same_(same), differs_(differs)
    {}

    template <class T>
    constexpr void add(const T&) noexcept
    {}
    template <class Error>
    constexpr void refuse(const Error&) noexcept // said when it is bound
    {}

    template <class Node>
    constexpr void visit(const Node& node)
    {
        if constexpr (!is_inside && requires { requires Node::is_aggregate_function; }) {
            return;
        } else if constexpr (!is_key<Node>()) {
            node.bind_parts(*this);
        } else if constexpr (!is_repeatable_form<typename Node::form>) {
            if (is_one_of_keys(node)) return;
            if constexpr (Node::template parts_grouped<key_form<Keys>..., More...>)
                node.bind_parts(*this);
            else
                differs_ = true;
        }
    }

    // For a statement inside.
    template <class Form>
    [[nodiscard]] constexpr auto inside() const
    {
        using Outer = std::conditional_t<is_inside, Own, NoNames>;
        return GroupCheck<Same, Names<Form, Outer>, types<More...>, Keys...>(keys_, same_, differs_);
    }

private:
    template <class Node>
    static consteval bool is_key()
    {
        if constexpr (!(std::same_as<typename Node::form, key_form<Keys>> || ...))
            return false;
        else if constexpr (is_inside)
            return is_outer<Node, Own>();
        else
            return true;
    }
    template <class Node>
    [[nodiscard]] constexpr bool is_one_of_keys(const Node& node) const
    {
        return keys_.apply([&](const Keys&... key) { return (has_values(key, node) || ...); });
    }
    template <class Key, class Node>
    [[nodiscard]] constexpr bool has_values(const Key& key, const Node& node) const
    {
        if constexpr (std::same_as<key_form<Key>, typename Node::form>)
            return same_(key, node);
        else
            return false;
    }

    const Pack<Keys...>& keys_;
    const Same& same_;
    bool& differs_;
};

[[gnu::cold, gnu::noinline]] inline Error group_values_differ()
{
    return Error(errc::invalid_argument,
                 "an expression of select(), having() or order_by() stands in group_by() with other values: "
                 "which of the group's values would it be?");
}
[[gnu::cold, gnu::noinline]] inline Error distinct_values_differ()
{
    return Error(
        errc::invalid_argument,
        "an expression of order_by() stands in select() with other values, and rows that are equal in those are "
        "one: which of their values would it be?");
}

// Tells what a statement is handed to that its values differ where they may not.
template <class To, class MakeError>
constexpr void say_values_differ(To& to, MakeError error)
{
    if constexpr (requires { To::tenantry_checks_literals; })
        to.values_differ();
    else
        to.refuse(error());
}

// Whether there are values in what a GROUP BY groups by.
template <class Group>
inline constexpr bool groups_by_values = false;
template <class... Keys>
inline constexpr bool groups_by_values<GroupBy<Keys...>> = (!is_repeatable_form<typename Keys::form> || ...);

template <class To, class... Keys, class... Clauses>
constexpr void check_group_values(To& to, const GroupBy<Keys...>& group, const Pack<Clauses...>& clauses)
{
    const auto same = values_compared_by(to);
    bool differs = false;
    GroupCheck<std::remove_const_t<decltype(same)>, void, types<>, Keys...> check(group.nodes, same, differs);
    const auto check_one = [&]<class Clause>(const Clause& clause) {
        constexpr Position at = Clause::form::position;
        if constexpr (at == Position::subject || at == Position::having || at == Position::order_by)
            clause.bind(check);
    };
    clauses.apply([&](const Clauses&... each) { (check_one(each), ...); });
    if (differs) [[unlikely]]
        say_values_differ(to, group_values_differ);
}

// ---- SELECT DISTINCT ... ORDER BY: rows that are equal in what is selected are one, and ordered by that

// The forms of what is selected. Of a source whose key is among it every column is.
template <class S, class E>
consteval auto distinct_key()
{
    if constexpr (requires { typename E::tenantry_row_output; }) {
        return std::type_identity<types<EveryColumn<typename E::source>>>{};
    } else if constexpr (requires { E::expression; }) {
        return distinct_key<S, decltype(E::expression)>();
    } else if constexpr (requires { E::member; }) {
        using Row = source_row<typename E::source>;
        if constexpr (has_table<S, Row>) {
            if constexpr ((primary_key<table_of<S, Row>>.size() == 1 &&
                           is_primary_key<table_of<S, Row>>(member_index<E::member>)))
                return std::type_identity<types<EveryColumn<typename E::source>>>{};
            else
                return std::type_identity<types<typename E::form>>{};
        } else {
            return std::type_identity<types<typename E::form>>{};
        }
    } else {
        return std::type_identity<types<typename E::form>>{};
    }
}

template <class... Lists>
struct joined_types {
    using type = types<>;
};
template <class... A>
struct joined_types<types<A...>> {
    using type = types<A...>;
};
template <class... A, class... B, class... Rest>
struct joined_types<types<A...>, types<B...>, Rest...> : joined_types<types<A..., B...>, Rest...> {};

template <class S, class Subject>
struct distinct_keys;
template <class S, class... E>
struct distinct_keys<S, Expressions<E...>> {
    using type = typename joined_types<typename decltype(distinct_key<S, E>())::type...>::type;
};
template <class S, class Source>
struct distinct_keys<S, WholeRow<Source>> {
    using type = types<EveryColumn<Source>>;
};
template <class S, class Subject, class Struct>
struct distinct_keys<S, Into<Subject, Struct>> : distinct_keys<S, Subject> {};

template <class Node>
consteval bool names_no_column()
{
    ColumnSides<NoNames> sides;
    Node::visit(sides);
    return !sides.own && !sides.outer;
}

template <class Node, class... Keys>
consteval bool is_of_distinct(types<Keys...>)
{
    return Node::template grouped<Keys...> || names_no_column<Node>();
}

// Whether a clause, if it is an order, is one of what is selected.
template <class Clause>
struct distinct_order {
    template <class Keys>
    static constexpr bool is_sound = true;
};
template <class... Nodes>
struct distinct_order<OrderBy<Nodes...>> {
    template <class Keys>
    static constexpr bool is_sound = (is_of_distinct<Nodes>(Keys{}) && ...);
};
template <class... Nodes>
struct distinct_order<ChosenOrderBy<Nodes...>> {
    template <class Keys>
    static constexpr bool is_sound = (is_of_distinct<Nodes>(Keys{}) && ...);
};

// What is selected, as keys.
template <class... E>
[[nodiscard]] constexpr const Pack<E...>& subject_nodes(const Expressions<E...>& subject)
{
    return subject.nodes;
}
template <class Subject, class Struct>
[[nodiscard]] constexpr const auto& subject_nodes(const Into<Subject, Struct>& subject)
{
    return subject_nodes(subject.subject);
}

template <class Subject>
inline constexpr bool selects_values = false;
template <class... E>
inline constexpr bool selects_values<Expressions<E...>> =
    (!is_repeatable_form<without_name_t<typename E::form>> || ...);
template <class Subject, class Struct>
inline constexpr bool selects_values<Into<Subject, Struct>> = selects_values<Subject>;

template <class To, class... E, class... Clauses>
constexpr void check_distinct_values(To& to, const Pack<E...>& keys, const Pack<Clauses...>& clauses)
{
    const auto same = values_compared_by(to);
    bool differs = false;
    const auto check_one = [&]<class... More>(types<More...>) {
        GroupCheck<std::remove_const_t<decltype(same)>, void, types<More...>, E...> check(keys, same,
                                                                                          differs);
        const auto bind = [&]<class Clause>(const Clause& clause) {
            if constexpr (Clause::form::position == Position::order_by) clause.bind(check);
        };
        clauses.apply([&](const Clauses&... each) { (bind(each), ...); });
    };
    if constexpr (std::is_void_v<typename To::schema>)
        check_one(types<>{});
    else
        check_one(typename distinct_keys<typename To::schema, Expressions<E...>>::type{});
    if (differs) [[unlikely]]
        say_values_differ(to, distinct_values_differ);
}

} // namespace tenantry::detail
