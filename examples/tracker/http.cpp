#include "tracker/http.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/serialize.hpp>

namespace tracker {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using namespace std::chrono_literals;

namespace {

constexpr auto token = asio::as_tuple(asio::use_awaitable);

// %41 is A; a query has + for a blank. What is malformed stands as it came.
std::string decoded(std::string_view text, char plus)
{
    const auto value_of = [](char digit) {
        if (digit >= '0' && digit <= '9') return digit - '0';
        if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
        if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
        return -1;
    };
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && value_of(text[i + 1]) >= 0 &&
            value_of(text[i + 2]) >= 0) {
            plain.push_back(static_cast<char>(value_of(text[i + 1]) * 16 + value_of(text[i + 2])));
            i += 2;
        } else {
            plain.push_back(text[i] == '+' ? plus : text[i]);
        }
    }
    return plain;
}

// Calls function(part) with what is between the separators.
template <class Function>
void split(std::string_view text, char separator, Function function)
{
    while (!text.empty()) {
        const std::size_t end = text.find(separator);
        if (end != 0) function(text.substr(0, end));
        if (end == std::string_view::npos) return;
        text.remove_prefix(end + 1);
    }
}

Request request_of(http::request<http::string_body>& message)
{
    Request request{.method = std::string(message.method_string()),
                    .path = {},
                    .query = {},
                    .body = std::move(message.body())};
    const std::string target(message.target());
    const std::string_view whole(target);
    const std::size_t end = std::min(whole.find('?'), whole.size());
    split(whole.substr(0, end), '/',
          [&](std::string_view part) { request.path.push_back(decoded(part, '+')); });
    split(whole.substr(end), '&', [&](std::string_view part) {
        if (part.front() == '?') part.remove_prefix(1);
        const std::size_t name = std::min(part.find('='), part.size());
        request.query[decoded(part.substr(0, name), ' ')] =
            decoded(part.substr(std::min(name + 1, part.size())), ' ');
    });
    return request;
}

http::response<http::string_body> response_of(const Answer& answer,
                                              const http::request<http::string_body>& to)
{
    http::response<http::string_body> response{static_cast<http::status>(answer.status), to.version()};
    response.keep_alive(to.keep_alive());
    if (answer.retry_after)
        response.set(http::field::retry_after, std::to_string(answer.retry_after->count()));
    if (answer.status != 204) {
        response.set(http::field::content_type, "application/json");
        response.body() = boost::json::serialize(answer.body);
    }
    response.prepare_payload();
    return response;
}

} // namespace

Server::Server(asio::io_context& context, std::uint16_t port, Handler handler)
    : acceptor_(context, {asio::ip::address_v4::loopback(), port}), handler_(std::move(handler))
{
    asio::co_spawn(context, accept(), asio::detached);
}

void Server::stop()
{
    acceptor_.close();
    for (tcp::socket* socket : idle_) socket->cancel();
}

asio::awaitable<void> Server::accept()
{
    asio::steady_timer pause(acceptor_.get_executor());
    while (acceptor_.is_open()) {
        auto [failed, socket] = co_await acceptor_.async_accept(token);
        if (!failed) {
            asio::co_spawn(acceptor_.get_executor(), serve(std::move(socket)), asio::detached);
        } else if (acceptor_.is_open()) { // too many files are open, as a rule
            pause.expires_after(100ms);
            co_await pause.async_wait(token);
        }
    }
}

// One client, until it has nothing more to ask.
asio::awaitable<void> Server::serve(tcp::socket socket)
{
    beast::tcp_stream stream(std::move(socket));
    beast::flat_buffer buffer;
    bool goes_on = true;
    while (goes_on && acceptor_.is_open()) {
        http::request_parser<http::string_body> parser;
        parser.body_limit(64 * 1024);
        stream.expires_after(30s);
        idle_.insert(&stream.socket());
        const auto [failed, size] = co_await http::async_read(stream, buffer, parser, token);
        idle_.erase(&stream.socket());
        if (failed) break;

        Request request = request_of(parser.get());
        const Answer answer = co_await handler_(std::move(request));
        auto response = response_of(answer, parser.get());
        response.keep_alive(response.keep_alive() && acceptor_.is_open());
        goes_on = response.keep_alive();
        stream.expires_after(5s);
        const auto [unsent, sent] = co_await http::async_write(stream, response, token);
        if (unsent) break;
    }
    boost::system::error_code ignored;
    stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
}

} // namespace tracker
