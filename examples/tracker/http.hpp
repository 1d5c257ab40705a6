// Requests over HTTP.
#pragma once

#include <cstdint>
#include <functional>
#include <set>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "tracker/messages.hpp"

namespace tracker {

/// Answers clients, on the context's one thread. Knows nothing of databases.
class Server {
public:
    using Handler = std::function<boost::asio::awaitable<Answer>(Request)>;

    /// Listens on 127.0.0.1; 0 is any free port. Throws where that is not possible.
    Server(boost::asio::io_context& context, std::uint16_t port, Handler handler);

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

    /// Nobody is let in any more, and who has nothing to ask is let go. What was asked is answered.
    void stop();

private:
    boost::asio::awaitable<void> accept();
    boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket);

    boost::asio::ip::tcp::acceptor acceptor_;
    Handler handler_;
    std::set<boost::asio::ip::tcp::socket*> idle_; // clients that are waited for
};

} // namespace tracker
