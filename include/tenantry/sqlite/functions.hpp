// Functions, aggregates, window functions and collations of the program, for SQL.
#pragma once

#include <compare>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/detail/function_call.hpp>
#include <tenantry/sqlite/error.hpp>

namespace tenantry::sqlite {

/// What SQLite may rely on (https://sqlite.org/c3ref/c_deterministic.html).
struct FunctionOptions {
    /// The same arguments give the same result, always: needed in indexes, generated columns and CHECK.
    bool deterministic = false;
    /// It does no harm with any arguments, from any caller: needed in a schema (CHECK, DEFAULT, views, triggers,
    /// generated columns), since tenants' schemas are not trusted.
    bool innocuous = false;
};

} // namespace tenantry::sqlite

namespace tenantry::detail {

// One of a list, as it is registered with a connection. It is shared by all connections, and thread-safe.
class Registered {
public:
    explicit Registered(std::string name) : name_(std::move(name)) {}
    Registered(const Registered&) = delete;
    Registered& operator=(const Registered&) = delete;
    virtual ~Registered() = default;

    // `context` is a new std::shared_ptr<const Registered>, which SQLite destroys.
    [[nodiscard]] virtual int install(sqlite3* db, void* context) const = 0;

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    static void release(void* context) noexcept
    {
        delete static_cast<std::shared_ptr<const Registered>*>(context);
    }

protected:
    template <class Self>
    [[nodiscard]] static const Self& self(void* context) noexcept
    {
        return static_cast<const Self&>(**static_cast<std::shared_ptr<const Registered>*>(context));
    }

private:
    std::string name_;
};

[[nodiscard]] constexpr int function_flags(sqlite::FunctionOptions options) noexcept
{
    return SQLITE_UTF8 | (options.deterministic ? SQLITE_DETERMINISTIC : 0) |
           (options.innocuous ? SQLITE_INNOCUOUS : 0);
}

template <class F>
class ScalarFunction final : public Registered {
    using signature = decltype(find_signature<F>());

public:
    ScalarFunction(std::string name, F function, sqlite::FunctionOptions options)
        : Registered(std::move(name)), function_(std::move(function)), options_(options)
    {}

    int install(sqlite3* db, void* context) const override
    {
        return sqlite3_create_function_v2(db, name().c_str(), static_cast<int>(signature::count),
                                          function_flags(options_), context, &call, nullptr, nullptr,
                                          &release);
    }

private:
    static void call(sqlite3_context* context, int, sqlite3_value** values) noexcept
    {
        const auto& self = Registered::self<ScalarFunction>(sqlite3_user_data(context));
        CallResult result(context);
        guard_call(result, context, [&] {
            typename signature::arguments arguments{};
            if (read_arguments(Arguments(values), arguments, result, self.name(),
                               std::make_index_sequence<signature::count>{}))
                give_result(result, std::apply(self.function_, std::move(arguments)));
        });
    }

    F function_;
    sqlite::FunctionOptions options_;
};

template <class State>
concept Aggregates = std::is_default_constructible_v<State> && requires {
    find_signature<decltype(&State::step)>();
    find_signature<decltype(&State::result)>();
};
template <class State>
concept Slides = Aggregates<State> && requires {
    requires std::is_same_v<typename decltype(find_signature<decltype(&State::step)>())::arguments,
                            typename decltype(find_signature<decltype(&State::inverse)>())::arguments>;
};

// SQLite keeps a pointer for each group, null before its first row.
template <class State, bool Window>
class RegisteredAggregate final : public Registered {
    using signature = decltype(find_signature<decltype(&State::step)>());

public:
    RegisteredAggregate(std::string name, sqlite::FunctionOptions options)
        : Registered(std::move(name)), options_(options)
    {}

