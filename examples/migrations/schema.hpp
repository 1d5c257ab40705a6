// What the service declares today.
#pragma once

#include <optional>
#include <string>

#include <tenantry/tenantry.hpp>

namespace example {

using namespace tenantry;

struct Customer {
    Id<Customer> id{};
    std::string first_name{};
    std::string last_name{};
    std::optional<std::string> email{};
};

struct Shop : Schema<Table<"customer", Customer, Unique<&Customer::email>,
                           Index<"customer_by_name", &Customer::last_name, &Customer::first_name>>> {};

} // namespace example
