// Texts that SQLite reads as C does, to their first NUL character: patterns, paths in JSON, formats, full-text queries.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/expr/detail/operand.hpp>

namespace tenantry::detail {

[[gnu::cold, gnu::noinline]] inline Error text_with_nul(const char* what)
{
    return Error(errc::invalid_argument, what);
}

// One that is given with the statement. With a NUL character in it something else would be searched for than was meant, so that
// it is refused when it is bound. T is a std::string, or a view.
template <class T>
struct TerminatedText : Parameter<T> {
    using value_type = std::string;

    const char* what; // is said if there is such a character

    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        if constexpr (requires {
                          to.incarnation();
                      }) { // it is going to run: declarations refuse it themselves
            if (std::string_view(this->value).find('\0') != std::string_view::npos) [[unlikely]] {
                to.refuse(text_with_nul(what));
                return;
            }
        }
        to.add(this->value);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        const char* const said = self.what;
        return TerminatedText<std::string>{{std::string(std::forward<Self>(self).value)}, said};
    }
};

// An expression as it is, a text as one of these.
template <class V>
[[nodiscard]] constexpr auto terminated_text(V&& operand, const char* what)
{
    if constexpr (AnyExpression<V>) {
        return std::remove_cvref_t<V>(std::forward<V>(operand));
    } else {
        auto made = make_parameter<std::string>(std::forward<V>(operand));
        return TerminatedText<decltype(made.value)>{{std::move(made.value)}, what};
    }
}

} // namespace tenantry::detail
