// A column, spelt as the member it is declared by.
#pragma once

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/detail/assignment.hpp>
#include <tenantry/expr/expression.hpp>
#include <tenantry/expr/source.hpp>

namespace tenantry {

namespace detail {

template <auto Member, class Source = row_of<Member>>
struct Column {
    using tenantry_expression = void;
    using value_type = field_of<Member>;
    using source = Source;
    using form = Column;
    static constexpr auto member = Member;
    static constexpr bool aggregate = false;
    static constexpr Precedence precedence = Precedence::primary;
    template <class... Keys>
    static constexpr bool grouped =
        (std::same_as<Column, Keys> || ...) || (std::same_as<EveryColumn<Source>, Keys> || ...);
    template <class Missing>
    static constexpr bool may_be_null = is_optional<value_type> || Missing::template contains<Source>;

    /// What `update<Row>().set(...)` takes: `col<&Job::status> = JobStatus::done`. Nothing is changed by it.
    template <class V>
    constexpr assignment_t<Column, V> operator=(V&& value) const
    {
        return assign<Column>(std::forward<V>(value));
    }

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template column<Column>();
    }
    template <class Parameters>
    constexpr void bind(Parameters&) const
    {}
    template <class Out>
    static constexpr void render(Out& out)
    {
        if constexpr (is_alias<Source>)
            out.template column<Member, Source>();
        else
            out.template column<Member>();
    }

    /// Under a name of its own in the result: see `Named`.
    template <class N>
    [[nodiscard]] constexpr named_t<N, Column> as(N) const
    {
        return {*this};
    }
};

template <FixedString Name>
struct AliasColumns {
    template <auto Member>
    [[nodiscard]] constexpr Column<Member, Alias<Name, row_of<Member>>> operator[](Column<Member>) const
    {
        return {};
    }
};

} // namespace detail

/// The column of a member: `col<&AuditLog::module>`.
template <auto Member>
    requires FieldPointer<Member>
inline constexpr detail::Column<Member> col{};

/// The columns of a table that is read under another name, `Alias<"boss", Employee>`:
/// `alias<"boss">[col<&Employee::name>]`.
template <FixedString Name>
inline constexpr detail::AliasColumns<Name> alias{};

} // namespace tenantry
