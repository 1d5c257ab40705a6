// `.limit(n)`, `.offset(n)`: LIMIT and OFFSET.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/expr/detail/mismatch.hpp>
#include <tenantry/query/detail/clause.hpp>

namespace tenantry {

namespace detail {

template <Position At>
struct LimitForm {
    static constexpr Position position = At;
    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(At == Position::limit ? " LIMIT " : " OFFSET ");
        out.parameter();
    }
};

// A number that is part of the text.
template <Position At, std::int64_t Rows>
struct ConstantLimitForm {
    static constexpr Position position = At;
    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(At == Position::limit ? " LIMIT " : " OFFSET ");
        char digits[20]{};
        std::size_t at = sizeof digits;
        std::int64_t rest = Rows;
        do digits[--at] = static_cast<char>('0' + rest % 10);
        while ((rest /= 10) != 0);
        out.text(std::string_view(digits + at, sizeof digits - at));
    }
};

template <Position At, std::int64_t Rows>
struct ConstantLimit {
    using source = void;
    using form = ConstantLimitForm<At, Rows>;

    template <class Visitor>
    static constexpr void visit(Visitor&)
    {}
    template <class Parameters>
    constexpr void bind(Parameters&) const
    {}
};

// SQLite has no OFFSET without LIMIT, and takes a negative one for none (https://sqlite.org/lang_select.html#limitoffset).
struct NoLimitForm {
    static constexpr Position position = Position::limit;
    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(" LIMIT -1");
    }
};

[[gnu::cold, gnu::noinline]] inline Error negative_limit(const char* what)
{
    return Error(errc::invalid_argument, std::string(what) + " is negative");
}

template <Position At>
struct Limit {
    using source = void;
    using form = LimitForm<At>;

    std::int64_t rows;

    template <class Visitor>
    static constexpr void visit(Visitor&)
    {}
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        if (rows < 0) [[unlikely]]
            to.refuse(negative_limit(At == Position::limit ? "limit()" : "offset()"));
        else
            to.add(rows);
    }
    static constexpr bool owns_values = true;
};

// A number that the program knows is part of the text.
template <Position At, auto N, class Statement>
[[nodiscard]] constexpr auto add_constant_limit(Statement&& statement)
{
    constexpr bool is_number = is_integer<std::remove_cv_t<decltype(N)>>;
    static_assert(is_number, "tenantry: limit() and offset() take a number of rows");
    if constexpr (is_number) {
        static_assert(!std::cmp_less(N, 0), "tenantry: limit and offset are not negative");
        return with_clause(std::forward<Statement>(statement),
                           ConstantLimit<At, std::cmp_less(N, 0) ? 0 : static_cast<std::int64_t>(N)>{});
    } else {
        return with_clause(std::forward<Statement>(statement), ConstantLimit<At, 0>{});
    }
}

template <Position At, class Statement, class N>
[[nodiscard]] constexpr auto add_limit(Statement&& statement, N rows)
{
    static_assert(is_integer<N> || is_constant<N> || is_refused<N>,
                  "tenantry: limit() and offset() take a number of rows");
    static_assert(!std::remove_cvref_t<Statement>::template has<At>,
                  "tenantry: limit() or offset() is there already");
    if constexpr (is_constant<N>) {
        return add_constant_limit<At, N::value>(std::forward<Statement>(statement));
    } else if constexpr (is_integer<N>) {
        // More rows than an int64 counts are all of them.
        const bool countable = std::cmp_less_equal(rows, INT64_MAX);
        return with_clause(std::forward<Statement>(statement),
                           Limit<At>{countable ? static_cast<std::int64_t>(rows) : INT64_MAX});
    } else {
        return with_clause(std::forward<Statement>(statement), Limit<At>{0});
    }
}

template <class Statement>
struct CanLimit {
    /// At most so many rows. A negative number is `errc::invalid_argument` when the query runs. A number that the program
    /// knows, `limit(constant<10>)`, is part of the text, and a negative one does not compile.
    template <class N>
    [[nodiscard]] constexpr auto limit(N rows) const&
    {
        return add_limit<Position::limit>(static_cast<const Statement&>(*this), rows);
    }
    template <class N>
    [[nodiscard]] constexpr auto limit(N rows) &&
    {
        return add_limit<Position::limit>(static_cast<Statement&&>(*this), rows);
    }

    /// Without the first so many rows, which are read all the same. A negative number is
    /// `errc::invalid_argument` when the query runs; `offset(constant<10>)` is as for limit().
    template <class N>
    [[nodiscard]] constexpr auto offset(N rows) const&
    {
        return add_limit<Position::offset>(static_cast<const Statement&>(*this), rows);
    }
    template <class N>
    [[nodiscard]] constexpr auto offset(N rows) &&
    {
        return add_limit<Position::offset>(static_cast<Statement&&>(*this), rows);
    }
};

} // namespace detail

} // namespace tenantry
