// The type that stands for one tenant inside one body.
#pragma once

#include <concepts>

#include <tenantry/schema/traits.hpp>

namespace tenantry {

/// Made from the type of the body it is for: each lambda expression has a type of its own, so each has a
/// scope of its own, and keys and records of one do not compile in another. Never instantiated.
template <class S, class Body>
struct Scope {
    /// The schema of its tenant.
    using schema = S;
};

/// `T` is a tenant of schema `S`: a scope of it, or `S` itself (which is what `fleet.async_tenant` gives).
template <class T, class S>
concept tenant_of = std::same_as<schema_of<T>, S>;

} // namespace tenantry
