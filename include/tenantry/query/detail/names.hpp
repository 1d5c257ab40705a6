// What a statement can name: the tables it reads, the queries it gives a name to, and those of the statements around it.
#pragma once

#include <tenantry/query/detail/clause.hpp>

namespace tenantry::detail {

struct NoNames {
    template <class Source>
    static constexpr bool names_table = false;
    template <class Source>
    static constexpr bool defines = false;
};

// The queries that a statement gives a name to, without what it reads.
template <class Form>
struct Definitions {
    template <class Source>
    static constexpr bool names_table = false;
    template <class Source>
    static constexpr bool defines = detail::defines<Form, Source>;
};

template <class Form, class Outer>
struct Names {
    using form = Form;
    using outer = Outer;
    using definitions = Definitions<Form>;
    template <class Source>
    static constexpr bool names_table =
        Form::template names_table<Source> || Outer::template names_table<Source>;
    template <class Source>
    static constexpr bool defines = detail::defines<Form, Source> || Outer::template defines<Source>;
};

} // namespace tenantry::detail
