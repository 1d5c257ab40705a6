// The handle of one tenant: all that a program reads and writes goes through it.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <tenantry/async/detail/answer.hpp>
#include <tenantry/async/detail/blocked_inside.hpp>
#include <tenantry/core/must.hpp>
#include <tenantry/tenant/detail/blocking_operation.hpp>
#include <tenantry/tenant/detail/handle_access.hpp>
#include <tenantry/tenant/detail/initiate_operation.hpp>
#include <tenantry/tenant/detail/operation_work.hpp>
#include <tenantry/tenant/detail/temporary_query.hpp>
#include <tenantry/tenant/limits.hpp>
#include <tenantry/tenant/scope.hpp>
#include <tenantry/tenant/snapshot.hpp>
#include <tenantry/tenant/stats.hpp>

namespace tenantry {

/// One tenant's database, for as long as the scope lasts it was made for. Cheap to copy; copies are the same
/// handle.
///
/// `T` is the scope: fresh for each body of `Fleet::async_with`, the schema itself for `Fleet::async_tenant`.
/// A query may name tables of `T::schema` only, and keys and records of `T` only: all else does not compile.
/// What the compiler cannot see (the same body run for two tenants) is refused with `errc::wrong_tenant` when
/// it is bound.
///
/// Every asynchronous operation takes an Asio completion token last, `asio::deferred` by default; its
/// signature is `void(Result<R>)`. The handler is called on its associated executor, never from within the
/// initiating call. Parameters are owned from the call on. Cancellation of every type takes effect: a waiting
/// operation is taken out, a running one is ended and rolled back. Operations end with `errc::tenant_gone`
/// once the tenant was destroyed or the scope has ended.
///
/// Thread-safe: handles may be used from several threads at once.
template <class T>
class TenantDb {
public:
    /// The scope.
    using tenant_type = T;
    /// The tables that it may name.
    using schema = schema_of<T>;
    /// Where operations begin.
    using executor_type = boost::asio::any_io_executor;

    /// A handle of nothing: every operation answers `errc::tenant_gone`. For `Result<TenantDb>` in
    /// coroutines, which need a default.
    TenantDb() = default;

    /// Where operations are begun and where handlers without an executor of their own are called: the
    /// fleet's.
    [[nodiscard]] executor_type get_executor() const noexcept
    {
        const detail::Gate* const gate = lease_ ? lease_->executor_gate() : nullptr;
        return gate != nullptr && gate->is_forked() ? detail::calling_thread() : executor_;
    }

    /// The tenant's name; empty for a handle of nothing.
    [[nodiscard]] std::string_view id() const noexcept { return lease_ ? lease_->tenant().id().view() : ""; }

    /// The number made when this tenant was created; 0 for a handle of nothing.
    [[nodiscard]] std::uint64_t incarnation() const noexcept
    {
        return lease_ ? lease_->tenant().incarnation() : 0;
    }

    /// What opening the tenant has found and done: whether its schema was brought up to date, whether a newer program
    /// has been there, and what is tolerated that this one does not know. Empty for a handle of nothing. It lives as
    /// long as the handle.
    [[nodiscard]] const Migrated& opening() const noexcept
    {
        static const Migrated nothing{};
        return lease_ ? lease_->tenant().opening() : nothing;
    }

    /// How the tenant fares: numbers as of now, and counted since it was opened. All zero for a handle of
    /// nothing.
    [[nodiscard]] TenantStats stats() const { return lease_ ? lease_->tenant().stats() : TenantStats{}; }

    /// The same handle for operations that may not wait or run for ever: `errc::timeout` where a limit is passed.
    /// Where the handle has limits already, those count as well. Transaction bodies with limits are committed alone, so that
    /// ending one harms no other write.
    [[nodiscard]] TenantDb limited(const Limits& limits) const
    {
        TenantDb limited(*this);
        limited.limits_ = limits_.and_also(limits.beginning(Limits::Clock::now()));
        return limited;
    }

    /// The same handle without limits: for what has to be done though the time of a request is over.
    [[nodiscard]] TenantDb unlimited() const
    {
        TenantDb unlimited(*this);
        unlimited.limits_ = {};
        return unlimited;
    }

