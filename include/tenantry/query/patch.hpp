// Patch<&Row::member...>: values for some members of a row, of which each may be there or not.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/column.hpp>
#include <tenantry/expr/detail/pack.hpp>

namespace tenantry {

namespace detail {

template <auto First, auto...>
struct row_of_members {
    using type = row_of<First>;
};

template <auto A, auto B>
inline constexpr bool is_same_member = false;
template <auto A>
inline constexpr bool is_same_member<A, A> = true;

} // namespace detail

/// Which of these members somebody wants to change, and to what: the body of a PATCH. What is not listed cannot be changed by
/// it, whatever comes from outside.
///
///     using TicketPatch = Patch<&Ticket::title, &Ticket::state, &Ticket::assignee>;
///     Result<TicketPatch> patch = from_json<TicketPatch>(db, request.body());
///     db.async_write(update<Ticket>(key).set(*patch, col<&Ticket::changed_at> = now()).returning());
///
/// In `update().set(patch, ...)` those that are there are assigned, as by `when(value, column)`; where none is, the rows are
/// chosen, counted and returned all the same. A plain value.
template <auto... Members>
class Patch {
    static_assert(sizeof...(Members) > 0, "tenantry: a Patch names the members that it may change");
    static_assert((FieldPointer<Members> && ...),
                  "tenantry: a Patch names members of a row: Patch<&Ticket::title, &Ticket::state>");

public:
    using row_type = typename detail::row_of_members<Members...>::type;
    static_assert((std::same_as<row_of<Members>, row_type> && ...),
                  "tenantry: the members of a Patch are of one row");

    using tenantry_patch = void;

    /// The value for a column, if it is there: `patch[col<&Ticket::title>]`, an optional that may be read and assigned. For a
    /// member that is an optional itself, it is an optional of that: nullopt in it is NULL.
    template <auto Member, class Source>
    [[nodiscard]] auto& operator[](const detail::Column<Member, Source>&) noexcept
    {
        return std::get<place<Member>()>(values_);
    }
    template <auto Member, class Source>
    [[nodiscard]] const auto& operator[](const detail::Column<Member, Source>&) const noexcept
    {
        return std::get<place<Member>()>(values_);
    }

    /// Whether nothing is there.
    [[nodiscard]] bool empty() const noexcept
    {
        return std::apply([](const auto&... value) { return !(value.has_value() || ...); }, values_);
    }

    /// Assigns what is there to a row or a record.
    void apply_to(row_type& row) const
    {
        const auto assign = [](auto& member, const auto& value) {
            if (value) member = *value;
        };
        std::apply([&](const auto&... value) { (assign(row.*Members, value), ...); }, values_);
    }

    friend bool operator==(const Patch& a, const Patch& b) { return a.values_ == b.values_; }

private:
    template <auto Member>
    static consteval std::size_t place()
    {
        constexpr bool listed = (detail::is_same_member<Member, Members> || ...);
        static_assert(listed, "tenantry: this member is not among those of the Patch");
        std::size_t at = 0;
        std::size_t found = 0;
        ((detail::is_same_member<Member, Members> ? void(found = at++) : void(++at)), ...);
        return found;
    }

    std::tuple<std::optional<field_of<Members>>...> values_;
};

namespace detail {

template <class T>
concept AnyPatch = requires { typename std::remove_cvref_t<T>::tenantry_patch; };

template <class P>
struct patch_members;
template <auto... Members>
struct patch_members<Patch<Members...>> {
    // Calls function(column...) with all of them.
    template <class Function>
    static constexpr decltype(auto) call(Function&& function)
    {
        return std::forward<Function>(function)(col<Members>...);
    }
};

} // namespace detail

} // namespace tenantry
