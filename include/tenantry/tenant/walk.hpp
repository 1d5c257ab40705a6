// async_walk(db, query, batch, body): a large result in batches, each a read of its own.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associator.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/deferred.hpp>

#include <tenantry/core/detail/compiler.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/core/refusal.hpp>
#include <tenantry/query/page.hpp>
#include <tenantry/query/query.hpp>
#include <tenantry/tenant/detail/temporary_query.hpp>
#include <tenantry/tenant/record.hpp>
#include <tenantry/tenant/tenant_db.hpp>

namespace tenantry {

namespace detail {

// ---- the rules

template <class S, class Q>
constexpr bool check_walk()
{
    if constexpr (!check_page_row<Q>()) {
        return false;
    } else {
        constexpr bool is_unique = is_unique_order<S, Q>();
        static_assert(
            is_unique,
            "tenantry: a walk needs an order that tells every row from every other: end order_by() "
            "with the primary key, or with columns that are unique, of each table that is read, or say "
            "unique_by<columns...>(query)");
        constexpr bool is_whole = !Q::template has<Position::limit> && !Q::template has<Position::offset>;
        static_assert(is_whole, "tenantry: a walk has limits of its own: say how many rows a batch has");
        return is_unique && is_whole;
    }
}

// ---- the operation

// One batch after the other: the handler of each read, that begins the next.
template <class T, class Q, class Body, class Handler>
class WalkStep {
public:
    using Rows = result_t<schema_of<T>, Records<T>, Q>;
    using Row = typename Rows::value_type;
    using E = row_body_error<Body, std::span<Row>>;

    WalkStep(TenantDb<T> db, Q query, std::size_t batch, Body body, Handler handler)
        : parts_(std::in_place, std::move(db), std::move(query), std::move(body)),
          batch_(batch),
          handler_(std::move(handler)),
          cancellation_(boost::asio::get_associated_cancellation_slot(handler_),
                        boost::asio::enable_total_cancellation(), boost::asio::enable_total_cancellation())
    {}

    // Not the handler's own: cancelling is remembered that comes between two reads.
    using cancellation_slot_type = boost::asio::cancellation_slot;
    [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept
    {
        return cancellation_.slot();
    }

    [[nodiscard]] const Handler& handler() const noexcept { return handler_; }

    static void begin(WalkStep&& step)
    {
        const TenantDb<T> db = step.parts_->db;
        auto page = step.parts_->query.limit(step.batch_);
        db.async_read(std::move(page), std::move(step));
    }

    void operator()(Result<Rows> rows)
    {
        std::optional<Next> next;
        Result<void, E> going_on = see(std::move(rows), next);
        if (!going_on) return end(tl::unexpected<E>(std::move(going_on).error()));
        if (!next) return end(seen_);
        if (cancellation_.cancelled() != boost::asio::cancellation_type::none)
            return end(
                fail(Error(errc::cancelled, "cancelled between two batches").with_tenant(parts_->db.id())));
        const TenantDb<T> db = parts_->db;
        db.async_read(std::move(*next), std::move(*this));
    }

private:
    using Next = decltype(page_after(std::declval<Q&>(), std::declval<Row&>()).limit(std::size_t{}));

    // What is not to outlive the handler's call.
    struct Parts {
        Parts(TenantDb<T> the_db, Q the_query, Body the_body)
            : db(std::move(the_db)), query(std::move(the_query)), body(std::move(the_body))
        {}
        TenantDb<T> db;
        Q query;
        Body body;
    };

    // Calls the body; `next` is what is to be read then, if the walk goes on.
    [[nodiscard]] Result<void, E> see(Result<Rows> rows, std::optional<Next>& next)
    {
        if (!rows) return fail(std::move(rows).error());
        if (batch_ == 0) return fail(errc::invalid_argument, "a batch of a walk has at least one row");
        if (rows->empty()) return {};
        seen_ += static_cast<std::int64_t>(rows->size());
        // Before the body, which may move from rows.
        if (rows->size() == batch_) next.emplace(page_after(parts_->query, rows->back()).limit(batch_));
        Result<bool, E> more = call(std::span<Row>(*rows));
        if (!more || !*more) next.reset();
        if (!more) return tl::unexpected<E>(std::move(more).error());
        return {};
    }

    void end(Result<std::int64_t, E> result)
    {
        parts_.reset();
        boost::asio::get_associated_cancellation_slot(handler_).clear();
        std::move(handler_)(std::move(result));
    }

    [[nodiscard]] Result<bool, E> call(std::span<Row> rows) noexcept
    {
        try {
            return call_row_body(parts_->body, rows);
        } catch (...) {
            return thrown_outcome<Result<bool, E>>(std::current_exception(), body_error);
        }
    }

    std::optional<Parts> parts_; // until the end
    std::size_t batch_;
    Handler handler_;
    boost::asio::cancellation_state cancellation_;
    std::int64_t seen_ = 0;
};

template <class T>
class InitiateWalk {
public:
    explicit InitiateWalk(TenantDb<T> db) noexcept : db_(std::move(db)) {}