    /// Reads here and now, on the calling thread: for small reads that are cheaper than a hop. Waits for a
    /// reader for `TenantOptions::read_wait` at most (`errc::overloaded`). Inside a transaction body of the
    /// same tenant it is `errc::wrong_thread`. A query that takes long may be run twice: on the writer's connection, and
    /// then on a reader, beside the writer.
    template <Statement Q>
    [[nodiscard]] Result<result_t<schema, Records<T>, Q>> read(const Q& query) const
    {
        static_assert(ReadQuery<Q>,
                      "tenantry: read takes a query that reads; what changes something goes to write");
        static_assert(check_query<T, Q>());
        if (auto can = detail::usable(lease_); !can) return fail(std::move(can).error());
        return lease_->tenant().template read_query_now<result_t<schema, Records<T>, Q>>(&run_read<Q>, &query,
                                                                                         limits_);
    }

    /// Calls `body(row)` for each row here and now, without keeping them: see `tenantry::for_each`. The reader is
    /// lent, and its read transaction is open, until the walk ends. Errors as `read`.
    template <ReadQuery Q, class Body>
    [[nodiscard]] auto for_each(const Q& query, Body&& body) const -> detail::walk_result<Records<T>, Q, Body>
    {
        static_assert(check_query<T, Q>());
        if (auto can = detail::usable(lease_); !can) return fail(std::move(can).error());
        return lease_->tenant()
            .template read_now<void, typename detail::walk_result<Records<T>, Q, Body>::error_type>(
                [&](sqlite::Connection& connection) {
                    return tenantry::for_each<schema, Records<T>>(connection, query, body);
                },
                limits_);
    }

    /// Reads on the fleet's pool, beside the tenant's writes. It sees every write that was awaited before. It may be run
    /// twice, as with `read`.
    template <class Q, class Token = boost::asio::deferred_t>
    auto async_read(Q&& query, Token&& token = {}) const
    {
        static_assert(
            ReadQuery<Q>,
            "tenantry: async_read takes a query that reads; what changes something goes to async_write");
        check_async_query<Q, Token>();
        return begin<&detail::TenantPort::submit_read>(run_query(std::forward<Q>(query)),
                                                       std::forward<Token>(token));
    }

    /// Reads several things of one state of the database, here and now: `body(snapshot)` on the calling thread, in one read
    /// transaction, answered with what it returns, a `Result<R>` or a `Result<R, E>` (ErrorType). Errors as `read`. One inside of
    /// another is of a state of its own where there is a connection for it; a sole owner's is of the outer one's.
    template <class Body>
        requires std::invocable<Body&, Snapshot<T>&>
    [[nodiscard]] auto snapshot(Body&& body) const -> std::invoke_result_t<Body&, Snapshot<T>&>
    {
        using Returned = std::invoke_result_t<Body&, Snapshot<T>&>;
        static_assert(detail::is_outcome<Returned>, "tenantry: the body of a snapshot returns a Result<R>");
        static_assert(detail::check_error_type<Returned>());
        if (auto can = detail::usable(lease_); !can) return fail(std::move(can).error());
        return lease_->tenant()
            .template read_now<typename Returned::value_type, typename Returned::error_type>(
                [&](sqlite::Connection& connection) { return in_snapshot(connection, body); }, limits_);
    }

    /// The same on the fleet's pool. What the body captures by reference must live until the operation
    /// completes.
    template <class Body, class Token = boost::asio::deferred_t>
        requires std::invocable<std::remove_cvref_t<Body>&, Snapshot<T>&>
    auto async_snapshot(Body&& body, Token&& token = {}) const
    {
        using Returned = std::invoke_result_t<std::remove_cvref_t<Body>&, Snapshot<T>&>;
        static_assert(
            detail::is_outcome<Returned>,
            "tenantry: the body of a snapshot returns a Result<R>, and is synchronous: nothing is awaited in it");
        static_assert(detail::check_error_type<Returned>());
        static_assert(detail::safe_as_temporary<Body>,
                      "tenantry: this compiler destroys the temporaries of a co_await expression twice: "
                      "name the body (auto body = [...]...;) and pass the name, or use clang");
        auto work = [body = std::forward<Body>(body)](sqlite::Connection& connection) mutable {
            return in_snapshot(connection, body);
        };
        return begin<&detail::TenantPort::submit_read>(
            detail::run_body<detail::OperationKind::body>(std::move(work)), std::forward<Token>(token));
    }

