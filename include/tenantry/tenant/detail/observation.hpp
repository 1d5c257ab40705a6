// The observer of one tenant, and which statements it is notified of.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <tenantry/core/observer.hpp>
#include <tenantry/sqlite/connection.hpp>

namespace tenantry::detail {

/// A fleet's observer, and which statements it is to be notified of, asked once.
struct Observation {
    std::shared_ptr<Observer> observer{};
    std::optional<std::chrono::nanoseconds> statements_from{};

    [[nodiscard]] static Observation by(std::shared_ptr<Observer> observer)
    {
        Observation made;
        if (observer) made.statements_from = observer->statements_from();
        made.observer = std::move(observer);
        return made;
    }

    /// Notifies it of the statements that are run on the connection from now on.
    void begin(sqlite::Connection& connection, std::string_view tenant) const
    {
        if (observer && statements_from) connection.observe(observer, tenant, *statements_from);
    }

    template <class Call>
    void notify(Call&& call) const noexcept
    {
        detail::notify(observer.get(), std::forward<Call>(call));
    }
};

} // namespace tenantry::detail
