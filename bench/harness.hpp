// What measurements share: sides that take turns, medians, a table of what was found.
#pragma once

#include <algorithm>
#include <cerrno> // program_invocation_short_name
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <tenantry/core/error.hpp>

namespace bench {

using Clock = std::chrono::steady_clock;

[[noreturn]] inline void give_up(const std::string& why)
{
    std::cerr << program_invocation_short_name << ": " << why << '\n';
    std::exit(1);
}

template <class T>
T need(tenantry::Result<T> result)
{
    if (!result) {
        std::ostringstream why;
        why << result.error();
        give_up(why.str());
    }
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// What a row is told.
struct Setting {
    std::filesystem::path directory; ///< an empty one; the row may leave there what it likes
    double seconds = 60;             ///< for the row that takes its time
};

inline double microseconds(const std::function<void()>& work)
{
    const auto begun = Clock::now();
    work();
    return std::chrono::duration<double, std::micro>(Clock::now() - begun).count();
}

/// The value below which `part` of them lie.
inline double quantile(std::vector<double> values, double part)
{
    const auto at = static_cast<std::size_t>(part * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
    return values[at];
}
inline double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

/// Measures of two sides, and the median of the ratios of neighbours in time.
struct Compared {
    double ours = 0;
    double theirs = 0;
    double ratio = 0;
};

/// Both sides by turns, so that what else the machine does hits both. Each gives its measure. The first round is for
/// warming up.
template <class Ours, class Theirs>
Compared alternate(int rounds, Ours&& ours, Theirs&& theirs)
{
    std::vector<double> our_times;
    std::vector<double> their_times;
    std::vector<double> ratios;
    for (int round = -1; round < rounds; ++round) {
        double mine = 0;
        if (round % 2 == 0) mine = ours();
        const double other = theirs();
        if (round % 2 != 0) mine = ours();
        if (round < 0) continue;
        our_times.push_back(mine);
        their_times.push_back(other);
        ratios.push_back(mine / other);
    }
    return {.ours = median(our_times), .theirs = median(their_times), .ratio = median(ratios)};
}

enum class Goal { at_most, at_least, none };

inline void print_head()
{
    std::printf("%-50s %10s %10s %-8s %7s %s\n", "", "tenantry", "by hand", "", "ratio", "target");
}

/// A line of the table. `target` is of the ratio of ours to theirs.
inline void print(const char* what, const Compared& found, const char* unit, Goal goal, double target)
{
    std::printf("%-50s %10.2f %10.2f %-8s %7.3f ", what, found.ours, found.theirs, unit, found.ratio);
    if (goal != Goal::none) {
        const bool met = goal == Goal::at_most ? found.ratio <= target : found.ratio >= target;
        std::printf("%s %.2f%s", goal == Goal::at_most ? "<=" : ">=", target, met ? "" : "  MISSED");
    }
    std::printf("\n");
    std::fflush(stdout);
}

/// Runs so many clients to their ends, all in this thread: `client(n)` is a coroutine. The microseconds it took.
template <class Client>
double run_clients(int count, Client&& client)
{
    boost::asio::io_context context(1);
    for (int n = 0; n < count; ++n)
        boost::asio::co_spawn(context, client(n), [](std::exception_ptr thrown) {
            if (thrown) std::rethrow_exception(thrown);
        });
    return microseconds([&] { context.run(); });
}

} // namespace bench