    /// Writes one statement, on the tenant's strand, after the writes that were begun before. It is answered
    /// after COMMIT, and done whole or not at all, whatever becomes of the writes that are committed with it: an
    /// insert of a row with an Id gives its key, update and remove the number of rows changed.
    template <class Q, class Token = boost::asio::deferred_t>
        requires Statement<Q>
    auto async_write(Q&& query, Token&& token = {}) const
    {
        static_assert(
            WriteQuery<Q>,
            "tenantry: async_write takes a statement that changes something; a query goes to async_read");
        check_async_query<Q, Token>();
        return begin<&detail::TenantPort::submit_write>(run_query(std::forward<Q>(query)),
                                                        std::forward<Token>(token));
    }

    /// The same in the calling thread, which runs it by itself where nobody else is at work with the tenant, and else waits for
    /// its turn on the pool. Borrows its parameters. Limits bound the waiting. `errc::wrong_thread` in a thread of the fleet's own
    /// pool, which it would wait for; an executor
    /// that was handed in is known if it is a thread_pool's, an io_context's, or a strand over one.
    template <class Q>
        requires Statement<Q>
    [[nodiscard]] Result<result_t<schema, Records<T>, Q>> write(const Q& query) const
    {
        static_assert(WriteQuery<Q>,
                      "tenantry: write takes a statement that changes something; a query goes to read");
        static_assert(check_query<T, Q>());
        auto work = [&](sqlite::Connection& connection) {
            return execute<schema, Records<T>>(connection, query, RolledBackBy::caller);
        };
        return write_and_wait(detail::RunQuery<T, Q>::kind, work);
    }

    /// Writes a transaction: `body(tx)` runs on the tenant's strand between BEGIN IMMEDIATE and COMMIT, and
    /// is answered with what it returns, a `Result<R>`, after COMMIT. An error or an exception rolls all of
    /// it back. With `Result<R, E>`, for an error type of the program's own (ErrorType), it refuses for the program's reasons; all
    /// else that ends it is the E that an Error converts to.
    /// The body is synchronous: nothing is awaited while the write lock is held. It is called once;
    /// `errc::batch_aborted` if another write, which was to be committed with it, made SQLite roll back both:
    /// nothing of it was written then. With `repeatable(body)` it is called again instead.
    /// What it captures by reference must live until the operation completes; a cancelled operation completes
    /// only after its body has returned.
    template <class Body, class Token = boost::asio::deferred_t>
        requires(!Statement<Body>)
    auto async_write(Body&& body, Token&& token = {}) const
    {
        using Decayed = std::remove_cvref_t<Body>;
        static_assert(
            std::invocable<Decayed&, Tx<T>&>,
            "tenantry: async_write takes a statement, or a transaction body that takes a Tx<T>&: [](auto& tx)");
        using Returned = detail::body_result<Decayed, T>;
        static_assert(
            detail::is_outcome<Returned>,
            "tenantry: a transaction body returns a Result<R>, and is synchronous: nothing is awaited in it");
        static_assert(detail::check_error_type<Returned>());
        static_assert(detail::safe_as_temporary<Body>,
                      "tenantry: this compiler destroys the temporaries of a co_await expression twice: "
                      "name the transaction body (auto body = [...]...;) and pass the name, or use clang");
        auto work = [body = std::forward<Body>(body)](sqlite::Connection& connection) mutable -> Returned {
            Tx<T> tx(connection);
            return body(tx);
        };
        return begin<&detail::TenantPort::submit_write>(
            detail::run_body<detail::body_kind<Decayed>>(std::move(work)), std::forward<Token>(token));
    }