    int install(sqlite3* db, void* context) const override
    {
        const int count = static_cast<int>(signature::count);
        const int flags = function_flags(options_);
        if constexpr (Window)
            return sqlite3_create_window_function(db, name().c_str(), count, flags, context, &step, &final,
                                                  &value, &inverse, &release);
        else
            return sqlite3_create_function_v2(db, name().c_str(), count, flags, context, nullptr, &step,
                                              &final, &release);
    }

private:
    template <class Use>
    static void with_arguments(sqlite3_context* context, sqlite3_value** values, const Use& use) noexcept
    {
        CallResult result(context);
        guard_call(result, context, [&] {
            auto** slot = static_cast<State**>(sqlite3_aggregate_context(context, sizeof(State*)));
            if (slot == nullptr) throw std::bad_alloc();
            if (*slot == nullptr) *slot = new State();
            typename signature::arguments arguments{};
            if (read_arguments(Arguments(values), arguments, result,
                               Registered::self<RegisteredAggregate>(sqlite3_user_data(context)).name(),
                               std::make_index_sequence<signature::count>{}))
                std::apply([&](auto&&... each) { use(**slot, std::move(each)...); }, std::move(arguments));
        });
    }

    static void step(sqlite3_context* context, int, sqlite3_value** values) noexcept
    {
        with_arguments(context, values, [](State& state, auto&&... arguments) {
            state.step(std::forward<decltype(arguments)>(arguments)...);
        });
    }

    static void inverse(sqlite3_context* context, int, sqlite3_value** values) noexcept
    {
        with_arguments(context, values, [](State& state, auto&&... arguments) {
            state.inverse(std::forward<decltype(arguments)>(arguments)...);
        });
    }

    static void give(sqlite3_context* context, const State* state) noexcept
    {
        CallResult result(context);
        guard_call(result, context, [&] {
            if (state != nullptr) return give_result(result, state->result());
            const State fresh{};
            give_result(result, fresh.result());
        });
    }

    static State* current(sqlite3_context* context) noexcept
    {
        auto** slot = static_cast<State**>(sqlite3_aggregate_context(context, 0));
        return slot != nullptr ? *slot : nullptr;
    }

    static void value(sqlite3_context* context) noexcept { give(context, current(context)); }

    // Also called where a step has failed: it is where the state goes.
    static void final(sqlite3_context* context) noexcept
    {
        const std::unique_ptr<State> state(current(context));
        give(context, state.get());
    }

    sqlite::FunctionOptions options_;
};

template <class Compare>
class Collation final : public Registered {
public:
    Collation(std::string name, Compare compare) : Registered(std::move(name)), compare_(std::move(compare))
    {}

    int install(sqlite3* db, void* context) const override
    {
        const int code =
            sqlite3_create_collation_v2(db, name().c_str(), SQLITE_UTF8, context, &call, &release);
        if (code != SQLITE_OK) release(context); // SQLite does so for functions, not for collations
        return code;
    }

private:
    static int call(void* context, int left_size, const void* left, int right_size,
                    const void* right) noexcept
    {
        const auto order = Registered::self<Collation>(context).compare_(
            std::string_view(static_cast<const char*>(left), static_cast<std::size_t>(left_size)),
            std::string_view(static_cast<const char*>(right), static_cast<std::size_t>(right_size)));
        return order < 0 ? -1 : order > 0 ? 1 : 0;
    }

    Compare compare_;
};

} // namespace tenantry::detail

namespace tenantry::sqlite {

/// A list of functions and collations, to be registered with each connection that is opened with a `Profile` that has
/// them. Cheap to copy. Filled by one thread before it is used; what it holds is called from all threads that use
/// connections, side by side.
///
///     sqlite::Functions functions;
///     functions.scalar("slug", [](std::string_view title) { return make_slug(title); }, {.deterministic = true});
///     functions.aggregate<Median>("median");
///     functions.collation("natural", [](std::string_view a, std::string_view b) noexcept { return compare(a, b); });
///
/// Arguments and results are of the types that columns have, `std::optional` where NULL is meant; an argument that does
/// not fit is an error of the statement. Texts and blobs may be taken as `std::string_view` and `std::span<const
/// std::byte>`, which are good for the call. A result may be a `Result<R>`. An exception, or a failed Result, is an
/// error of the statement with its message, `errc::invalid_sql`. A function must not use the connection that calls it.
class Functions {
public:
    /// A callable with one signature, const where it is an object. The same name may be given again for another number
    /// of arguments.
    template <class F>
    Functions& scalar(std::string name, F function, FunctionOptions options = {})
    {
        static_assert(detail::OneSignature<F>,
                      "tenantry: a function for SQL has one signature: no auto parameters, no overloads");
        if constexpr (detail::OneSignature<F>) {
            using signature = decltype(detail::find_signature<F>());
            if constexpr (check_signature<signature>()) {
                constexpr bool is_const =
                    is_callable<const F&>(std::type_identity<typename signature::arguments>{});
                static_assert(
                    is_const,
                    "tenantry: a function for SQL is called by several threads: its operator() is const");
                if constexpr (is_const)
                    add(std::make_shared<detail::ScalarFunction<F>>(std::move(name), std::move(function),
                                                                    options));
            }
        }
        return *this;
    }

