// tracker DIRECTORY [PORT]: the issue tracker of many companies, each in a database of its own.
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <exception>
#include <iostream>
#include <string_view>
#include <system_error>
#include <utility>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <tenantry/fleet/open.hpp>

#include "tracker/http.hpp"
#include "tracker/service.hpp"

namespace asio = boost::asio;
using namespace std::chrono_literals;

int main(int argc, char** argv)
try {
    std::uint16_t port = 8080;
    if (argc == 3) {
        const std::string_view text(argv[2]);
        if (std::from_chars(text.data(), text.data() + text.size(), port).ec != std::errc()) argc = 0;
    }
    if (argc != 2 && argc != 3) {
        std::cerr << "usage: tracker DIRECTORY [PORT]\n";
        return 2;
    }
    auto fleet = tenantry::Fleet<tracker::Tracker>::open(argv[1]);
    if (!fleet) {
        std::cerr << fleet.error() << '\n';
        return 1;
    }

    asio::io_context context(1);
    tracker::Server server(
        context, port, [&](tracker::Request request) { return tracker::handle(*fleet, std::move(request)); });
    std::cout << "http://127.0.0.1:" << server.port() << std::endl;

    // What clients have asked for is answered before the end, if it takes no longer than ten seconds.
    int status = 0;
    const auto closed = [&](const tenantry::Result<void>& result) {
        if (result) return;
        std::cerr << result.error() << '\n';
        status = 1;
    };
    asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](boost::system::error_code, int) {
        server.stop();
        fleet->async_close(tenantry::Shutdown::drain, tenantry::within(10s),
                           asio::bind_executor(context, closed));
    });
    context.run();
    return status;
} catch (const std::exception& error) {
    std::cerr << "tracker: " << error.what() << '\n';
    return 1;
}
