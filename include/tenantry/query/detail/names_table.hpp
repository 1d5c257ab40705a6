// A clause that is a keyword and the name of a table: `FROM "user"`, `DELETE FROM "user"`.
#pragma once

#include <concepts>

#include <tenantry/query/detail/clause.hpp>

namespace tenantry::detail {

// `Clause` is empty and has `position` and `keyword`, with the spaces that belong to it.
template <class Clause, class Source>
struct NamesTable {
    using source = Source;
    using form = Clause;
    using introduced = Source;
    template <class Other>
    static constexpr bool introduces = std::same_as<Other, Source>;

    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(Clause::keyword);
        out.template from<Source>();
    }
    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template table<Source>();
    }
    template <class Parameters>
    constexpr void bind(Parameters&) const
    {}
};

} // namespace tenantry::detail
