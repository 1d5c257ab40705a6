// What `slots` can do. Each command is a coroutine on the main thread, and gives the program's exit status.
#pragma once

#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include <tenantry/fleet/fleet.hpp>

#include "interrupt.hpp"
#include "schema.hpp"

namespace slots {

namespace asio = boost::asio;

/// What every command works with.
struct Context {
    Fleet<Slots>& fleet;
    Interrupt& interrupt;
    std::string root;
};

namespace exit_status {
inline constexpr int success = 0;
inline constexpr int failure = 1;
inline constexpr int usage = 2;
inline constexpr int refused_lines = 3; ///< all went in but lines that were malformed
inline constexpr int interrupted = 128; ///< and the number of the signal
} // namespace exit_status

/// Writes the events of a CSV file ("-": standard input) into the audit logs of their tenants. `source` is
/// the name its position is remembered under; empty: made of its first event.
[[nodiscard]] asio::awaitable<int> import_events(Context& context, std::string file, std::string source);

/// Prints what there is, of all tenants or in detail of one.
[[nodiscard]] asio::awaitable<int> report_all(Context& context);
[[nodiscard]] asio::awaitable<int> report_one(Context& context, std::string tenant);

/// Does all jobs that wait.
[[nodiscard]] asio::awaitable<int> work(Context& context);

/// Says on standard error what went wrong, in one line.
void complain(const Error& error);
void complain(std::string_view message);

} // namespace slots
