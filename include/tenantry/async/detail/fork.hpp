// Detects that the process is a fork of the one that made an object, whose threads and locks are not here.
#pragma once

#include <atomic>
#include <memory>
#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/relationship.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/system_context.hpp>
#include <boost/asio/system_executor.hpp>

#include <pthread.h>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>

namespace tenantry::detail {

/// A child process that was made by `fork` has a copy of everything but the other threads: locks that they held stay locked, and
/// what they were to do is never done. POSIX locks on files are not inherited either, though SQLite's memory says that it has
/// them. So nothing of a fleet may be used there (https://sqlite.org/howtocorrupt.html, 2.6). This is how it is found out:
/// the process counts how often it was forked since its first ancestor, where there was something to lose.
class Forks {
public:
    /// How many forks lie between this process and the one that the program was begun in. One load of memory that hardly ever
    /// changes.
    [[nodiscard]] static unsigned count() noexcept { return count_.load(std::memory_order_relaxed); }

    /// While one lives, a fork counts.
    class Exposed {
    public:
        Exposed();
        Exposed(const Exposed&) = delete;
        Exposed& operator=(const Exposed&) = delete;
        ~Exposed() { exposed_.fetch_sub(1, std::memory_order_relaxed); }
    };

private:
    static inline std::atomic<unsigned> count_{0};
    static inline std::atomic<unsigned> exposed_{0};
};

/// Remembers which process it was made in. Thread-safe.
class ProcessOrigin {
public:
    /// True: in another one, of which this process is a fork.
    [[nodiscard]] bool is_forked() const noexcept { return made_in_ != Forks::count(); }

private:
    const unsigned made_in_ = Forks::count();
};

/// Takes what must never be destroyed, since it is the parent's. Needs no memory for that.
template <class T>
class Undestroyed {
public:
    explicit Undestroyed(T&& value) noexcept : value_(std::move(value)) {}
    Undestroyed(const Undestroyed&) = delete;
    Undestroyed& operator=(const Undestroyed&) = delete;
    ~Undestroyed() {} // not its value's

private:
    union {
        T value_;
    };
};

/// What everything that was made before the fork is answered with after it.
[[nodiscard]] Error forked_error();

/// Runs what it is given at once, in the calling thread, also where it is to be posted: for handlers whose own executor has lost
/// its threads by a fork.
class CallingThread {
public:
    template <class Function>
    void execute(Function&& function) const
    {
        auto copy = std::forward<Function>(function);
        std::move(copy)();
    }

    /// Throws where there is no memory for it, the first time.
    [[nodiscard]] static boost::asio::execution_context& query(
        boost::asio::execution::context_t /*property*/);
    [[nodiscard]] static constexpr boost::asio::execution::blocking_t query(
        boost::asio::execution::blocking_t /*property*/) noexcept
    {
        return boost::asio::execution::blocking.never;
    }
    [[nodiscard]] CallingThread require(
        boost::asio::execution::blocking_t::never_t /*property*/) const noexcept
    {
        return *this;
    }

    friend bool operator==(const CallingThread&, const CallingThread&) noexcept { return true; }
    friend bool operator!=(const CallingThread&, const CallingThread&) noexcept { return false; }
};

/// True where the executor's work would be done by the system's threads (`asio::system_context`), which a fork leaves behind;
/// asking for that context begins others. So it is told by types.
template <class Executor>
[[nodiscard]] bool is_of_system(const Executor& executor) noexcept
{
    namespace execution = boost::asio::execution;
    if constexpr (std::is_same_v<Executor, boost::asio::any_io_executor>) {
        const auto holds = [&]<class... Held>(std::type_identity<Held>...) {
            return ((executor.template target<Held>() != nullptr) || ...);
        };
        const auto holds_with = [&]<class Blocking>(Blocking) {
            using Fork = boost::asio::basic_system_executor<Blocking, execution::relationship_t::fork_t,
                                                            std::allocator<void>>;
            using Continuation =
                boost::asio::basic_system_executor<Blocking, execution::relationship_t::continuation_t,
                                                   std::allocator<void>>;
            return holds(std::type_identity<Fork>(), std::type_identity<Continuation>(),
                         std::type_identity<boost::asio::strand<Fork>>(),
                         std::type_identity<boost::asio::strand<Continuation>>());
        };
        return holds_with(execution::blocking.possibly) || holds_with(execution::blocking.never) ||
               holds_with(execution::blocking.always);
    } else if constexpr (boost::asio::can_query<const Executor&, execution::context_t>::value) {
        using Context = decltype(boost::asio::query(executor, execution::context));
        return std::is_same_v<std::remove_cvref_t<Context>, boost::asio::system_context>;
    } else {
        return false;
    }
}

/// True for executors of which it is not known by their type whose threads do their work, as that of `asio::use_future`.
template <class Executor>
[[nodiscard]] constexpr bool hides_context() noexcept
{
    if constexpr (!std::is_same_v<Executor, boost::asio::any_io_executor> &&
                  boost::asio::can_query<const Executor&, boost::asio::execution::context_t>::value)
        return std::is_same_v<std::remove_cvref_t<decltype(boost::asio::query(
                                  std::declval<const Executor&>(), boost::asio::execution::context))>,
                              boost::asio::execution_context>;
    else
        return false;
}

/// Where handlers are called that have no executor of their own, while the fleet's cannot be used.
[[nodiscard]] inline boost::asio::any_io_executor calling_thread() { return CallingThread(); }

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/async/impl/fork.ipp>
#endif
