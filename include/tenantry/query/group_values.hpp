// Groups are told from each other by what is bound at run time: an expression that stands beside them has the values that
// the one in GROUP BY has.
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

#include <tenantry/core/error.hpp>
#include <tenantry/expr/expression.hpp>
#include <tenantry/query/clause.hpp>
#include <tenantry/query/group_by.hpp>
#include <tenantry/query/parameters.hpp>
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

// Goes through expressions that have one value in a group, in the place of their parameters.
template <class S, class... Keys>
class GroupCheck {
public:
    using schema = S;
    static constexpr bool tenantry_checks_groups = true;

    GroupCheck(const Pack<Keys...>& keys, std::uint64_t incarnation) noexcept
        : keys_(keys), incarnation_(incarnation)
    {}

    template <class T>
    void add(const T&) noexcept
    {}
    void refuse(const Error&) noexcept {} // said when it is bound
    [[nodiscard]] std::uint64_t incarnation() const noexcept { return incarnation_; }

    template <class Syntax, class Value, class... Args>
    void look_at(const Compound<Syntax, Value, Args...>& node)
    {
        using Node = Compound<Syntax, Value, Args...>;
        constexpr bool is_key = (std::same_as<typename Node::form, typename Keys::form> || ...);
        if constexpr (Node::is_aggregate_function) {
            return;
        } else if constexpr (!is_key) {
            node.args.bind(*this);
        } else if constexpr (!is_repeatable_form<typename Node::form>) {
            if (is_one_of_keys(node)) return;
            if constexpr ((Args::template grouped<typename Keys::form...> && ...))
                node.args.bind(*this);
            else
                differs_ = true;
        }
    }

    [[nodiscard]] bool differs() const noexcept { return differs_; }

private:
    template <class Node>
    [[nodiscard]] bool is_one_of_keys(const Node& node) const
    {
        const BoundValues values = values_of<S>(node, incarnation_);
        return keys_.apply([&](const Keys&... key) { return (has_values(key, node, values) || ...); });
    }
    template <class Key, class Node>
    [[nodiscard]] bool has_values(const Key& key, const Node&, const BoundValues& values) const
    {
        if constexpr (std::same_as<typename Key::form, typename Node::form>)
            return values_of<S>(key, incarnation_) == values;
        else
            return false;
    }

    const Pack<Keys...>& keys_;
    std::uint64_t incarnation_;
    bool differs_ = false;
};

[[gnu::cold, gnu::noinline]] inline Error group_values_differ()
{
    return Error(errc::invalid_argument,
                 "an expression of select(), having() or order_by() stands in group_by() with other values: "
                 "which of the group's values would it be?");
}

// Whether there are values in what a GROUP BY groups by.
template <class Group>
inline constexpr bool groups_by_values = false;
template <class... Keys>
inline constexpr bool groups_by_values<GroupBy<Keys...>> = (!is_repeatable_form<typename Keys::form> || ...);

template <class To, class... Keys, class... Clauses>
void check_group_values(To& to, const GroupBy<Keys...>& group, const Pack<Clauses...>& clauses)
{
    GroupCheck<typename To::schema, Keys...> check(group.nodes, to.incarnation());
    const auto look = [&]<class Clause>(const Clause& clause) {
        constexpr Position at = Clause::form::position;
        if constexpr (at == Position::subject || at == Position::having || at == Position::order_by)
            clause.bind(check);
    };
    clauses.apply([&](const Clauses&... each) { (look(each), ...); });
    if (check.differs()) [[unlikely]]
        to.refuse(group_values_differ());
}

} // namespace tenantry::detail
