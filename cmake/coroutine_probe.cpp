// Finds out whether the compiler destroys temporaries of a co_await expression twice.
//
// g++ before 13 does: in `co_await op([captured] { ... })` the closure is destroyed once more than it was made,
// and what it owns is freed twice, whatever library `op` belongs to. The same happens to an aggregate
// temporary. A named lambda or row is safe.
//
// Exit status: 0 every object was destroyed as often as it was made, 42 it was not.
// Nothing is owned here, only counted, so that an affected compiler's program ends quietly.
#include <coroutine>
#include <exception>
#include <type_traits>
#include <utility>

namespace {

int made = 0;
int destroyed = 0;

struct Counted {
    Counted() noexcept { ++made; }
    Counted(const Counted&) noexcept { ++made; }
    Counted(Counted&&) noexcept { ++made; }
    Counted& operator=(const Counted&) = delete;
    Counted& operator=(Counted&&) = delete;
    ~Counted() { ++destroyed; }
};

struct Row {
    Counted counted{};
    int value = 0;
};

struct Task {
    struct promise_type {
        Task get_return_object() noexcept { return {}; }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const noexcept { std::terminate(); }
    };
};

// Suspends and lets whoever started the coroutine resume it, as an asynchronous operation does.
std::coroutine_handle<> waiting;

template <class Value>
struct Operation {
    Value value;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) const noexcept { waiting = handle; }
    void await_resume() const noexcept {}
};

template <class Value>
Operation<std::decay_t<Value>> operation(Value&& value)
{
    return {std::forward<Value>(value)};
}

Task run()
{
    Counted captured;
    co_await operation([captured] { (void)captured; });
    co_await operation(Row{captured, 1});
}

} // namespace

int main()
{
    run();
    while (waiting) std::exchange(waiting, nullptr).resume();
    return made == destroyed ? 0 : 42;
}
