// `count().as("n"_n)`: an expression with a name in the result of a select.
#pragma once

#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/fixed_string.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/expr/expression.hpp>
#include <tenantry/expr/name.hpp>

namespace tenantry::detail {

template <FixedString Name, class Of>
struct NamedForm {
    using unnamed = Of;
    static constexpr std::string_view name = Name.view();

    template <class Out>
    static constexpr void render(Out& out)
    {
        Of::render(out);
        out.text(" AS ");
        out.identifier(Name.view());
    }
};

// What `select` takes beside plain expressions; `into(table<Struct>)` finds the field of that name. It is no
// expression itself: elsewhere in the statement the expression is said again.
template <FixedString Name, class E>
struct Named {
    static_assert(Name.size() > 0, "tenantry: as() gives a name that is not empty");
    using tenantry_named = void;
    using value_type = typename E::value_type;
    using source = typename E::source;
    using form = NamedForm<Name, typename E::form>;
    static constexpr std::string_view name = Name.view();
    static constexpr bool aggregate = E::aggregate;
    static constexpr bool window = is_windowed<E>;
    template <class... Keys>
    static constexpr bool grouped = E::template grouped<Keys...>;
    template <class Missing>
    static constexpr bool may_be_null = detail::may_be_null<E, Missing>;

    E expression;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        E::visit(visitor);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        expression.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return Named<Name, owned_t<E>>{detail::own_part<Self>(self.expression)};
    }
};

template <class Form>
struct without_name {
    using type = Form;
};
template <class Form>
    requires requires { typename Form::unnamed; }
struct without_name<Form> {
    using type = typename Form::unnamed;
};
template <class Form>
using without_name_t = typename without_name<Form>::type;

template <class T>
concept AnyNamed = requires { typename std::remove_cvref_t<T>::tenantry_named; };

} // namespace tenantry::detail
