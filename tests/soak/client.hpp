// One client of a soak test: does at random what programs do with a fleet, and keeps books of the answers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "soak/books.hpp"

namespace tenantry::test {

/// Lives in one thread: that of its executor.
class Client {
public:
    Client(World& world, boost::asio::any_io_executor executor, int number, std::uint64_t seed)
        : world_(world),
          executor_(std::move(executor)),
          random_(seed),
          last_number_(std::int64_t{number} * numbers_each)
    {}

    /// Until it is told to stop, or that the fleet is closed.
    [[nodiscard]] boost::asio::awaitable<void> work();

    [[nodiscard]] const std::deque<Asked>& asked() const noexcept { return asked_; }
    [[nodiscard]] std::uint64_t operations() const noexcept { return operations_; }
    [[nodiscard]] std::uint64_t kept() const noexcept { return kept_; }
    [[nodiscard]] const std::array<std::uint64_t, 64>& errors() const noexcept { return errors_; }

private:
    using Db = TenantDb<Notes>;
    struct Batch;
    struct Expectation;
    template <class R>
    using Answer = boost::asio::awaitable<Result<R>>;

    [[nodiscard]] std::size_t pick(std::size_t of) { return random_() % of; }
    [[nodiscard]] bool chance(std::size_t one_in) { return pick(one_in) == 0; }

    boost::asio::awaitable<void> use(std::size_t tenant);
    boost::asio::awaitable<void> use_in_scope(std::size_t tenant);
    boost::asio::awaitable<void> change(std::size_t tenant);
    boost::asio::awaitable<void> go_through_all();

    boost::asio::awaitable<void> write(Db db, std::size_t tenant);
    void write_here(const Db& db, std::size_t tenant);
    boost::asio::awaitable<void> remove_one(Db db);
    boost::asio::awaitable<void> tidy(Db db, std::size_t tenant);
    boost::asio::awaitable<void> read(Db db, std::size_t tenant);
    boost::asio::awaitable<void> walk(Db db, std::size_t tenant);
    boost::asio::awaitable<void> read_for_ever(Db db, std::size_t tenant);

    template <class Operation>
    void begin(const std::shared_ptr<Batch>& batch, Operation operation, const Expectation& expected);
    void begin_one(const std::shared_ptr<Batch>& batch, const Db& db, std::size_t tenant);
    template <class R>
    void settle(Batch& batch, const Expectation& expected, const Result<R>& result);
    void cancel_soon(const std::shared_ptr<Batch>& batch, std::size_t signal);

    template <class R, class Operation>
    Answer<R> ask(Operation operation, bool surely_cancelled = false);

    /// Looks at an error: those of `also` may be, and those that any operation may meet.
    void met(const Error& error, std::string_view doing, std::size_t tenant,
             std::initializer_list<errc> also = {});

    /// The same of a write of so many rows, or of their removal: they may be there where nobody can be told.
    void not_written(Asked& entry, const Error& error, int rows, std::string_view doing,
                     std::initializer_list<errc> also);

    World& world_;
    boost::asio::any_io_executor executor_;
    std::mt19937_64 random_;
    std::int64_t last_number_;
    std::deque<Asked> asked_;
    std::uint64_t operations_ = 0;
    std::uint64_t kept_ = 0;
    std::array<std::uint64_t, 64> errors_{};
    bool closed_ = false;
};

} // namespace tenantry::test
