// Finds out whether the compiler destroys objects twice that are made in the same expression as a co_await.
//
// g++ before 13 does: in `co_await op([captured] { ... })` the closure is destroyed once more than it was made,
// and what it owns is freed twice, whatever library `op` belongs to. The same happens to aggregates, and to what
// a conditional operator gives. docs/async.md says it of each of these forms, by these names, and how it is
// written instead; tests/async/coroutine_forms.cpp has that.
//
// Prints the names of the forms that are affected. Exit status: 0 every object was destroyed as often as it was
// made, 42 some were not. Nothing is owned here, only counted, so that an affected compiler's program ends quietly.
#include <array>
#include <coroutine>
#include <cstdio>
#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

namespace {

int made = 0;
int destroyed = 0;

struct Counted {
    Counted() noexcept { ++made; }
    Counted(const Counted&) noexcept { ++made; }
    Counted(Counted&&) noexcept { ++made; }
    Counted& operator=(const Counted&) noexcept { return *this; }
    Counted& operator=(Counted&&) noexcept { return *this; }
    ~Counted() { ++destroyed; }
    int value = 1;
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
        void return_value(const Row&) const noexcept {}
        void unhandled_exception() const noexcept { std::terminate(); }
    };
};

// Suspends and lets whoever started the coroutine resume it, as an asynchronous operation does.
std::coroutine_handle<> waiting;

template <class Value>
class Operation {
public:
    explicit Operation(Value value) : value_(std::move(value)) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) const noexcept { waiting = handle; }
    Value await_resume() noexcept { return std::move(value_); }

private:
    Value value_;
};

template <class Value>
Operation<std::decay_t<Value>> operation(Value&& value)
{
    return Operation<std::decay_t<Value>>(std::forward<Value>(value));
}

Operation<Counted> give() { return Operation<Counted>(Counted()); }
Operation<int> give_number() { return Operation<int>(1); }
Operation<Row> take_row(Row row) { return Operation<Row>(std::move(row)); }
Operation<Row> take_options(const Row& options = {}) { return Operation<Row>(options); }

int use(const Row& row, int number) { return row.value + number; }

// The forms. `yes` is a condition of which the compiler knows nothing.
struct Form {
    const char* name;
    Task (*run)(bool yes, const Counted& owned);
};

constexpr Form forms[] = {
    {"a lambda that captures",
     [](bool, const Counted& owned) -> Task {
         co_await operation([owned] { (void)owned; });
         co_return Row();
     }},
    {"a lambda that is converted",
     [](bool, const Counted& owned) -> Task {
         co_await operation(std::function<void()>([owned] { (void)owned; }));
         co_return Row();
     }},
    {"a lambda beside",
     [](bool, const Counted& owned) -> Task {
         const int sum = [owned] { return owned.value; }() + co_await give_number();
         (void)sum;
         co_return Row();
     }},
    {"a lambda of what is awaited",
     [](bool, const Counted&) -> Task {
         auto lambda = [given = co_await give()] { (void)given; };
         lambda();
         co_return Row();
     }},
    {"an aggregate",
     [](bool, const Counted& owned) -> Task {
         co_await operation(Row{owned, 1});
         co_return Row();
     }},
    {"an array",
     [](bool, const Counted& owned) -> Task {
         co_await operation(std::array<Counted, 2>{owned, owned});
         co_return Row();
     }},
    {"braces for an argument",
     [](bool, const Counted& owned) -> Task {
         co_await take_row({owned, 1});
         co_return Row();
     }},
    {"braces of a default argument",
     [](bool, const Counted&) -> Task {
         co_await take_options();
         co_return Row();
     }},
    {"an aggregate beside",
     [](bool, const Counted& owned) -> Task {
         const int sum = use(Row{owned, 1}, co_await give_number());
         (void)sum;
         co_return Row();
     }},
    {"an aggregate of what is awaited",
     [](bool, const Counted&) -> Task {
         Row row{co_await give(), 1};
         (void)row;
         co_return Row();
     }},
    {"an aggregate with something awaited",
     [](bool, const Counted& owned) -> Task {
         Row row{.counted = owned, .value = co_await give_number()};
         (void)row;
         co_return Row();
     }},
    {"braces that are assigned",
     [](bool, const Counted& owned) -> Task {
         Row row;
         row = {owned, co_await give_number()};
         co_return Row();
     }},
    {"an aggregate that is returned",
     [](bool, const Counted&) -> Task { co_return Row{co_await give(), 1}; }},
    {"a conditional of what is awaited",
     [](bool yes, const Counted&) -> Task {
         const Counted given = yes ? co_await give() : co_await give();
         (void)given;
         co_return Row();
     }},
    {"a conditional with something awaited",
     [](bool yes, const Counted& owned) -> Task {
         const Counted given = yes ? co_await give() : owned;
         (void)given;
         co_return Row();
     }},
    {"a conditional of operations",
     [](bool yes, const Counted&) -> Task {
         co_await (yes ? give() : give());
         co_return Row();
     }},
    {"a conditional for an argument",
     [](bool yes, const Counted& owned) -> Task {
         co_await operation(yes ? Counted(owned) : Counted());
         co_return Row();
     }},
    {"a conditional beside",
     [](bool yes, const Counted& owned) -> Task {
         const int sum = (yes ? Counted(owned) : Counted()).value + co_await give_number();
         (void)sum;
         co_return Row();
     }},
};

// Whether every object was destroyed as often as it was made.
bool is_sound(const Form& form)
{
    made = destroyed = 0;
    {
        const Counted owned;
        for (const bool yes : {true, false}) {
            form.run(yes, owned);
            while (waiting) std::exchange(waiting, nullptr).resume();
        }
    }
    return made == destroyed;
}

} // namespace

int main()
{
    bool sound = true;
    for (const Form& form : forms) {
        if (is_sound(form)) continue;
        std::puts(form.name);
        sound = false;
    }
    return sound ? 0 : 42;
}
