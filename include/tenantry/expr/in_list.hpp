// in(column, values): one of as many values as there are at run time.
#pragma once

#include <iterator>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/value_list.hpp>
#include <tenantry/expr/in.hpp>

namespace tenantry {

namespace detail {

template <sqlite::Storage Of>
struct ValueListForm {
    static constexpr Precedence precedence = Precedence::primary;

    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(list_text(Of));
    }
};

// A list of values that are bound by the codec of T.
template <class T>
struct ListParameter {
    using tenantry_expression = void;
    using value_type = T;
    using source = void;
    using form = ValueListForm<sqlite::Codec<T>::storage>;
    static constexpr bool aggregate = false;
    template <class...>
    static constexpr bool grouped = true;

    ValueList list;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template value<T>();
    }
    template <class Parameters>
    void bind(Parameters& to) const
    {
        constexpr sqlite::Storage storage = sqlite::Codec<T>::storage;
        if constexpr (storage == sqlite::Storage::text || storage == sqlite::Storage::blob)
            to.add(list.bytes());
        to.add(static_cast<const ListText&>(list));
    }
    static constexpr bool owns_values = true;
};

template <class List>
struct element_of {
    using type = std::remove_cvref_t<decltype(*std::begin(std::declval<const List&>()))>;
};
template <class List>
    requires requires { typename List::value_type; }
struct element_of<List> {
    using type = typename List::value_type;
};

// What has elements, and is no value for an expression of type A by itself, as a string is.
template <class List, class A>
concept ListBeside = !AnyExpression<List> && !std::is_convertible_v<const List&, std::string_view> &&
                     !is_blob<List> && requires(const List& list) {
                         std::begin(list);
                         std::end(list);
                         requires value_mismatch<A, List>() != Mismatch::none;
                     };

} // namespace detail

/// Whether it equals one of the values in a container: `in(col<&Job::status>, wanted)`. Each of them could be compared
/// with `==`; ids are keys, all of the tenant that the query runs for. They are copied into the query.
///
/// The text is the same for any number of values, none included, and so is the prepared statement. Values keep every
/// bit: reals, texts with NUL characters or invalid UTF-8, blobs.
template <detail::AnyExpression E, class List>
    requires detail::ListBeside<std::remove_cvref_t<List>, detail::base_value_t<E>>
[[nodiscard]] auto in(E&& expression, List&& values)
{
    using A = detail::base_value_t<E>;
    using Element = typename detail::element_of<std::remove_cvref_t<List>>::type;
    constexpr detail::Mismatch why = detail::mismatch<E, Element>();
    detail::refuse_comparison<why, E, Element>();
    if constexpr (why == detail::Mismatch::none) {
        using T = decltype(detail::bound_value<A>(std::declval<const Element&>()));
        detail::ListParameter<T> list{detail::ValueList(sqlite::Codec<T>::storage)};
        for (const Element& value : values) detail::append(list.list, detail::bound_value<A>(value));
        list.list.end();
        using Value = detail::nullable_like<bool, typename std::remove_cvref_t<E>::value_type>;
        if constexpr (detail::safe_as_value<List>)
            return detail::compound<detail::In, Value>(std::forward<E>(expression), std::move(list));
        else
            return detail::compound<detail::In, Value>(std::forward<E>(expression),
                                                       detail::say_temporary(std::move(list)));
    } else {
        return detail::Refused{};
    }
}

} // namespace tenantry