    /// The same, and the calling thread waits for it, as for a statement. The body is not copied; it still runs on
    /// the tenant's strand.
    template <class Body>
        requires(!Statement<Body>)
    [[nodiscard]] auto write(Body&& body) const
    {
        using Decayed = std::remove_cvref_t<Body>;
        static_assert(
            std::invocable<Decayed&, Tx<T>&>,
            "tenantry: write takes a statement, or a transaction body that takes a Tx<T>&: [](auto& tx)");
        using Returned = detail::body_result<Decayed, T>;
        static_assert(
            detail::is_outcome<Returned>,
            "tenantry: a transaction body returns a Result<R>, and is synchronous: nothing is awaited in it");
        static_assert(detail::check_error_type<Returned>());
        auto work = [&](sqlite::Connection& connection) -> Returned {
            Tx<T> tx(connection);
            return body(tx);
        };
        return write_and_wait(detail::body_kind<Decayed>, work);
    }

private:
    friend detail::HandleMaker;
    friend detail::HandleAccess;

    TenantDb(detail::LeasePtr lease, executor_type executor) noexcept
        : lease_(std::move(lease)), executor_(std::move(executor)), limits_(lease_->limits())
    {}

    template <class Body>
    static auto in_snapshot(sqlite::Connection& connection, Body& body)
        -> std::invoke_result_t<Body&, Snapshot<T>&>
    {
        // Inside of another snapshot of a sole owner, whose connection it is: it is of the same state then.
        if (connection.in_transaction()) {
            Snapshot<T> snapshot(connection);
            return body(snapshot);
        }
        // Ends by its destructor, after what the snapshot has opened: there is nothing to commit.
        auto transaction = sqlite::Transaction::begin(connection, sqlite::Behaviour::deferred);
        if (!transaction) return fail(std::move(transaction).error());
        Snapshot<T> snapshot(connection);
        return body(snapshot);
    }

    template <class Q>
    static Result<result_t<schema, Records<T>, Q>> run_read(const void* query, sqlite::Connection& connection)
    {
        return detail::execute_checked<schema, Records<T>>(connection, *static_cast<const Q*>(query));
    }

    template <class Q, class Token>
    static constexpr void check_async_query()
    {
        static_assert(check_query<T, std::remove_cvref_t<Q>>());
        static_assert(!detail::coroutine_temporaries_broken || !is_rvalue_row<std::remove_cvref_t<Q>>,
                      "tenantry: this compiler destroys the temporaries of a co_await expression twice: "
                      "name the row (Job job{...};) and pass the name, or use clang");
        static_assert(detail::safe_as_query<Q, Token>(),
                      "tenantry: this compiler destroys the temporaries of a co_await expression twice: "
                      "name the query (auto query = ...;) and pass the name, or use clang");
    }

    template <class Q>
    static auto run_query(Q&& query)
    {
        using Owned = decltype(own(std::forward<Q>(query)));
        return detail::RunQuery<T, Owned>(own(std::forward<Q>(query)));
    }

    template <auto submit, class Work, class Token>
    auto begin(Work work, Token&& token) const
    {
        using Outcome = std::invoke_result_t<Work&, sqlite::Connection&>;
        return boost::asio::async_initiate<Token, void(Outcome)>(
            detail::InitiateOperation<Outcome, Work, submit>(lease_, executor_, limits_), token,
            std::move(work));
    }

    template <class Work>
    auto write_and_wait(detail::OperationKind kind, Work& work) const
        -> std::invoke_result_t<Work&, sqlite::Connection&>
    {
        using Outcome = std::invoke_result_t<Work&, sqlite::Connection&>;
        using R = typename Outcome::value_type;
        using E = typename Outcome::error_type;
        if (auto can = detail::usable(lease_); !can) return fail(std::move(can).error());
        detail::TenantPort& tenant = lease_->tenant();
        const auto awaited = tenant.may_wait();
        if (!awaited) return fail(awaited.error());
        detail::BlockedInside blocked(*awaited);
        if (blocked.is_for_itself()) return fail(detail::blocked_error().with_tenant(id()));
        detail::Answer<R, E> answer;
        auto operation = std::make_unique<detail::BlockingOperation<R, Work, E>>(kind, work, answer, blocked);
        operation->limits = limits_;
        tenant.write_here(std::move(operation));
        return answer.wait();
    }

    detail::LeasePtr lease_;
    executor_type executor_;
    Limits limits_;
};

} // namespace tenantry
