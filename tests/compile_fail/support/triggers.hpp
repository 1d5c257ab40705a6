// Rows, tables and a view for the tests of triggers.
#pragma once

#include <string>

#include <tenantry/query/query.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/primary_key.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
    std::string module{};
    int cost{};
};
struct Total {
    std::string module{};
    int cost{};
};
struct Pending {
    int cost{};
};
struct Outside {
    Id<Outside> id{};
    int cost{};
};
inline constexpr auto pending = select(col<&Job::cost>);
inline constexpr auto expensive = new_<&Job::cost> > 5;
inline constexpr auto cheap = old_<&Job::cost> < 5;
inline constexpr auto bare = col<&Job::cost> > 5;
inline constexpr auto number = new_<&Job::cost> + 5;
inline constexpr auto reading = select<Job>();
inline constexpr auto returns = update<Total>().set(col<&Total::cost> = 1).all_rows().returning();
inline constexpr auto foreign = update<Total>().set(col<&Total::cost> = new_<&Total::cost>).all_rows();
inline constexpr auto outside = update<Outside>().set(col<&Outside::cost> = 1).all_rows();
inline constexpr auto add = update<Total>()
                                .set(col<&Total::cost> = new_<&Job::cost>)
                                .where(col<&Total::module> == new_<&Job::module>);
