// once(key, body): a transaction that is done once, however often it is asked for.
#pragma once

#include <chrono>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/core/refusal.hpp>
#include <tenantry/sqlite/codec.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/detail/privileged.hpp>
#include <tenantry/sqlite/statement.hpp>
#include <tenantry/tenant/repeatable.hpp>
#include <tenantry/tenant/tx.hpp>

namespace tenantry {

namespace detail {

/// The answers that a tenant's database keeps by key, in a table of the library's own.
class KeptAnswers {
public:
    explicit KeptAnswers(sqlite::Connection& connection) noexcept : connection_(connection) {}

    /// Calls `read(row)`, with the answer in column 0, if there is one that is not too old; says whether there was.
    template <class Read>
    [[nodiscard]] Result<bool> find(std::string_view key, Read&& read)
    {
        const sqlite::Privileged gate(connection_);
        auto statement = prepare_find(key);
        if (!statement) return fail(std::move(statement).error());
        if (!*statement) return false;
        auto row = (*statement)->step();
        if (!row) return fail(std::move(row).error());
        if (!*row) return false;
        if (auto done = read(**statement); !done) return fail(std::move(done).error());
        return true;
    }

    /// Keeps what `bind(statement, parameter)` binds, and forgets some of what is too old. An empty key is refused.
    template <class Bind>
    [[nodiscard]] Result<void> keep(std::string_view key, std::chrono::milliseconds age, Bind&& bind)
    {
        const sqlite::Privileged gate(connection_);
        auto statement = prepare_keep(key, age);
        if (!statement) return fail(std::move(statement).error());
        bind(*statement, 2);
        return statement->run();
    }

private:
    [[nodiscard]] Result<std::optional<sqlite::Statement>> prepare_find(std::string_view key);
    [[nodiscard]] Result<sqlite::Statement> prepare_keep(std::string_view key, std::chrono::milliseconds age);

    sqlite::Connection& connection_;
    bool exists_ = false;
};

/// What is answered where the answer that is kept is none for this body.
[[nodiscard]] Error other_answer_error(std::string_view key, sqlite::Misfit misfit);

struct TxAccess {
    template <class T>
    [[nodiscard]] static sqlite::Connection& connection(Tx<T>& tx) noexcept
    {
        return *tx.connection_;
    }
};

template <class R>
concept KeptAnswer =
    std::is_void_v<R> || (sqlite::Bindable<R> && sqlite::Readable<R> && std::default_initializable<R>);

} // namespace detail

/// What `once` makes.
template <class Body>
struct Once {
    std::string key;               ///< under which the answer is kept
    std::chrono::milliseconds age; ///< for how long
    Body body;                     ///< what is done

    /// Runs the body, unless its answer is kept: then it gives that.
    template <class T>
    auto operator()(Tx<T>& tx) -> std::invoke_result_t<Body&, Tx<T>&>
    {
        using Outcome = std::invoke_result_t<Body&, Tx<T>&>;
        static_assert(
            detail::is_outcome<Outcome>,
            "tenantry: a transaction body returns a Result<R>, and is synchronous: nothing is awaited in it");
        if constexpr (detail::is_outcome<Outcome>) {
            using R = typename Outcome::value_type;
            static_assert(
                detail::KeptAnswer<R>,
                "tenantry: once() keeps the answer of its body beside the key: a body for it gives nothing, a key, or "
                "what a column can hold");
            if constexpr (detail::KeptAnswer<R>) return run<Outcome, R>(tx);
        }
    }

private:
    template <class Outcome, class R, class T>
    Outcome run(Tx<T>& tx)
    {
        detail::KeptAnswers answers(detail::TxAccess::connection(tx));
        if constexpr (std::is_void_v<R>) {
            const auto found = answers.find(key, [](auto&) { return Result<void>(); });
            if (!found) return fail(found.error());
            if (*found) return {};
        } else {
            R answer{};
            const auto found = answers.find(key, [&](auto& row) -> Result<void> {
                const sqlite::Misfit misfit = sqlite::Codec<R>::read(row, 0, answer);
                if (misfit != sqlite::Misfit::none) return fail(detail::other_answer_error(key, misfit));
                return {};
            });
            if (!found) return fail(found.error());
            if (*found) return answer;
        }
        Outcome outcome = body(tx);
        if (!outcome) return outcome;
        const auto kept = answers.keep(key, age, [&](auto& statement, int parameter) {
            if constexpr (std::is_void_v<R>)
                statement.null(parameter);
            else
                sqlite::Codec<R>::bind(statement, parameter, *outcome);
        });
        if (!kept) return fail(kept.error());
        return outcome;
    }
};

/// `db.async_write(once(key, body))`: the transaction is done if none with this key was done for this tenant in the last `age`,
/// milliseconds by the system's clock; else nothing is done, and the answer is what that one gave. For requests that are made again
/// since their outcome is not known: of a client whose connection broke, after a crash, after `errc::unknown_outcome`.
///
/// The key and the answer are written in the same transaction, so that they are there if, and only if, the rest is. What was refused
/// or failed is not kept: it is tried anew. A key is a text that says what is asked for, the client's own number of the request as a rule,
/// and not empty (`errc::invalid_argument`). The answer is nothing, a key, or what a column can hold; one that was kept as
/// another type is `errc::value_misfit`.
///
///     auto transfer = once(request.id, [&](auto& tx) -> Result<void> { ... });
///     auto done = co_await async_retry([&] { return db.async_write(transfer); }, {.idempotent = true});
template <class Body>
[[nodiscard]] Once<std::remove_cvref_t<Body>> once(std::string key, Body&& body,
                                                   std::chrono::milliseconds age = std::chrono::hours(24))
{
    return {std::move(key), age, std::forward<Body>(body)};
}

namespace detail {

template <class Body>
inline constexpr bool is_repeatable<Once<Body>> = is_repeatable<Body>;

} // namespace detail

} // namespace tenantry

#if TENANTRY_HEADER_ONLY
#include <tenantry/tenant/impl/once.ipp>
#endif
