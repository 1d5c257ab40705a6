// expect: tenantry: this row is only read
#include "support/full_text.hpp"

#ifdef TENANTRY_BROKEN
using Query = decltype(insert(std::declval<JobText&>()));
#else
using Query = decltype(select<JobText>().where(match<JobText>("x")).order_by(match_rank<JobText>));
#endif
static_assert(check_query<Slot, Query>());
static_assert(!sql_text<Slot, shape_t<Query>>.empty());
