// How the values of a query get to the parameters of a statement, one after the other.
#pragma once

#include <cstdint>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/binding.hpp>
#include <tenantry/sqlite/codecs.hpp>

namespace tenantry::detail {

template <class S, sqlite::ParameterBinder Binder>
class Parameters {
public:
    using schema = S;

    explicit Parameters(Binder& binder) noexcept : binder_(binder) {}

    // The value must outlive the statement's run.
    template <class T>
    void add(const T& value)
    {
        sqlite::Codec<T>::bind(binder_, next_++, value);
    }

    // The tenant that the statement runs for (0: none).
    [[nodiscard]] std::uint64_t incarnation() const noexcept { return binder_.incarnation(); }

    void refuse(Error error) { binder_.refuse(std::move(error)); }

private:
    Binder& binder_;
    int next_ = 1;
};

} // namespace tenantry::detail
