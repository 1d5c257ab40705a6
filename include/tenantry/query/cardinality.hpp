// first(query), one(query): how many rows are wanted.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/query/concepts.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/limit.hpp>
#include <tenantry/query/rows.hpp>

namespace tenantry {

namespace detail {

enum class Cardinality { first, one };

// A sort is cheaper if SQLite knows that only the first rows count; without one it makes no difference, since
// no further row is read.
template <class Form, int Rows>
struct bounded_form {
    using type = Form;
};
template <class... Forms, int Rows>
    requires((Forms::position == Position::order_by) || ...)
struct bounded_form<StatementForm<Forms...>, Rows> {
    static constexpr bool has_limit = ((Forms::position == Position::limit) || ...);
    using type = std::conditional_t<
        has_limit,
        StatementForm<std::conditional_t<std::same_as<Forms, NoLimitForm>,
                                         ConstantLimitForm<Position::limit, Rows>, Forms>...>,
        StatementForm<Forms..., ConstantLimitForm<Position::limit, Rows>>>;
};

template <class Q>
concept HasRows = requires { typename std::remove_cvref_t<Q>::template reading<PlainRows>; } &&
                  !requires { std::remove_cvref_t<Q>::how_many; };

// An insert stays one.
template <class Q>
struct CountedInsert {};
template <class Q>
    requires requires { typename Q::inserted_row; }
struct CountedInsert<Q> {
    using inserted_row = typename Q::inserted_row;
};

template <class Q>
struct CountedSubject {};
template <class Q>
    requires requires { typename Q::result_subject; }
struct CountedSubject<Q> {
    using result_subject = typename Q::result_subject;
};

template <class Q>
inline constexpr bool is_batch = requires { requires Q::traits::is_many; };

template <class Q, Cardinality How>
class Counted : public CountedInsert<Q>, public CountedSubject<Q> {
public:
    using source = typename Q::source;
    using form = typename bounded_form<typename Q::form, How == Cardinality::first ? 1 : 2>::type;
    using query_type = Q;
    template <class Rows>
    using reading = typename Q::template reading<Rows>;
    template <class Rows>
    using result = std::conditional_t<How == Cardinality::first, std::optional<typename reading<Rows>::type>,
                                      typename reading<Rows>::type>;

    static constexpr bool reads = Q::reads;
    static constexpr bool writes = Q::writes;
    static constexpr Cardinality how_many = How;
    static constexpr bool is_raw = requires { Q::is_raw; };
    static constexpr bool owns_row = is_rvalue_row<Q>;

    constexpr explicit Counted(Q query) : query_(std::move(query)) {}

    template <class S>
    static constexpr void check()
    {
        Q::template check<S>();
    }
    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        Q::visit(visitor);
    }
    template <class Parameters>
    void bind(Parameters& to) const
    {
        query_.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return Counted<detail::owned_t<Q>, How>(detail::own_part<Self>(self.query_));
    }

private:
    Q query_;
};

template <Cardinality How, class Q>
[[nodiscard]] constexpr auto make_counted(Q&& query)
{
    static_assert(HasRows<Q>,
                  "tenantry: first() and one() take a query that has rows: first(select<Job>()...)");
    static_assert(
        !is_batch<std::remove_cvref_t<Q>>,
        "tenantry: first() and one() are not for a statement of several rows, which gives them all");
    return Counted<std::remove_cvref_t<Q>, How>(std::forward<Q>(query));
}

} // namespace detail

/// The first row of a query's result: an optional, empty if there is none. Of several it is any, unless the
/// query says `order_by`.
template <class Q>
[[nodiscard]] constexpr auto first(Q&& query)
{
    return detail::make_counted<detail::Cardinality::first>(std::forward<Q>(query));
}

/// The only row of a query's result. Errors: no_such_row if there is none, too_many_rows if there are several.
template <class Q>
[[nodiscard]] constexpr auto one(Q&& query)
{
    return detail::make_counted<detail::Cardinality::one>(std::forward<Q>(query));
}

} // namespace tenantry
