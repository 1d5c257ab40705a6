// What an UPDATE and a DELETE have in common.
#pragma once

#include <type_traits>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/query/detail/changed_row.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/detail/given_row.hpp>
#include <tenantry/query/detail/given_rows.hpp>
#include <tenantry/query/returning.hpp>

namespace tenantry::detail {

// What is known of an update or remove by its clauses.
template <class... Clauses>
struct ChangeTraits {
    static constexpr bool is_many = (clause_is_many<Clauses> || ...);
    // the clause that holds the rows, if there are many
    using rows = first_type_t<std::conditional_t<clause_is_many<Clauses>, Clauses, void>...>;
};

// The statement itself; `UpdateQuery` and `RemoveQuery` add what may be said of them.
template <class... Clauses>
class ChangeStatement : public ClauseList<Clauses...>, public change_result<Clauses...> {
public:
    using source = first_type_t<typename Clauses::source...>;
    using row_type = source;
    using traits = ChangeTraits<Clauses...>;

    static constexpr bool reads = false;
    static constexpr bool writes = true;
    static constexpr bool owns_row = (clause_owns_row<Clauses> || ...);

    // The clause that holds the rows, of a change of many.
    [[nodiscard]] constexpr const auto& values() const
        requires traits::is_many
    {
        return pack_find<typename traits::rows>(this->clauses);
    }

protected:
    constexpr explicit ChangeStatement(Pack<Clauses...>&& given) : ClauseList<Clauses...>(std::move(given)) {}
};

template <template <class...> class Query, class Keyword, class... More>
[[nodiscard]] constexpr auto make_change(More&&... more)
{
    return Query<Keyword, More...>(Pack<Keyword, More...>{{Keyword{}}, {std::forward<More>(more)}...});
}

// The change of a row or of rows that were given, of which `Part` is made.
template <template <class...> class Query, template <class> class Keyword, template <class> class Part,
          class G>
[[nodiscard]] constexpr auto change_given(G&& row)
{
    if constexpr (RowsGiven<G>) {
        using Storage = rows_storage_t<G>;
        return make_change<Query, Keyword<declared_row_t<typename Storage::given>>>(
            OfRows<Part, Storage>(Storage(std::forward<G>(row))));
    } else {
        using Storage = row_storage_t<G>;
        return make_change<Query, Keyword<declared_row_t<G>>>(
            OfRow<Part, Storage>(Storage(std::forward<G>(row))));
    }
}

} // namespace tenantry::detail