    using executor_type = boost::asio::any_io_executor;
    [[nodiscard]] executor_type get_executor() const noexcept { return db_.get_executor(); }

    template <class Handler, class Q, class Body>
    void operator()(Handler&& handler, Q query, std::size_t batch, Body body) const
    {
        using Step = WalkStep<T, Q, Body, std::remove_cvref_t<Handler>>;
        Step::begin(Step(db_, std::move(query), batch, std::move(body), std::forward<Handler>(handler)));
    }

private:
    TenantDb<T> db_;
};

} // namespace detail

/// Reads a large result in batches of `batch` rows and calls `body(std::span<Row>)` with each, on the completion
/// handler's executor. The body returns nothing, a bool (false ends the walk), or a `Result<void>` (an error ends it, and is
/// what the operation gives; so does what it throws). It may move from the rows. The result is the number of rows that were
/// seen.
///
/// Each batch is a read of its own, that begins after the last row of the one before it (`page_after`): between batches no
/// reader is held and no read transaction is open, however long the body takes, so that the log can be
/// checkpointed. The walk is therefore not of one moment: a row that is written meanwhile is seen if it comes
/// after the place that was reached. For one moment read in `async_snapshot`, with `for_each`.
///
/// The query has an order that tells every row from every other, as `page_after` asks for, and what it is ordered by is
/// among what it selects. `batch` is at least 1 (`errc::invalid_argument`). Otherwise as `TenantDb::async_read`: of a
/// limited handle the deadline is the whole walk's, the time limit each batch's. What the body captures by reference must
/// live until the operation completes.
template <class T, class Q, class Body, class Token = boost::asio::deferred_t>
auto async_walk(const TenantDb<T>& db, Q&& query, std::size_t batch, Body&& body, Token&& token = {})
{
    using Plain = std::remove_cvref_t<Q>;
    static_assert(ReadQuery<Plain>, "tenantry: async_walk takes a query that reads");
    static_assert(check_query<T, Plain>());
    static_assert(detail::check_walk<schema_of<T>, Plain>());
    static_assert(detail::safe_as_query<Q, Token>(),
                  "tenantry: this compiler destroys the temporaries of a co_await expression twice: "
                  "name the query (auto query = ...;) and pass the name, or use clang");
    static_assert(detail::safe_as_temporary<Body>,
                  "tenantry: this compiler destroys the temporaries of a co_await expression twice: "
                  "name the body (auto body = [...]...;) and pass the name, or use clang");
    using Row = typename result_t<schema_of<T>, Records<T>, Plain>::value_type;
    detail::require_row_body<std::remove_cvref_t<Body>, std::span<Row>>();
    using Owned = decltype(own(std::forward<Q>(query)));
    using Outcome = Result<std::int64_t, detail::row_body_error<std::remove_cvref_t<Body>, std::span<Row>>>;
    return boost::asio::async_initiate<Token, void(Outcome)>(
        detail::InitiateWalk<T>(db), token, Owned(own(std::forward<Q>(query))), batch,
        std::remove_cvref_t<Body>(std::forward<Body>(body)));
}

} // namespace tenantry

// Executor and allocator of the caller's handler are those of each read.
template <template <class, class> class Associator, class T, class Q, class Body, class Handler,
          class DefaultCandidate>
struct boost::asio::associator<Associator, tenantry::detail::WalkStep<T, Q, Body, Handler>, DefaultCandidate>
    : Associator<Handler, DefaultCandidate> {
    static typename Associator<Handler, DefaultCandidate>::type get(
        const tenantry::detail::WalkStep<T, Q, Body, Handler>& step) noexcept
    {
        return Associator<Handler, DefaultCandidate>::get(step.handler());
    }
    static auto get(const tenantry::detail::WalkStep<T, Q, Body, Handler>& step,
                    const DefaultCandidate& candidate) noexcept
        -> decltype(Associator<Handler, DefaultCandidate>::get(step.handler(), candidate))
    {
        return Associator<Handler, DefaultCandidate>::get(step.handler(), candidate);
    }
};