    /// `State` is made for each group of rows; it has `void step(arguments...)`, called for each row, and `R result()
    /// const`. A group without rows is a State that was never stepped.
    template <class State>
    Functions& aggregate(std::string name, FunctionOptions options = {})
    {
        static_assert(
            detail::Aggregates<State>,
            "tenantry: an aggregate is a default-constructible type with one step(...) and result() const");
        if constexpr (detail::Aggregates<State>)
            if constexpr (check_aggregate<State>())
                add(std::make_shared<detail::RegisteredAggregate<State, false>>(std::move(name), options));
        return *this;
    }

    /// An aggregate that can also be used over a window: `void inverse(arguments...)` undoes the step of a row
    /// that has left the frame.
    template <class State>
    Functions& window(std::string name, FunctionOptions options = {})
    {
        static_assert(
            detail::Slides<State>,
            "tenantry: a window function is an aggregate with inverse(...), of the arguments of step(...)");
        if constexpr (detail::Slides<State>)
            if constexpr (check_aggregate<State>())
                add(std::make_shared<detail::RegisteredAggregate<State, true>>(std::move(name), options));
        return *this;
    }

    /// An order of texts: negative, zero or positive, or a std::strong_ordering. It must be noexcept, since SQLite has
    /// no way to receive a failure, and total (https://sqlite.org/c3ref/create_collation.html). A database whose indexes
    /// use it can be written only by programs that have it.
    template <class Compare>
    Functions& collation(std::string name, Compare compare)
    {
        static_assert(std::is_nothrow_invocable_v<const Compare&, std::string_view, std::string_view>,
                      "tenantry: a collation compares two std::string_view, and is const and noexcept");
        if constexpr (std::is_nothrow_invocable_v<const Compare&, std::string_view, std::string_view>)
            add(std::make_shared<detail::Collation<Compare>>(std::move(name), std::move(compare)));
        return *this;
    }

    /// Whether there is none.
    [[nodiscard]] bool empty() const noexcept { return registered_.empty(); }

    /// Registers all of them. Connections do so when they are opened. errc::internal names one that SQLite refuses
    /// (its name is too long, or it has too many arguments).
    [[nodiscard]] Result<void> install(sqlite3* db) const;

private:
    template <class R>
    static consteval bool check_result()
    {
        static_assert(detail::is_function_result<R>,
                      "tenantry: a function for SQL returns a type that can be bound, or a Result of one");
        return detail::is_function_result<R>;
    }
    template <class Signature>
    static consteval bool check_arguments()
    {
        static_assert(detail::are_arguments<typename Signature::arguments>,
                      "tenantry: an argument of a function for SQL is of a type that a column can have, a "
                      "std::string_view or a std::span<const std::byte>");
        return detail::are_arguments<typename Signature::arguments>;
    }
    template <class Signature>
    static consteval bool check_signature()
    {
        if constexpr (check_arguments<Signature>())
            return check_result<typename Signature::result>();
        else
            return false;
    }
    template <class State>
    static consteval bool check_aggregate()
    {
        if constexpr (check_arguments<decltype(detail::find_signature<decltype(&State::step)>())>())
            return check_result<
                typename decltype(detail::find_signature<decltype(&State::result)>())::result>();
        else
            return false;
    }

    template <class F, class... Args>
    static consteval bool is_callable(std::type_identity<std::tuple<Args...>>)
    {
        return std::is_invocable_v<F, Args&&...>;
    }

    void add(std::shared_ptr<const detail::Registered> registered)
    {
        registered_.push_back(std::move(registered));
    }

    std::vector<std::shared_ptr<const detail::Registered>> registered_;
};

} // namespace tenantry::sqlite

#if TENANTRY_HEADER_ONLY
#include <tenantry/sqlite/impl/functions.ipp>
#endif
