#pragma once

#include <tenantry/tenant/detail/maintenance.hpp>

#include <chrono>

#include <tenantry/core/detail/thrown.hpp>
#include <tenantry/core/observer.hpp>
#include <tenantry/sqlite/detail/unfenced.hpp>
#include <tenantry/sqlite/transaction.hpp>

namespace tenantry::detail {

TENANTRY_DECL Maintenance::Run Maintenance::run(OperationPtr operation)
{
    if (auto why = not_to_be_run(*operation)) {
        if (operation->is_claimed()) put_in_order(); // it has had turns before
        return operation->refuse(std::move(*why)), Run();
    }
    bool there = true;
    if (profile_.exclusive) {
        const sqlite::Unfenced unfenced(database_.writer());
        there = run_on(database_.writer(), *operation);
    } else {
        // A connection is not opened for every try: the writer's tells whether the lock is free.
        if (operation->lock_wait != 0)
            if (auto locked = sqlite::Transaction::begin(database_.writer(), sqlite::Behaviour::immediate);
                !locked)
                return not_begun(std::move(operation), std::move(locked).error());
        auto connection =
            caught("opening a connection of maintenance", [this] { return database_.open_for_upkeep(); });
        if (!connection) return not_begun(std::move(operation), std::move(connection).error());
        there = run_on(*connection, *operation);
    }
    if (!operation->is_claimed()) return {};
    if (there) {
        const Error* const error = operation->error();
        if (error != nullptr && waits_for(*error, *operation)) {
            Error locked = *error;
            return {.unfinished = std::move(operation), .locked = std::move(locked.with_tenant(name()))};
        }
        if (operation->succeeded() && operation->again() && !operation->cancelled())
            return {.unfinished = std::move(operation), .had_lock = true};
    }
    const bool succeeded = operation->succeeded();
    end(*operation, there);
    return {.had_lock = succeeded};
}

TENANTRY_DECL std::optional<Error> Maintenance::not_to_be_run(const Operation& operation) const
{
    if (operation.cancelled()) return cancelled_error();
    if (file_.lost()) return file_.lost_error();
    if (operation.limits.passed(Operation::Clock::now()))
        return std::move(too_late_error().with_tenant(name()));
    return std::nullopt;
}

TENANTRY_DECL Maintenance::Run Maintenance::not_begun(OperationPtr operation, Error error)
{
    if (waits_for(error, *operation))
        return {.unfinished = std::move(operation), .locked = std::move(error.with_tenant(name()))};
    error = file_.not_opened(std::move(error));
    failed(*operation, error);
    operation->refuse(std::move(error));
    return {};
}

TENANTRY_DECL bool Maintenance::run_on(sqlite::Connection& connection, Operation& operation)
{
    if (!operation.claim_once()) return true;
    // What VACUUM is to make of the file.
    if (profile_.incremental_vacuum) (void)connection.execute("PRAGMA main.auto_vacuum = INCREMENTAL");
    connection.watch(operation.cancel_flag(), operation.limits.end_of_run());
    const auto begun = Operation::Clock::now();
    (void)operation.run(connection);
    operation.limits.has_run(Operation::Clock::now() - begun);
    connection.watch(nullptr);
    if (connection.log_frames() != 0) log_.set_frames(connection.log_frames());
    log_.note(Operation::Clock::now());
    return file_.verify_cached();
}

TENANTRY_DECL void Maintenance::put_in_order()
{
    log_.cut();
    database_.close_readers(); // so that they are opened with what is known now
}

TENANTRY_DECL void Maintenance::end(Operation& operation, bool there)
{
    put_in_order(); // before it is answered, also where it failed
    const bool unfinished = operation.succeeded() && operation.again();
    if (operation.succeeded())
        counters_.upkeeps.increment();
    else if (!operation.cancelled())
        failed(operation, operation.error() != nullptr ? *operation.error() : Error(errc::internal));
    if (!there)
        operation.refuse(file_.absence());
    else if (unfinished)
        operation.refuse(cancelled_error());
    else
        operation.complete(name());
}

TENANTRY_DECL void Maintenance::failed(const Operation& operation, Error error)
{
    counters_.upkeeps_failed.increment();
    if (!operation.in_background()) return;
    observation_.notify([&](Observer& observer) {
        observer.background_error(BackgroundTask::upkeep, error.with_tenant(name()));
    });
}

} // namespace tenantry::detail
